#ifndef AEGIS_STREAM_ROW_FRAME_H
#define AEGIS_STREAM_ROW_FRAME_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "stream/reader.h"

/*
 * A row as a frame (doc/formats/stream.md, "Frames"): for each column its value's length plus one
 * (0: NULL) as 32 bits, little-endian, and then the bytes of all values.
 */

/**
 * row_frame_cut(p, len, f, n, e):
 * Find the ${n} fields ${f} of the frame of ${len} bytes at ${p}, which they point into.  Return 0, or
 * -1 with ${e} set to STATUS_DATA: lengths that do not fit, a value that is not UTF-8.
 */
int row_frame_cut(const char *p, size_t len, struct stream_field *f, size_t n, struct err *e);

/**
 * row_frame_put(f, n, out, e):
 * Append the frame of the row.
 */
int row_frame_put(const struct stream_field *f, size_t n, struct buf *out, struct err *e);

/**
 * row_frame_spell(f, n, out, e):
 * Append the row as the text form has it, without its LF.
 */
int row_frame_spell(const struct stream_field *f, size_t n, struct buf *out, struct err *e);

#endif
