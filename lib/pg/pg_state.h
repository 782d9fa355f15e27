#ifndef AEGIS_PG_PG_STATE_H
#define AEGIS_PG_PG_STATE_H

/*
 * What pg.c (connection, statements, transactions) and pg_copy.c (COPY) share; for
 * these two only.
 */

#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "base/err.h"
#include "pg/pg.h"

/* libpq sends a message for each PQputCopyData(): rows are gathered first. */
enum { PG_COPY_CHUNK = 64 << 10, NAMEDATALEN_MAX = 63 };

struct pg {
	PGconn *conn;
	char *piece;   /* the last piece of a COPY TO STDOUT */
	size_t fill;   /* bytes gathered in chunk */
	uint64_t line; /* of the COPY that the last error names, or 0 */
	char state[6]; /* SQLSTATE of the last error */
	char column[NAMEDATALEN_MAX + 1];
	char chunk[PG_COPY_CHUNK];
};

/**
 * pg_fail(pg, res, e):
 * The server's answer ${res}, or the connection's state where that is NULL, as an
 * error.  Return -1.
 */
int pg_fail(struct pg *pg, const PGresult *res, struct err *e);

/**
 * pg_answer(pg, res, a, b, e):
 * ${res} if it is one of the two wanted kinds; else NULL with ${e} set.
 */
PGresult *pg_answer(struct pg *pg, PGresult *res, ExecStatusType a, ExecStatusType b,
    struct err *e);

/**
 * pg_drain(pg):
 * Read and drop all that the server still has to say of the last command.
 */
void pg_drain(struct pg *pg);

/**
 * pg_affected(res):
 * Rows that the command was about.
 */
uint64_t pg_affected(PGresult *res);

#endif
