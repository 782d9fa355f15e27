#ifndef AEGIS_PG_COPY_ROW_H
#define AEGIS_PG_COPY_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * A row in COPY's binary form (PostgreSQL manual, COPY, "Binary Format"): how many fields it has, then
 * each of them, in the order of the COPY's columns.  The server takes it in faster than text.
 */

/**
 * copy_row(b, fields, e):
 * Begin a row of ${fields} fields.  Each function returns 0, or -1 with ${e} set.
 */
int copy_row(struct buf *b, unsigned fields, struct err *e);

/**
 * copy_row_bytes(b, p, len, e), copy_row_null(b, e):
 * A field of ${len} bytes: text in UTF-8, bytea, the 16 bytes of a uuid; or NULL.
 */
int copy_row_bytes(struct buf *b, const void *p, size_t len, struct err *e);
int copy_row_null(struct buf *b, struct err *e);

/**
 * copy_row_i32(b, v, e), copy_row_i64(b, v, e), copy_row_bool(b, v, e):
 * A field of type integer, bigint, boolean.
 */
int copy_row_i32(struct buf *b, int32_t v, struct err *e);
int copy_row_i64(struct buf *b, int64_t v, struct err *e);
int copy_row_bool(struct buf *b, bool v, struct err *e);

/**
 * copy_row_jsonb(b, at, e), copy_row_end(b, at):
 * Begin a field of type jsonb, whose text the caller appends, and note its place in ${at}; end it.
 */
int copy_row_jsonb(struct buf *b, size_t *at, struct err *e);
void copy_row_end(struct buf *b, size_t at);

#endif
