#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/home.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/program.h"
#include "pg/drift.h"

static const char *opt_db, *opt_dir, *opt_reference, *report = "text";

static const struct option_spec options[] = {
	{ "db", OPTION_STRING, "CONNINFO", &opt_db,
	    "database to look at, as libpq takes it (default: PGHOST and its kin, else the private "
	    "database)" },
	{ "dir", OPTION_STRING, "DIR", &opt_dir,
	    "directory with the schema's files and their ORDER (default: sql/ of AEGIS Batch)" },
	{ "reference", OPTION_STRING, "CONNINFO", &opt_reference,
	    "compare with this database, which schema-apply made, instead of a scratch one" },
	{ "report", OPTION_STRING, "text|json", &report, "form of the report (text)" },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "schema-check",
	.group = "Database",
	.summary = "report where a database differs from what the schema's files make",
	.usage = "[options]",
	.options = options,
	.description =
	    "Applies the files to a scratch database on the same server, describes both in the same "
	    "words, and prints a line for each difference: tables, columns (type, NOT NULL, default), "
	    "constraints, indexes, triggers (also disabled ones), rules, policies, function bodies, "
	    "sequences, grants, the roles aegis_import and aegis_audit, extensions, the graph's "
	    "labels, and files that were not applied or are older. The scratch database is removed; "
	    "one that a killed run left goes with a run an hour later.\n\n"
	    "What others have added beside the schema (tables, functions, extensions) is theirs: a "
	    "table is mentioned, and counts as no difference. What they have added to the schema's own "
	    "tables does count. Owners do not.",
	.examples =
	    "  aegis schema-check\n"
	    "  aegis schema-check --reference 'dbname=aegis_reference' --report json\n",
	.status =
	    "0: no difference; 1: there are some. 77: the role may not make a scratch database.",
};

struct report {
	struct json_writer *w; /* NULL: text */
	struct buf out;
	struct err *e;
};

static const char *const words[] = { "missing", "extra", "changed", "others" };

static void
put(struct json_writer *w, const char *key, const char *value)
{

	json_put_key(w, key);
	if (value == NULL)
		json_put_null(w);
	else
		json_put_text(w, value, strlen(value));
}

static void
tell(void *cookie, const struct drift *d)
{
	struct report *r = cookie;

	if (d->what == DRIFT_OTHERS) {
		log_info("'%s' is none of the schema's: left aside", d->object);
		return;
	}
	if (r->w != NULL) {
		json_put_object(r->w);
		put(r->w, "drift", words[d->what]);
		put(r->w, "kind", d->kind);
		put(r->w, "object", d->object);
		put(r->w, "want", d->want);
		put(r->w, "have", d->have);
		json_put_close(r->w);
		return;
	}
	(void)buf_addf(&r->out, r->e, "%-8s %-10s %s", words[d->what], d->kind, d->object);
	if (d->what == DRIFT_CHANGED)
		(void)buf_addf(&r->out, r->e, ": have %s, want %s", d->have, d->want);
	else
		(void)buf_addf(&r->out, r->e, ": %s", d->want != NULL ? d->want : d->have);
	(void)buf_adds(&r->out, "\n", r->e);
}

static size_t
check(struct pg *pg, struct pg *reference, struct err *e)
{
	struct report r = { NULL, BUF_INIT(16 << 20), e };
	size_t found = 0;

	if (strcmp(report, "json") == 0) {
		r.w = json_writer_new(&r.out);
		json_put_array(r.w);
	}
	if (drift_compare(reference, pg, tell, &r, &found, e) == 0) {
		if (r.w != NULL) {
			json_put_close(r.w);
			if (json_writer_end(r.w, e) == 0)
				(void)buf_adds(&r.out, "\n", e);
		}
		if (e->status == STATUS_OK && r.out.len > 0)
			(void)io_write_all(STDOUT_FILENO, r.out.p, r.out.len, "standard output", e);
	}
	json_writer_free(r.w);
	buf_free(&r.out);
	return (found);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct pg *pg, *reference;
	char dir[4096], scratch[DRIFT_NAME_MAX] = "";
	char **operands;
	size_t found = 0;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n > 0)
		return (program_usage_error(&program, "'%s' is one word too many", operands[0]));
	if (strcmp(report, "text") != 0 && strcmp(report, "json") != 0)
		return (
		    program_usage_error(&program, "--report takes text or json, not '%s'", report));
	if (opt_dir == NULL) {
		if (home_path(dir, sizeof(dir), "sql", &e))
			return (log_err(&e));
		opt_dir = dir;
	}
	if ((pg = pg_connect(opt_db, "aegis-schema-check", &e)) == NULL)
		return (log_err(&e));
	reference = opt_reference != NULL ? pg_connect(opt_reference, "aegis-schema-check", &e) :
					    drift_reference(pg, opt_dir, scratch, &e);
	if (reference != NULL) {
		found = check(pg, reference, &e);
		pg_close(reference);
	}
	/* Whatever came of it; where something failed before, that is the message. */
	if (scratch[0] != '\0')
		(void)drift_remove(pg, scratch, &e);
	pg_close(pg);
	if (e.status != STATUS_OK)
		return (log_err(&e));
	if (found > 0)
		log_info("%zu differences", found);
	return (found > 0 ? STATUS_FINDINGS : 0);
}
