#include "pg/pg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "pg/pg_state.h"
#include "pg/private.h"

struct pg_result {
	PGresult *res;
};

static const char pg_session[] =
    "SET TIME ZONE 'UTC'; SET datestyle TO ISO; SET intervalstyle TO postgres; "
    "SET standard_conforming_strings TO on; SET search_path TO public; "
    "SET client_min_messages TO warning";

static int
pg_status_in(const char *state, const char *const *list)
{

	for (; *list != NULL; list++)
		if (strncmp(state, *list, strlen(*list)) == 0)
			return (1);
	return (0);
}

enum status
pg_sqlstate(const char *state)
{
	/* Whole classes are two characters (PostgreSQL manual, appendix A). */
	static const char *const temporary[] = { "08", "40", "53", "55P03", "57", "25P03", NULL };
	static const char *const data[] = { "22", "23", "54", NULL };
	static const char *const config[] = { "42P01", "42703", "3F000", NULL };

	if (state == NULL || strlen(state) != 5)
		return (STATUS_BUG);
	if (pg_status_in(state, temporary))
		return (STATUS_TEMPFAIL);
	if (pg_status_in(state, data))
		return (STATUS_DATA);
	if (strcmp(state, "42501") == 0)
		return (STATUS_NOPERM);
	if (strncmp(state, "58", 2) == 0)
		return (STATUS_IO);
	if (pg_status_in(state, config))
		return (STATUS_CONFIG);
	return (STATUS_BUG);
}

/* Copy a message as one line: lines joined, what follows a TAB-led line's start
 * (libpq's advice) left out where ${advice} is false, no control characters. */
static void
pg_line(char *dst, size_t size, const char *s, bool advice)
{
	size_t n = 0;
	bool gap = false;

	while (*s != '\0' && n + 3 < size) {
		if (*s == '\n') {
			gap = n > 0;
			s++;
			if (*s == '\t' && !advice)
				s += strcspn(s, "\n");
			continue;
		}
		if (gap) {
			dst[n++] = ';';
			dst[n++] = ' ';
			gap = false;
		}
		dst[n++] = (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s;
		s++;
	}
	dst[n] = '\0';
}

/* Where in a COPY it happened.  "COPY users, line 3, column name: ...", in the
 * server's language: the first number behind the table's name. */
static void
pg_note(struct pg *pg, const PGresult *res, const char *state, const char *where)
{
	const char *column = res ? PQresultErrorField(res, PG_DIAG_COLUMN_NAME) : NULL;
	const char *at =
	    where != NULL && strncmp(where, "COPY ", 5) == 0 ? strstr(where, ", ") : NULL;

	(void)snprintf(pg->state, sizeof(pg->state), "%s", state != NULL ? state : "");
	(void)snprintf(pg->column, sizeof(pg->column), "%s", column != NULL ? column : "");
	pg->line = 0;
	if (at == NULL)
		return;
	at += strcspn(at, "0123456789\n");
	(void)num_u64(at, strspn(at, "0123456789"), 1, UINT64_MAX, &pg->line);
	if (pg->column[0] == '\0' && (at = strstr(at, ", column ")) != NULL)
		(void)snprintf(pg->column, sizeof(pg->column), "%.*s", (int)strcspn(at + 9, ":\n"),
		    at + 9);
}

/* The server's answer, or the connection's state, as an error. */
int
pg_fail(struct pg *pg, const PGresult *res, struct err *e)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *primary = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *detail = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL) : NULL;
	const char *hint = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_HINT) : NULL;
	const char *where = res ? PQresultErrorField(res, PG_DIAG_CONTEXT) : NULL;
	char msg[500], more[300] = "", at[160] = "";
	bool lost = PQstatus(pg->conn) != CONNECTION_OK;
	enum status status;

	pg_note(pg, res, state, where);
	pg_line(msg, sizeof(msg), primary ? primary : PQerrorMessage(pg->conn), false);
	if (detail != NULL)
		pg_line(more, sizeof(more), detail, true);
	/* "COPY entities, line 3, column name: ..." is the only place known. */
	if (where != NULL && strncmp(where, "COPY ", 5) == 0)
		pg_line(at, sizeof(at), where, true);
	status = lost ? STATUS_TEMPFAIL : pg_sqlstate(state);
	(void)err_set(e, status, "%s%s%s%s%s%s%s%s",
	    lost ? "the connection to the database "
		   "is lost: " :
		   "the database says: ",
	    msg, more[0] ? ": " : "", more, at[0] ? " (" : "", at, at[0] ? ")" : "",
	    msg[0] ? "" : "no reason given");
	if (e == NULL || e->status != status)
		return (-1);
	if (hint != NULL) {
		pg_line(more, sizeof(more), hint, true);
		(void)err_hint(e, "%s", more);
	} else if (status == STATUS_CONFIG) {
		(void)err_hint(e,
		    "bring the database's tables up to date with: "
		    "aegis schema-apply");
	}
	return (-1);
}

