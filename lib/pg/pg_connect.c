/* Connections: where to, by which settings, and what went wrong. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/home.h"
#include "base/notice.h"
#include "pg/pg_conn.h"
#include "pg/sqlstate.h"

enum { PG_CONNECT_WORDS = 64 };

uint64_t pg_lock_wait = 30;

/*
 * What every session is set to.  A pooler in between hands its connections to the server round, so
 * that a SET would go to others: it carries the first three itself, of each of its clients; the rest
 * is set in each transaction (pg_begin()).
 */
static const char pg_session_carried[] =
    "SET TIME ZONE 'UTC'; SET datestyle TO ISO; SET standard_conforming_strings TO on";
static const char pg_session[] =
    "SET intervalstyle TO postgres; SET search_path TO public; "
    "SET client_min_messages TO warning; SET lock_timeout TO %llu";

/* A client that is gone is noticed while a statement runs, where the server's system can tell. */
static const char pg_session_check[] = "SET client_connection_check_interval TO '5s'";

/* The server's notices are nobody's; its warnings are told where somebody wants them. */
static void
pg_heard(void *arg, const PGresult *res)
{
	const struct pg *pg = arg;
	const char *hint = PQresultErrorField(res, PG_DIAG_MESSAGE_HINT);
	const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	char msg[900], more[600] = "";

	if (!pg->warns || severity == NULL || strcmp(severity, "WARNING") != 0)
		return;
	pg_line(msg, sizeof(msg), PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY), true);
	if (hint != NULL)
		pg_line(more, sizeof(more), hint, true);
	notice_say("%s%s%s", msg, hint != NULL ? "; " : "", more);
}

void
pg_warnings(struct pg *pg)
{

	pg->warns = true;
}

/* The value of a connection option, or NULL if it is not set or empty; owned by ${opt}. */
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
		(void)err_set(e, STATUS_NODB, "the connection string is invalid");
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

/* Replace each occurrence of the password in ${msg} by at most three asterisks, in place;
 * ${password} may be NULL. */
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

/*
 * Of a server's refusal libpq keeps the text only, in the server's language ("FATAL:  ..."): the
 * connection is tried once more so that it says the code instead.  Return the status by that
 * code, or STATUS_OK where this try has made it.
 */
