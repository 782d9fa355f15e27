#ifndef AEGIS_BASE_WRAP_H
#define AEGIS_BASE_WRAP_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Text for a terminal of 80 columns.  A word is never broken: a path or a digest stays whole for
 * whoever copies it, also where it is wider than the line.
 */

/**
 * wrap_add(b, s, indent, column, width, e):
 * Append ${s} as lines of at most ${width} columns, each indented by ${indent} spaces; the first
 * begins at ${column}, which is filled up to ${indent} first.  An empty line in ${s} starts a
 * paragraph.  The last line ends, too.  Return 0, or non-zero with ${e} set.
 */
int wrap_add(struct buf *b, const char *s, size_t indent, size_t column, size_t width,
    struct err *e);

/**
 * wrap_columns(p, len):
 * How many columns ${len} bytes of UTF-8 take: one a character.
 */
size_t wrap_columns(const char *p, size_t len);

/**
 * wrap_take(s, width, shown):
 * The piece of ${s} that fits into ${width} columns, cut at a space; at least a word.  ${shown} is
 * set to its bytes.  Return how many bytes of ${s} are done with, spaces behind the piece
 * included.
 */
size_t wrap_take(const char *s, size_t width, size_t *shown);

#endif
