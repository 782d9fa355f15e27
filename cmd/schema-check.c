/* aegis schema-check: report how a database differs from what the schema's files make. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/home.h"
#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "base/screen.h"
#include "pg/accept.h"
#include "pg/drift.h"

static const char *opt_db, *opt_accept, *opt_against, *opt_bare, *report = "text";
static bool opt_describe, opt_list;

static const struct option_spec options[] = {
	PG_OPTION_DB(&opt_db),
	{ "accept", OPTION_STRING, "FILE", &opt_accept,
	    "Differences that are known, as --list prints them: they are not reported." },
	{ "list", OPTION_FLAG, NULL, &opt_list,
	    "Print the differences as a list for --accept, and exit with 0." },
	{ "against", OPTION_STRING, "FILE", &opt_against,
	    "Compare with the description in FILE ('-': standard input), instead of sql/reference." },
	{ "describe", OPTION_FLAG, NULL, &opt_describe,
	    "Print the description of the database, for --against, and compare nothing." },
	{ "bare", OPTION_STRING, "CONNINFO", &opt_bare,
	    "With --describe: the same schema on a server without AGE and pgvector, so that the "
	    "description holds for both (make reference)." },
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
	    "Describes the database and compares it with the description that comes with AEGIS Batch "
	    "(sql/reference): tables, columns (type, NOT NULL, default, identity), constraints, "
	    "indexes, triggers (also where they are disabled, those of foreign keys too), rules, "
	    "policies, views, function bodies, sequences, grants, the roles aegis_import and "
	    "aegis_audit, extensions, the graph's labels, and files that were not applied or are older. "
	    "It only reads: any role may run it that may read batch_schema_files, also on a standby.\n\n"
	    "A line is one of three. needed: a stage asks for it, or it is AEGIS Batch's own. different: "
	    "AEGIS's tables are not as its schema document has them, and no stage minds. extra: more "
	    "than the document has, on one of its tables. What stands beside them (tables, functions, "
	    "extensions, labels of the graph) is others' business and no difference, nor are an "
	    "extension's version, owners, and what PostgreSQL words differently after pg_dump | psql.\n\n"
	    "A database that AEGIS keeps in its own way has differences that are known: --list writes "
	    "them to a file, --accept FILE reports only what is new since.",
	.examples =
	    "  aegis schema-check\n"
	    "  aegis schema-check --list >/etc/aegis/known-drift\n"
	    "  aegis schema-check --accept /etc/aegis/known-drift --format json\n"
	    "  aegis schema-check --describe >production.schema\n"
	    "  aegis schema-check --db service=staging --against production.schema\n",
	.status =
	    "0: no differences, or none that are not accepted\n"
	    "1: there are differences\n"
	    "65: FILE is not a whole description, or no list",
};

/* What check() carries from one difference to the next. */
struct check {
	struct report *r;
	struct accept *known;
	struct buf list;
	enum drift_class class; /* that is told now: needed ones come first */
	size_t found[DRIFT_MORE + 1], ours, accepted;
	struct err *e;
};

/* Add one difference to the report; foreign objects and extension versions are only logged. */
static void
tell(void *cookie, const struct drift *d)
{
	struct check *c = cookie;
	const char *class = drift_class_word(d->class), *word = drift_word(d->what);

	if (d->class != c->class)
		return;
	if (d->what == DRIFT_OTHERS) {
		if (strcmp(d->kind, "label") != 0 && c->known == NULL)
			log_info("'%s' is not part of the schema: ignored", d->object);
		return;
	}
	if (d->what == DRIFT_VERSION) {
		log_info("extension '%s' has %s, the reference %s", d->object, d->have, d->want);
		return;
	}
	if (opt_list && (accept_write(&c->list, d, c->e) || buf_add(&c->list, "\n", 1, c->e)))
		return;
	if (accept_knows(c->known, d)) {
		c->accepted++;
		return;
	}
	c->found[d->class]++;
	c->ours += d->class == DRIFT_NEEDED && d->stages == NULL;
	report_finding(c->r, "%-9s %-7s %-10s %s: %s%s%s%s%s%s", class, word, d->kind, d->object,
	    d->what == DRIFT_CHANGED ? "have " : "", d->have != NULL ? d->have : "",
	    d->what == DRIFT_CHANGED ? ", want " : "", d->want != NULL ? d->want : "",
	    d->stages != NULL ? "; for " : "", d->stages != NULL ? d->stages : "");
	report_open(c->r, NULL);
	report_text(c->r, "class", NULL, class);
	report_text(c->r, "drift", NULL, word);
	report_text(c->r, "kind", NULL, d->kind);
	report_text(c->r, "object", NULL, d->object);
	report_text(c->r, "want", NULL, d->want);
	report_text(c->r, "have", NULL, d->have);
	report_text(c->r, "stages", NULL, d->stages);
	report_close(c->r);
}

