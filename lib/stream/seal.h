#ifndef AEGIS_STREAM_SEAL_H
#define AEGIS_STREAM_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "stream/book.h"

/*
 * The seal, a stream's last line.  Its figures are the last book's, so that
 * book, bytes and digest determine it to the last character.
 */

/**
 * seal_write(own, bytes, xxh64, out, e):
 * Append the seal, with the LF, of a stream whose ${bytes} bytes before it have
 * the digest ${xxh64}, and whose writer's book is ${own}.  Return 0, or -1 with
 * ${e} set.
 */
int seal_write(const struct book *own, uint64_t bytes, uint64_t xxh64, struct buf *out,
    struct err *e);

/**
 * seal_check(p, len, own, rows, bytes, xxh64, e):
 * Hold the seal line (without its LF) against ${own}, the last book, and
 * against what was read: ${rows}, ${bytes}, ${xxh64}.  Return 0, or -1 with
 * ${e} set to STATUS_DATA and the first figure that differs.
 */
int seal_check(const char *p, size_t len, const struct book *own, uint64_t rows, uint64_t bytes,
    uint64_t xxh64, struct err *e);

#endif
