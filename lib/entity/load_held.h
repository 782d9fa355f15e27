#ifndef AEGIS_ENTITY_LOAD_HELD_H
#define AEGIS_ENTITY_LOAD_HELD_H

#include "entity/load_job.h"
#include "ledger/known.h"

/**
 * load_held(j, k, n):
 * Take every key in the reject files of the whole pipe for seen in ${k}; ${n} gets how many that were
 * there before.  Return NULL, or, where a file cannot be used or has a reject without a key, why
 * nothing may be retired.
 */
const char *load_held(const struct load_job *j, struct known *k, uint64_t *n);

#endif
