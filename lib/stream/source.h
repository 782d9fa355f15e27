#ifndef AEGIS_STREAM_SOURCE_H
#define AEGIS_STREAM_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/digest.h"
#include "base/err.h"

/*
 * A raw input: a file or standard input; plain, or gzip, zip, tar (also in gzip or zstd) or zstd,
 * told from the first bytes (not the name); or a file of a directory.  Reading, unpacking
 * and the SHA-256 of the bytes as published run in a thread of their own.
 */
struct source;

/**
 * source_open(path, member, e):
 * Open ${path} ("-": standard input).  ${member} names the file inside a zip, tar or directory, or is
 * a pattern (fnmatch(3)), whose files in a zip or tar follow each other; NULL takes the only one, and
 * several are an error that lists them.  Return the source, or NULL with ${e} set (STATUS_NOINPUT
 * where there is nothing).
 */
struct source *source_open(const char *path, const char *member, struct err *e);

/**
 * source_open_part(path, member, e):
 * The same, where ${member} means nothing if ${path} is neither zip, tar nor directory.
 */
struct source *source_open_part(const char *path, const char *member, struct err *e);

/**
 * source_part(s):
 * What it is of ${path}: all of it, a file inside of an archive, a file of a directory.
 */
enum source_part { SOURCE_WHOLE, SOURCE_MEMBER, SOURCE_OF_DIRECTORY };
enum source_part source_part(const struct source *s);

/**
 * source_name(s):
 * What to call the source: its path as given, "ZIP:MEMBER", or "-".
 */
const char *source_name(const struct source *s);

/**
 * source_read(s, p, e):
 * Set ${p} to the next bytes and return how many (up to 1 MiB; blocks differ in
 * size); they stay valid until the next call.  Return 0 at the end, -1 with
 * ${e} set: STATUS_IO, or STATUS_DATA where a compressed file is cut or broken
 * (with its name and the offset in the compressed bytes).
 */
ssize_t source_read(struct source *s, const unsigned char **p, struct err *e);

/**
 * source_sha256(s, hex, bytes):
 * After the end: SHA-256 and number of the bytes as published (compressed ones
 * as they stand, so that sha256sum(1) of the file says the same).
 */
void source_sha256(const struct source *s, char hex[DIGEST_SHA256_HEX + 1], uint64_t *bytes);

/**
 * source_progress(s, read, size):
 * How many bytes as published have been read by now, and, of a file, of how many; 0: not known.
 */
void source_progress(const struct source *s, uint64_t *read, uint64_t *size);
void source_close(struct source *s);

#endif
