#ifndef AEGIS_AUDIT_ASSESS_H
#define AEGIS_AUDIT_ASSESS_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/verdict.h"
#include "audit/verify.h"
#include "base/err.h"

/* Every row of an audit stream gets its verdict, as two columns more. */
struct assess_options {
	const struct keyring *ring;
	const struct verify_profile *profiles; /* as verify_new() takes them */
	size_t nprofiles;
	const char *config;        /* what to call them in the stream and its book */
	const char *config_sha256; /* a digest of them all */
	bool sign;                 /* give unsigned rows a signature */
	int in, out;
	const char *in_name, *out_name;
};

struct assess_totals {
	uint64_t rows, matched, signed_rows;
	uint64_t verdicts[VERDICT_COUNT];
};

/**
 * assess_stream(o, t, e):
 * Copy the stream, with _verdict and _key behind the table's columns.  Return 0 with ${t}
 * filled, or -1 with ${e} set, and then the output has no seal.
 */
int assess_stream(const struct assess_options *o, struct assess_totals *t, struct err *e);

/* How many of some signed rows each profile matches. */
struct assess_probe {
	const struct profile *profile;
	bool fits; /* it says something of the table */
	uint64_t matched;
};

/**
 * assess_probe(o, max, probes, rows, e):
 * Try each of o->profiles on the first ${max} signed rows, under any key of the ring, and
 * fill ${probes}, as many; ${rows} is set to how many rows were tried.  Nothing is written.
 */
int assess_probe(const struct assess_options *o, uint64_t max, struct assess_probe *probes,
    uint64_t *rows, struct err *e);

#endif
