#ifndef AEGIS_BASE_SCREEN_H
#define AEGIS_BASE_SCREEN_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * What goes to a person's screen.  Text from outside (records, file and column names, archives,
 * the database) may hold escapes, controls and line feeds that move the cursor, forge lines or
 * colour them: here they become \uHHHH where they are characters, else \xHH.  Printable UTF-8
 * stays.  Quoted are C0, DEL, C1, the marks that change the direction of text, line and paragraph
 * separators, bytes that are not UTF-8.
 */

/**
 * screen_quote(b, p, len, e):
 * Append ${len} bytes so quoted.  Return 0, or -1 with ${e} set.
 */
int screen_quote(struct buf *b, const char *p, size_t len, struct err *e);

/**
 * screen_addf(b, e, fmt, ...):
 * As buf_addf(), and all that the arguments bring is quoted: a line feed is one only where
 * ${fmt} has it.
 */
int screen_addf(struct buf *b, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * screen_line(dst, size, p, len):
 * ${len} bytes so quoted, with a NUL, cut to fit; for a message.  Return ${dst}.
 */
char *screen_line(char *dst, size_t size, const char *p, size_t len);

/**
 * screen_print(b, e):
 * Write ${b}, a report of lines, to standard output, quoted but for its line feeds and TABs.
 */
int screen_print(const struct buf *b, struct err *e);

#endif
