#ifndef AEGIS_BASE_REPORT_H
#define AEGIS_BASE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * A report, described once: for programs as one JSON value, for people as text.  A value has a key
 * (its name in JSON) and a label (its name in the text); NULL for either leaves it out there.
 * What fails is kept and comes out of report_print(), so that a description needs no checks.
 *
 * Text is REPORT_WIDTH columns wide, so that `aegis run`, which indents it, stays within 80.
 * Values that follow each other are lined up; a table is as wide as its cells need, wraps the
 * widest text where that is too much, and is printed value by value where its words don't fit.
 * A word is never broken, a finding (report_finding()) is one line for grep, however long.
 * Whatever a value holds is quoted for the screen (base/screen.h).
 */
enum { REPORT_WIDTH = 76 };

struct report;

/**
 * report_new(format):
 * A report in the form that PROGRAM_OPTION_FORMAT gives: "json", else text.  Freed by the caller.
 */
struct report *report_new(const char *format);
bool report_is_json(const struct report *r);

/**
 * report_print(r, done, e):
 * End the report and write it to standard output.  ${done}, if not NULL, is what has been
 * committed by now ("the data IS loaded"): a message that the report is lost begins with it, and
 * has STATUS_IO.  Return 0, or -1 with ${e} set; if ${e} holds an error already, nothing is
 * written.
 */
int report_print(struct report *r, const char *done, struct err *e);

/**
 * report_finish(r, out, e):
 * End the report and append it to ${out} instead.  Return 0, or non-zero with ${e} set.
 */
int report_finish(struct report *r, struct buf *out, struct err *e);
void report_free(struct report *r);

/**
 * report_open(r, key), report_list(r, key), report_close(r):
 * An object, or a list; ${key} is NULL at the top and in a list.  Only JSON shows them.
 */
void report_open(struct report *r, const char *key);
void report_list(struct report *r, const char *key);
void report_close(struct report *r);

/**
 * report_table(r, key), report_row(r):
 * A list of objects that the text shows as a table: rows, each closed by report_close(), as is the
 * table.  The labels of the values in a row are the headings, in order of their appearance.  A row
 * in a row (of a list within it) is one more row of the text below it.
 */
void report_table(struct report *r, const char *key);
void report_row(struct report *r);

/**
 * report_text(r, key, label, v), report_count(r, key, label, n):
 * A text (NULL: null, and no line or "-" in a table), or a number.  report_rare() is a number
 * that the text shows only if it is not 0, and report_remark() one with a few words to the right
 * of it; report_real() has ${digits} after the point, and a unit
 * in the text; report_figure(), for the text only, is a number written by somebody else.  For JSON only: report_bool(); report_json(), JSON text as it stands (NULL: null);
 * report_null(); report_item(), a text in a list.
 */
void report_text(struct report *r, const char *key, const char *label, const char *v);
void report_count(struct report *r, const char *key, const char *label, uint64_t n);
void report_integer(struct report *r, const char *key, const char *label, int n);
void report_rare(struct report *r, const char *key, const char *label, uint64_t n);
void report_remark(struct report *r, const char *key, const char *label, uint64_t n,
    const char *remark);
void report_real(struct report *r, const char *key, const char *label, double v, int digits,
    const char *unit);
void report_figure(struct report *r, const char *label, const char *v);
void report_bool(struct report *r, const char *key, bool v);
void report_json(struct report *r, const char *key, const char *v);
void report_null(struct report *r, const char *key);
void report_item(struct report *r, const char *v);

/**
 * report_counted(r, line, key, n):
 * One of several numbers whose names are data, such as codes: a member in JSON, and "key n" appended
 * to ${line}, which the caller shows as a text.
 */
void report_counted(struct report *r, struct buf *line, const char *key, uint64_t n);

/**
 * report_title(r, fmt, ...), report_line(r, fmt, ...), report_finding(r, fmt, ...):
 * Text only: a heading of what follows; a sentence, wrapped; a line that is not wrapped.  Within a
 * row a sentence stands below it, indented.
 */
void report_title(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_line(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_finding(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * report_block(r, p, len), report_lines(r, p, len):
 * Text only: ${len} bytes of lines, as they are but quoted: indented (below the row that is
 * open); at the left, with their TABs.
 */
void report_block(struct report *r, const char *p, size_t len);
void report_lines(struct report *r, const char *p, size_t len);

#endif
