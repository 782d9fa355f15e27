#ifndef AEGIS_PG_DRIFT_H
#define AEGIS_PG_DRIFT_H

#include <stdbool.h>
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

/* What a difference means for us. */
enum drift_class {
	DRIFT_NEEDED,    /* a stage asks for it: ours, or a column of AEGIS's that we use */
	DRIFT_DIFFERENT, /* AEGIS's own, which no stage asks for */
	DRIFT_MORE,      /* more than the files make */
};

struct drift {
	enum drift_what what;
	enum drift_class class;
	const char *stages;      /* that ask for what is missing; NULL: all, or none */
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
 * there are, from DRIFT_NOTES on not counted.  Definitions that differ in what PostgreSQL itself
 * adds when it reads them again (after pg_dump | psql) are the same: drift_same().
 */
size_t drift_compare(const struct describe *want, const struct describe *have, drift_tell *tell,
    void *cookie);

/**
 * drift_word(what), drift_class_word(class):
 * Return "missing", "extra", "changed"; "needed", "different", "extra".
 */
const char *drift_word(enum drift_what what);
const char *drift_class_word(enum drift_class class);

/**
 * drift_same(a, b):
 * Whether two definitions say the same but for casts to a type of text and the parentheses around
 * them: "(status)::text = ANY ((ARRAY['a'::character varying])::text[])" is
 * "(status)::text = ANY (ARRAY[('a'::character varying)::text])".
 */
bool drift_same(const char *a, const char *b);

/**
 * drift_normal(def):
 * Return the definition without them, freed by the caller.
 */
char *drift_normal(const char *def);

#endif
