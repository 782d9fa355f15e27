#ifndef AEGIS_AUDIT_RECONCILE_H
#define AEGIS_AUDIT_RECONCILE_H

#include <stdint.h>

#include "audit/audit_table.h"
#include "base/err.h"
#include "pg/pg.h"

/* Holds an audit table of the database against its archives. */
enum { RECONCILE_SAMPLES = 20 };

struct reconcile_finding {
	char code[32];
	char text[300];
};

struct reconcile {
	uint64_t archived, rows;   /* ids in the archives; rows in the table */
	uint64_t same;             /* rows that are as they were archived */
	uint64_t deleted, changed; /* gone since, or other than then */
	uint64_t late;             /* not archived, of a period that is */
	uint64_t open;             /* not archived, of no period yet */
	struct reconcile_finding findings[64];
	size_t n;
};

/**
 * reconcile_run(pg, archives, t, r, e):
 * Compare every row, and look at what protects the table: its triggers, rules and counters.
 * Only reads, in one snapshot.  Return 0 with ${r} filled, or -1 with ${e} set.
 */
int reconcile_run(struct pg *pg, const char *archives, const struct audit_table *t,
    struct reconcile *r, struct err *e);

#endif
