#ifndef AEGIS_PG_PG_H
#define AEGIS_PG_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * The one place that knows libpq.  Errors carry the server's primary message, detail and hint,
 * and a status by SQLSTATE (pg/sqlstate.h); a lost connection is STATUS_TEMPFAIL.
 *
 * Every session waits for a lock so long as pg_lock_wait says; meanwhile a second
 * session finds out who holds it, which is said by notice_say() and stands in the error.
 */
struct pg;
struct pg_result;

/**
 * pg_connect(conninfo, app, e):
 * Connect by ${conninfo}; where it is NULL by the usual PG* variables; where
 * none of PGHOST, PGHOSTADDR, PGSERVICE, PGPORT, PGDATABASE is set, to the
 * private database of `aegis db`.  Return the connection, or NULL with ${e} set to
 * STATUS_NODB, or, where the server was reached and refused, by its SQLSTATE (the message never
 * contains a password).  UTF-8, UTC, ISO dates, standard_conforming_strings and an empty
 * search_path but for public are set; a dead network and a dead client are noticed.
 */
struct pg *pg_connect(const char *conninfo, const char *app, struct err *e);
void pg_close(struct pg *pg);

/**
 * pg_private(e):
 * Let libpq know the service "aegis", the private database.  Return 0, or -1 with ${e} set to
 * STATUS_NODB where there is none.
 */
int pg_private(struct err *e);

/**
 * pg_connect_beside(pg, dbname, app, e):
 * Connect to another database of the same server as the same user.
 */
struct pg *pg_connect_beside(const struct pg *pg, const char *dbname, const char *app,
    struct err *e);

/*
 * Seconds that sessions made from now on wait for a row or a table that another session holds
 * (0: as long as it takes), and the option that sets it, the same in all programs.
 */
extern uint64_t pg_lock_wait;
#define PG_OPTION_DB(out)                                                                        \
	{                                                                                        \
		"db", OPTION_STRING, "CONNINFO", out,                                            \
		    "Database, as libpq takes it (default: PGHOST and the other PG* variables, " \
		    "else the private database)."                                                \
	}
#define PG_OPTION_LOCK_WAIT                                                                 \
	{                                                                                   \
		"lock-wait", OPTION_U64, "SECONDS", &pg_lock_wait,                          \
		    "How long to wait for a row or a table that another session holds; 0: " \
		    "as long as it takes (default: 30)."                                    \
	}

/**
 * pg_environment(pg, dbname, e):
 * Set libpq's variables in this process's environment so that a program started with it
 * reaches the database ${dbname} as ${pg} reaches its own.  Return 0, or -1 with ${e} set.
 */
int pg_environment(const struct pg *pg, const char *dbname, struct err *e);

/**
 * pg_exec(pg, sql, e):
 * Run one or more statements without results.  Return 0, or -1 with ${e} set.
 */
int pg_exec(struct pg *pg, const char *sql, struct err *e);

/**
 * pg_query(pg, sql, params, n, e):
 * Run one statement with ${n} text parameters (NULL is NULL).  Return its
 * result, which the caller frees with pg_result_free(), or NULL with ${e} set.
 */
struct pg_result *pg_query(struct pg *pg, const char *sql, const char *const *params, int n,
    struct err *e);
int pg_result_rows(const struct pg_result *r);
const char *pg_result_get(const struct pg_result *r, int row, int col); /* NULL: null */

/**
 * pg_result_u64(r, row, col), pg_result_bool(r, row, col), pg_result_dup(r, row, col),
 * pg_result_copy(r, row, col, dst, size):
 * The value as a number (NULL: 0), as a boolean (NULL: false), as a string that the caller
 * frees (NULL: NULL), or copied into ${dst}, cut to ${size} bytes (NULL: "").
 */
uint64_t pg_result_u64(const struct pg_result *r, int row, int col);
bool pg_result_bool(const struct pg_result *r, int row, int col);
char *pg_result_dup(const struct pg_result *r, int row, int col);
void pg_result_copy(const struct pg_result *r, int row, int col, char *dst, size_t size);
int pg_result_columns(const struct pg_result *r);
const char *pg_result_name(const struct pg_result *r, int col);
uint64_t pg_result_affected(const struct pg_result *r);
void pg_result_free(struct pg_result *r);

/**
 * pg_sqlf(pg, b, e, fmt, ...), pg_execf(pg, rows, e, fmt, ...), pg_queryf(pg, e, fmt, ...):
 * Append to ${b}, run, or query SQL with values in it: %L a string as a literal (NULL: NULL), %I one
 * as an identifier, both as libpq quotes them; %s SQL as it is; %d, %zu, %llu numbers; %% a '%'.
 * ${rows} gets how many rows the statement was about; where it is NULL there may be several
 * statements.  Return 0 (a result), or -1 (NULL) with ${e} set.
 */
int pg_sqlf(struct pg *pg, struct buf *b, struct err *e, const char *fmt, ...);
int pg_execf(struct pg *pg, uint64_t *rows, struct err *e, const char *fmt, ...);
struct pg_result *pg_queryf(struct pg *pg, struct err *e, const char *fmt, ...);

/**
 * pg_names(pg, b, names, n, e):
 * Append the ${n} ${names} as identifiers with ", " between them.
 */
int pg_names(struct pg *pg, struct buf *b, const char *const *names, size_t n, struct err *e);

