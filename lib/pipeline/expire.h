#ifndef AEGIS_PIPELINE_EXPIRE_H
#define AEGIS_PIPELINE_EXPIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/report.h"

struct expire_options {
	const char *inbox; /* or NULL: none */
	uint64_t days;     /* what is younger stays */
	uint64_t keep;     /* and so do the last runs of each pipeline and tenant, this many */
	bool plan;         /* only say what would go */
};

/**
 * expire_run(o, r, e):
 * Remove directories of runs that nobody needs any more (sql/250_expire.sql says who does), what dead runs
 * have left half done, files in the inbox's done and failed, and rows of books and rejects; describe
 * it in ${r}.  What names a place stays, and what a failed run still owes.  Connects as the environment
 * says.  Return 0, or -1 with ${e} set.
 */
int expire_run(const struct expire_options *o, struct report *r, struct err *e);

#endif
