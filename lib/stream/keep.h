#ifndef AEGIS_STREAM_KEEP_H
#define AEGIS_STREAM_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

/*
 * Sources that are kept, so that what was made of them can be shown again: their unpacked bytes as
 * seekable zstd (stream/zst.h), read at any place in one frame, and by any zstd as a whole.  Its note is
 * a JSON object: "source" and, of a file of an archive, "member", as rrc-decode names them; "sha256" of
 * the source as published.  The file is called NAME-HEX.zst, HEX the first KEEP_DIGITS of that.
 */
enum { KEEP_DIGITS = 16 };

/**
 * keep_write(path, dir, each, cookie, e):
 * Keep the file ${path} in the directory ${dir}; of an archive each file in it.  ${each} is called for
 * each with its path, and whether it was there before.  Return 0, or -1 with ${e} set: STATUS_USAGE for
 * what is no regular file.
 */
typedef void keep_fn(void *cookie, const char *kept, bool before);
int keep_write(const char *path, const char *dir, keep_fn *each, void *cookie, struct err *e);

/**
 * keep_find(place, sha256, member, path, e):
 * Set ${path} to the file at ${place}, a directory or one file, that keeps the source with that digest, of
 * an archive the file ${member} (a pattern, or NULL: there is one only); empty where there is none.
 * Return 0, or -1 with ${e} set.
 */
int keep_find(const char *place, const char *sha256, const char *member, struct buf *path,
    struct err *e);

#endif
