#ifndef AEGIS_PIPELINE_PAGE_H
#define AEGIS_PIPELINE_PAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "pg/pg.h"

/*
 * A page of HTML that needs nothing from elsewhere: its style is in it, its plots are SVG, and what comes
 * from a database or a file stands in it as text.  Functions append to ${b}; each returns 0, or -1 with
 * ${e} set.
 */

/**
 * page_open(b, title, back, e), page_close(b, e):
 * The page's beginning, with a link back to the file ${back} or none; its end.
 */
int page_open(struct buf *b, const char *title, const char *back, struct err *e);
int page_close(struct buf *b, struct err *e);

/**
 * page_text(b, s, e):
 * Any text, NULL for none.
 */
int page_text(struct buf *b, const char *s, struct err *e);

/**
 * page_heading(b, title, e):
 * A heading of the second order.
 */
int page_heading(struct buf *b, const char *title, struct err *e);

/**
 * page_table(b, rows, link, e):
 * A table of the query's rows.  What # and its like before a column's name mean: history.c.  ${link}: the first
 * column is a run, and leads to its page.
 */
int page_table(struct buf *b, const struct pg_result *rows, bool link, struct err *e);

/**
 * page_facts(b, rows, e):
 * The one row as a list of names and values.
 */
int page_facts(struct buf *b, const struct pg_result *rows, struct err *e);

/* What a plot shows of each row: a column, on a logarithmic scale where it spans much. */
struct page_plot {
	const char *title, *unit;
	int column;
};

/**
 * page_bars(b, rows, plot, e):
 * A bar for each row, which leads to its run's page: column 0 is the run, 1 the time, 2 the state.
 */
int page_bars(struct buf *b, const struct pg_result *rows, const struct page_plot *plot,
    struct err *e);

#endif
