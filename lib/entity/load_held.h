#ifndef AEGIS_ENTITY_LOAD_HELD_H
#define AEGIS_ENTITY_LOAD_HELD_H

#include "entity/load_job.h"
#include "ledger/parts.h"

/**
 * load_held(j, k):
 * Take every key in the reject files of the whole pipe for seen in ${k}: see parts_held().  Return NULL,
 * or, where a file cannot be used or has a reject without a key, why nothing may be retired.
 */
const char *load_held(const struct load_job *j, struct parts *k);

#endif
