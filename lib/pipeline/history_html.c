/* Past runs as pages. */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/outfile.h"
#include "pipeline/history.h"
#include "pipeline/page.h"

static const char history_index_sql[] =
#include "queries/history_index.inc"
    ;

static const char history_plot_sql[] =
#include "queries/history_plot.inc"
    ;

static const char history_run_sql[] =
#include "queries/history_run.inc"
    ;

/* What a run's page has below its head; a table without rows is left out. */
static const struct {
	const char *title, *sql;
} history_parts[] = {
	{
	    "Steps",
#include "queries/history_steps.inc"
	},
	{
	    "What came",
#include "queries/history_inbox.inc"
	},
	{
	    "What changed",
#include "queries/history_changes.inc"
	},
	{
	    "Loads",
#include "queries/history_loads.inc"
	},
	{
	    "Set aside, and why",
#include "queries/history_faults.inc"
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
	    "Stages: time and memory",
#include "queries/history_stages.inc"
	},
};

static const struct page_plot history_plots[] = {
	{ "Seconds that each run took", "s", 3 },
	{ "Entities inserted, updated or revived", "rows", 4 },
	{ "Entities retired", "rows", 5 },
	{ "Records set aside", "records", 6 },
	{ "Memory of the largest stage", "MiB", 7 },
};

/* Write a page beside and give it its name. */
static int
history_write(const char *dir, const char *name, const struct buf *b, struct err *e)
{
	struct outfile *o;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s.html", dir, name) >= (int)sizeof(path))
		return (err_set(e, STATUS_OUTPUT, "'%s' is too long", dir));
	if ((o = outfile_open(path, e)) == NULL)
		return (-1);
	if (io_write_all(outfile_fd(o), b->p, b->len, outfile_name(o), e)) {
		outfile_abandon(o, false);
		return (-1);
	}
	return (outfile_finish(o, e));
}

/* One table of a run's page. */
static int
history_part(struct pg *pg, const char *title, const char *sql, const char *const *params,
    struct buf *b, struct err *e)
{
	struct pg_result *rows = pg_query(pg, sql, params, 1, e);
	int rc = rows == NULL;

	if (rc == 0 && pg_result_rows(rows) > 0)
		rc = page_heading(b, title, e) || page_table(b, rows, false, e);
	pg_result_free(rows);
	return (rc);
}

/* A run's page. */
static int
history_page(struct pg *pg, const char *dir, const char *run, struct err *e)
{
	const char *const params[] = { run };
	struct buf b = BUF_INIT(64 << 20);
	struct pg_result *head;
	char title[64];
	size_t i;
	int rc;

	(void)snprintf(title, sizeof(title), "Run %.8s", run);
	head = pg_query(pg, history_run_sql, params, 1, e);
	rc = head == NULL || page_open(&b, title, "index.html", e) || page_facts(&b, head, e);
	for (i = 0; rc == 0 && i < sizeof(history_parts) / sizeof(history_parts[0]); i++)
		rc = history_part(pg, history_parts[i].title, history_parts[i].sql, params, &b, e);
	rc = rc || page_close(&b, e) || history_write(dir, run, &b, e);
	pg_result_free(head);
	buf_free(&b);
	return (rc);
}

/* The page over all runs. */
static int
history_index(struct pg *pg, const char *dir, const char *const *params, struct buf *b,
    struct err *e)
{
	struct pg_result *plot = pg_query(pg, history_plot_sql, params, 2, e), *all = NULL;
	char title[120];
	size_t i;
	int rc;

	(void)snprintf(title, sizeof(title), "Runs of %.64s",
	    params[0] != NULL ? params[0] : "AEGIS Batch");
	rc = plot == NULL || (all = pg_query(pg, history_index_sql, params, 2, e)) == NULL ||
	    page_open(b, title, NULL, e);
	for (i = 0; rc == 0 && i < sizeof(history_plots) / sizeof(history_plots[0]); i++)
		rc = page_bars(b, plot, &history_plots[i], e);
	rc = rc || page_heading(b, "Newest first", e) || page_table(b, all, true, e) ||
	    page_close(b, e) || history_write(dir, "index", b, e);
	pg_result_free(plot);
	pg_result_free(all);
	return (rc);
}

int
history_html(struct pg *pg, const char *dir, const char *pipeline, uint64_t limit, struct err *e)
{
	struct buf b = BUF_INIT(64 << 20);
	char n[24];
	const char *const params[] = { pipeline, n };
	struct pg_result *runs = NULL;
	int i, rc;

	(void)snprintf(n, sizeof(n), "%llu", (unsigned long long)limit);
	rc = io_mkdirs(dir, 0755, e) ||
	    (runs = pg_query(pg, history_index_sql, params, 2, e)) == NULL;
	for (i = 0; rc == 0 && i < pg_result_rows(runs); i++)
		rc = history_page(pg, dir, pg_result_get(runs, i, 0), e);
	/* Last: all that it leads to is there. */
	rc = rc || history_index(pg, dir, params, &b, e);
	pg_result_free(runs);
	buf_free(&b);
	return (rc);
}
