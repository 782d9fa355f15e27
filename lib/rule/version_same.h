#ifndef AEGIS_RULE_VERSION_SAME_H
#define AEGIS_RULE_VERSION_SAME_H

#include "rule/version.h"

/**
 * version_same(o, file, dataset, since, e):
 * Is there nothing to do with ${file} (ledger/same.h)?  Where the latest load of rules of ${dataset}
 * (LAYOUT/VIEW) was of this very file, by the same layout and catalog, set ${since} to its instant, else to
 * "".  What persons have done to the versions since is theirs: a load would leave it alone.  Return
 * 0, or -1 with ${e} set.
 */
int version_same(const struct version_options *o, const char *file, const char *dataset,
    char since[32], struct err *e);

#endif
