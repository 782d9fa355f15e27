#ifndef AEGIS_RRC_PROBE_H
#define AEGIS_RRC_PROBE_H

#include <stddef.h>

#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/layout.h"

enum probe_choice { PROBE_AUTO, PROBE_ASCII, PROBE_EBCDIC };

/**
 * probe_encoding(s, out, e):
 * Read "auto", "ascii" or "ebcdic".  Return 0, or -1 with ${e} set to STATUS_USAGE.
 */
int probe_encoding(const char *s, enum probe_choice *out, struct err *e);

/**
 * probe_head(l, name, head, len, choice, out, e):
 * Judge by the first ${len} bytes of the file ${name} (all of it, or at least 64
 * records) whether layout ${l} fits it, and set ${out} to its character set.  It
 * fits where the first record is a root, more than half of the records bear ids of
 * the layout, are not too long and come below their parent, and more than half of
 * these have key fields that can be decoded.
 * Return 0, or -1 with ${e} set to STATUS_DATA and what was expected and found
 * (STATUS_NOINPUT where the file is empty).
 */
int probe_head(const struct layout *l, const char *name, const unsigned char *head, size_t len,
    enum probe_choice choice, enum charset_id *out, struct err *e);

#endif