static enum status
pg_connect_again(PGconn *conn)
{
	const char *msg, *code;
	char state[6];
	enum status status = STATUS_NODB;

	(void)PQsetErrorVerbosity(conn, PQERRORS_SQLSTATE);
	PQreset(conn);
	if (PQstatus(conn) == CONNECTION_OK)
		status = STATUS_OK;
	msg = PQerrorMessage(conn);
	for (code = msg; status == STATUS_NODB && (code = strstr(code, ":  ")) != NULL; code += 3)
		if (strspn(code + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5) {
			(void)snprintf(state, sizeof(state), "%.5s", code + 3);
			status = sqlstate_status(state);
			break;
		}
	(void)PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
	return (status == STATUS_BUG || status == STATUS_DATA ? STATUS_NODB : status);
}

/* Return 0 where a second try has made the connection. */
static int
pg_connect_fail(PGconn *conn, bool is_private, struct err *e)
{
	PQconninfoOption *opt = conn ? PQconninfo(conn) : NULL;
	enum status status = STATUS_NODB;
	char msg[700];

	pg_line(msg, sizeof(msg), conn ? PQerrorMessage(conn) : "out of memory", false);
	pg_redact(msg, pg_option(opt, "password"));
	PQconninfoFree(opt);
	if (conn != NULL && strstr(msg, ":  ") != NULL)
		status = pg_connect_again(conn);
	if (status == STATUS_OK)
		return (0);
	(void)err_set(e, status, "cannot reach the database: %s", msg);
	if (is_private)
		(void)err_hint(e, "start the private database with: aegis db start");
	else if (status == STATUS_NOPERM)
		(void)err_hint(e, "%s", sqlstate_hint("28000"));
	else
		(void)err_hint(e,
		    "check that the server runs, and PGHOST, PGPORT, PGSERVICE or --db");
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

/* Run settings of the session. */
static int
pg_session_set(struct pg *pg, const char *sql, struct err *e)
{
	PGresult *res = pg_answer(pg, PQexec(pg->conn, sql), PGRES_COMMAND_OK, PGRES_COMMAND_OK, e);

	PQclear(res);
	return (res == NULL);
}

/* Whether a pooler is between: the process that it names is not the one that answers. */
static int
pg_session_of(struct pg *pg, struct err *e)
{
	PGresult *res = pg_answer(pg, PQexec(pg->conn, "SELECT pg_backend_pid()"), PGRES_TUPLES_OK,
	    PGRES_TUPLES_OK, e);

	if (res == NULL)
		return (-1);
	pg->pooled = atoi(PQgetvalue(res, 0, 0)) != PQbackendPID(pg->conn);
	PQclear(res);
	return (0);
}

bool
pg_pooled(const struct pg *pg)
{

	return (pg->pooled);
}

int
pg_own_session(const struct pg *pg, const char *what, struct err *e)
{

	if (!pg->pooled)
		return (0);
	(void)err_set(e, STATUS_CONFIG,
	    "%s needs a session of its own, and this connection goes through a pooler", what);
	return (err_hint(e,
	    "connect to the server's own port (PGPORT, mostly 5432), not to the pooler's"));
}

/* Make a session of what may be a connection; where it is none, close it. */
static struct pg *
pg_session_begin(struct pg *pg, bool is_private, struct err *e)
{
	char sql[sizeof(pg_session) + 32];

	pg->cancel = SIZE_MAX;
	pg->lock_ms = pg_lock_wait * 1000;
	if ((pg->conn == NULL || PQstatus(pg->conn) != CONNECTION_OK) &&
	    pg_connect_fail(pg->conn, is_private, e)) {
		pg_close(pg);
		return (NULL);
	}
	(void)PQsetNoticeReceiver(pg->conn, pg_heard, pg);
	(void)snprintf(sql, sizeof(sql), pg_session, (unsigned long long)pg->lock_ms);
	if (pg_session_of(pg, e) || pg_session_set(pg, pg_session_carried, e) ||
	    (!pg->pooled && pg_session_set(pg, sql, e))) {
		pg_close(pg);
		return (NULL);
	}
	if (!pg->pooled)
		PQclear(PQexec(pg->conn, pg_session_check));
	pg_cancel_add(pg);
	return (pg);
}

/* A network that is dead is noticed within a minute or two, unless the user has said how. */
static size_t
pg_connect_defaults(const char *conninfo, const char **keys, const char **vals)
{
	static const char *const own[][2] = { { "keepalives_idle", "30" },
		{ "keepalives_interval", "10" }, { "keepalives_count", "3" },
		{ "tcp_user_timeout", "60000" } };
	PQconninfoOption *opt;
	size_t i, n = 0;

	/* A service has its own; those that the environment names are found here. */
	if (conninfo != NULL && strstr(conninfo, "service") != NULL)
		return (0);
	opt = PQconndefaults();
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (pg_option(opt, own[i][0]) != NULL)
			continue;
		keys[n] = own[i][0];
		vals[n++] = own[i][1];
	}
	PQconninfoFree(opt);
	return (n);
}

int
pg_private(struct err *e)
{
	char path[4096];

	if (home_var(path, sizeof(path), "db/pg_service.conf", e))
		return (-1);
	if (access(path, F_OK) == 0)
		return (setenv("PGSERVICEFILE", path, 1) ?
			err_sys(e, STATUS_TEMPFAIL, "cannot set the environment") :
			0);
	*strrchr(path, '/') = '\0';
	(void)err_set(e, STATUS_NODB, "private database '%s' does not exist", path);
	return (
	    err_hint(e, "start one with: aegis db start; or set PGHOST or PGSERVICE, or use --db"));
}

struct pg *
pg_connect(const char *conninfo, const char *app, struct err *e)
{
	const char *keys[PG_CONNECT_WORDS], *vals[PG_CONNECT_WORDS];
	bool is_private = conninfo == NULL && !pg_env_names_one();
	struct pg *pg;
	size_t n;

	if (is_private && pg_private(e))
		return (NULL);
	if (is_private)
		conninfo = "service=aegis";
	if (conninfo != NULL && pg_check_conninfo(conninfo, e))
		return (NULL);
	pg = xcalloc(1, sizeof(*pg));
	n = pg_connect_defaults(conninfo, keys, vals);
	if (conninfo != NULL) { /* else all from the environment */
		keys[n] = "dbname";
		vals[n++] = conninfo;
	}
	keys[n] = "application_name";
	vals[n++] = app;
	keys[n] = "client_encoding";
	vals[n++] = "UTF8";
	keys[n] = vals[n] = NULL;
	pg->conn = PQconnectdbParams(keys, vals, conninfo != NULL);
	return (pg_session_begin(pg, is_private, e));
}

struct pg *
pg_connect_beside(const struct pg *pg, const char *dbname, const char *app, struct err *e)
{
	PQconninfoOption *all = PQconninfo(pg->conn), *o;
	const char *keys[PG_CONNECT_WORDS], *vals[PG_CONNECT_WORDS];
	struct pg *beside = xcalloc(1, sizeof(*beside));
	size_t n = 0;

	for (o = all; o != NULL && o->keyword != NULL && n < PG_CONNECT_WORDS - 2; o++) {
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
	beside->is_watch = strcmp(app, PG_WATCH) == 0;
	beside->conn = PQconnectdbParams(keys, vals, 0);
	PQconninfoFree(all);
	return (pg_session_begin(beside, false, e));
}

int
pg_environment(const struct pg *pg, const char *dbname, struct err *e)
{
	PQconninfoOption *all = PQconninfo(pg->conn), *o;
	int rc = unsetenv("PGSERVICE");

	for (o = all; rc == 0 && o != NULL && o->keyword != NULL; o++) {
		bool mine = strcmp(o->keyword, "application_name") == 0 ||
		    strcmp(o->keyword, "client_encoding") == 0 || strcmp(o->keyword, "dbname") == 0;

		if (o->envvar == NULL || mine || strcmp(o->keyword, "service") == 0)
			continue;
		rc = o->val != NULL && o->val[0] != '\0' ? setenv(o->envvar, o->val, 1) :
							   unsetenv(o->envvar);
	}
	PQconninfoFree(all);
	if (rc || setenv("PGDATABASE", dbname, 1))
		return (err_sys(e, STATUS_TEMPFAIL, "cannot set the environment"));
	return (0);
}

void
pg_close(struct pg *pg)
{

	if (pg == NULL)
		return;
	pg_cancel_remove(pg);
	pg_close(pg->watch);
	PQfreemem(pg->piece);
	PQfinish(pg->conn);
	free(pg);
}
