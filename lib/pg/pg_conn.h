#ifndef AEGIS_PG_PG_CONN_H
#define AEGIS_PG_PG_CONN_H

/*
 * What the files of lib/pg that know libpq share: pg.c (statements, transactions),
 * pg_connect.c (connections), pg_copy.c (COPY), pg_wait.c (answers), pg_cancel.c (signals).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "base/err.h"
#include "pg/pg.h"

/* libpq sends a message for each PQputCopyData(): rows are gathered first. */
#define PG_WATCH "aegis-lock-watch"

enum { PG_COPY_CHUNK = 64 << 10, NAMEDATALEN_MAX = 63 };

struct pg {
	PGconn *conn;
	char *piece;   /* the last piece of a COPY TO STDOUT */
	size_t fill;   /* bytes gathered in chunk */
	uint64_t line; /* of the COPY that the last error names, or 0 */
	char state[6]; /* SQLSTATE of the last error */
	char column[NAMEDATALEN_MAX + 1];
	char chunk[PG_COPY_CHUNK];
	struct pg *watch; /* a second session, which looks for whom this one waits */
	bool is_watch;    /* this is one */
	uint64_t lock_ms; /* that a lock may take; 0: as long as it takes */
	char holder[400]; /* who holds what the present statement waits for, or "" */
	char said[400];   /* the last one that was told of */
	bool warns;       /* the server's warnings are told */
	bool pooled;      /* the connection goes through a pooler */
	size_t cancel;    /* its slot in pg_cancel.c */
};

/**
 * pg_line(dst, size, s, advice):
 * Copy a server's or libpq's message as one line; without ${advice} leave out the lines that
 * begin with a TAB.
 */
void pg_line(char *dst, size_t size, const char *s, bool advice);

/**
 * pg_wait_exec(pg, sql), pg_wait_query(pg, sql, params, n), pg_wait_last(pg), pg_wait_result(pg):
 * As PQexec(), PQexecParams(), the last result of a command under way, and PQgetResult(), but
 * while the server waits for a lock a second session finds out who holds it.
 */
PGresult *pg_wait_exec(struct pg *pg, const char *sql);
PGresult *pg_wait_query(struct pg *pg, const char *sql, const char *const *params, int n);
PGresult *pg_wait_last(struct pg *pg);
PGresult *pg_wait_result(struct pg *pg);

/**
 * pg_cancel_add(pg), pg_cancel_remove(pg):
 * From here on SIGHUP, SIGINT and SIGTERM end the connection's statement before they end the
 * process; no longer so.
 */
void pg_cancel_add(struct pg *pg);
void pg_cancel_remove(struct pg *pg);

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
