#ifndef AEGIS_PG_DRIFT_H
#define AEGIS_PG_DRIFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "pg/pg.h"

/*
 * What a database has beside what the schema's files make: tables, columns,
 * constraints, indexes, triggers, rules, policies, function bodies, sequences,
 * grants, roles, extensions, graph labels, applied files.  Both sides are described by
 * the same queries to the same server, so that no version's wording is taken for a
 * difference.  Owners, OIDs and numbers of labels are no part of it.
 */
enum drift_what {
	DRIFT_MISSING, /* the files make it, the database has it not */
	DRIFT_EXTRA,   /* the other way round, on something that the files make */
	DRIFT_CHANGED,
	DRIFT_OTHERS, /* a table that the files know nothing of: no drift */
};

struct drift {
	enum drift_what what;
	const char *kind;        /* "column" */
	const char *object;      /* "public.users.email" */
	const char *want, *have; /* definitions; NULL where there is none */
};

typedef void drift_tell(void *cookie, const struct drift *d);

/**
 * drift_compare(reference, pg, tell, cookie, found, e):
 * Call ${tell} for each difference of ${pg} from ${reference}, sorted by kind and
 * object.  ${found} is set to how many there are, DRIFT_OTHERS not counted.
 * Return 0, or -1 with ${e} set.
 */
int drift_compare(struct pg *reference, struct pg *pg, drift_tell *tell, void *cookie,
    size_t *found, struct err *e);

/**
 * drift_reference(pg, dir, name, e):
 * Make a scratch database beside the one that ${pg} is connected to, apply the
 * schema's files in ${dir} to it as for a server that lacks what this one lacks, and
 * return a connection to it.  ${name}, of DRIFT_NAME_MAX bytes, gets its name, empty as
 * long as there is none; the caller closes the connection and then removes it with
 * drift_remove().  What dead runs left is removed.  NULL with ${e} set:
 * STATUS_NOPERM where the role may not make databases.
 */
enum { DRIFT_NAME_MAX = 64 };
struct pg *drift_reference(struct pg *pg, const char *dir, char *name, struct err *e);
int drift_remove(struct pg *pg, const char *name, struct err *e);

#endif
