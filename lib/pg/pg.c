/* Statements, results, transactions. */

#include "pg/pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg/pg_conn.h"
#include "pg/sqlstate.h"

struct pg_result {
	PGresult *res;
};

int
pg_exec(struct pg *pg, const char *sql, struct err *e)
{
	PGresult *res = pg_wait_exec(pg, sql);

	/* SELECT lock(...) has a result that nobody wants. */
	if (PQresultStatus(res) == PGRES_EMPTY_QUERY) {
		PQclear(res);
		return (0);
	}
	if ((res = pg_answer(pg, res, PGRES_COMMAND_OK, PGRES_TUPLES_OK, e)) == NULL)
		return (-1);
	PQclear(res);
	return (0);
}

struct pg_result *
pg_query(struct pg *pg, const char *sql, const char *const *params, int n, struct err *e)
{
	PGresult *res = pg_wait_query(pg, sql, params, n);
	struct pg_result *r;

	if ((res = pg_answer(pg, res, PGRES_COMMAND_OK, PGRES_TUPLES_OK, e)) == NULL)
		return (NULL);
	r = xcalloc(1, sizeof(*r));
	r->res = res;
	return (r);
}

int
pg_result_rows(const struct pg_result *r)
{

	return (PQntuples(r->res));
}

const char *
pg_result_get(const struct pg_result *r, int row, int col)
{

	return (PQgetisnull(r->res, row, col) ? NULL : PQgetvalue(r->res, row, col));
}

int
pg_result_columns(const struct pg_result *r)
{

	return (PQnfields(r->res));
}

const char *
pg_result_name(const struct pg_result *r, int col)
{

	return (PQfname(r->res, col));
}

uint64_t
pg_result_affected(const struct pg_result *r)
{

	return (pg_affected(r->res));
}

void
pg_result_free(struct pg_result *r)
{

	if (r == NULL)
		return;
	PQclear(r->res);
	free(r);
}

/* What a session would have been set to, behind a pooler. */
static int
pg_begin_settings(struct pg *pg, struct err *e)
{
	char sql[200];

	if (!pg->pooled)
		return (0);
	(void)snprintf(sql, sizeof(sql),
	    "SET LOCAL intervalstyle TO postgres; SET LOCAL search_path TO public;"
	    " SET LOCAL client_min_messages TO warning; SET LOCAL lock_timeout TO %llu",
	    (unsigned long long)pg->lock_ms);
	return (pg_exec(pg, sql, e));
}

int
pg_begin(struct pg *pg, struct err *e)
{

	return (pg_exec(pg, "BEGIN", e) || pg_begin_settings(pg, e));
}

int
pg_begin_load(struct pg *pg, const char *mode, struct err *e)
{
	char sql[400];

	/* 17 has a third one. */
	(void)snprintf(sql, sizeof(sql),
	    "BEGIN %s; SET LOCAL statement_timeout TO 0;"
	    " SET LOCAL idle_in_transaction_session_timeout TO 0%s",
	    mode,
	    PQserverVersion(pg->conn) >= 170000 ? "; SET LOCAL transaction_timeout TO 0" : "");
	return (pg_exec(pg, sql, e) || pg_begin_settings(pg, e));
}

int
pg_begin_whole(struct pg *pg, const char *mode, struct err *e)
{

	return (pg_begin_load(pg, mode, e) || pg_exec(pg, "SET LOCAL row_security TO off", e));
}

int
pg_patient(struct pg *pg, struct err *e)
{

	return (!pg->pooled &&
	    pg_exec(pg,
		PQserverVersion(pg->conn) >= 170000 ?
		    "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0;"
		    " SET idle_session_timeout TO 0; SET transaction_timeout TO 0" :
		    "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0;"
		    " SET idle_session_timeout TO 0",
		e));
}

int
pg_lock_limit(struct pg *pg, uint64_t ms, struct err *e)
{
	char sql[80];

	pg->lock_ms = ms;
	(void)snprintf(sql, sizeof(sql), "SET lock_timeout TO %llu", (unsigned long long)ms);
	return (!pg->pooled && pg_exec(pg, sql, e));
}

int
pg_advisory(struct pg *pg, const char *name, struct err *e)
{
	const char *params[1] = { name };
	char back[80];
	struct pg_result *r;

	(void)snprintf(back, sizeof(back), "SET LOCAL lock_timeout TO %llu",
	    (unsigned long long)pg->lock_ms);
	if (pg_exec(pg, "SET LOCAL lock_timeout TO 0", e) ||
	    (r = pg_query(pg, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", params, 1,
		 e)) == NULL)
		return (-1);
	pg_result_free(r);
	return (pg_exec(pg, back, e));
}

int
pg_users_text(const struct pg *pg, struct err *e)
{

	if (e != NULL && e->status != STATUS_OK && sqlstate_is_text(pg->state)) {
		e->status = STATUS_USAGE;
		e->hint[0] = '\0';
	}
	return (-1);
}

int
pg_commit(struct pg *pg, struct err *e)
{
	PGresult *res = pg_wait_exec(pg, "COMMIT");
	struct err why = ERR_INIT;
	int rc = 0;

	if (PQresultStatus(res) != PGRES_COMMAND_OK) {
		(void)pg_fail(pg, res, &why);
		if (PQstatus(pg->conn) == CONNECTION_OK) {
			rc = err_set(e, why.status, "%s", why.msg);
		} else {
			rc = err_set(e, STATUS_TEMPFAIL,
			    "it is not known whether the "
			    "transaction was committed: %s",
			    why.msg);
			why.hint[0] = '\0';
			(void)err_hint(&why, "run the same again: it finds out");
		}
		if (why.hint[0] != '\0')
			(void)err_hint(e, "%s", why.hint);
	} else if (strcmp(PQcmdStatus(res), "COMMIT") != 0) {
		/* A failed transaction answers COMMIT with ROLLBACK, and no error. */
		rc = err_set(e, STATUS_BUG,
		    "the database answers '%s' to COMMIT: an earlier "
		    "statement failed",
		    PQcmdStatus(res));
	}
	PQclear(res);
	return (rc);
}

void
pg_rollback(struct pg *pg)
{

	if (PQstatus(pg->conn) == CONNECTION_OK && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
		PQclear(PQexec(pg->conn, "ROLLBACK"));
}
