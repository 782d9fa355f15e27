/* Past runs, read from the database. */

#include "pipeline/history.h"

#include <stdio.h>
#include <string.h>

static const char history_runs_sql[] =
#include "queries/history_runs.inc"
    ;

static const char history_runs_json_sql[] =
#include "queries/history_runs_json.inc"
    ;

static const char history_run_sql[] =
#include "queries/history_run.inc"
    ;

static const char history_run_json_sql[] =
#include "queries/history_run_json.inc"
    ;

static const struct {
	const char *title, *sql;
} history_tables[] = {
	{
	    "Stages",
#include "queries/history_stages.inc"
	},
	{
	    "Sources",
#include "queries/history_sources.inc"
	},
	{
	    "Books",
#include "queries/history_books.inc"
	},
	{
	    "Loads",
#include "queries/history_loads.inc"
	},
	{
	    "Faults",
#include "queries/history_faults.inc"
	},
};

/* A column's name says how it is shown: #NUMBER, ~NUMBER THAT IS OFTEN 0, -BELOW THE ROW, or text. */
static void
history_cell(const struct pg_result *rows, int row, int col, struct report *r)
{
	const char *name = pg_result_name(rows, col), *v = pg_result_get(rows, row, col);

	if (name[0] == '~' && (v == NULL || strcmp(v, "0") == 0))
		report_rare(r, NULL, name + 1, 0);
	else if (name[0] == '#' || name[0] == '~')
		report_figure(r, name + 1, v);
	else if (name[0] != '-')
		report_text(r, NULL, name, v);
	else if (v != NULL)
		report_line(r, "%s", v);
}

/* ${title}: NULL for a table that is shown without rows, too. */
static int
history_table(struct pg *pg, const char *title, const char *sql, const char *const *params, int n,
    struct report *r, struct err *e)
{
	struct pg_result *rows;
	int i, k;

	if ((rows = pg_query(pg, sql, params, n, e)) == NULL)
		return (-1);
	if (title != NULL && pg_result_rows(rows) > 0)
		report_title(r, "%s", title);
	report_table(r, NULL);
	for (i = 0; i < pg_result_rows(rows); i++) {
		report_row(r);
		for (k = 0; k < pg_result_columns(rows); k++)
			history_cell(rows, i, k, r);
		report_close(r);
	}
	report_close(r);
	if (title == NULL && i == 0)
		report_line(r, "no runs");
	pg_result_free(rows);
	return (0);
}

/* A query whose one cell is the report's JSON. */
static int
history_json(struct pg *pg, const char *sql, const char *const *params, int n, struct report *r,
    struct err *e)
{
	struct pg_result *rows;

	if ((rows = pg_query(pg, sql, params, n, e)) == NULL)
		return (-1);
	report_json(r, NULL, pg_result_get(rows, 0, 0));
	pg_result_free(rows);
	return (0);
}

int
history_list(struct pg *pg, const char *pipeline, uint64_t limit, struct report *r, struct err *e)
{
	char n[24];
	const char *const params[] = { pipeline, n };

	(void)snprintf(n, sizeof(n), "%llu", (unsigned long long)limit);
	return (report_is_json(r) ? history_json(pg, history_runs_json_sql, params, 2, r, e) :
				    history_table(pg, NULL, history_runs_sql, params, 2, r, e));
}

/* Find the one run whose UUID starts with ${prefix}. */
static int
history_find(struct pg *pg, const char *prefix, char run[37], struct err *e)
{
	struct pg_result *r;
	size_t n = strlen(prefix);
	int rc = 0;

	if (n == 0 || n > 36 || strspn(prefix, "0123456789abcdefABCDEF-") != n)
		return (err_set(e, STATUS_USAGE, "'%s' is not a run ID", prefix));
	if ((r = pg_queryf(pg, e,
		 "SELECT run_id FROM batch_runs WHERE run_id::text LIKE lower(%L) || '%%' LIMIT 2",
		 prefix)) == NULL)
		return (-1);
	if (pg_result_rows(r) == 1)
		pg_result_copy(r, 0, 0, run, 37);
	else if (pg_result_rows(r) == 0)
		rc = err_set(e, STATUS_NOINPUT, "run '%s' does not exist", prefix);
	else
		rc = err_set(e, STATUS_USAGE, "more than one run starts with '%s'", prefix);
	pg_result_free(r);
	return (rc);
}

/* Add each column of the run's own row to the report. */
static int
history_head(struct pg *pg, const char *const *params, struct report *r, struct err *e)
{
	struct pg_result *rows;
	int i;

	if ((rows = pg_query(pg, history_run_sql, params, 1, e)) == NULL)
		return (-1);
	for (i = 0; i < pg_result_columns(rows); i++)
		report_text(r, NULL, pg_result_name(rows, i), pg_result_get(rows, 0, i));
	pg_result_free(rows);
	return (0);
}

int
history_run(struct pg *pg, const char *prefix, struct report *r, struct err *e)
{
	char run[37];
	const char *const params[] = { run };
	size_t i;

	if (history_find(pg, prefix, run, e))
		return (-1);
	if (report_is_json(r))
		return (history_json(pg, history_run_json_sql, params, 1, r, e));
	if (history_head(pg, params, r, e))
		return (-1);
	for (i = 0; i < sizeof(history_tables) / sizeof(history_tables[0]); i++)
		if (history_table(pg, history_tables[i].title, history_tables[i].sql, params, 1, r,
			e))
			return (-1);
	return (0);
}
