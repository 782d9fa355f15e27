#ifndef AEGIS_BASE_NUM_H
#define AEGIS_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/**
 * num_u64(p, len, min, max, out):
 * Parse the ${len} bytes at ${p} as a decimal number: digits only, no sign, no
 * blanks.  Return 0 with ${out} set, or -1 if they are none or out of range.
 */
int num_u64(const char *p, size_t len, uint64_t min, uint64_t max, uint64_t *out);

/**
 * num_fmt(dst, v):
 * Write ${v} in decimal, without a NUL; return the bytes written (up to 20).
 */
size_t num_fmt(char *dst, uint64_t v);

/*
 * A ceiling for faults: a count, or a share of the records read.
 */
struct ceiling {
	bool is_share;
	uint64_t count; /* used where !is_share */
	double share;   /* 0 .. 1, used where is_share */
};

/**
 * num_ceiling(s, out, e):
 * Parse "N" or "P%" (P a decimal fraction, 0 to 100).  Return 0, or -1 with
 * ${e} set to STATUS_USAGE.
 */
int num_ceiling(const char *s, struct ceiling *out, struct err *e);

/**
 * num_ceiling_text(c, dst, size):
 * The ceiling as it is given: "5%" or "100".  Return ${dst}.
 */
const char *num_ceiling_text(const struct ceiling *c, char *dst, size_t size);

/**
 * num_exceeds(c, n, of):
 * Return true if ${n} faults among ${of} records are more than ${c} allows.
 */
bool num_exceeds(const struct ceiling *c, uint64_t n, uint64_t of);

/**
 * num_hopeless(c, n, of):
 * Whether a stage may stop: ${n} faults among the ${of} records so far are more than ${c} will
 * allow in the end.  A count is exact; of a share, 1000 faults or more that would take a hundred
 * times as many records, all of them good.
 */
bool num_hopeless(const struct ceiling *c, uint64_t n, uint64_t of);

/**
 * num_le32(p), num_le64(p), num_put_le32(p, v):
 * Read and write 32 or 64 bits, little-endian.  Here, since frames ask for one with each value.
 */
static inline uint32_t
num_le32(const void *p)
{
	const unsigned char *b = p;

	return ((uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24);
}

static inline uint64_t
num_le64(const void *p)
{

	return (num_le32(p) | (uint64_t)num_le32((const unsigned char *)p + 4) << 32);
}

static inline void
num_put_le32(void *p, uint32_t v)
{
	unsigned char *b = p;

	b[0] = (unsigned char)v;
	b[1] = (unsigned char)(v >> 8);
	b[2] = (unsigned char)(v >> 16);
	b[3] = (unsigned char)(v >> 24);
}

/**
 * num_hex(dst, p, n):
 * Write the ${n} bytes at ${p} as 2 * ${n} lower-case hex digits, no NUL.
 */
void num_hex(char *dst, const void *p, size_t n);

/**
 * num_unhex(dst, p, n):
 * Read 2 * ${n} hex digits (either case) at ${p} into ${n} bytes.  Return 0, or
 * -1 if one is no hex digit.
 */
int num_unhex(void *dst, const char *p, size_t n);

/**
 * num_uuid(dst, s):
 * Write the UUID ${s} (RFC 9562: 8-4-4-4-12 hex digits of either case) as
 * PostgreSQL does, in lower case with a NUL.  Return 0, or -1 if it is none;
 * ${dst} holds nothing of use then.
 */
int num_uuid(char dst[37], const char *s);

/**
 * num_uuid_bytes(dst, s):
 * Read the UUID ${s} into its 16 bytes, the first digit's first.  Return 0, or -1 if it is none.
 */
int num_uuid_bytes(unsigned char dst[16], const char *s);

#endif
