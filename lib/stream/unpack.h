#ifndef AEGIS_STREAM_UNPACK_H
#define AEGIS_STREAM_UNPACK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Unpacks one compressed file, pulling its bytes from a function: gzip with
 * zlib (stream/gunzip.h), zip and zstd with libarchive.  (libarchive 3.6 reads
 * gzip too, but leaves its CRC unchecked and stops in silence at garbage or a cut
 * header behind a member.)
 */
struct unpack;

enum unpack_kind { UNPACK_NONE, UNPACK_GZIP, UNPACK_ZIP, UNPACK_ZSTD };

/* Where the compressed bytes come from, in order and once. */
struct unpack_input {
	/*
	 * Set ${p} to the next bytes, valid until the next call, and return how
	 * many; 0 at the end, -1 with ${e} set.
	 */
	ssize_t (*pull)(void *ctx, const unsigned char **p, struct err *e);
	void *ctx;
	const char *name; /* for messages */
};

/**
 * unpack_detect(p, n):
 * Tell the compression from the first ${n} bytes of a file: 4 are enough.
 */
enum unpack_kind unpack_detect(const unsigned char *p, size_t n);

/**
 * unpack_scan(path, member, e):
 * Look through the directory of the zip file ${path} before it is read in
 * order: is it whole, is ${member} in it (or exactly one file, where ${member} is
 * NULL), and is that one not encrypted.  Return 0, or -1 with ${e} set.
 */
int unpack_scan(const char *path, const char *member, struct err *e);

/**
 * unpack_open(kind, in, member, e):
 * Start to unpack.  ${in} and ${member} must outlive the unpacker.  ${member}
 * names the file inside a zip, NULL the only one; other kinds take none.  Return
 * the unpacker, or NULL with ${e} set.
 */
struct unpack *unpack_open(enum unpack_kind kind, const struct unpack_input *in, const char *member,
    struct err *e);

/**
 * unpack_member(u):
 * The name of the file inside the zip, or NULL.  It lives as long as ${u}.
 */
const char *unpack_member(const struct unpack *u);

/**
 * unpack_read(u, p, n, e):
 * Write up to ${n} unpacked bytes to ${p} and return how many.  Return 0 when
 * the compressed bytes are all pulled and were whole, or -1 with ${e} set
 * (STATUS_DATA with the offset in the compressed bytes).
 */
ssize_t unpack_read(struct unpack *u, unsigned char *p, size_t n, struct err *e);
void unpack_free(struct unpack *u);

#endif
