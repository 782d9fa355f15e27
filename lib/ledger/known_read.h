#ifndef AEGIS_LEDGER_KNOWN_READ_H
#define AEGIS_LEDGER_KNOWN_READ_H

#include "base/err.h"
#include "ledger/known.h"
#include "ledger/parts.h"
#include "pg/pg.h"

/**
 * known_read(k, pg, query, what, e):
 * Add the keys that ${query} selects, as ${what} (see known_add()).  Its columns are the key, as text, each once;
 * with KNOWN_SAID the digest, as bytea; with KNOWN_RETIRED a boolean, whether that holds for the key.
 * Return 0, or -1 with ${e} set.
 */
int known_read(struct known *k, struct pg *pg, const char *query, unsigned what, struct err *e);

/**
 * known_read_parts(p, pg, query, what, e):
 * The same, in parts.
 */
int known_read_parts(struct parts *p, struct pg *pg, const char *query, unsigned what,
    struct err *e);

#endif
