#ifndef AEGIS_BASE_REPORT_TEXT_H
#define AEGIS_BASE_REPORT_TEXT_H

#include "base/buf.h"
#include "base/err.h"

/*
 * The text of a report: values in a column, tables, sentences, and the empty lines between them.
 * Used by report.c alone.
 */
enum report_kind {
	REPORT_TEXT,
	REPORT_NUMBER,
	REPORT_NOTHING, /* a number that is 0 and shown only beside others that are not */
	REPORT_TITLE,
	REPORT_LINE,
	REPORT_FINDING,
	REPORT_BLOCK,
	REPORT_LINES
};

struct report_page;

/**
 * report_page_new(out, e):
 * A page appended to ${out}; both are borrowed, and ${e} keeps the first failure.
 */
struct report_page *report_page_new(struct buf *out, struct err *e);
void report_page_free(struct report_page *p);

/**
 * report_page_table(p), report_page_row(p), report_page_flush(p):
 * What follows are rows, as report_page_row() begins them; until report_page_flush(), which
 * writes what is held.
 */
void report_page_table(struct report_page *p);
void report_page_row(struct report_page *p);
void report_page_flush(struct report_page *p);

/**
 * report_page_cell(p, label, v, kind):
 * A value, copied; of the row, or of the list of values when no table is open.
 */
void report_page_cell(struct report_page *p, const char *label, const char *v,
    enum report_kind kind);

/**
 * report_page_remark(p, s):
 * Words to the right of the last value, outside a table.
 */
void report_page_remark(struct report_page *p, const char *s);

/**
 * report_page_say(p, kind, s, len):
 * A title, line, finding or block; below the row, when one is open.
 */
void report_page_say(struct report_page *p, enum report_kind kind, const char *s, size_t len);

#endif
