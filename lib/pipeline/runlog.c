/* The record of a run in the database. */

#include "pipeline/runlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/notice.h"
#include "pg/pg.h"
#include "pipeline/lock.h"
#include "pipeline/outcome.h"
#include "pipeline/resume.h"

#ifndef AEGIS_VERSION
#define AEGIS_VERSION "0.1.0"
#endif

/* Seconds that the end of a restart is waited for. */
enum { RUNLOG_TRIES = 60 };

struct runlog {
	struct pg *pg;   /* writes the record */
	struct pg *lock; /* a transaction that holds the pipeline's lock */
	const struct pipeline *p;
	const char *run, *asked;
	char host[256];
};

/* Open a connection named after the pipeline, with libpq's environment; the caller closes it, NULL
 * on error. */
static struct pg *
runlog_connect(const struct runlog *l, struct err *e)
{
	char app[64]; /* the server keeps no more */

	(void)snprintf(app, sizeof(app), "aegis-run %.50s", l->p->name);
	return (pg_connect(NULL, app, e));
}

/* A server that is starting, or has no connection to spare, gets a minute. */
static struct pg *
runlog_connect_soon(const struct runlog *l, struct err *e)
{
	struct pg *pg;
	int tries;

	for (tries = 0; (pg = runlog_connect(l, e)) == NULL; tries++) {
		if (e->status != STATUS_TEMPFAIL || tries == RUNLOG_TRIES)
			break;
		*e = (struct err)ERR_INIT;
		(void)sleep(1);
	}
	return (pg);
}

/* After a lost connection: another one, however it was lost, within a minute. */
static int
runlog_again(struct runlog *l, struct pg **pg, struct err *e)
{
	int tries;

	pg_close(*pg);
	for (tries = 0;; tries++) {
		*e = (struct err)ERR_INIT;
		if ((*pg = runlog_connect(l, e)) != NULL)
			return (0);
		if (tries == RUNLOG_TRIES)
			return (-1);
		(void)sleep(1);
	}
}

int
runlog_hold(struct runlog *l, struct err *e)
{
	struct err lost = ERR_INIT;

	if (l->lock != NULL && lock_held(l->lock, &lost) == 0)
		return (0);
	/* The lock went with its connection: whoever has it now may be at work. */
	if (runlog_again(l, &l->lock, e) || lock_take(l->lock, l->p, e)) {
		e->status = STATUS_TEMPFAIL;
		return (err_prefix(e, "the lock of the pipeline was lost with its connection"));
	}
	notice_say("the lock of pipeline '%s' was lost with its connection, and is held again",
	    l->p->name);
	return (0);
}

/* Ask one of the functions that write runs (sql/190_rights.sql). */
static int
runlog_do(struct pg *pg, const char *sql, const char *const *params, int n, uint64_t *answer,
    struct err *e)
{
	struct pg_result *r;

	if (pg == NULL)
		return (err_set(e, STATUS_TEMPFAIL, "the connection is lost"));
	if ((r = pg_query(pg, sql, params, n, e)) == NULL)
		return (-1);
	if (answer != NULL)
		*answer = pg_result_u64(r, 0, 0);
	pg_result_free(r);
	return (0);
}

/* Record a run that never began, since another one is running: nothing is lost where that fails. */
static void
runlog_refused(const struct runlog *l, const struct err *why)
{
	char status[16];
	const char *const params[] = { l->run, l->p->name, l->p->tenant, l->host, AEGIS_VERSION,
		l->asked, status, why->msg };
	struct err e = ERR_INIT;
	struct pg *pg;

	(void)snprintf(status, sizeof(status), "%d", (int)why->status);
	if ((pg = runlog_connect(l, &e)) != NULL)
		(void)runlog_do(pg,
		    "SELECT 1 FROM batch_run_refuse($1, $2, $3, $4, $5, $6, $7, $8)", params, 8,
		    NULL, &e);
	pg_close(pg);
}

/* The lock, within ${wait} seconds. */
static int
runlog_lock(struct runlog *l, uint64_t wait, struct err *e)
{
	uint64_t waited;

	for (waited = 0;; waited++) {
		if ((l->lock = runlog_connect_soon(l, e)) == NULL)
			return (-1);
		if (lock_take(l->lock, l->p, e) == 0)
			return (0);
		if (e->status != STATUS_TEMPFAIL || waited >= wait)
			return (-1);
		if (waited == 0)
			notice_say("%s; waiting for it", e->msg);
		*e = (struct err)ERR_INIT;
		pg_close(l->lock);
		l->lock = NULL;
		(void)sleep(1);
	}
}

