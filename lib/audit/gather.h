#ifndef AEGIS_AUDIT_GATHER_H
#define AEGIS_AUDIT_GATHER_H

#include <stdbool.h>

#include "archive/chain.h"
#include "base/err.h"

/* The archives that a command line means: a chain for each audit table, and single ones. */
enum { GATHER_TABLES = 2, GATHER_SINGLE = GATHER_TABLES, GATHER_CHAINS };

struct gather {
	struct chain chains[GATHER_CHAINS];
};

/**
 * gather_path(g, path, e):
 * Add what is in ${path}: the archives of both tables, those of one, or one archive.  Return 0,
 * or -1 with ${e} set: STATUS_NOINPUT where there is none.
 */
int gather_path(struct gather *g, const char *path, struct err *e);

/**
 * gather_one(g, e):
 * The one chain that was found, or NULL with ${e} set where there are several.
 */
const struct chain *gather_one(const struct gather *g, struct err *e);
void gather_free(struct gather *g);

#endif
