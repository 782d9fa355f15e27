#ifndef AEGIS_AUDIT_WINDOW_H
#define AEGIS_AUDIT_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/period.h"
#include "audit/audit_table.h"
#include "base/err.h"
#include "pg/pg.h"

/* Rows of an audit table in a window of time, as the stream audit:TABLE. */
struct window_options {
	const struct audit_table *table;
	struct period period;
	const char *archives; /* directory of the archives: late rows are read too; or NULL */
	const char *run;      /* UUID */
	int out;
	const char *out_name;
};

/**
 * window_begin(pg, e):
 * Begin the one snapshot that all of it is read from.
 */
int window_begin(struct pg *pg, struct err *e);

/**
 * window_columns(pg, t, e):
 * Whether the database has all columns of the audit table ${t}.  Return 0, or -1 with ${e} set:
 * STATUS_FINDINGS where one is missing, without which no row can be exported, STATUS_CONFIG where
 * the table is.
 */
int window_columns(struct pg *pg, const struct audit_table *t, struct err *e);

/**
 * window_now(pg, us, e):
 * The database's clock.
 */
int window_now(struct pg *pg, int64_t *us, struct err *e);

/**
 * window_read(pg, o, rows, late, e):
 * Write the rows created in the period, by time and id, then those created before it (or at no
 * time at all) that no archive holds.  ${rows} is set to how many there are, ${late} to how
 * many of them are of the second kind.  Return 0, or -1 with ${e} set, and then the stream
 * has no seal.
 */
int window_read(struct pg *pg, const struct window_options *o, uint64_t *rows, uint64_t *late,
    struct err *e);

#endif
