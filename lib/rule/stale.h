#ifndef AEGIS_RULE_STALE_H
#define AEGIS_RULE_STALE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/pg.h"

/* Filings that stand on versions of rules which are no longer the ones in force. */

/**
 * stale_mark(pg, tenant, n, e):
 * Set is_current and superseded_by of the tenant's snapshots of superseded versions; whether
 * somebody acknowledged them stays.  ${n} is how many were current before.
 */
int stale_mark(struct pg *pg, const char *tenant, uint64_t *n, struct err *e);

enum stale_form { STALE_TEXT, STALE_JSON, STALE_CSV };

struct stale_options {
	const char *conninfo;
	const char *tenant, *filing, *domain; /* which filings; NULL: all */
	const char *catalog;                  /* NULL: pipelines/rules.yaml */
	bool all; /* also filings that are closed, and what was acknowledged */
	enum stale_form form;
	int fd; /* the list goes there */
	const char *name;
};

/**
 * stale_list(o, n, e):
 * Write the list of stale filings, a row for each rule: what changed, since when, and whether
 * that was acknowledged.  A rule that is in force and that the filing has no snapshot of, though
 * it has others, is listed as added.  Nothing is written to the database.  ${n} is how many
 * rows there are.  Return 0, or -1 with ${e} set.
 */
int stale_list(const struct stale_options *o, uint64_t *n, struct err *e);

#endif
