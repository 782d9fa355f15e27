#ifndef AEGIS_PG_COPY_BINARY_H
#define AEGIS_PG_COPY_BINARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/pg.h"

/* A query's rows by COPY in its binary form: for many rows that are looked at once. */
enum { COPY_BINARY_FIELDS = 4 };
#define COPY_BINARY_NULL SIZE_MAX

struct copy_binary_field {
	const char *p;
	size_t len; /* COPY_BINARY_NULL: NULL */
};

/**
 * copy_binary_fn(cookie, f, e):
 * One row, whose fields live until it returns.  Return 0 to go on, or -1 with ${e} set.
 */
typedef int copy_binary_fn(void *cookie, const struct copy_binary_field *f, struct err *e);

/**
 * copy_binary_read(pg, query, fn, cookie, e):
 * Run ${query}, which has up to COPY_BINARY_FIELDS columns, and hand each row to ${fn}.
 */
int copy_binary_read(struct pg *pg, const char *query, copy_binary_fn *fn, void *cookie,
    struct err *e);

#endif