/* Compare, and print the report or the list; return the number of differences that are not known. */
static size_t
compare(const struct describe *have, const char *reference, struct err *e)
{
	struct describe *want = describe_read(reference, describe_without(have), e);
	struct check c = { report_new(report), NULL, BUF_INIT(64 << 20), DRIFT_NEEDED, { 0 }, 0, 0,
		e };
	size_t n = 0;

	if (want == NULL ||
	    (opt_accept != NULL && (c.known = accept_read(opt_accept, e)) == NULL) ||
	    (opt_list && buf_addf(&c.list, e, "%s\n", accept_first)))
		goto done;
	report_list(c.r, NULL);
	for (; c.class <= DRIFT_MORE; c.class ++) {
		(void)drift_compare(want, have, tell, &c);
		n += c.found[c.class];
	}
	report_close(c.r);
	if (e->status != STATUS_OK)
		goto done;
	if (opt_list)
		(void)screen_print(&c.list, e);
	else
		(void)report_print(c.r, NULL, e);
	if (n > 0)
		log_info("%zu differences: %zu needed, %zu different, %zu extra", n,
		    c.found[DRIFT_NEEDED], c.found[DRIFT_DIFFERENT], c.found[DRIFT_MORE]);
	if (c.ours > 0)
		log_info("%zu of them are AEGIS Batch's own and come by: aegis schema-apply",
		    c.ours);
	if (c.accepted > 0)
		log_info("%zu known differences are not shown", c.accepted);
	if (accept_gone(c.known) > 0)
		log_info("%zu of the known differences are gone: write the list again",
		    accept_gone(c.known));
done:
	buf_free(&c.list);
	accept_free(c.known);
	report_free(c.r);
	describe_free(want);
	return (opt_list ? 0 : n);
}

/* Print the description of the database, or of it and one without the extensions. */
static void
describe(struct pg *pg, struct err *e)
{
	struct describe *d, *bare = NULL;
	struct buf out = BUF_INIT(64 << 20);
	struct pg *other = NULL;

	if ((d = describe_take(pg, true, e)) == NULL)
		return;
	if (opt_bare == NULL ||
	    ((other = pg_connect(opt_bare, "aegis-schema-check", e)) != NULL &&
		(bare = describe_take(other, true, e)) != NULL))
		if (describe_write(d, bare, &out, e) == 0)
			(void)screen_print(&out, e);
	pg_close(other);
	buf_free(&out);
	describe_free(bare);
	describe_free(d);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct describe *have;
	struct pg *pg;
	char path[4096];
	char **operands;
	size_t found = 0;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (opt_describe && (opt_against != NULL || opt_accept != NULL || opt_list))
		return (program_usage_error(&program,
		    "--describe compares nothing: it goes with none of --against, --accept, --list"));
	if (opt_bare != NULL && !opt_describe)
		return (program_usage_error(&program, "--bare goes with --describe"));
	if (opt_against == NULL) {
		if (home_path(path, sizeof(path), "sql/reference", &e))
			return (log_err(&e));
		opt_against = path;
	}
	if ((pg = pg_connect(opt_db, "aegis-schema-check", &e)) != NULL) {
		if (opt_describe) {
			describe(pg, &e);
		} else if ((have = describe_take(pg, false, &e)) != NULL) {
			found = compare(have, opt_against, &e);
			describe_free(have);
		}
		pg_close(pg);
	}
	if (e.status != STATUS_OK)
		return (log_err(&e));
	return (found > 0 ? STATUS_FINDINGS : 0);
}
