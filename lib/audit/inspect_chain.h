#ifndef AEGIS_AUDIT_INSPECT_CHAIN_H
#define AEGIS_AUDIT_INSPECT_CHAIN_H

#include "audit/inspect.h"

/**
 * inspect_chain(o, c):
 * Check the archives of ${c}.  Return what was found, freed with inspect_free(); or NULL with
 * ${e} set where the checking itself failed: an I/O error is no finding.
 */
struct inspect *inspect_chain(const struct inspect_options *o, const struct chain *c,
    struct err *e);

#endif
