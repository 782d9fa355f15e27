#ifndef AEGIS_ENTITY_LOAD_ORPHAN_H
#define AEGIS_ENTITY_LOAD_ORPHAN_H

#include "entity/load_job.h"

/**
 * load_orphan_retire(j, n, e):
 * Retire the tenant's entities whose type an administrator has deleted, and let their cells of the
 * matrix be due; add how many to ${n}.  No dataset brings them any more, so that any load of the
 * tenant's does it.  A type with more of them than --max-retired allows, of all the tenant's, stays as
 * it is: it is said, and stops nothing.
 */
int load_orphan_retire(const struct load_job *j, uint64_t *n, struct err *e);

#endif
