/* SHA-256, XXH64 and XXH3-128. */

#include "base/digest.h"

#include <stdlib.h>

#include <openssl/evp.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/num.h"

struct digest_sha256 {
	EVP_MD_CTX *ctx;
};

/* OpenSSL without SHA-256, or without memory: nothing can go on. */
static void
digest_need(int ok)
{

	if (!ok)
		err_die(STATUS_BUG, "SHA-256 is not available");
}

struct digest_sha256 *
digest_sha256_new(void)
{
	struct digest_sha256 *d = xcalloc(1, sizeof(*d));

	d->ctx = EVP_MD_CTX_new();
	digest_need(d->ctx != NULL && EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) == 1);
	return (d);
}

void
digest_sha256_update(struct digest_sha256 *d, const void *p, size_t n)
{

	digest_need(EVP_DigestUpdate(d->ctx, p, n) == 1);
}

void
digest_sha256_next(struct digest_sha256 *d, unsigned char md[DIGEST_SHA256_SIZE])
{
	unsigned n = 0;

	digest_need(EVP_DigestFinal_ex(d->ctx, md, &n) == 1 && n == DIGEST_SHA256_SIZE &&
	    EVP_DigestInit_ex(d->ctx, NULL, NULL) == 1);
}

void
digest_sha256_final(struct digest_sha256 *d, char hex[DIGEST_SHA256_HEX + 1])
{
	unsigned char md[DIGEST_SHA256_SIZE];

	digest_sha256_next(d, md);
	num_hex(hex, md, DIGEST_SHA256_SIZE);
	hex[DIGEST_SHA256_HEX] = '\0';
	digest_sha256_free(d);
}

void
digest_sha256_free(struct digest_sha256 *d)
{

	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

struct digest_xxh64 {
	XXH64_state_t *state;
};

struct digest_xxh64 *
digest_xxh64_new(void)
{
	struct digest_xxh64 *d = xcalloc(1, sizeof(*d));

	if ((d->state = XXH64_createState()) == NULL)
		err_die(STATUS_TEMPFAIL, "out of memory");
	digest_xxh64_reset(d);
	return (d);
}

void
digest_xxh64_update(struct digest_xxh64 *d, const void *p, size_t n)
{

	if (n > 0)
		(void)XXH64_update(d->state, p, n);
}

uint64_t
digest_xxh64_value(const struct digest_xxh64 *d)
{

	return (XXH64_digest(d->state));
}

void
digest_xxh64_reset(struct digest_xxh64 *d)
{

	(void)XXH64_reset(d->state, 0);
}

void
digest_xxh64_free(struct digest_xxh64 *d)
{

	if (d == NULL)
		return;
	(void)XXH64_freeState(d->state);
	free(d);
}

void
digest_sha256_of(const void *p, size_t n, char hex[DIGEST_SHA256_HEX + 1])
{
	struct digest_sha256 *d = digest_sha256_new();

	digest_sha256_update(d, p, n);
	digest_sha256_final(d, hex);
}

struct digest128
digest_xxh128(const void *p, size_t n)
{
	XXH128_hash_t h = XXH3_128bits(p, n);
	struct digest128 d = { h.low64, h.high64 };

	return (d);
}

void
digest128_write(struct digest128 d, unsigned char p[DIGEST128_SIZE])
{
	size_t i;

	for (i = 0; i < 8; i++) {
		p[i] = (unsigned char)(d.hi >> (56 - 8 * i));
		p[8 + i] = (unsigned char)(d.lo >> (56 - 8 * i));
	}
}

struct digest128
digest128_read(const void *p)
{
	const unsigned char *b = p;
	struct digest128 d = { 0, 0 };
	size_t i;

	for (i = 0; i < 8; i++) {
		d.hi = d.hi << 8 | b[i];
		d.lo = d.lo << 8 | b[8 + i];
	}
	return (d);
}