struct runlog *
runlog_open(const struct pipeline *p, const char *run, const char *asked, uint64_t wait,
    struct err *e)
{
	struct runlog *l = xcalloc(1, sizeof(*l));
	int held;

	l->p = p;
	l->run = run;
	l->asked = asked;
	if (gethostname(l->host, sizeof(l->host) - 1))
		(void)snprintf(l->host, sizeof(l->host), "unknown");
	/* One idles in its transaction while the stages work, and holds the lock by that. */
	held = runlog_lock(l, wait, e);
	if (held != 0 && l->lock == NULL)
		goto err1;
	if (held != 0) {
		runlog_refused(l, e);
		goto err1;
	}
	if ((l->pg = runlog_connect(l, e)) == NULL || pg_patient(l->pg, e))
		goto err1;
	return (l);
err1:
	runlog_close(l);
	return (NULL);
}

/* Record the run, and mark the pipeline's runs whose runner died as failed; ${dead} is their
 * number. */
static int
runlog_insert(struct runlog *l, uint64_t *dead, struct err *e)
{
	const char *const params[] = { l->run, l->p->name, l->p->tenant, l->host, AEGIS_VERSION,
		l->asked };

	return (
	    runlog_do(l->pg, "SELECT batch_run_start($1, $2, $3, $4, $5, $6)", params, 6, dead, e));
}

int
runlog_start(struct runlog *l, uint64_t *dead, struct err *e)
{
	struct err first = ERR_INIT, again;

	if (runlog_insert(l, dead, &first) == 0)
		return (0);
	if (first.status == STATUS_TEMPFAIL && runlog_again(l, &l->pg, &again) == 0)
		return (runlog_insert(l, dead, e));
	*e = first;
	return (-1);
}

/* Record the run's end with state, status, cause and resources; a missing record is
 * STATUS_TEMPFAIL. */
static int
runlog_update(struct runlog *l, const char *const *params, struct err *e)
{
	uint64_t n = 0;

	if (runlog_do(l->pg, "SELECT batch_run_end($1, $2, $3, $4, $5)::integer", params, 5, &n, e))
		return (-1);
	if (n != 1)
		return (err_set(e, STATUS_TEMPFAIL, "the record has vanished"));
	return (0);
}

int
runlog_resume(struct runlog *l, bool *kept, char earlier[37], struct err *e)
{

	return (resume_steps(l->pg, l->p, l->run, kept, earlier, e));
}

int
runlog_step(struct runlog *l, const struct result *r, struct err *e)
{
	static const char runlog_step_sql[] = "SELECT batch_run_note($1, $2)";
	struct err first = ERR_INIT;
	struct buf json = BUF_INIT(64 << 20);
	const char *params[2] = { l->run, NULL };
	int rc = -1;

	if (outcome_resources(l->p, r, &json, e) == 0 && (params[1] = buf_str(&json, e)) != NULL)
		rc = runlog_do(l->pg, runlog_step_sql, params, 2, NULL, &first);
	if (rc && first.status == STATUS_TEMPFAIL) {
		/* Steps are at work: one look whether the server is back, and no waiting. */
		pg_close(l->pg);
		if ((l->pg = runlog_connect(l, e)) != NULL)
			rc = runlog_do(l->pg, runlog_step_sql, params, 2, NULL, e);
	}
	buf_free(&json);
	return (rc);
}

int
runlog_end(struct runlog *l, const struct result *r, struct err *e)
{
	struct buf json = BUF_INIT(64 << 20);
	struct err first = ERR_INIT, again = ERR_INIT;
	const char *params[5];
	char status[16];
	int rc = -1;

	(void)snprintf(status, sizeof(status), "%d", r->status);
	params[0] = l->run;
	params[1] = outcome_state(r);
	params[2] = status;
	params[3] = r->cause[0] ? r->cause : NULL;
	if (outcome_resources(l->p, r, &json, &first) == 0 &&
	    (params[4] = buf_str(&json, &first)) != NULL)
		rc = runlog_update(l, params, &first);
	/* The stages may have worked for hours: the server may be back. */
	if (rc && first.status == STATUS_TEMPFAIL && runlog_again(l, &l->pg, &again) == 0)
		rc = runlog_update(l, params, &again);
	if (rc)
		(void)err_set(e, STATUS_TEMPFAIL, "cannot record the end of run %s: %s", l->run,
		    first.msg);
	buf_free(&json);
	return (rc);
}

void
runlog_close(struct runlog *l)
{

	if (l == NULL)
		return;
	pg_close(l->pg);
	pg_close(l->lock);
	free(l);
}
