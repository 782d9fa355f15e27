#ifndef AEGIS_LEDGER_GUARD_H
#define AEGIS_LEDGER_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "stream/book.h"

/* A stream of a load, compared against the dataset's loads before it. */
struct guard {
	struct pg *pg;
	const char *dataset_id, *dataset;
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

/* A stream of the load, and all of them: the source as a whole. */
struct guard_piece {
	const char *source;
	const struct book *up;
	size_t nup;
	const struct book *own;
};

struct guard_whole {
	struct pg *pg;
	const char *dataset_id, *dataset;
	bool by_name; /* each name has a past of its own: the dataset comes in parts */
	const struct guard_piece *pieces;
	size_t n;
};

/* What is known of it. */
struct guard_past {
	char same_as
	    [40]; /* when the last load was of these very pieces, by the same configuration */
	struct err older; /* STATUS_DATA: a piece was loaded before, and the last load had it not */
};

/**
 * guard_past(g, past, e):
 * Hold the source against the dataset's loads before it (those of some rows only, --delta, do not
 * count); pieces are told by their SHA-256, and one without counts as new.  That a source is older
 * is an error only where it changes something, which the caller knows: a file, its pieces and the
 * file again bring the same rows.
 */
int guard_past(const struct guard_whole *g, struct guard_past *past, struct err *e);

#endif
