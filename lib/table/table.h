#ifndef AEGIS_TABLE_TABLE_H
#define AEGIS_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "pg/pg.h"

/* A table of schema public, as the server's catalogue describes it. */
struct table_column {
	char *name;
	bool required;  /* NOT NULL without a default: a row cannot do without */
	bool generated; /* nobody may write it */
};

/* One unique index that tells rows apart. */
struct table_key {
	char *target;   /* as ON CONFLICT takes it: a, lower(b) */
	char **columns; /* those that it is made of */
	size_t n;
};

struct table {
	char *name;
	char *quoted; /* "public"."NAME" */
	struct table_column *columns;
	size_t n;
	struct table_key *keys; /* the natural key, where there is one, then the primary key */
	size_t nkeys;
	bool append_only; /* an audit table */
	bool partitioned;
};

/**
 * table_describe(pg, name, e):
 * Describe the ordinary or partitioned table ${name}, freed by the caller with
 * table_free(); or NULL with ${e} set: STATUS_CONFIG where there is none.
 */
struct table *table_describe(struct pg *pg, const char *name, struct err *e);
void table_free(struct table *t);

/**
 * table_find(t, column):
 * The column's number, or -1.
 */
int table_find(const struct table *t, const char *column);

/**
 * table_parents(pg, name, e):
 * The tables whose rows ${name}'s need to be there first: those of its foreign keys,
 * itself and deferrable keys left out; a result of one column.
 */
struct pg_result *table_parents(struct pg *pg, const char *name, struct err *e);

#endif
