#ifndef AEGIS_ARCHIVE_MERKLE_H
#define AEGIS_ARCHIVE_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"

/*
 * The Merkle tree of RFC 6962 (and 9162), section 2.1: leaf = SHA-256(0x00 || line), node =
 * SHA-256(0x01 || left || right), no leaves = SHA-256("").  A tree that only grows is kept as
 * its compact range: the roots of its full subtrees, largest first, 64 at most.
 */
enum { MERKLE_HASH = DIGEST_SHA256_SIZE, MERKLE_RANGE_MAX = 64 };

struct merkle {
	uint64_t size; /* leaves */
	size_t n;      /* hashes: as many as ${size} has one-bits */
	unsigned char range[MERKLE_RANGE_MAX][MERKLE_HASH];
	struct digest_sha256 *digest;
};

void merkle_init(struct merkle *m);
void merkle_end(struct merkle *m);

/**
 * merkle_leaf(m, p, len, leaf):
 * The hash of the ${len} bytes at ${p} as a leaf.
 */
void merkle_leaf(struct merkle *m, const void *p, size_t len, unsigned char leaf[MERKLE_HASH]);

/**
 * merkle_append(m, leaf):
 * Let the tree grow by a leaf.
 */
void merkle_append(struct merkle *m, const unsigned char leaf[MERKLE_HASH]);
void merkle_root(struct merkle *m, unsigned char root[MERKLE_HASH]);

/**
 * merkle_path(fd, index, size, path, n, e):
 * The inclusion proof of leaf ${index} of ${size}, whose hashes stand one behind the other in
 * the file ${fd}: ${n} hashes into ${path}.  Return 0, or -1 with ${e} set.
 */
int merkle_path(int fd, uint64_t index, uint64_t size,
    unsigned char path[MERKLE_RANGE_MAX][MERKLE_HASH], size_t *n, struct err *e);

/**
 * merkle_proves(leaf, index, size, path, n, root):
 * Return true if ${path}, of exactly the right length, leads from ${leaf} at ${index} to
 * ${root} of a tree of ${size}.
 */
bool merkle_proves(const unsigned char leaf[MERKLE_HASH], uint64_t index, uint64_t size,
    const unsigned char (*path)[MERKLE_HASH], size_t n, const unsigned char root[MERKLE_HASH]);

#endif
