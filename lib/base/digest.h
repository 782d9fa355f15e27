#ifndef AEGIS_BASE_DIGEST_H
#define AEGIS_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DIGEST_SHA256_SIZE 32
#define DIGEST_SHA256_HEX 64 /* digits, without a NUL */

/* SHA-256 (FIPS 180-4, by OpenSSL) of a stream of bytes. */
struct digest_sha256;

/**
 * digest_sha256_new():
 * Return a fresh digest.  The caller ends it with digest_sha256_final() or
 * digest_sha256_free().
 */
struct digest_sha256 *digest_sha256_new(void);
void digest_sha256_update(struct digest_sha256 *d, const void *p, size_t n);

/**
 * digest_sha256_final(d, hex):
 * Write 64 hex digits and a NUL to ${hex} and free ${d}.
 */
void digest_sha256_final(struct digest_sha256 *d, char hex[DIGEST_SHA256_HEX + 1]);

/**
 * digest_sha256_next(d, md):
 * Write the digest's bytes to ${md}, and let ${d} begin anew.
 */
void digest_sha256_next(struct digest_sha256 *d, unsigned char md[DIGEST_SHA256_SIZE]);
void digest_sha256_free(struct digest_sha256 *d);

/**
 * digest_sha256_of(p, n, hex):
 * Write the SHA-256 of the ${n} bytes at ${p} to ${hex}, in hex and with a NUL.
 */
void digest_sha256_of(const void *p, size_t n, char hex[DIGEST_SHA256_HEX + 1]);

/* XXH64 with seed 0 (libxxhash), the stream seal's checksum. */
struct digest_xxh64;

struct digest_xxh64 *digest_xxh64_new(void);
void digest_xxh64_update(struct digest_xxh64 *d, const void *p, size_t n);

/**
 * digest_xxh64_value(d):
 * Return the digest of all bytes so far; the digest may go on.
 */
uint64_t digest_xxh64_value(const struct digest_xxh64 *d);
void digest_xxh64_reset(struct digest_xxh64 *d);
void digest_xxh64_free(struct digest_xxh64 *d);

/* 128 bits of XXH3 with seed 0: identity of keys and contents in memory. */
struct digest128 {
	uint64_t lo, hi;
};

/**
 * digest_xxh128(p, n):
 * Return XXH3-128 of the ${n} bytes at ${p}.
 */
struct digest128 digest_xxh128(const void *p, size_t n);

#define DIGEST128_SIZE 16

/**
 * digest128_write(d, p), digest128_read(p):
 * The digest as it is stored: DIGEST128_SIZE bytes, the highest first.
 */
void digest128_write(struct digest128 d, unsigned char p[DIGEST128_SIZE]);
struct digest128 digest128_read(const void *p);

#endif
