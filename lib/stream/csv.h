#ifndef AEGIS_STREAM_CSV_H
#define AEGIS_STREAM_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "stream/reader.h"

/*
 * CSV of RFC 4180 from a descriptor, a row at a time, in bounded memory; UTF-8
 * without NULs.  Framing comes first: a row ends at an LF with an even number of
 * quotes before it.  Then a row with quotes goes through libcsv (strict; blanks
 * are kept; a bare CR is data), and one without is cut at its commas, which is
 * all that RFC 4180 leaves to do there.
 */
struct csv_input;

struct csv_options {
	size_t row_max; /* bytes of a row, without its line end */
	bool control;   /* lines at even quote parity that start with "#aegis-" are control */
	bool foreign;   /* from elsewhere: CR LF ends a line too, a byte order mark is skipped */
	/*
	 * Called with all bytes of the input, in order, before they leave the
	 * buffer; see csv_input_tell().  NULL: nobody wants them.
	 */
	void (*seen)(void *ctx, const void *p, size_t n);
	void *ctx;
};

enum csv_kind {
	CSV_INPUT_FAULT = -1, /* ${e} says what, without the place of the row */
	CSV_INPUT_END = 0,
	CSV_INPUT_ROW,
	CSV_INPUT_CONTROL,
};

/* A row or control line; valid until the next call. */
struct csv_line {
	const char *p; /* without its line end */
	size_t len;
	uint64_t offset; /* of its first byte in the input */
	uint64_t number; /* of its first line in the input, from 1 */
	bool ended;      /* a line end stands behind it, not the end of the input */
	bool open;       /* the input ended inside quotes */
	bool quotes;     /* there are some in it */
};

#define CSV_BOM "\xef\xbb\xbf" /* UTF-8's byte order mark */

/**
 * csv_input_open(fd, name, options):
 * Read from ${fd}, which stays the caller's; ${name} is for messages.
 */
struct csv_input *csv_input_open(int fd, const char *name, const struct csv_options *options);

/**
 * csv_input_next(in, e):
 * Frame the next row or control line.
 */
enum csv_kind csv_input_next(struct csv_input *in, struct err *e);

/**
 * csv_input_line(in):
 * The line framed last; after CSV_INPUT_FAULT where it begins, and after
 * CSV_INPUT_END where the input ended.
 */
const struct csv_line *csv_input_line(const struct csv_input *in);

/**
 * csv_input_fields(in, n, e):
 * Parse the row framed last.  Return its ${n} fields, valid until the next call
 * of csv_input_next(), or NULL with ${e} set to STATUS_DATA.
 */
const struct stream_field *csv_input_fields(struct csv_input *in, size_t *n, struct err *e);

/**
 * csv_input_frame(in, max, e):
 * Instead of a line: a length (32 bits, little-endian), and that many bytes, up to ${max}, which are
 * csv_input_line()'s.  CSV_INPUT_ROW; CSV_INPUT_CONTROL where the length is 0, and lines follow;
 * CSV_INPUT_END where the input ends before.
 */
enum csv_kind csv_input_frame(struct csv_input *in, size_t max, struct err *e);

/**
 * csv_input_keep(in, e):
 * Before the first line: read on until the input is over or CSV_KEEP bytes are there.
 * Return 1 where that is the whole input, which csv_input_rewind() may then begin anew at
 * any time; 0 where there is more, which a thread goes on to read up to CSV_AHEAD bytes ahead, so that its
 * writer need not wait while the caller does something else; -1 with ${e} set.
 */
enum { CSV_KEEP = 192 << 10, CSV_AHEAD = 24 << 20 };
int csv_input_keep(struct csv_input *in, struct err *e);
void csv_input_rewind(struct csv_input *in);

/**
 * csv_input_tell(in):
 * Call seen() with all bytes before the line framed last that it has not been
 * called with; after CSV_INPUT_END with all there are.
 */
void csv_input_tell(struct csv_input *in);
void csv_input_free(struct csv_input *in);

/**
 * csv_quote(p, len, out, e):
 * Append ${len} bytes as a quoted field.
 */
int csv_quote(const char *p, size_t len, struct buf *out, struct err *e);

/**
 * csv_spell(f, out, e):
 * Append a field as the stream's writer spells it: quoted only where it must be.
 */
int csv_spell(const struct stream_field *f, struct buf *out, struct err *e);

#endif
