#ifndef AEGIS_RRC_HELD_H
#define AEGIS_RRC_HELD_H

#include "base/err.h"
#include "rrc/frame.h"
#include "rrc/layout.h"

/*
 * The rows of a file to which another file's rows belong, in memory, found by the values that both
 * have.  For files of some thousand rows: HELD_MAX bytes are the limit.
 */
struct held;

enum { HELD_MAX = 256 << 20 };

/**
 * held_new(l, child):
 * For the rows that those of segment ${child} of ${l} belong to ("by").  Freed by held_free().
 */
struct held *held_new(const struct layout *l, size_t child);

/**
 * held_add(h, fr, e):
 * Keep a copy of a row of the parent's.  Return 0, or -1 with ${e} set to STATUS_DATA where they
 * become too many.
 */
int held_add(struct held *h, const struct frame *fr, struct err *e);

/**
 * held_find(h, fr, out):
 * Set ${out} to the parent's row, the first of them, that the child's row ${fr} names.  Return true
 * if there is one.  It stays valid until the next call.
 */
bool held_find(struct held *h, const struct frame *fr, struct frame *out);
void held_free(struct held *h);

#endif
