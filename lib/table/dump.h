#ifndef AEGIS_TABLE_DUMP_H
#define AEGIS_TABLE_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/pg.h"

/* What goes out as the stream table:NAME; all but the first may be NULL. */
struct dump_options {
	const char *table;   /* its name, in schema public */
	const char *query;   /* instead of its rows: a SELECT whose columns are the table's */
	const char *columns; /* some of its columns, "a,b"; NULL: all */
	const char *where;   /* a condition; the row is "t" */
	bool users;          /* where and query are the user's own words */
	const char *order;   /* of the rows; NULL: as dump_table() says */
	const char *kind;    /* another one than "table", before ":NAME" */
	const char *source;  /* NULL: the table's name */
	const char *stage;   /* whose book it is; NULL: "table-dump" */
	const char *run;     /* UUID */
	/* Called with each row, as COPY text without its LF: return false to leave it out. */
	bool (*wanted)(void *ctx, const char *p, size_t len);
	void *ctx;
};

/**
 * dump_snapshot(pg, e):
 * Begin a transaction that only reads, and in which every dump sees the same state.
 */
int dump_snapshot(struct pg *pg, struct err *e);

/**
 * dump_table(pg, o, fd, name, rows, e):
 * Write the rows as a sealed stream to ${fd}, ordered by the natural key where
 * the table has one, else by the primary key, else as text.  A field holds
 * PostgreSQL's own text of the value.  ${rows} is set to how many there are.
 * Return 0, or -1 with ${e} set, and then the stream has no seal.
 */
int dump_table(struct pg *pg, const struct dump_options *o, int fd, const char *name,
    uint64_t *rows, struct err *e);

/**
 * dump_names(pg, e):
 * All tables of schema public but the ledger (batch_*), sorted; a result of one column.
 */
struct pg_result *dump_names(struct pg *pg, struct err *e);

#endif
