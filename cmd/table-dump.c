/* aegis table-dump: write tables as sealed CSV streams. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/os.h"
#include "base/outfile.h"
#include "base/program.h"
#include "base/progress.h"
#include "pg/pg.h"
#include "stream/writer.h"
#include "table/dump.h"

static struct dump_options o;
static const char *opt_db, *opt_as, *opt_dir;
static bool opt_all;

static const struct option_spec options[] = {
	PG_OPTION_DB(&opt_db),
	PG_OPTION_LOCK_WAIT,
	{ "columns", OPTION_STRING, "A,B", &o.columns, "Only these columns, in this order." },
	{ "where", OPTION_STRING, "SQL", &o.where, "Only rows that meet this condition." },
	{ "query", OPTION_STRING, "SQL", &o.query,
	    "Instead of a table's rows, those of this SELECT; --as names what they are." },
	{ "as", OPTION_STRING, "TABLE", &opt_as, "With --query: table whose columns they are." },
	{ "all", OPTION_FLAG, NULL, &opt_all,
	    "Every table of schema public but the load history (batch_*); with --output-dir." },
	{ "output-dir", OPTION_STRING, "DIR", &opt_dir,
	    "Write each table to DIR/TABLE.csv instead of standard output, all from one snapshot." },
	STREAM_OPTION_FRAMES,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "table-dump",
	.group = "Tables",
	.summary = "write tables as sealed CSV streams",
	.usage =
	    "[options] TABLE\n[options] --query SQL --as TABLE\n[options] TABLE... --output-dir DIR",
	.options = options,
	.description =
	    "Writes the rows of a table of schema public as a sealed stream of kind table:TABLE: "
	    "one line of column names, then CSV, whose fields hold PostgreSQL's own text of each "
	    "value (jsonb, arrays, vectors, times in UTC); NULL is an empty field without quotes, an "
	    "empty text is \"\". Rows come in the order of the natural key, else of the primary key, so "
	    "that equal tables give equal rows. table-load takes the stream back.\n\n"
	    "The transaction only reads, and may run on a standby. With --output-dir each file is "
	    "synced and gets its name when it is whole.",
	.examples =
	    "  aegis table-dump users --columns id,email,roles\n"
	    "  aegis table-dump audit_logs --where \"created_at >= '2026-11-01'\" | zstd >a.zst\n"
	    "  aegis table-dump --all --output-dir /backup/tables\n",
	.status = "78: the table does not exist; a stream without its seal is broken (see unseal)",
	.operands = PROGRAM_ANY,
};

/* Write the table to DIR/TABLE.csv; a partial file is abandoned on failure. */
static int
dump_file(struct pg *pg, const char *table, struct err *e)
{
	struct outfile *out;
	char path[4096];
	uint64_t rows;

	o.table = table;
	if (snprintf(path, sizeof(path), "%s/%s.csv", opt_dir, table) >= (int)sizeof(path))
		return (err_set(e, STATUS_USAGE, "the path of '%s' is too long", table));
	if ((out = outfile_open(path, e)) == NULL)
		return (-1);
	if (dump_table(pg, &o, outfile_fd(out), outfile_name(out), &rows, e)) {
		outfile_abandon(out, false);
		return (-1);
	}
	if (outfile_finish(out, e))
		return (-1);
	log_info("%s: %llu rows", path, (unsigned long long)rows);
	return (0);
}

/* Write each table, or all with --all, to a file of the output directory, which is created if
 * needed. */
static int
dump_files(struct pg *pg, char **tables, int n, struct err *e)
{
	struct pg_result *r = NULL;
	int i, rc = 0;

	if (io_mkdirs(opt_dir, 0750, e) || (opt_all && (r = dump_names(pg, e)) == NULL))
		return (-1);
	for (i = 0; rc == 0 && opt_all && i < pg_result_rows(r); i++)
		rc = dump_file(pg, pg_result_get(r, i, 0), e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = dump_file(pg, tables[i], e);
	pg_result_free(r);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **tables, run[37];
	struct pg *pg;
	uint64_t rows;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &tables, &n)) != PROGRAM_GO_ON)
		return (rc);
	if ((o.query != NULL) != (opt_as != NULL) || (o.query != NULL && (n > 0 || opt_all)))
		return (
		    program_usage_error(&program, "--query and --as go together, without a TABLE"));
	if (o.query != NULL && (o.where != NULL || o.columns != NULL || opt_dir != NULL))
		return (program_usage_error(&program,
		    "--query names its rows and columns, and goes to standard output"));
	if (opt_all && (n > 0 || opt_dir == NULL))
		return (program_usage_error(&program, "--all takes --output-dir and no TABLE"));
	if (!opt_all && o.query == NULL && n == 0)
		return (program_usage_error(&program, "which table is missing"));
	if (n > 1 && opt_dir == NULL)
		return (program_usage_error(&program,
		    "standard output takes one table; several: --output-dir"));
	if ((o.run = getenv("AEGIS_RUN")) == NULL || o.run[0] == '\0') {
		os_uuid(run);
		o.run = run;
	}
	o.users = true;
	progress_init("table-dump");
	if ((pg = pg_connect(opt_db, "aegis-table-dump", &e)) == NULL)
		return (log_err(&e));
	o.table = opt_as != NULL ? opt_as : n > 0 ? tables[0] : NULL;
	if (dump_snapshot(pg, &e) == 0) {
		if (opt_dir != NULL)
			(void)dump_files(pg, tables, n, &e);
		else
			(void)dump_table(pg, &o, STDOUT_FILENO, "standard output", &rows, &e);
	}
	pg_close(pg);
	return (log_err(&e));
}
