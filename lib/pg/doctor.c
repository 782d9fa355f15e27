/* What a database lacks for our stages, and what mends it. */

#include "pg/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pg/drift.h"

enum { DOCTOR_CLOCK = 60, DOCTOR_OLDEST = 15 };

static const char doctor_state_sql[] =
#include "queries/doctor_state.inc"
    ;
static const char doctor_rights_sql[] =
#include "queries/doctor_rights.inc"
    ;

/* Tell of each row of a query: what, stages, mend. */
static int
doctor_rows(struct pg *pg, const char *sql, const char *tenant, doctor_tell *tell, void *cookie,
    struct err *e)
{
	const char *params[1] = { tenant };
	struct pg_result *r = pg_query(pg, sql, params, 1, e);
	int i;

	if (r == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++)
		tell(cookie, pg_result_get(r, i, 0), pg_result_get(r, i, 1),
		    pg_result_get(r, i, 2));
	pg_result_free(r);
	return (0);
}

int
doctor_server(struct pg *pg, doctor_tell *tell, void *cookie, struct err *e)
{
	struct pg_result *r = pg_query(pg,
	    "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),"
	    " pg_is_in_recovery(), floor(extract(epoch FROM clock_timestamp()))::bigint",
	    NULL, 0, e);
	char what[200];
	int64_t late;

	if (r == NULL)
		return (-1);
	if (pg_result_u64(r, 0, 0) < DOCTOR_OLDEST) {
		(void)snprintf(what, sizeof(what), "the server is PostgreSQL %s",
		    pg_result_get(r, 0, 0));
		tell(cookie, what, "all", "PostgreSQL 15, 17 or 18");
	}
	if (strcmp(pg_result_get(r, 0, 1), "UTF8") != 0) {
		(void)snprintf(what, sizeof(what), "the database's encoding is %s",
		    pg_result_get(r, 0, 1));
		tell(cookie, what, "all", "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0");
	}
	if (pg_pooled(pg))
		tell(cookie, "the connection goes through a pooler",
		    "graph-sync, schema-apply, fixture-restore",
		    "connect these to the server's own port");
	if (pg_result_bool(r, 0, 2))
		tell(cookie, "the server is a standby, which only reads",
		    "all that write; audit-read and the checks work, and run with --record DIR",
		    "connect the others to the primary");
	late = (int64_t)time(NULL) - (int64_t)pg_result_u64(r, 0, 3);
	if (late > DOCTOR_CLOCK || late < -DOCTOR_CLOCK) {
		(void)snprintf(what, sizeof(what), "the server's clock is %lld s %s this machine's",
		    llabs((long long)late), late > 0 ? "slow against" : "ahead of");
		tell(cookie, what, "audit-read (which period is over), run",
		    "let both take the time from NTP");
	}
	pg_result_free(r);
	return (0);
}

/* What doctor_drift() passes on. */
struct doctor_drift {
	doctor_tell *tell;
	void *cookie;
	size_t ours, files; /* of them: files that were not applied, or are older */
	char first[200];
};

/* Of the differences, what a stage asks for; what is ours comes by one command and is counted. */
static void
doctor_drift(void *cookie, const struct drift *d)
{
	struct doctor_drift *t = cookie;
	char what[300];

	if (d->class != DRIFT_NEEDED || d->what >= DRIFT_NOTES)
		return;
	t->files += strcmp(d->kind, "file") == 0;
	if (d->stages == NULL) {
		if (t->ours++ == 0)
			(void)snprintf(t->first, sizeof(t->first), "%s %s", d->kind, d->object);
		return;
	}
	(void)snprintf(what, sizeof(what), "the %s %s is missing, which is AEGIS's", d->kind,
	    d->object);
	t->tell(t->cookie, what, d->stages, "a migration of AEGIS's; other stages do without");
}

int
doctor_schema(struct pg *pg, const char *reference, doctor_tell *tell, void *cookie, struct err *e)
{
	struct describe *have, *want = NULL;
	struct doctor_drift t = { tell, cookie, 0, 0, "" };
	char what[300];
	bool there;

	if (pg_boolf(pg, &there, e, "SELECT to_regclass('public.batch_schema_files') IS NOT NULL"))
		return (-1);
	if (!there) {
		tell(cookie, "the schema of AEGIS Batch is not in this database", "all",
		    "aegis schema-apply, as the owner of the database (doc/existing.md)");
		return (0);
	}
	if ((have = describe_take(pg, false, e)) != NULL &&
	    (want = describe_read(reference, describe_without(have), e)) != NULL)
		(void)drift_compare(want, have, doctor_drift, &t);
	if (t.ours > 0) {
		(void)snprintf(what, sizeof(what),
		    "%zu things of AEGIS Batch's own are missing or changed, such as %s", t.ours,
		    t.first);
		tell(cookie, what, "all",
		    t.files > 0 ? "aegis schema-apply, as the owner of the database" :
				  "aegis schema-apply --again FILE, as the owner of the database");
	}
	describe_free(want);
	describe_free(have);
	return (want == NULL);
}

int
doctor_state(struct pg *pg, const char *tenant, doctor_tell *tell, void *cookie, struct err *e)
{
	bool there;

	/* Without the schema there is nothing to ask, and doctor_schema() has said so. */
	if (pg_boolf(pg, &there, e,
		"SELECT to_regclass('public.batch_matrix_todo') IS NOT NULL"
		" AND to_regclass('public.entity_type_definitions') IS NOT NULL"))
		return (-1);
	if (!there)
		return (0);
	if (doctor_rows(pg, doctor_rights_sql, tenant, tell, cookie, e))
		return (-1);
	if (pg_boolf(pg, &there, e,
		"SELECT bool_and(has_table_privilege(t, 'SELECT')) FROM unnest(ARRAY['batch_rules',"
		" 'batch_matrix_todo', 'batch_runs', 'entity_type_definitions', 'batch_datasets']) t"))
		return (-1);
	return (there && doctor_rows(pg, doctor_state_sql, tenant, tell, cookie, e));
}
