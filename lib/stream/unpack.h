#ifndef AEGIS_STREAM_UNPACK_H
#define AEGIS_STREAM_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Unpacks one compressed file, pulling its bytes from a function: gzip by
 * stream/gunzip.h, zip, tar and zstd with libarchive.  (libarchive 3.6 reads
 * gzip too, but leaves its CRC unchecked and stops in silence at garbage or a cut
 * header behind a member.)
 */
struct unpack;

enum unpack_kind {
	UNPACK_NONE,
	UNPACK_GZIP,
	UNPACK_ZIP,
	UNPACK_ZSTD,
	UNPACK_TAR,
	UNPACK_COMPRESS, /* .Z: is told, but not unpacked, since it cannot show that it is whole */
};

/* Which files of a zip or tar are meant. */
struct unpack_want {
	/*
	 * The name of one, or a pattern of fnmatch(3), for the whole name or its last part, whose files
	 * follow each other; NULL: the only one there is.
	 */
	const char *name;
	bool optional; /* it means nothing in a file that is not a zip or tar */
};

/**
 * unpack_is_pattern(name), unpack_wants(w, name):
 * Is it a pattern?  Is the file ${name} meant?
 */
bool unpack_is_pattern(const char *name);
bool unpack_wants(const struct unpack_want *w, const char *name);

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
 * Tell the compression from the first ${n} bytes of a file: UNPACK_DETECT are enough.
 */
enum { UNPACK_DETECT = 512 };
enum unpack_kind unpack_detect(const unsigned char *p, size_t n);

/**
 * unpack_scan(path, want, e):
 * Look through the directory of the zip file ${path} before it is read in
 * order: is it whole, is what ${want} names in it (or exactly one file, where that is
 * NULL), and is that not encrypted.  Return 0, or -1 with ${e} set.
 */
int unpack_scan(const char *path, const struct unpack_want *want, struct err *e);

/**
 * unpack_open(kind, in, want, e):
 * Start to unpack.  ${in} and ${want} must outlive the unpacker.  Return the unpacker, or NULL
 * with ${e} set.
 */
struct unpack *unpack_open(enum unpack_kind kind, const struct unpack_input *in,
    const struct unpack_want *want, struct err *e);

/**
 * unpack_member(u):
 * The name of the (first) file inside the zip or tar, or NULL.  It lives as long as ${u}.
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

/**
 * unpack_fits(pattern, name):
 * Return true if the pattern, as source_open() takes it, means a file of that ${name}.
 */
bool unpack_fits(const char *pattern, const char *name);

#endif
