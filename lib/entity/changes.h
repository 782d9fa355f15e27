#ifndef AEGIS_ENTITY_CHANGES_H
#define AEGIS_ENTITY_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/pg.h"

/* Which changes, of those that loads have noted (sql/230_changes.sql); NULL: whatever. */
struct changes_options {
	const char *tenant; /* UUID */
	const char *matrix; /* whose operators are its own: NULL, pipelines/matrix.yaml */
	const char *run;    /* the first characters of a run's UUID */
	const char *since;  /* an instant, as PostgreSQL reads it */
	const char *type;
	const char
	    *operator_key; /* operator:NUMBER, or its number: about this one instead of its own */
	const char *field;
	bool all;         /* about anybody */
	bool definitions; /* also those where our definitions had changed */
	const char *form; /* "text", "csv", "json", "stream" */
};

/**
 * changes_write(pg, o, fd, name, n, e):
 * Write them to ${fd}, called ${name} in messages: for people; as CSV; as a JSON array; or as a sealed
 * stream changes:TENANT.  A change of several fields is several rows.  ${n} is set to how many
 * entities' changes these are.  Return 0, or -1 with ${e} set.
 */
int changes_write(struct pg *pg, const struct changes_options *o, int fd, const char *name,
    uint64_t *n, struct err *e);

#endif