/* Notices are not the library's to print. */
static void
pg_silence(void *arg, const PGresult *res)
{

	(void)arg;
	(void)res;
}

static const char *
pg_option(const PQconninfoOption *opt, const char *keyword)
{

	for (; opt != NULL && opt->keyword != NULL; opt++)
		if (strcmp(opt->keyword, keyword) == 0)
			return (opt->val != NULL && opt->val[0] != '\0' ? opt->val : NULL);
	return (NULL);
}

/* libpq's own complaints quote the string, and a password may be in it. */
static int
pg_check_conninfo(const char *conninfo, struct err *e)
{
	PQconninfoOption *opt;
	const char *host;
	int rc = 0;

	if (strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL)
		return (0); /* a database's name */
	if ((opt = PQconninfoParse(conninfo, NULL)) == NULL) {
		(void)err_set(e, STATUS_NODB, "the connection string can't be understood");
		(void)err_hint(e,
		    "it is 'host=... dbname=... user=...' or "
		    "'postgresql://USER@HOST/DATABASE', special characters as %%XX");
		return (-1);
	}
	host = pg_option(opt, "host");
	if (host != NULL && host[0] != '/' && host[0] != '@' && strchr(host, '@') != NULL) {
		rc = err_set(e, STATUS_NODB, "the connection string has two '@' before its host");
		(void)err_hint(e,
		    "write an '@' inside a password as %%40, or better, keep "
		    "passwords in ~/.pgpass");
	}
	PQconninfoFree(opt);
	return (rc);
}

static void
pg_redact(char *msg, const char *password)
{
	size_t n = password ? strlen(password) : 0;
	char *at;

	while (n > 0 && (at = strstr(msg, password)) != NULL) {
		/* Never longer than what it hides: no growth in place. */
		memmove(at + (n < 3 ? n : 3), at + n, strlen(at + n) + 1);
		memset(at, '*', n < 3 ? n : 3);
		if (strspn(password, "*") == n)
			return;
	}
}

static int
pg_connect_fail(PGconn *conn, bool is_private, struct err *e)
{
	PQconninfoOption *opt = conn ? PQconninfo(conn) : NULL;
	char msg[700];

	pg_line(msg, sizeof(msg), conn ? PQerrorMessage(conn) : "out of memory", false);
	pg_redact(msg, pg_option(opt, "password"));
	PQconninfoFree(opt);
	(void)err_set(e, STATUS_NODB, "can't reach the database: %s", msg);
	if (is_private)
		(void)err_hint(e, "start the private database with: aegis db start");
	return (-1);
}

/* Whether libpq's environment names a database. */
static bool
pg_env_names_one(void)
{
	static const char *const names[] = { "PGHOST", "PGHOSTADDR", "PGSERVICE", "PGPORT",
		"PGDATABASE" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *v = getenv(names[i]);

		if (v != NULL && v[0] != '\0')
			return (true);
	}
	return (false);
}

/* Make a session of what may be a connection; where it is none, close it. */
static struct pg *
pg_session_begin(struct pg *pg, bool is_private, struct err *e)
{

	if (pg->conn == NULL || PQstatus(pg->conn) != CONNECTION_OK) {
		(void)pg_connect_fail(pg->conn, is_private, e);
	} else {
		(void)PQsetNoticeReceiver(pg->conn, pg_silence, NULL);
		if (pg_exec(pg, pg_session, e) == 0)
			return (pg);
	}
	pg_close(pg);
	return (NULL);
}

