#ifndef AEGIS_AUDIT_LINE_H
#define AEGIS_AUDIT_LINE_H

#include <stdbool.h>

#include "audit/audit_table.h"
#include "audit/message.h"
#include "audit/verdict.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * The lines of an archive (doc/formats/archive.md): one JSON object a row, without blanks, its
 * members the table's columns in table order; event_data as PostgreSQL prints it, instants as
 * 2026-10-03T10:00:00.000007Z.  There is one line for a row, byte for byte: it is the leaf of
 * the Merkle tree.
 */

/**
 * line_write(t, row, out, e):
 * Put the line of ${row}, without an LF, into ${out}, which is emptied first.
 */
int line_write(const struct audit_table *t, const struct audit_row *row, struct buf *out,
    struct err *e);

/**
 * line_write_part(t, row, skip, out, e):
 * Append the same without the columns whose bits are set in ${skip}.
 */
int line_write_part(const struct audit_table *t, const struct audit_row *row, unsigned skip,
    struct buf *out, struct err *e);

/* A line taken apart. */
struct line {
	struct stream_field fields[AUDIT_COLUMNS_MAX]; /* valid until the next line_read() */
	struct audit_row row;
	struct buf text, again; /* what they point into; the line, written again */
};

/**
 * line_read(t, p, len, l, e):
 * Read a line.  Return 0, or -1 with ${e} set to STATUS_DATA where it is not just what
 * line_write() writes.
 */
int line_read(const struct audit_table *t, const char *p, size_t len, struct line *l,
    struct err *e);
void line_init(struct line *l);
void line_free(struct line *l);

/**
 * line_verdict(id, v, key, late, out, e), line_read_verdict(p, len, id, v):
 * The line of a verdict: {"id":"...","verdict":"valid","key":"k1"}, and "late":true.
 */
int line_verdict(const struct stream_field *id, enum verdict v, const struct stream_field *key,
    bool late, struct buf *out, struct err *e);
int line_read_verdict(const char *p, size_t len, struct stream_field *id, enum verdict *v);

#endif
