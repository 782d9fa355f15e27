#ifndef AEGIS_STREAM_SEEK_H
#define AEGIS_STREAM_SEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * A raw input that is read at any place: a plain file where it stands, a kept one (stream/keep.h) in one
 * frame; any other that source_open() takes from its beginning on.  Places are those of the unpacked bytes.
 */
struct seek;

/**
 * seek_open(path, member, e):
 * Open ${path}, of an archive or a directory the file ${member}, as source_open_part() does.  Return it,
 * closed by seek_close(), or NULL with ${e} set.
 */
struct seek *seek_open(const char *path, const char *member, struct err *e);

/**
 * seek_read(s, offset, n, out, e):
 * Append ${n} bytes from ${offset} on to ${out}, fewer where the input ends.  Return 0, or -1 with ${e} set
 * as source_read() does.
 */
int seek_read(struct seek *s, uint64_t offset, size_t n, struct buf *out, struct err *e);

/**
 * seek_broken(s):
 * Whether a read has failed.
 */
bool seek_broken(const struct seek *s);
void seek_close(struct seek *s);

#endif
