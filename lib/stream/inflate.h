#ifndef AEGIS_STREAM_INFLATE_H
#define AEGIS_STREAM_INFLATE_H

#include <stddef.h>

/*
 * Inside of stream/gunzip.h: what inflates one member of a gzip file after the other, with its header, its
 * CRC and its length.
 */
enum inflate_result {
	INFLATE_MORE, /* it goes on: with more input, or more room */
	INFLATE_END,  /* the member is whole, and good */
	INFLATE_BROKEN,
	INFLATE_NO_MEMORY,
};

/* Bytes to read and to write; what was is taken off. */
struct inflate_io {
	const unsigned char *in;
	size_t nin;
	unsigned char *out;
	size_t nout;
};

struct inflate {
	const char *name;
	/* A new one, ready for a member; NULL: it cannot start. */
	void *(*open)(void);
	/* Read and write as far as both go; ${why} says what is broken. */
	enum inflate_result (*run)(void *z, struct inflate_io *io, const char **why);
	/* Get ready for the next member; 0, or -1. */
	int (*again)(void *z);
	void (*close)(void *z);
};

extern const struct inflate inflate_zlib;
#ifdef AEGIS_ISAL
extern const struct inflate inflate_isal;
#endif

#endif
