#ifndef AEGIS_RRC_ROWS_H
#define AEGIS_RRC_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/frame.h"
#include "rrc/layout.h"
#include "stream/reject.h"
#include "stream/writer.h"

/*
 * Records as they stand: each segment to its own stream, one row a record, with the
 * keys of the records above it.  Values are physical: leading zeros stay, decimals
 * get their point, signs a minus; only blanks behind a text are dropped.
 */
struct rows;

enum rows_result { ROWS_FAILED = -1, ROWS_USED, ROWS_SKIPPED, ROWS_REJECTED };

/**
 * rows_new(l, c):
 * Return rows for records of layout ${l} in character set ${c}, which both stay
 * valid; no segment is written yet.  Freed by rows_free().
 */
struct rows *rows_new(const struct layout *l, const struct charset *c);

/**
 * rows_want(r, segment, n):
 * Let ${segment} be written.  Return the names of its ${n} columns: _record, _offset,
 * the keys of its ancestors (as SEGMENT.FIELD where another column has the name),
 * then its fields.  They are valid as long as ${r}.
 */
const char *const *rows_want(struct rows *r, size_t segment, size_t *n);

/**
 * rows_writes(r, segment):
 * Return true if rows_want() was called for ${segment}.
 */
bool rows_writes(const struct rows *r, size_t segment);

/**
 * rows_needs(r, segment):
 * Return true if rows_take() has anything to do with records of ${segment}.
 */
bool rows_needs(const struct rows *r, size_t segment);

/**
 * rows_take(r, segment, fr, w, faults, e):
 * Take a record, of full length, in the file's order.  Write its row to ${w} if the
 * segment is wanted; what is wrong with single values goes to ${faults} and NULL to
 * the row.  A root whose key is faulty or empty is ROWS_REJECTED, with all faults.
 */
enum rows_result rows_take(struct rows *r, size_t segment, const struct frame *fr,
    struct stream_writer *w, struct fault_list *faults, struct err *e);
void rows_free(struct rows *r);

#endif
