#ifndef AEGIS_AUDIT_INSPECT_ARCHIVE_H
#define AEGIS_AUDIT_INSPECT_ARCHIVE_H

#include "audit/inspect.h"

/**
 * inspect_archive(k, l, m, sha256, e):
 * Check one archive by itself, and let the tree grow by its rows.  Return 1 with its manifest
 * in ${m} and that one's digest; 0 where it has none that can be read, which is a finding; or
 * -1 with ${e} set.
 */
int inspect_archive(struct inspect *k, const struct chain_link *l, struct manifest *m,
    char sha256[DIGEST_SHA256_HEX + 1], struct err *e);

#endif
