/* A database that lives for a moment, with the schema's files applied. */

#include "pg/scratch.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"
#include "pg/schema.h"

enum { SCRATCH_NAME_MAX = 64, SCRATCH_ROLES = 2 };

/* The roles that sql/130_roles.sql makes where they are not there. */
static const char *const scratch_roles[SCRATCH_ROLES] = { "aegis_import", "aegis_audit" };

struct scratch {
	struct pg *pg;   /* the caller's */
	struct pg *conn; /* to the scratch database */
	char name[SCRATCH_NAME_MAX];
	bool made;
	bool had[SCRATCH_ROLES];
	sigset_t mask; /* as it was */
};

/* Drop the scratch database if it exists; ${name} is put into the SQL unquoted. */
static int
scratch_drop(struct pg *pg, const char *name, struct err *e)
{
	char sql[SCRATCH_NAME_MAX + 64];

	(void)snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS %s", name);
	return (pg_exec(pg, sql, e));
}

int
scratch_tidy(struct pg *pg, scratch_tell *tell, void *cookie, struct err *e)
{
	struct pg_result *r;
	int i, rc = 0;

	if ((r = pg_query(pg,
		 "SELECT datname FROM pg_database d WHERE datname ~ '^aegis_check_[0-9]+_[0-9a-f]{8}$'"
		 " AND pg_has_role(datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_stat_activity a"
		 " WHERE a.datid = d.oid OR a.application_name = d.datname) ORDER BY datname",
		 NULL, 0, e)) == NULL)
		return (-1);
	for (i = 0; rc == 0 && i < pg_result_rows(r); i++)
		if ((rc = scratch_drop(pg, pg_result_get(r, i, 0), e)) == 0)
			tell(cookie, pg_result_get(r, i, 0));
	pg_result_free(r);
	return (rc);
}

/* Ending in the middle would leave the database behind. */
static void
scratch_hold_signals(struct scratch *s)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, &s->mask);
}

/* Which of the roles the server has without us. */
static int
scratch_see_roles(struct scratch *s, struct err *e)
{
	struct pg_result *r;
	int i;

	for (i = 0; i < SCRATCH_ROLES; i++) {
		const char *params[] = { scratch_roles[i] };

		if ((r = pg_query(s->pg, "SELECT FROM pg_roles WHERE rolname = $1", params, 1,
			 e)) == NULL)
			return (-1);
		s->had[i] = pg_result_rows(r) > 0;
		pg_result_free(r);
	}
	return (0);
}

/* Drop the roles that the server did not have before; failures are ignored. */
static void
scratch_drop_roles(struct scratch *s)
{
	char sql[SCRATCH_NAME_MAX + 64];
	int i;

	for (i = 0; i < SCRATCH_ROLES; i++) {
		if (s->had[i])
			continue;
		/* Refused where another database has given it rights by now: it stays. */
		(void)snprintf(sql, sizeof(sql), "DROP ROLE IF EXISTS %s", scratch_roles[i]);
		(void)pg_exec(s->pg, sql, NULL);
	}
}

/* The new database knows nothing of what its neighbour is without. */
static int
scratch_without(struct scratch *s, struct err *e)
{
	struct pg_result *r, *set = NULL;
	const char *params[1];

	if ((r = pg_query(s->pg, "SELECT coalesce(current_setting('aegis.without', true), '')",
		 NULL, 0, e)) == NULL)
		return (-1);
	params[0] = pg_result_get(r, 0, 0);
	if ((set = pg_query(s->conn, "SELECT set_config('aegis.without', $1, false)", params, 1,
		 e)) != NULL)
		pg_result_free(set);
	pg_result_free(r);
	return (set != NULL ? 0 : -1);
}

/* Ignore the progress of schema_apply(), which needs a callback. */
static void
scratch_quiet(void *cookie, const char *name, bool applied)
{

	(void)cookie;
	(void)name;
	(void)applied;
}

struct scratch *
scratch_open(struct pg *pg, const char *dir, struct err *e)
{
	struct scratch *s = xcalloc(1, sizeof(*s));
	char uuid[37], sql[SCRATCH_NAME_MAX + 128];

	s->pg = pg;
	os_uuid(uuid);
	(void)snprintf(s->name, sizeof(s->name), "aegis_check_%ld_%.8s", (long)getpid(), uuid);
	scratch_hold_signals(s);
	(void)snprintf(sql, sizeof(sql), "SET application_name TO %s", s->name);
	if (scratch_see_roles(s, e) || pg_exec(pg, sql, e))
		goto err1;
	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE template0", s->name);
	if (pg_exec(pg, sql, e)) {
		if (e->status == STATUS_NOPERM)
			(void)err_advise(e,
			    "the files are tried in a scratch database; a role that may not make "
			    "one names a database that schema-apply made (--reference CONNINFO) or "
			    "a description (--against FILE)");
		goto err1;
	}
	s->made = true;
	if ((s->conn = pg_connect_beside(pg, s->name, "aegis-schema-check", e)) == NULL ||
	    scratch_without(s, e) || schema_apply(s->conn, dir, scratch_quiet, NULL, e))
		goto err1;
	return (s);
err1:
	(void)scratch_close(s, e);
	return (NULL);
}

struct pg *
scratch_pg(const struct scratch *s)
{

	return (s->conn);
}

int
scratch_close(struct scratch *s, struct err *e)
{
	struct err why = ERR_INIT;
	sigset_t mask = s->mask;
	int rc = 0;

	if (s->conn != NULL)
		pg_close(s->conn);
	/* The server itself waits a while for connections to be gone. */
	if (s->made)
		rc = scratch_drop(s->pg, s->name, &why);
	if (rc != 0) {
		/* The cause stays; the name must be said all the same. */
		if (e->status == STATUS_OK)
			(void)err_set(e, why.status, "the scratch database '%s' stays: %s", s->name,
			    why.msg);
		else
			(void)err_hint(e, "the scratch database '%s' stays: drop it", s->name);
	} else if (s->made) {
		scratch_drop_roles(s);
	}
	free(s);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	return (rc);
}
