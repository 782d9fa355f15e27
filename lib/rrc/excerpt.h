#ifndef AEGIS_RRC_EXCERPT_H
#define AEGIS_RRC_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "rrc/layout.h"
#include "stream/seek.h"

/*
 * One row of a view once more, from the records at its place in the file, by the same decoder, and the
 * bytes that each of its columns is made of.
 */
struct excerpt;

/* What to read; all stay the caller's. */
struct excerpt_options {
	const struct layout *layout;
	const char *view;
	const char *name; /* the file's, for messages */
	struct seek *in;
	uint64_t record, offset; /* of the row's own record: its number, its first byte */
	/*
	 * Opens the file of the same archive whose name fits ${pattern}, where the row belongs to a row of
	 * one; NULL with ${e} set.  It stays the caller's as well.
	 */
	struct seek *(*beside)(void *cookie, const char *pattern, struct err *e);
	void *cookie;
};

/* Something that a column is made of. */
struct excerpt_part {
	const char *pattern;        /* of the other file that has it, or NULL */
	const char *segment, *name; /* of the record: "01", "WBROOT" */
	uint64_t record, offset;    /* its number, its first byte */
	const char *field;          /* the field, or NULL: the record counts, whatever is in it */
	bool placed;                /* it is known where in the file the field stands: */
	uint64_t at;                /* its first byte, and what stands there */
	const unsigned char *bytes;
	size_t len;
	const char *text; /* the bytes as characters; empty for a packed or binary number */
};

/**
 * excerpt_open(o, e):
 * Decode the row.  Return the excerpt, closed by excerpt_close(), or NULL with ${e} set: STATUS_DATA where
 * no such row begins there, or the file is another's.
 */
struct excerpt *excerpt_open(const struct excerpt_options *o, struct err *e);

/**
 * excerpt_stream(x, offset):
 * A descriptor, at its beginning, of the sealed stream that the decoder wrote, with the row whose _offset is
 * ${offset} among others.  It is closed with ${x}.
 */
int excerpt_stream(struct excerpt *x, uint64_t *offset);

/**
 * excerpt_parts(x, column, each, cookie, e):
 * Call ${each} for all that the view's ${column} is made of in this row, each field of a record once.  Return 0, or -1 with ${e} set.
 */
typedef void excerpt_fn(void *cookie, const struct excerpt_part *p);
int excerpt_parts(struct excerpt *x, const char *column, excerpt_fn *each, void *cookie,
    struct err *e);
void excerpt_close(struct excerpt *x);

#endif
