/* aegis schema-check: report how a database differs from what the schema's files make. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/home.h"
#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "base/screen.h"
#include "pg/drift.h"
#include "pg/scratch.h"

static const char *opt_db, *opt_dir, *opt_reference, *opt_against, *report = "text";
static bool opt_describe;

static const struct option_spec options[] = {
	PG_OPTION_DB(&opt_db),
	{ "dir", OPTION_STRING, "DIR", &opt_dir,
	    "Directory with the schema's files and their ORDER (default: sql/ of AEGIS Batch)." },
	{ "reference", OPTION_STRING, "CONNINFO", &opt_reference,
	    "Compare with this database, which schema-apply created, instead of a scratch one." },
	{ "against", OPTION_STRING, "FILE", &opt_against,
	    "Compare with the description in FILE ('-': standard input)." },
	{ "describe", OPTION_FLAG, NULL, &opt_describe,
	    "Print the description of what the files create, for --against, and compare nothing." },
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "schema-check",
	.group = "Database",
	.summary = "report how a database differs from what the schema's files make",
	.usage = "[options]",
	.options = options,
	.description =
	    "Applies the files to a scratch database on the same server, describes both in the same "
	    "words, and prints a line for each difference: tables, columns (type, NOT NULL, default, "
	    "identity), constraints, indexes, triggers (also where they are disabled, those of foreign "
	    "keys too), rules, policies, views, function bodies, sequences, grants, the roles "
	    "aegis_import and aegis_audit, extensions, the graph's labels, and files that were not "
	    "applied or are older. The scratch database is removed, also after a signal; one that a "
	    "killed run left is removed by the next.\n\n"
	    "What others have added beside the schema (tables, functions, extensions) is theirs: a "
	    "table is mentioned, and counts as no difference; nor does an extension's version. What "
	    "they have added to the schema's own tables does count. Owners do not.\n\n"
	    "A role that may not make databases compares with a database that schema-apply made "
	    "(--reference), or with a description that another role or another server of the same "
	    "major version has written (--describe, --against).",
	.examples =
	    "  aegis schema-check\n"
	    "  aegis schema-check --reference 'dbname=aegis_reference' --format json\n"
	    "  aegis schema-check --describe > aegis-17.schema\n"
	    "  aegis schema-check --db service=production --against aegis-17.schema\n",
	.status =
	    "0: no differences\n"
	    "1: there are differences\n"
	    "65: FILE is not a whole description\n"
	    "77: the role may not create a scratch database\n"
	    "78: the reference is of another version of PostgreSQL, or of a server with other extensions",
};

static const char *const words[] = { "missing", "extra", "changed", "others" };

/* Add one difference to the report in ${cookie}; foreign objects and extension versions are only
 * logged. */
static void
tell(void *cookie, const struct drift *d)
{
	struct report *r = cookie;

	if (d->what == DRIFT_OTHERS) {
		log_info("'%s' is not part of the schema: ignored", d->object);
		return;
	}
	if (d->what == DRIFT_VERSION) {
		log_info("extension '%s' has %s, the reference %s", d->object, d->have, d->want);
		return;
	}
	if (d->what == DRIFT_CHANGED)
		report_finding(r, "%-8s %-10s %s: have %s, want %s", words[d->what], d->kind,
		    d->object, d->have, d->want);
	else
		report_finding(r, "%-8s %-10s %s: %s%s", words[d->what], d->kind, d->object,
		    d->have != NULL ? d->have : "", d->want != NULL ? d->want : "");
	report_open(r, NULL);
	report_text(r, "drift", NULL, words[d->what]);
	report_text(r, "kind", NULL, d->kind);
	report_text(r, "object", NULL, d->object);
	report_text(r, "want", NULL, d->want);
	report_text(r, "have", NULL, d->have);
	report_close(r);
}

/* Log that a scratch database of an earlier, killed run was removed. */
static void
tell_left(void *cookie, const char *name)
{

	(void)cookie;
	log_info("removed the scratch database '%s', which a run that was killed has left", name);
}

/* What the files make: by a file, by a database, or by trying it. */
static struct describe *
reference(struct pg *pg, struct err *e)
{
	struct describe *d = NULL;
	struct err why = ERR_INIT;
	struct scratch *s;
	struct pg *other;

	if (opt_against != NULL)
		return (describe_read(opt_against, e));
	if (opt_reference != NULL) {
		if ((other = pg_connect(opt_reference, "aegis-schema-check", e)) != NULL) {
			d = describe_take(other, true, e);
			pg_close(other);
		}
		return (d);
	}
	if (scratch_tidy(pg, tell_left, NULL, &why))
		log_warning("scratch databases of dead runs stay: %s", why.msg);
	if ((s = scratch_open(pg, opt_dir, e)) == NULL)
		return (NULL);
	d = describe_take(scratch_pg(s), true, e);
	if (scratch_close(s, e) == 0)
		return (d);
	describe_free(d);
	return (NULL);
}

/* Compare the database with the reference and report, or print the reference with --describe;
 * return the number of differences. */
static size_t
check(struct pg *pg, struct err *e)
{
	struct describe *have = NULL, *want = NULL;
	struct report *r = report_new(opt_describe ? "text" : report);
	struct buf out = BUF_INIT(64 << 20);
	size_t found = 0;

	/* First, since trying the files may bring the roles to the server for a moment. */
	if (!opt_describe && (have = describe_take(pg, false, e)) == NULL)
		goto done;
	if ((want = reference(pg, e)) == NULL)
		goto done;
	if (opt_describe) {
		if (describe_write(want, &out, e) == 0)
			(void)screen_print(&out, e);
	} else if (describe_comparable(want, have, e) == 0) {
		report_list(r, NULL);
		found = drift_compare(want, have, tell, r);
		report_close(r);
		(void)report_print(r, NULL, e);
	}
done:
	buf_free(&out);
	report_free(r);
	describe_free(want);
	describe_free(have);
	return (found);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct pg *pg;
	char dir[4096];
	char **operands;
	size_t found = 0;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (opt_against != NULL && (opt_reference != NULL || opt_describe))
		return (program_usage_error(&program,
		    "--against goes with neither --reference nor --describe"));
	if (opt_dir == NULL) {
		if (home_path(dir, sizeof(dir), "sql", &e))
			return (log_err(&e));
		opt_dir = dir;
	}
	if ((pg = pg_connect(opt_db, "aegis-schema-check", &e)) != NULL) {
		found = check(pg, &e);
		pg_close(pg);
	}
	if (e.status != STATUS_OK)
		return (log_err(&e));
	if (found > 0)
		log_info("%zu differences", found);
	return (found > 0 ? STATUS_FINDINGS : 0);
}
