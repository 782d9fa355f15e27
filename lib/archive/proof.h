#ifndef AEGIS_ARCHIVE_PROOF_H
#define AEGIS_ARCHIVE_PROOF_H

#include "archive/merkle.h"
#include "archive/note.h"
#include "base/buf.h"
#include "base/err.h"

/* That a leaf is in a tree, with the signed checkpoint of the tree (C2SP tlog-proof). */
struct proof {
	uint64_t index;
	size_t n;
	unsigned char path[MERKLE_RANGE_MAX][MERKLE_HASH];
};

/**
 * proof_write(p, note, out, e):
 * Append ${p} and the checkpoint ${note} as text.
 */
int proof_write(const struct proof *p, const struct buf *note, struct buf *out, struct err *e);

/**
 * proof_read(text, len, p, note, note_len, e):
 * Read it; ${note} points to the checkpoint in ${text}.  Return 0, or -1 with ${e} set to
 * STATUS_DATA.
 */
int proof_read(const char *text, size_t len, struct proof *p, const char **note, size_t *note_len,
    struct err *e);

#endif
