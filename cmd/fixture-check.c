/* aegis fixture-check: verify a fixture; compare a database with it. */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "fixture/fixture.h"
#include "fixture/save.h"

static const char *db;
static bool database;

static const struct option_spec options[] = {
	{ "database", OPTION_FLAG, NULL, &database, "Also compare the connected database." },
	PG_OPTION_DB(&db),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "fixture-check",
	.group = "Fixtures",
	.summary = "verify a fixture; compare a database with it",
	.usage = "[--database] DIR",
	.options = options,
	.description =
	    "Reads every file of the fixture and compares it with the manifests: a file that is missing, "
	    "cut, edited, renamed or swapped is refused. With --database it also saves the whole "
	    "connected database to nowhere, and lists the tables and sequences whose rows are others.",
	.examples =
	    "  aegis fixture-check fixtures/demo\n"
	    "  aegis fixture-check --database fixtures/demo\n",
	.status =
	    "1: the database differs\n"
	    "65: the fixture is broken\n"
	    "66: the fixture does not exist",
	.operands = 1,
};

/* The files and sequences that differ; return how many. */
static size_t
compare(const struct fixture *want, const struct fixture *have, struct report *r)
{
	const struct fixture_file *other;
	size_t i, n = 0;

	report_table(r, NULL);
	for (i = 0; i < want->nfiles; i++) {
		other = fixture_find(have, want->files[i].name);
		if (other != NULL &&
		    strcmp(other->sums.plain_sha256, want->files[i].sums.plain_sha256) == 0)
			continue;
		report_row(r);
		report_text(r, NULL, "table", want->files[i].name);
		report_count(r, NULL, "rows in the fixture", want->files[i].rows);
		if (other != NULL)
			report_count(r, NULL, "in the database", other->rows);
		report_text(r, NULL, "difference",
		    other == NULL                          ? "missing in the database" :
			other->rows == want->files[i].rows ? "other values" :
							     "other rows");
		report_close(r);
		n++;
	}
	for (i = 0; i < have->nfiles; i++)
		/* A table that is newer than the fixture, and empty as it was restored, is as it was. */
		if (have->files[i].rows > 0 && fixture_find(want, have->files[i].name) == NULL) {
			report_row(r);
			report_text(r, NULL, "table", have->files[i].name);
			report_count(r, NULL, "in the database", have->files[i].rows);
			report_text(r, NULL, "difference", "only in the database");
			report_close(r);
			n++;
		}
	report_close(r);
	if (!fixture_same_labels(want, have)) {
		report_line(r, "the graph's labels differ");
		n++;
	}
	if (!fixture_same_sequences(want, have)) {
		report_line(r, "the sequences differ");
		n++;
	}
	return (n);
}

int
main(int argc, char **argv)
{
	struct report *r;
	struct fixture *f, *have = NULL;
	struct err e = ERR_INIT;
	char **operands;
	size_t differs = 0;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n != 1)
		return (program_usage_error(&program, "one fixture is needed"));
	if (db != NULL && !database)
		return (program_usage_error(&program, "--db goes with --database"));
	if ((f = fixture_open(operands[0], &e)) == NULL)
		return (log_err(&e));
	r = report_new("text");
	if (database && (have = save_digest(db, &e)) != NULL) {
		differs = compare(f, have, r);
		(void)report_print(r, NULL, &e);
	}
	if (e.status == STATUS_OK)
		log_info("'%s': %zu files, %s, digest %s", operands[0], f->nfiles, f->scope,
		    f->digest);
	report_free(r);
	fixture_free(have);
	fixture_free(f);
	if (e.status != STATUS_OK)
		return (log_err(&e));
	return (differs > 0 ? STATUS_FINDINGS : STATUS_OK);
}
