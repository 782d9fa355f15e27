/* Waiting for the server's answer, and looking for whom the server waits meanwhile. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/notice.h"
#include "base/os.h"
#include "pg/pg_conn.h"

static const uint64_t pg_wait_ms = 1000000;

/* Ask by a second session who holds what this one waits for; say so once a statement. */
static void
pg_wait_look(struct pg *pg)
{
	static const char sql[] =
	    "SELECT string_agg(format('process %s (%s of %s%s)', b.pid,"
	    " coalesce(nullif(a.application_name, ''), 'no name'), coalesce(a.usename, '?'),"
	    " CASE WHEN a.xact_start IS NOT NULL THEN ', in a transaction since ' ||"
	    " to_char(a.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS') || ' UTC' ELSE '' END), ', ')"
	    " FROM unnest(pg_blocking_pids($1::integer)) b (pid) LEFT JOIN pg_stat_activity a"
	    " ON a.pid = b.pid";
	char pid[24];
	const char *params[1] = { pid };
	PGresult *r;

	if (pg->watch == NULL &&
	    (pg->watch = pg_connect_beside(pg, PQdb(pg->conn), PG_WATCH, NULL)) == NULL)
		return;
	(void)snprintf(pid, sizeof(pid), "%d", PQbackendPID(pg->conn));
	r = PQexecParams(pg->watch->conn, sql, 1, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(r) == PGRES_TUPLES_OK && !PQgetisnull(r, 0, 0)) {
		pg_line(pg->holder, sizeof(pg->holder), PQgetvalue(r, 0, 0), true);
		if (strcmp(pg->holder, pg->said) != 0)
			notice_say("waits for a lock that is held by %s", pg->holder);
		memcpy(pg->said, pg->holder, sizeof(pg->said));
	}
	PQclear(r);
}

/* Milliseconds between two looks: some of them before the server gives the lock up. */
static uint64_t
pg_wait_step(const struct pg *pg)
{
	enum { LONGEST = 10000 };
	uint64_t third = pg->lock_ms / 3 + 1;

	return (pg->lock_ms == 0 || third > LONGEST ? LONGEST : third);
}

/* Until the next result is there, or the connection is gone. */
static void
pg_wait_ready(struct pg *pg)
{
	uint64_t step = pg_wait_step(pg), next = os_now_ns() / pg_wait_ms + step, now;
	struct pollfd p = { PQsocket(pg->conn), POLLIN, 0 };
	int n;

	while (PQisBusy(pg->conn)) {
		now = os_now_ns() / pg_wait_ms;
		n = pg->is_watch ? -1 : next > now ? (int)(next - now) : 0;
		n = poll(&p, 1, n);
		if (n == 0) {
			pg_wait_look(pg);
			next = os_now_ns() / pg_wait_ms + step;
		} else if (n < 0 && errno == EINTR) {
			continue;
		} else if (PQconsumeInput(pg->conn) == 0) {
			return;
		}
	}
}

PGresult *
pg_wait_result(struct pg *pg)
{

	pg_wait_ready(pg);
	return (PQgetResult(pg->conn));
}

PGresult *
pg_wait_last(struct pg *pg)
{
	PGresult *last = NULL, *r;
	ExecStatusType st;

	while ((r = pg_wait_result(pg)) != NULL) {
		PQclear(last);
		last = r;
		st = PQresultStatus(r);
		if (st == PGRES_COPY_IN || st == PGRES_COPY_OUT || st == PGRES_COPY_BOTH ||
		    PQstatus(pg->conn) != CONNECTION_OK)
			break;
	}
	return (last);
}

PGresult *
pg_wait_exec(struct pg *pg, const char *sql)
{

	pg->holder[0] = '\0';
	pg_drain(pg);
	if (PQsendQuery(pg->conn, sql) != 1)
		return (NULL);
	return (pg_wait_last(pg));
}

PGresult *
pg_wait_query(struct pg *pg, const char *sql, const char *const *params, int n)
{

	pg->holder[0] = '\0';
	pg_drain(pg);
	if (PQsendQueryParams(pg->conn, sql, n, NULL, params, NULL, NULL, 0) != 1)
		return (NULL);
	return (pg_wait_last(pg));
}
