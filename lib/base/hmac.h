#ifndef AEGIS_BASE_HMAC_H
#define AEGIS_BASE_HMAC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define HMAC_SIZE 32 /* bytes of an HMAC-SHA256 */

/* HMAC-SHA256 (RFC 2104, FIPS 198-1; by OpenSSL) under one key, for many messages. */
struct hmac;

/**
 * hmac_new(key, len, e):
 * Take the ${len} bytes of ${key}, which the caller may wipe afterwards.  Return the
 * context, or NULL with ${e} set.
 */
struct hmac *hmac_new(const void *key, size_t len, struct err *e);

/**
 * hmac_sum(h, p, n, mac):
 * Write the HMAC of the ${n} bytes at ${p} to ${mac}.
 */
void hmac_sum(struct hmac *h, const void *p, size_t n, unsigned char mac[HMAC_SIZE]);

/**
 * hmac_same(a, b):
 * Return true if both are equal, in a time that does not depend on what they hold.
 */
bool hmac_same(const unsigned char a[HMAC_SIZE], const unsigned char b[HMAC_SIZE]);

/**
 * hmac_free(h):
 * Wipe what is left of the key, and release ${h}, which may be NULL.
 */
void hmac_free(struct hmac *h);

#endif
