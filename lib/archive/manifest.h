#ifndef AEGIS_ARCHIVE_MANIFEST_H
#define AEGIS_ARCHIVE_MANIFEST_H

#include <stdint.h>

#include "archive/merkle.h"
#include "archive/period.h"
#include "base/buf.h"
#include "base/err.h"
#include "stream/zst.h"

/* data/manifest.json of an archive (doc/formats/archive.md): one member a line. */
enum { MANIFEST_COUNTS_MAX = 16, MANIFEST_WORD = 40, MANIFEST_MAX = 64 << 10 };

struct manifest_count {
	char word[MANIFEST_WORD];
	uint64_t n;
};

struct manifest_tree {
	uint64_t size;
	char root[DIGEST_SHA256_HEX + 1];
	char range[MERKLE_RANGE_MAX][DIGEST_SHA256_HEX + 1];
	size_t n;
};

struct manifest {
	char table[MANIFEST_WORD];
	char origin[256];
	uint64_t sequence; /* from 1 */
	struct period period;
	uint64_t rows, late;
	struct manifest_count counts[MANIFEST_COUNTS_MAX]; /* rows by verdict */
	size_t ncounts;
	char profile[160];
	char config_sha256[DIGEST_SHA256_HEX + 1];
	struct manifest_tree before, after;
	char previous_sha256[DIGEST_SHA256_HEX + 1]; /* of the manifest before, or "" */
	struct zst_sums rows_file, verdicts_file;
};

/**
 * manifest_write(m, out, e):
 * Append ${m} as JSON.
 */
int manifest_write(const struct manifest *m, struct buf *out, struct err *e);

/**
 * manifest_parse(p, len, m, e):
 * Read it; whatever manifest_write() would have written otherwise is refused.  Return 0, or
 * -1 with ${e} set to STATUS_DATA.
 */
int manifest_parse(const char *p, size_t len, struct manifest *m, struct err *e);

/**
 * manifest_tree(m, t), manifest_tree_of(t, m):
 * Between a tree and what a manifest says of it.  manifest_tree_of() returns 0, or -1 where
 * size, range and root do not go together.
 */
void manifest_tree(struct merkle *m, struct manifest_tree *t);
int manifest_tree_of(const struct manifest_tree *t, struct merkle *m);

#endif
