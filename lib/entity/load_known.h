#ifndef AEGIS_ENTITY_LOAD_KNOWN_H
#define AEGIS_ENTITY_LOAD_KNOWN_H

#include "entity/load_dataset.h"
#include "ledger/parts.h"

/**
 * load_known_ahead(j, r, asked, e):
 * Before the first event: where the input is small, read it once, and append to ${asked} the SQL
 * that restricts a query to its keys.  Return 0, or -1 with ${e} set.
 */
int load_known_ahead(const struct load_job *j, struct stream_reader *r, struct buf *asked,
    struct err *e);

/**
 * load_known(j, d, asked, k, e):
 * Read keys and digests of the type into ${k}: all, or those of ${asked} where no other matters,
 * as nothing will be retired.
 */
int load_known(const struct load_job *j, const struct load_dataset *d, const struct buf *asked,
    struct parts *k, struct err *e);

#endif
