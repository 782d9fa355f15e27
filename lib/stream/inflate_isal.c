/* gzip's members, by ISA-L, which takes about a third of zlib's time. */

#include "stream/inflate.h"

#ifdef AEGIS_ISAL
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "base/buf.h"

enum {
	ISAL_RESERVED = 0xe0, /* flags that a header may not have (RFC 1952, 2.3.1.2) */
	ISAL_TRAILER = 8      /* CRC-32 and length, 4 bytes each, little-endian (2.3.1) */
};

enum isal_part { ISAL_HEADER, ISAL_BODY, ISAL_END };

struct isal {
	struct inflate_state z;
	struct isal_gzip_header header;
	enum isal_part part;
	uint32_t crc, size; /* of what came out */
	unsigned char trailer[ISAL_TRAILER];
	size_t n; /* bytes of it so far */
};

/* As inflate_isal.again. */
static int
isal_again(void *cookie)
{
	struct isal *i = cookie;

	isal_inflate_init(&i->z);
	isal_gzip_header_init(&i->header);
	i->part = ISAL_HEADER;
	i->crc = i->size = 0;
	i->n = 0;
	return (0);
}

/* As inflate_isal.open. */
static void *
isal_open(void)
{
	struct isal *i = xcalloc(1, sizeof(*i));

	(void)isal_again(i);
	return (i);
}

/* What ISA-L says when it cannot go on. */
static const char *
isal_why(int rc)
{

	switch (rc) {
	case ISAL_INVALID_BLOCK:
		return ("invalid block");
	case ISAL_INVALID_SYMBOL:
		return ("invalid symbol");
	case ISAL_INVALID_LOOKBACK:
		return ("invalid distance");
	case ISAL_INVALID_WRAPPER:
		return ("incorrect header");
	case ISAL_UNSUPPORTED_METHOD:
		return ("unknown compression method");
	case ISAL_INCORRECT_CHECKSUM:
		return ("incorrect header check");
	default:
		return ("broken data");
	}
}

/* The deflated bytes are over: those of the trailer that ISA-L has read already stand in its bits. */
static void
isal_over(struct isal *i)
{
	uint64_t bits = i->z.read_in >> (i->z.read_in_length % 8);
	int left;

	for (left = i->z.read_in_length / 8; left > 0 && i->n < ISAL_TRAILER; left--) {
		i->trailer[i->n++] = (unsigned char)bits;
		bits >>= 8;
	}
	i->part = ISAL_END;
}

/* Four bytes of the trailer as a number. */
static uint32_t
isal_number(const unsigned char *p)
{

	return ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
}

/* Read the trailer, and hold it against what came out. */
static enum inflate_result
isal_trailer(struct isal *i, struct inflate_io *io, const char **why)
{
	size_t n = ISAL_TRAILER - i->n < io->nin ? ISAL_TRAILER - i->n : io->nin;

	if (n > 0)
		memcpy(i->trailer + i->n, io->in, n);
	i->n += n;
	io->in += n;
	io->nin -= n;
	if (i->n < ISAL_TRAILER)
		return (INFLATE_MORE);
	if (isal_number(i->trailer) != i->crc)
		*why = "incorrect data check";
	else if (isal_number(i->trailer + 4) != i->size)
		*why = "incorrect length check";
	else
		return (INFLATE_END);
	return (INFLATE_BROKEN);
}

/* As inflate_isal.run. */
static enum inflate_result
isal_run(void *cookie, struct inflate_io *io, const char **why)
{
	struct isal *i = cookie;
	size_t wrote;
	int rc;

	if (i->part == ISAL_END)
		return (isal_trailer(i, io, why));
	i->z.next_in = (uint8_t *)(uintptr_t)io->in;
	i->z.avail_in = io->nin < UINT32_MAX ? (uint32_t)io->nin : UINT32_MAX;
	i->z.next_out = io->out;
	i->z.avail_out = io->nout < UINT32_MAX ? (uint32_t)io->nout : UINT32_MAX;
	rc =
	    i->part == ISAL_HEADER ? isal_read_gzip_header(&i->z, &i->header) : isal_inflate(&i->z);
	wrote = (size_t)(i->z.next_out - io->out);
	i->crc = crc32_gzip_refl(i->crc, io->out, wrote);
	i->size += (uint32_t)wrote;
	io->nin -= (size_t)(i->z.next_in - io->in);
	io->in = i->z.next_in;
	io->out += wrote;
	io->nout -= wrote;
	if (rc == ISAL_END_INPUT)
		return (INFLATE_MORE);
	if (rc != ISAL_DECOMP_OK) {
		*why = isal_why(rc);
		return (INFLATE_BROKEN);
	}
	if (i->part == ISAL_HEADER) {
		i->part = ISAL_BODY;
		if ((i->header.flags & ISAL_RESERVED) != 0) {
			*why = "unknown header flags set";
			return (INFLATE_BROKEN);
		}
	} else if (i->z.block_state == ISAL_BLOCK_FINISH) {
		isal_over(i);
		return (isal_trailer(i, io, why));
	}
	return (INFLATE_MORE);
}

const struct inflate inflate_isal = { "ISA-L", isal_open, isal_run, isal_again, free };
#endif
