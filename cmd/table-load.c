/* aegis table-load: load sealed CSV streams into their tables. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"
#include "pg/pg.h"
#include "table/bulk.h"

static struct bulk_options o = {
	.max_rejects = { true, 0, 0.001 },
	.max_deleted = { true, 0, 0.1 },
	.bcrypt_cost = 12,
};
static const char *mode = "insert", *report = "text";

static const struct option_spec options[] = {
	{ "table", OPTION_STRING, "TABLE", &o.table,
	    "Refuse a stream of another table (default: what the stream names)." },
	{ "mode", OPTION_CHOICE, "insert|upsert|replace", &mode,
	    "Add rows; update those whose key exists; or also delete those missing from the input "
	    "(default: insert)." },
	{ "key", OPTION_STRING, "A,B", &o.key,
	    "Columns of the unique index that tells rows apart (default: the natural key if the "
	    "input has it, else the primary key)." },
	{ "scope", OPTION_STRING, "COLUMN=VALUE", &o.scope,
	    "With replace: the input is all of these rows, and others stay." },
	{ "cascade", OPTION_FLAG, NULL, &o.cascade,
	    "With replace: also delete rows of other tables that reference a deleted one." },
	{ "max-deleted", OPTION_CEILING, "N|P%", &o.max_deleted,
	    "With replace: change nothing if more rows would be deleted (default: 10%)." },
	{ "rejects", OPTION_STRING, "FILE", &o.rejects,
	    "Reject file for bad rows; without it the first one ends the load." },
	PROGRAM_OPTION_MAX_REJECTS(&o.max_rejects),
	{ "hash-passwords", OPTION_FLAG, NULL, &o.hash_passwords,
	    "users: Accept a column password, and store its bcrypt hash." },
	{ "bcrypt-cost", OPTION_U64, "4-16", &o.bcrypt_cost,
	    "Cost of bcrypt: each step doubles the work (default: 12)." },
	{ "plan", OPTION_FLAG, NULL, &o.plan, "Load, count, and roll back." },
	PROGRAM_OPTION_FORMAT(&report),
	PG_OPTION_DB(&o.conninfo),
	PG_OPTION_LOCK_WAIT,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "table-load",
	.group = "Tables",
	.summary = "load sealed CSV streams into their tables",
	.usage = "[options] [FILE...] < STREAM",
	.options = options,
	.description =
	    "Reads sealed streams of kind table:TABLE (table-dump and seal write them) from the "
	    "files, or from standard input, and loads them over COPY in one transaction: all or "
	    "nothing. Columns are matched by name; columns that the input lacks get their defaults; "
	    "an empty field without quotes is NULL. Several files are loaded parents first, and "
	    "deferrable constraints are looked at when all are in.\n\n"
	    "A row that the table refuses (a value that does not parse, NOT NULL, CHECK, a key that "
	    "is there, a missing parent) is set aside with the server's reason, and the rest goes in, "
	    "unless there are more than --max-rejects. A constraint that only the whole input can "
	    "break refuses the whole.\n\n"
	    "upsert compares first: rows that are the same are not written. A column that the "
	    "input lacks keeps its value, updated_at too. replace is an upsert that also deletes what the "
	    "input lacks; if rows were rejected, nothing is deleted. audit_logs and "
	    "prompt_audit_log take inserts only. A rule's versions may have no holes: they come in "
	    "order, as table-dump writes them.\n\n"
	    "users: password_hash must be a bcrypt hash; a column password is taken only with "
	    "--hash-passwords, and is in no message and no reject file. skill_artifacts: "
	    "content_hash is computed if it is missing, and verified if not.",
	.examples =
	    "  aegis seal --kind table:agents <agents.csv | aegis table-load --mode upsert\n"
	    "  aegis table-load --rejects bad.rej audit_logs.csv\n"
	    "  aegis table-load backup/*.csv\n",
	.status =
	    "64: the mode does not fit the table\n"
	    "65: the input was refused and nothing changed (seal, limit, a guard, a constraint)\n"
	    "75: the connection was lost; at COMMIT the outcome is unknown: run the same again\n"
	    "78: the table does not exist, or the columns do not fit it",
	.operands = PROGRAM_ANY,
};

/* The data is in, or the plan is made, whatever becomes of the report. */
static void
print_report(const struct bulk *l, struct err *e)
{
	struct report *r = report_new(report);
	const struct table_result *v;
	size_t n, i;

	v = bulk_results(l, &n);
	report_open(r, NULL);
	report_text(r, "mode", NULL, mode);
	report_bool(r, "plan", o.plan);
	report_table(r, "tables");
	for (i = 0; i < n; i++) {
		report_row(r);
		report_text(r, "table", "table", v[i].table);
		report_count(r, "read", "read", v[i].read);
		report_count(r, "inserted", "inserted", v[i].counts.inserted);
		report_count(r, "updated", "updated", v[i].counts.updated);
		report_count(r, "unchanged", "unchanged", v[i].counts.unchanged);
		report_count(r, "deleted", "deleted", v[i].counts.retired);
		report_count(r, "rejected", "rejected", v[i].rejected);
		report_close(r);
	}
	report_close(r);
	if (o.plan)
		report_line(r, "a plan: nothing was written");
	report_close(r);
	(void)report_print(r, o.plan ? NULL : "the data IS loaded", e);
	report_free(r);
}

/* Load the files, or standard input if ${n} is 0, and print the report; return the exit status. */
static int
load(char **files, size_t n, struct err *e)
{
	struct table_input *in = xcalloc(n + 1, sizeof(*in));
	struct bulk *l;
	size_t i, opened = 0;

	in[0].fd = STDIN_FILENO;
	in[0].name = "standard input";
	for (i = 0; i < n; i++, opened++) {
		in[i].name = files[i];
		if ((in[i].fd = infile_open(files[i], e)) < 0)
			break;
	}
	if (e->status == STATUS_OK && (l = bulk_run(&o, in, n > 0 ? n : 1, e)) != NULL) {
		print_report(l, e);
		bulk_free(l);
	}
	for (i = 0; i < opened; i++)
		(void)close(in[i].fd);
	free(in);
	return (log_err(e));
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **files;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &files, &n)) != PROGRAM_GO_ON)
		return (rc);
	o.mode = mode[0] == 'i' ? TABLE_INSERT : mode[0] == 'u' ? TABLE_UPSERT : TABLE_REPLACE;
	if (o.mode != TABLE_REPLACE && (o.scope != NULL || o.cascade))
		return (program_usage_error(&program,
		    "--scope and --cascade belong to --mode replace"));
	if (o.mode == TABLE_INSERT && o.key != NULL)
		return (
		    program_usage_error(&program, "--key belongs to --mode upsert and replace"));
	progress_init("table-load");
	return (load(files, (size_t)n, &e));
}
