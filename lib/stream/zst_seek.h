#ifndef AEGIS_STREAM_ZST_SEEK_H
#define AEGIS_STREAM_ZST_SEEK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Reads files of zstd's seekable format (stream/zst.h) at any place, a frame at a time. */
struct zst_seek;

enum { ZST_SEEK_FRAME = 128 << 20 }; /* bytes of text that a frame may have */

/**
 * zst_seek_open(fd, name, out, e):
 * Read the table at the end of ${fd}, a regular file that stays the caller's and open; ${name} is for
 * messages.  Set ${out} to the reader, freed by zst_seek_free(), or to NULL where the file has no such
 * table, or larger frames.  Return 0, or -1 with ${e} set.
 */
int zst_seek_open(int fd, const char *name, struct zst_seek **out, struct err *e);

/**
 * zst_seek_note(z):
 * What the file's writer has noted in it, or "".
 */
const char *zst_seek_note(const struct zst_seek *z);

/**
 * zst_seek_read(z, offset, n, out, e):
 * Append ${n} bytes of text from ${offset} on to ${out}, fewer where the text ends.  Return 0, or -1 with
 * ${e} set: STATUS_DATA where a frame is broken, or not what the table says.
 */
int zst_seek_read(struct zst_seek *z, uint64_t offset, size_t n, struct buf *out, struct err *e);
void zst_seek_free(struct zst_seek *z);

#endif
