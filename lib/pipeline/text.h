#ifndef AEGIS_PIPELINE_TEXT_H
#define AEGIS_PIPELINE_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/**
 * text_clean(dst, size, p, len):
 * Write the ${len} bytes at ${p} as one line of valid UTF-8 into ${dst}: control
 * characters and bytes that are no UTF-8 become '?'; what does not fit is cut
 * between characters.  Return the length without the NUL.
 */
size_t text_clean(char *dst, size_t size, const char *p, size_t len);

/**
 * text_word(b, s, e):
 * Append ${s} as a word that a shell would read as this very word.
 */
int text_word(struct buf *b, const char *s, struct err *e);

#endif
