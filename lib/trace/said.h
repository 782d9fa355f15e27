#ifndef AEGIS_TRACE_SAID_H
#define AEGIS_TRACE_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/pg.h"

/* What a dataset last said of a key, as the books have it; NULL: it is not known. */
struct said {
	const char *type, *key, *dataset, *role;
	const char *fields; /* that it brings: a JSON list */
	const char *digest; /* of the row, in hex */
	const char *run, *pipeline, *started, *version;
	bool placed; /* loads of before the places were kept have none */
	uint64_t record, offset;
	const char *source, *sha256, *loaded;
	const char *layout, *mapping; /* digests of what read it and of what mapped it */
};

struct said_list {
	struct pg_result *r; /* owns the texts */
	struct said *v;
	size_t n;
};

/**
 * said_read(pg, tenant, type, keys, l, e):
 * All that was said of one of the ${keys}, a text[] literal; ${type} NULL means all but rules.  Return 0, or -1
 * with ${e} set.  The caller calls said_release() either way.
 */
int said_read(struct pg *pg, const char *tenant, const char *type, const char *keys,
    struct said_list *l, struct err *e);
void said_release(struct said_list *l);

#endif
