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
 * labels are no part of it, nor is what belongs to an extension.  Definitions are in the
 * server's words, which are the same from PostgreSQL 15 to 18.
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
 * describe_without(d):
 * The extensions that the described database does without: a set of pg/without.h.
 */
unsigned int describe_without(const struct describe *d);

/**
 * describe_write(d, bare, out, e), describe_read(path, without, e):
 * As text: a line "#aegis-schema 2", a line for each row of five fields in COPY's text form, a
 * line "#end ROWS".  The first field says where the row holds: "" everywhere, "age" where Apache
 * AGE is, "vector" and "-vector" where pgvector is and where it is not.  Written are the rows of
 * ${d} and of ${bare}, the same schema on a server without both, or NULL; read those that hold
 * for a database ${without}.  What is read must be whole and sorted, otherwise ${e} is set to
 * STATUS_DATA.
 */
int describe_write(const struct describe *d, const struct describe *bare, struct buf *out,
    struct err *e);
struct describe *describe_read(const char *path, unsigned int without, struct err *e);

#endif
