#ifndef AEGIS_LEDGER_GUARD_H
#define AEGIS_LEDGER_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "stream/book.h"

/* A stream of a load, held against the dataset's loads before it. */
struct guard {
	struct pg *pg;
	const char *dataset_id, *dataset, *run;
	const char *source;    /* the source's name */
	bool by_name;          /* each name has a past of its own: the dataset comes in parts */
	const struct book *up; /* the pipe's stages, the first one first */
	size_t nup;
	const struct book *own;
};

/**
 * guard_config(up, n, own, hex):
 * SHA-256 of what every stage says of its configuration, in the order of the pipe.
 */
void guard_config(const struct book *up, size_t n, const struct book *own,
    char hex[DIGEST_SHA256_HEX + 1]);

/**
 * guard_layout(g, e):
 * Return -1 with ${e} set to STATUS_DATA where the first stage had another configuration
 * than at the dataset's last load: every value may be another field's.
 */
int guard_layout(const struct guard *g, struct err *e);

/**
 * guard_source(g, accept_older, when, size, e):
 * Sources are told by their SHA-256.  Return -1 with ${e} set to STATUS_DATA where the source
 * was loaded before and another one after it, and that is not accepted.  Where the last load
 * was of this very source, by the same configuration, set ${when} to its time, else to "".
 */
int guard_source(const struct guard *g, bool accept_older, char *when, size_t size, struct err *e);

#endif
