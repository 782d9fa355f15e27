#ifndef AEGIS_TRACE_TRACE_H
#define AEGIS_TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/report.h"
#include "pg/pg.h"

/* From what stands in the database back to the bytes that say so. */
struct trace_options {
	const char *tenant; /* UUID */
	const char *key;    /* an entity's key, with or without its type; a rule's identifier */
	const char *type;   /* only entities of this type; "rule": rules; NULL: any */
	const char *field;  /* only this one, with all its bytes; NULL: all, in short */
	const char *const *sources; /* directories and files that may be the kept sources */
	size_t nsources;
	const char *layout; /* a file in place of the layout that is there, or NULL */
	bool persons;       /* show what is a person's */
};

/**
 * trace_run(pg, o, r, finding, e):
 * Describe in ${r} where the entity, or the rule, comes from.  ${finding} is set where there is none, or where
 * its source does not say what the database says.  Return 0, or -1 with ${e} set: STATUS_USAGE where the
 * key is several entities', or no dataset brings the field.
 */
int trace_run(struct pg *pg, const struct trace_options *o, struct report *r, bool *finding,
    struct err *e);

#endif
