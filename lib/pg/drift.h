#ifndef AEGIS_PG_DRIFT_H
#define AEGIS_PG_DRIFT_H

#include <stddef.h>

#include "pg/describe.h"

/*
 * Where a database differs from what the schema's files make: two descriptions
 * (pg/describe.h), merged.
 */
enum drift_what {
	DRIFT_MISSING, /* the files make it, the database has it not */
	DRIFT_EXTRA,   /* the other way round, on something that the files make */
	DRIFT_CHANGED,
	DRIFT_NOTES,                /* from here on: no drift */
	DRIFT_OTHERS = DRIFT_NOTES, /* a table that the files know nothing of */
	DRIFT_VERSION,              /* an extension of another version */
};

struct drift {
	enum drift_what what;
	const char *kind;        /* "column" */
	const char *object;      /* "public.users.email" */
	const char *want, *have; /* definitions; NULL where there is none */
};

typedef void drift_tell(void *cookie, const struct drift *d);

/**
 * drift_compare(want, have, tell, cookie):
 * Call ${tell} for each difference of ${have} from ${want}, sorted by kind and object.
 * What stands on a table, function or schema that only one side has goes with that;
 * functions, files and extensions of others are theirs.  Return how many differences
 * there are, from DRIFT_NOTES on not counted.
 */
size_t drift_compare(const struct describe *want, const struct describe *have, drift_tell *tell,
    void *cookie);

#endif
