/* A growing Merkle tree by RFC 6962: its root, and proofs. */

#include "archive/merkle.h"

#include <string.h>
#include <unistd.h>

void
merkle_init(struct merkle *m)
{

	m->size = 0;
	m->n = 0;
	m->digest = digest_sha256_new();
}

void
merkle_end(struct merkle *m)
{

	digest_sha256_free(m->digest);
	m->digest = NULL;
}

void
merkle_leaf(struct merkle *m, const void *p, size_t len, unsigned char leaf[MERKLE_HASH])
{

	digest_sha256_update(m->digest, "\0", 1);
	digest_sha256_update(m->digest, p, len);
	digest_sha256_next(m->digest, leaf);
}

/* Hash an inner node by RFC 6962: the byte 1, then both children. ${node} may be one of them. */
static void
merkle_node(struct digest_sha256 *d, const unsigned char *left, const unsigned char *right,
    unsigned char *node)
{
	unsigned char b[1 + 2 * MERKLE_HASH];

	b[0] = 1;
	memcpy(b + 1, left, MERKLE_HASH);
	memcpy(b + 1 + MERKLE_HASH, right, MERKLE_HASH);
	digest_sha256_update(d, b, sizeof(b));
	digest_sha256_next(d, node);
}

void
merkle_append(struct merkle *m, const unsigned char leaf[MERKLE_HASH])
{
	uint64_t s;

	memcpy(m->range[m->n++], leaf, MERKLE_HASH);
	/* Each pair of equal subtrees becomes one: a carry, as in counting. */
	for (s = ++m->size; (s & 1) == 0; s >>= 1, m->n--)
		merkle_node(m->digest, m->range[m->n - 2], m->range[m->n - 1], m->range[m->n - 2]);
}

void
merkle_root(struct merkle *m, unsigned char root[MERKLE_HASH])
{
	size_t i;

	if (m->n == 0) {
		digest_sha256_next(m->digest, root);
		return;
	}
	memcpy(root, m->range[m->n - 1], MERKLE_HASH);
	for (i = m->n - 1; i > 0; i--)
		merkle_node(m->digest, m->range[i - 1], root, root);
}

/* The root of leaves [low, high). */
static int
merkle_subtree(int fd, uint64_t low, uint64_t high, unsigned char root[MERKLE_HASH], struct err *e)
{
	unsigned char b[512][MERKLE_HASH];
	struct merkle m;
	int rc = 0;

	merkle_init(&m);
	while (low < high && rc == 0) {
		uint64_t n = high - low < 512 ? high - low : 512, i;
		size_t bytes = (size_t)n * MERKLE_HASH;

		if (pread(fd, b, bytes, (off_t)(low * MERKLE_HASH)) != (ssize_t)bytes)
			rc = err_sys(e, STATUS_IO, "cannot read the hashes back");
		for (i = 0; i < n && rc == 0; i++)
			merkle_append(&m, b[i]);
		low += n;
	}
	merkle_root(&m, root);
	merkle_end(&m);
	return (rc);
}

/* The largest power of two below ${n}, which is 2 or more. */
static uint64_t
merkle_split(uint64_t n)
{
	uint64_t k = 1;

	while (k < n - k)
		k <<= 1;
	return (k);
}

int
merkle_path(int fd, uint64_t index, uint64_t size,
    unsigned char path[MERKLE_RANGE_MAX][MERKLE_HASH], size_t *n, struct err *e)
{
	unsigned char down[MERKLE_RANGE_MAX][MERKLE_HASH];
	uint64_t low = 0, high = size, k;
	size_t i, steps = 0;

	if (index >= size)
		return (err_set(e, STATUS_BUG, "leaf %llu of %llu", (unsigned long long)index,
		    (unsigned long long)size));
	/* RFC 6962, 2.1.1: PATH(m, D[n]), from the root down. */
	while (high - low > 1) {
		int rc;

		k = low + merkle_split(high - low);
		if (index < k) {
			rc = merkle_subtree(fd, k, high, down[steps++], e);
			high = k;
		} else {
			rc = merkle_subtree(fd, low, k, down[steps++], e);
			low = k;
		}
		if (rc)
			return (-1);
	}
	for (i = 0; i < steps; i++)
		memcpy(path[i], down[steps - 1 - i], MERKLE_HASH);
	*n = steps;
	return (0);
}

bool
merkle_proves(const unsigned char leaf[MERKLE_HASH], uint64_t index, uint64_t size,
    const unsigned char (*path)[MERKLE_HASH], size_t n, const unsigned char root[MERKLE_HASH])
{
	struct digest_sha256 *d;
	unsigned char r[MERKLE_HASH];
	uint64_t fn = index, sn = size - 1;
	bool good = index < size;
	size_t i;

	/* RFC 9162, 2.1.3.2. */
	d = digest_sha256_new();
	memcpy(r, leaf, MERKLE_HASH);
	for (i = 0; i < n && good; i++) {
		if (sn == 0) {
			good = false;
		} else if ((fn & 1) != 0 || fn == sn) {
			merkle_node(d, path[i], r, r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node(d, r, path[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	digest_sha256_free(d);
	return (good && sn == 0 && memcmp(r, root, MERKLE_HASH) == 0);
}
