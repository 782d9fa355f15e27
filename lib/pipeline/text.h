#ifndef AEGIS_PIPELINE_TEXT_H
#define AEGIS_PIPELINE_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/**
 * text_clean(dst, size, p, len):
 * Write the ${len} bytes at ${p} as one line of valid UTF-8 into ${dst}: control
 * characters and bytes that are no UTF-8 become '?'; what does not fit is cut
 * between characters.  Return the length without the NUL.
 */
size_t text_clean(char *dst, size_t size, const char *p, size_t len);

/**
 * text_json(w, s):
 * Put the string ${s} as a JSON text, cleaned as above but with its line ends and
 * TABs; NULL becomes null.
 */
void text_json(struct json_writer *w, const char *s);

/**
 * text_word(b, s, e):
 * Append ${s} as a word that a shell would read as this very word.
 */
int text_word(struct buf *b, const char *s, struct err *e);

/**
 * text_indent(b, indent, p, len, lines, e):
 * Append the text at ${p}, each line cleaned and behind ${indent} blanks; after
 * ${lines} lines one that says that there are more.
 */
int text_indent(struct buf *b, int indent, const char *p, size_t len, size_t lines, struct err *e);

#endif
