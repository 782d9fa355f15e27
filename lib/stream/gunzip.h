#ifndef AEGIS_STREAM_GUNZIP_H
#define AEGIS_STREAM_GUNZIP_H

#include "stream/inflate.h"
#include "stream/unpack.h"

/*
 * Unpacks gzip (RFC 1952) with ISA-L, or zlib where that is not: all members one behind the other, each
 * with its CRC and length checked.  NULs behind the last member are padding, as
 * for gzip(1); anything else there is an error.
 */
struct gunzip;

/* What inflates the next one that is opened: the faster one, unless a test says otherwise. */
extern const struct inflate *gunzip_inflates;

/**
 * gunzip_open(in, e):
 * Start to unpack ${in}, which must outlive the unpacker.  Return it, or NULL
 * with ${e} set.
 */
struct gunzip *gunzip_open(const struct unpack_input *in, struct err *e);

/**
 * gunzip_read(g, p, n, e):
 * As unpack_read().
 */
ssize_t gunzip_read(struct gunzip *g, unsigned char *p, size_t n, struct err *e);
void gunzip_free(struct gunzip *g);

#endif
