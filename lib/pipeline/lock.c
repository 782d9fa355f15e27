/* One run of a pipeline at a time. */

#include "pipeline/lock.h"

#include <stdio.h>
#include <string.h>

/* 64 bits of a name that no other advisory lock is made from. */
#define LOCK_KEY "hashtextextended('aegis-batch pipeline ' || $1, 0)"

/* The holder, by the lock table (a 64-bit key stands there in two halves). */
static const char lock_holder[] =
    "SELECT a.pid, coalesce(host(a.client_addr), 'this machine'), r.run_id, r.host,"
    " to_char(r.started_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " LEFT JOIN LATERAL (SELECT * FROM batch_runs WHERE pipeline = $2 AND state = 'running'"
    "  AND tenant_id IS NOT DISTINCT FROM $3::uuid"
    "  ORDER BY started_at DESC LIMIT 1) r ON true"
    " WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND ((l.classid::bigint << 32) | l.objid::bigint) = " LOCK_KEY;

/* Set ${e} to STATUS_TEMPFAIL with who holds the pipeline's lock; always return -1. */
static int
lock_refuse(struct pg *pg, const struct pipeline *p, const char *name, struct err *e)
{
	const char *const params[] = { name, p->name, p->tenant };
	struct pg_result *r;
	int rc;

	if ((r = pg_query(pg, lock_holder, params, 3, e)) == NULL)
		return (-1);
	if (pg_result_rows(r) == 0)
		rc = err_set(e, STATUS_TEMPFAIL, "pipeline '%s' was running until just now", name);
	else if (pg_result_get(r, 0, 2) == NULL)
		rc = err_set(e, STATUS_TEMPFAIL,
		    "pipeline '%s' is being started from %s "
		    "(the server's process %s)",
		    name, pg_result_get(r, 0, 1), pg_result_get(r, 0, 0));
	else
		rc = err_set(e, STATUS_TEMPFAIL,
		    "pipeline '%s' is running already: run %s on "
		    "%s since %s (the server's process %s)",
		    name, pg_result_get(r, 0, 2), pg_result_get(r, 0, 3), pg_result_get(r, 0, 4),
		    pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (rc);
}

int
lock_held(struct pg *pg, struct err *e)
{

	/* By the simple protocol: what a query by the other one leaves open would hold a snapshot. */
	return (pg_exec(pg, "SET LOCAL lock_timeout TO 0", e));
}

int
lock_take(struct pg *pg, const struct pipeline *p, struct err *e)
{
	char name[PIPELINE_NAME_MAX + 40];
	const char *const params[] = { name };
	struct pg_result *r;
	int rc = 0;

	(void)snprintf(name, sizeof(name), "%.*s%s%s", PIPELINE_NAME_MAX, p->name,
	    p->tenant != NULL ? "/" : "", p->tenant != NULL ? p->tenant : "");
	/* REPEATABLE READ would hold back the server's vacuum all night. */
	if (pg_begin_load(pg, "ISOLATION LEVEL READ COMMITTED READ ONLY", e))
		return (-1);
	if ((r = pg_query(pg, "SELECT pg_try_advisory_xact_lock(" LOCK_KEY ")", params, 1, e)) ==
	    NULL)
		return (-1);
	if (strcmp(pg_result_get(r, 0, 0), "t") != 0)
		rc = lock_refuse(pg, p, name, e);
	pg_result_free(r);
	return (rc || lock_held(pg, e));
}
