#ifndef AEGIS_AUDIT_INSPECT_H
#define AEGIS_AUDIT_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/chain.h"
#include "archive/note.h"
#include "base/err.h"

/* Checks the archives of one table, offline. */
struct inspect_finding {
	char archive[CHAIN_NAME]; /* or "" for the chain as a whole */
	char code[32];
	char text[400];
};

/* A checkpoint that the auditor has kept from an earlier visit. */
struct inspect_anchor {
	const char *path;
	struct checkpoint c;
	bool used;  /* it is of this chain */
	bool met;   /* the tree had its size, and was compared */
	bool named; /* the archive that it was made for is there */
};

struct inspect_options {
	struct note_keys keys; /* none: signatures are not looked at */
	bool whole;            /* a directory of archives: the first one must be there */
	struct inspect_anchor *held;
	size_t nheld;
	const char *prove; /* id of a row to look for, or NULL */
};

struct inspect {
	const struct inspect_options *o;
	char table[MANIFEST_WORD];
	char origin[256];
	uint64_t archives, rows, late;
	uint64_t first_sequence, last_sequence;
	struct period period; /* of all */
	struct manifest_count counts[MANIFEST_COUNTS_MAX];
	size_t ncounts;
	struct inspect_finding *findings;
	size_t n, cap;
	struct merkle tree;
	bool tree_known; /* it is whole up to here */
	char previous[DIGEST_SHA256_HEX + 1];
	struct buf checkpoint; /* the last archive's, as it is */
	int leaves;            /* spool of leaf hashes, where a row is to be proved; or -1 */
	bool found;            /* the row to be proved */
	uint64_t index;        /* its leaf */
	struct buf line;       /* its line */
};

void inspect_free(struct inspect *k);

/**
 * inspect_add(k, archive, code, fmt, ...):
 * Note a finding.
 */
void inspect_add(struct inspect *k, const char *archive, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/**
 * inspect_link(k, l, m):
 * Check that the archive follows the one before, before its rows are read.
 */
void inspect_link(struct inspect *k, const struct chain_link *l, const struct manifest *m);

#endif