struct pg *
pg_connect(const char *conninfo, const char *app, struct err *e)
{
	const char *keys[] = { "dbname", "application_name", "client_encoding", NULL };
	const char *vals[] = { NULL, app, "UTF8", NULL };
	char own[PRIVATE_CONNINFO_MAX];
	bool is_private = conninfo == NULL && !pg_env_names_one();
	struct pg *pg;

	if (is_private) {
		if (private_conninfo(own, sizeof(own), e))
			return (NULL);
		conninfo = own;
	}
	if (conninfo != NULL && pg_check_conninfo(conninfo, e))
		return (NULL);
	pg = xcalloc(1, sizeof(*pg));
	vals[0] = conninfo;
	if (conninfo == NULL) /* all from the environment */
		pg->conn = PQconnectdbParams(keys + 1, vals + 1, 0);
	else
		pg->conn = PQconnectdbParams(keys, vals, 1);
	return (pg_session_begin(pg, is_private, e));
}

struct pg *
pg_connect_beside(const struct pg *pg, const char *dbname, const char *app, struct err *e)
{
	PQconninfoOption *all = PQconninfo(pg->conn), *o;
	const char *keys[64], *vals[64];
	struct pg *beside = xcalloc(1, sizeof(*beside));
	size_t n = 0;

	for (o = all; o != NULL && o->keyword != NULL && n < 62; o++) {
		bool is_name = strcmp(o->keyword, "dbname") == 0;

		if (o->val == NULL && !is_name)
			continue;
		keys[n] = o->keyword;
		vals[n++] = is_name                             ? dbname :
		    strcmp(o->keyword, "application_name") == 0 ? app :
								  o->val;
	}
	keys[n] = NULL;
	vals[n] = NULL;
	beside->conn = PQconnectdbParams(keys, vals, 0);
	PQconninfoFree(all);
	return (pg_session_begin(beside, false, e));
}

void
pg_close(struct pg *pg)
{

	if (pg == NULL)
		return;
	PQfreemem(pg->piece);
	PQfinish(pg->conn);
	free(pg);
}

/* Read and drop all that the server still has to say of the last command. */
void
pg_drain(struct pg *pg)
{
	PGresult *res;

	while ((res = PQgetResult(pg->conn)) != NULL) {
		ExecStatusType st = PQresultStatus(res);

		PQclear(res);
		if (st == PGRES_COPY_IN) {
			/* A server that doesn't take this is gone; the loop ends then. */
			if (PQputCopyEnd(pg->conn, "not asked for") != 1)
				return;
		} else if (st == PGRES_COPY_OUT || st == PGRES_COPY_BOTH) {
			char *p;

			while (PQgetCopyData(pg->conn, &p, 0) > 0)
				PQfreemem(p);
		}
	}
}

/* Run one command and want one kind of answer; NULL with ${e} set otherwise. */
PGresult *
pg_answer(struct pg *pg, PGresult *res, ExecStatusType a, ExecStatusType b, struct err *e)
{
	ExecStatusType st = PQresultStatus(res); /* of NULL: PGRES_FATAL_ERROR */

	if (st == a || st == b)
		return (res);
	if (st == PGRES_COPY_IN || st == PGRES_COPY_OUT || st == PGRES_COPY_BOTH ||
	    st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK || st == PGRES_EMPTY_QUERY)
		(void)err_set(e, STATUS_BUG,
		    "the database answers '%s' to a statement of "
		    "another kind",
		    PQresStatus(st));
	else
		(void)pg_fail(pg, res, e);
	PQclear(res);
	pg_drain(pg);
	return (NULL);
}

int
pg_exec(struct pg *pg, const char *sql, struct err *e)
{
	PGresult *res = PQexec(pg->conn, sql);

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
	PGresult *res = PQexecParams(pg->conn, sql, n, NULL, params, NULL, NULL, 0);
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
pg_affected(PGresult *res)
{
	const char *s = PQcmdTuples(res);
	uint64_t n = 0;

	(void)num_u64(s, strlen(s), 0, UINT64_MAX, &n);
	return (n);
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

int
pg_begin(struct pg *pg, struct err *e)
{

	return (pg_exec(pg, "BEGIN", e));
}

int
pg_begin_load(struct pg *pg, struct err *e)
{

	return (pg_exec(pg,
	    "BEGIN; SET LOCAL statement_timeout TO 0;"
	    " SET LOCAL idle_in_transaction_session_timeout TO 0",
	    e));
}

int
pg_commit(struct pg *pg, struct err *e)
{
	PGresult *res = PQexec(pg->conn, "COMMIT");
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