/**
 * pg_u64f(pg, n, e, fmt, ...), pg_boolf(pg, yes, e, fmt, ...), pg_textf(pg, s, e, fmt, ...):
 * Set ${n}, ${yes} or ${s} (freed by the caller) to the query's first value, or to 0, false, NULL
 * where it is NULL or no row came.
 */
int pg_u64f(struct pg *pg, uint64_t *n, struct err *e, const char *fmt, ...);
int pg_boolf(struct pg *pg, bool *yes, struct err *e, const char *fmt, ...);
int pg_textf(struct pg *pg, char **s, struct err *e, const char *fmt, ...);

/**
 * pg_begin(pg, e), pg_begin_load(pg, mode, e), pg_begin_whole(pg, mode, e), pg_commit(pg, e),
 * pg_rollback(pg):
 * A transaction; one of ${mode} ("", "ISOLATION LEVEL ...") that waits for the stages before it
 * however long they take, whatever timeouts the server has.  pg_begin_whole() is for what must
 * see every row or none (exports, checks): a row security policy that would hide some is an error.
 *  pg_commit() fails unless the server answers COMMIT: with
 * STATUS_BUG where it answers ROLLBACK, with STATUS_TEMPFAIL and "it is not known
 * whether" where the connection is lost on the way.
 */
int pg_begin(struct pg *pg, struct err *e);
int pg_begin_load(struct pg *pg, const char *mode, struct err *e);
int pg_begin_whole(struct pg *pg, const char *mode, struct err *e);
int pg_commit(struct pg *pg, struct err *e);
void pg_rollback(struct pg *pg);

/**
 * pg_pooled(pg), pg_own_session(pg, what, e):
 * Whether the connection goes through a pooler, such as pgbouncer: then each transaction may be on
 * another session, and what would be set for a session is set in each transaction.  Where ${what} needs
 * a session of its own: 0, or -1 with ${e} set to STATUS_CONFIG, and which port to take.
 */
bool pg_pooled(const struct pg *pg);
int pg_own_session(const struct pg *pg, const char *what, struct err *e);

/**
 * pg_patient(pg, e):
 * From here on no statement and no pause of the session is cut off by time-outs of the server's; behind
 * a pooler only those of transactions by pg_begin_load() are not.
 */
int pg_patient(struct pg *pg, struct err *e);

/**
 * pg_lock_limit(pg, ms, e):
 * From here on the session waits ${ms} milliseconds for a lock, 0: as long as it takes; behind a
 * pooler the transactions that begin from here on.
 */
int pg_lock_limit(struct pg *pg, uint64_t ms, struct err *e);

/**
 * pg_warnings(pg):
 * From here on the server's warnings are told by notice_say().
 */
void pg_warnings(struct pg *pg);

/**
 * pg_advisory(pg, name, e):
 * Wait for our own lock ${name}, to the transaction's end, however long it takes: only programs of
 * ours hold it, and whom this one waits for is said.
 */
int pg_advisory(struct pg *pg, const char *name, struct err *e);

/**
 * pg_users_text(pg, e):
 * After a statement failed that has a user's own condition or query in it: where the server made no
 * sense of the text, ${e} becomes STATUS_USAGE.  Return -1.
 */
int pg_users_text(const struct pg *pg, struct err *e);

/**
 * pg_copy_in(pg, sql, e):
 * Start a COPY ... FROM STDIN.  pg_copy_put() sends bytes (whole rows or not),
 * pg_copy_end() ends it and sets ${rows} to the server's count, and
 * pg_copy_fail() ends it with ${reason}, which rolls the transaction back.
 */
int pg_copy_in(struct pg *pg, const char *sql, struct err *e);
int pg_copy_put(struct pg *pg, const void *p, size_t n, struct err *e);
int pg_copy_end(struct pg *pg, uint64_t *rows, struct err *e);
void pg_copy_fail(struct pg *pg, const char *reason);

/**
 * pg_error_line(pg), pg_error_column(pg), pg_error_state(pg):
 * Of the server's last error: the line of the COPY FROM that it names, from 1, or 0;
 * the column that it names, or ""; the SQLSTATE, or "".
 */
uint64_t pg_error_line(const struct pg *pg);
const char *pg_error_column(const struct pg *pg);
const char *pg_error_state(const struct pg *pg);

/**
 * pg_lock_missed(pg):
 * Whether the last error was that others are at the same rows: a lock not to be had in
 * time, a deadlock, or a serialization failure.  The same statement may do later.
 */
bool pg_lock_missed(const struct pg *pg);

/**
 * pg_copy_out(pg, sql, e), pg_copy_get(pg, p, e):
 * Start a COPY ... TO STDOUT; fetch its next piece (for text: one line with its
 * LF), valid until the next call.  Return its length, 0 at the end, -1 with
 * ${e} set.
 */
int pg_copy_out(struct pg *pg, const char *sql, struct err *e);
long pg_copy_get(struct pg *pg, const char **p, struct err *e);

/**
 * pg_array_word(b, s, e):
 * Append ${s} as an element of a text[] literal: in quotes, quote and backslash escaped.
 */
int pg_array_word(struct buf *b, const char *s, struct err *e);

/**
 * pg_array(b, words, n, e):
 * Append the text[] literal of the ${n} ${words}; ${b} holds a string then.
 */
int pg_array(struct buf *b, const char *const *words, size_t n, struct err *e);

/**
 * pg_copy_text(b, p, len, e):
 * Append a value in COPY's text form: backslash, TAB, LF and CR escaped.
 */
int pg_copy_text(struct buf *b, const char *p, size_t len, struct err *e);

#endif
