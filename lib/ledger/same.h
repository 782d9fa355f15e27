#ifndef AEGIS_LEDGER_SAME_H
#define AEGIS_LEDGER_SAME_H

#include "base/digest.h"
#include "base/err.h"
#include "base/report.h"

/* Is a source the one that its dataset was last loaded from (DESIGN 7, "same source")? */

/**
 * same_layout(dataset, sha256, e):
 * The digest of the layout that ${dataset}, LAYOUT/VIEW, begins with.  Return 0, or -1 with ${e} set.
 */
int same_layout(const char *dataset, char sha256[DIGEST_SHA256_HEX + 1], struct err *e);

/**
 * same_file(file, last, since, e):
 * Set ${since} to "" unless ${last}, a SHA-256 or "", is that of ${file}, which is read only where it may be.
 * Return 0, or -1 with ${e} set.
 */
int same_file(const char *file, const char *last, char since[32], struct err *e);

/**
 * same_report(since, r):
 * Describe the answer in ${r}: nothing to do since then, or, where ${since} is "", something.
 */
void same_report(const char *since, struct report *r);

#endif
