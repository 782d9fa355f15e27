#ifndef AEGIS_AUDIT_PACK_H
#define AEGIS_AUDIT_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/chain.h"
#include "audit/verdict.h"
#include "base/err.h"

/* Seals an audit stream with its verdicts as the next archive of its table. */
struct pack_options {
	const char *archives; /* directory; the table's is made in it */
	const char *key;      /* private key of the checkpoint; KEY.vkey lies beside it */
	bool csv;             /* a copy as CSV, too */
	int in;
	const char *in_name;
};

struct pack_result {
	char table[MANIFEST_WORD];
	char path[CHAIN_PATH]; /* of the archive; "": nothing was due */
	bool sealed_before;    /* it was there already */
	uint64_t sequence, rows, late;
	uint64_t findings; /* rows whose verdict is one */
	uint64_t known;    /* rows left out since an archive holds them */
	uint64_t changed;  /* rows that an archive holds in another form */
};

/**
 * pack_run(o, r, e):
 * Read the stream to its seal, write the archive, and give it its name.  Return 0, or -1 with
 * ${e} set, and then there is no new archive: STATUS_TEMPFAIL where another export is at
 * work, STATUS_DATA where the period does not follow the last archive's.
 */
int pack_run(const struct pack_options *o, struct pack_result *r, struct err *e);

#endif
