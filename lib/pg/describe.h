#ifndef AEGIS_PG_DESCRIBE_H
#define AEGIS_PG_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "pg/pg.h"

/*
 * A database's schema in rows, sorted by kind, object and table: tables, columns,
 * constraints, indexes, triggers, rules, policies, function bodies, sequences, grants,
 * roles, extensions, graph labels, applied files.  Owners, OIDs and the numbers of
 * labels are no part of it, nor is what belongs to an extension.  Definitions are in
 * the server's words, so that only descriptions of one major version compare.
 */
struct describe_row {
	const char *kind;   /* "column" */
	const char *on;     /* table, function or schema that it belongs to, or "" */
	const char *object; /* "public.users.email" */
	const char *def;
};

struct describe;

/**
 * describe_take(pg, reference, e):
 * Describe the connected database.  Roles belong to the whole server: for a
 * ${reference} they are described as the files make them, not as they are.  Return the
 * description, freed by the caller with describe_free(), or NULL with ${e} set.
 */
struct describe *describe_take(struct pg *pg, bool reference, struct err *e);
void describe_free(struct describe *d);

/**
 * describe_rows(d, n):
 * Return its ${n} rows, which live as long as ${d}.
 */
const struct describe_row *describe_rows(const struct describe *d, size_t *n);

/**
 * describe_write(d, out, e), describe_read(path, e):
 * As text: a line "#aegis-schema 1 server=MAJOR without=LIST", a line of four fields in
 * COPY's text form for each row, a line "#end ROWS".  What is read must be whole and
 * sorted, otherwise ${e} is set to STATUS_DATA.
 */
int describe_write(const struct describe *d, struct buf *out, struct err *e);
struct describe *describe_read(const char *path, struct err *e);

/**
 * describe_comparable(want, have, e):
 * Return 0 where the two are of the same major version of PostgreSQL and of servers
 * without the same extensions, else -1 with ${e} set to STATUS_CONFIG.
 */
int describe_comparable(const struct describe *want, const struct describe *have, struct err *e);

#endif
