/* aegis table-load: load sealed CSV streams into their tables. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/json.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/screen.h"
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
	    "Refuse a stream of another table (default: what the stream says)." },
	{ "mode", OPTION_CHOICE, "insert|upsert|replace", &mode,
	    "Add rows; update those whose key is there; or also delete those that the input lacks "
	    "(insert)." },
	{ "key", OPTION_STRING, "A,B", &o.key,
	    "Columns of the unique index that tells rows apart (the natural key where the input has "
	    "it, else the primary key)." },
	{ "scope", OPTION_STRING, "COLUMN=VALUE", &o.scope,
	    "With replace: the input is all of these rows, and others stay." },
	{ "cascade", OPTION_FLAG, NULL, &o.cascade,
	    "With replace: rows of other tables that hang on a deleted one may go too." },
	{ "max-deleted", OPTION_CEILING, "N|P%", &o.max_deleted,
	    "With replace: change nothing where more rows would go (10%)." },
	{ "rejects", OPTION_STRING, "FILE", &o.rejects,
	    "Set bad rows aside here; without it the first one ends the load." },
	PROGRAM_OPTION_MAX_REJECTS(&o.max_rejects),
	{ "hash-passwords", OPTION_FLAG, NULL, &o.hash_passwords,
	    "users: take a column password, and store its bcrypt hash." },
	{ "bcrypt-cost", OPTION_U64, "4-16", &o.bcrypt_cost,
	    "4 to 16: each step doubles the work (12)." },
	{ "plan", OPTION_FLAG, NULL, &o.plan, "Do it, count it, and roll it back." },
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
	    "input lacks; where rows were rejected nothing is deleted. audit_logs and "
	    "prompt_audit_log take inserts only. A rule's versions may have no holes: they come in "
	    "order, as table-dump writes them.\n\n"
	    "users: password_hash must be a bcrypt hash; a column password is taken only with "
	    "--hash-passwords, and stands in no message and no reject file. skill_artifacts: "
	    "content_hash is computed where it is missing, and verified where it is not.",
	.examples =
	    "  aegis seal --kind table:agents <agents.csv | aegis table-load --mode upsert\n"
	    "  aegis table-load --rejects bad.rej audit_logs.csv\n"
	    "  aegis table-load backup/*.csv\n",
	.status =
	    "65: the input was refused and nothing changed (seal, ceiling, a guard, a constraint). 64: "
	    "the mode does not fit the table. 78: no such table, or columns that do not fit. 75: the "
	    "connection was lost; at COMMIT it is not known what became of it, and the rerun finds out.",
};

static void
put_count(struct json_writer *w, const char *key, uint64_t v)
{
	char text[24];

	json_put_key(w, key);
	json_put_number(w, text, num_fmt(text, v));
}

static int
write_json(const struct table_result *v, size_t n, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	size_t i;
	int rc;

	json_put_object(w);
	json_put_key(w, "mode");
	json_put_text(w, mode, strlen(mode));
	json_put_key(w, "plan");
	json_put_bool(w, o.plan);
	json_put_key(w, "tables");
	json_put_array(w);
	for (i = 0; i < n; i++) {
		json_put_object(w);
		json_put_key(w, "table");
		json_put_text(w, v[i].table, strlen(v[i].table));
		put_count(w, "read", v[i].read);
		put_count(w, "inserted", v[i].counts.inserted);
		put_count(w, "updated", v[i].counts.updated);
		put_count(w, "unchanged", v[i].counts.unchanged);
		put_count(w, "deleted", v[i].counts.retired);
		put_count(w, "rejected", v[i].rejected);
		json_put_close(w);
	}
	json_put_close(w);
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc || buf_adds(out, "\n", e));
}

static int
write_text(const struct table_result *v, size_t n, struct buf *out, struct err *e)
{
	size_t i;
	int rc;

	rc = screen_addf(out, e, "%-24s %10s %10s %10s %10s %10s %10s\n", o.plan ? "plan" : "table",
	    "read", "inserted", "updated", "unchanged", "deleted", "rejected");
	for (i = 0; rc == 0 && i < n; i++)
		rc = screen_addf(out, e, "%-24s %10llu %10llu %10llu %10llu %10llu %10llu\n",
		    v[i].table, (unsigned long long)v[i].read,
		    (unsigned long long)v[i].counts.inserted,
		    (unsigned long long)v[i].counts.updated,
		    (unsigned long long)v[i].counts.unchanged,
		    (unsigned long long)v[i].counts.retired, (unsigned long long)v[i].rejected);
	return (rc);
}

/* The data is in, or the plan is made, whatever becomes of the report. */
static void
print_report(const struct bulk *l, struct err *e)
{
	struct buf out = BUF_INIT(1 << 20);
	const struct table_result *v;
	size_t n;

	v = bulk_results(l, &n);
	if ((strcmp(report, "json") == 0 ? write_json(v, n, &out, e) : write_text(v, n, &out, e)) ||
	    screen_print(&out, e)) {
		e->status = STATUS_IO;
		if (!o.plan)
			(void)err_prefix(e, "the data IS loaded, but the report is lost");
	}
	buf_free(&out);
}

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
