#ifndef AEGIS_BASE_ED25519_H
#define AEGIS_BASE_ED25519_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Signatures of Ed25519 (RFC 8032; by OpenSSL). */
enum { ED25519_PUBLIC = 32, ED25519_SIGNATURE = 64 };

/* A private key. */
struct ed25519;

/**
 * ed25519_make(e):
 * A new private key, freed by the caller.
 */
struct ed25519 *ed25519_make(struct err *e);

/**
 * ed25519_load(path, e):
 * The private key in the PEM file ${path} (PKCS #8, as `openssl genpkey -algorithm ed25519`
 * writes it), which secret_read() must find well kept.  NULL with ${e} set.
 */
struct ed25519 *ed25519_load(const char *path, struct err *e);

/**
 * ed25519_private_pem(k, out, e), ed25519_public_pem(pub, out, e):
 * Append the key as PEM.  The caller wipes a private one.
 */
int ed25519_private_pem(const struct ed25519 *k, struct buf *out, struct err *e);
int ed25519_public_pem(const unsigned char pub[ED25519_PUBLIC], struct buf *out, struct err *e);

void ed25519_public(const struct ed25519 *k, unsigned char pub[ED25519_PUBLIC]);

void ed25519_sign(const struct ed25519 *k, const void *p, size_t n,
    unsigned char signature[ED25519_SIGNATURE]);
bool ed25519_verify(const unsigned char pub[ED25519_PUBLIC], const void *p, size_t n,
    const unsigned char signature[ED25519_SIGNATURE]);

/**
 * ed25519_free(k):
 * Wipe and release ${k}, which may be NULL.
 */
void ed25519_free(struct ed25519 *k);

#endif
