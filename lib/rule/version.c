#include "rule/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "rule/stand.h"
#include "rule/version_state.h"

/*
 * Loads of a tenant's rules one after the other: a second one waits until the first is done,
 * and then finds its versions.  Others, who do not know the lock, are kept off by the unique
 * indexes of rule_versions.
 */
static int
version_lock(struct version *v, struct err *e)
{
	struct pg_result *r;

	if (stand_lock(v->pg, v->tenant, e) ||
	    (r = pg_query(v->pg, "SELECT (now() AT TIME ZONE 'America/Chicago')::date", NULL, 0,
		 e)) == NULL)
		return (-1);
	(void)snprintf(v->today, sizeof(v->today), "%s", pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (0);
}

/* Versions of others, who know no lock of ours. */
static int
version_clash(struct version *v, struct err *e)
{

	if (strcmp(pg_error_state(v->pg), "23505") == 0) {
		e->status = STATUS_TEMPFAIL;
		(void)err_advise(e, "another writer made a version of the same rule; try again");
	}
	return (-1);
}

static int
version_transact(struct version *v, struct err *e)
{

	if (pg_begin_load(v->pg, "", e) || version_judge_tables(v, e) ||
	    (v->plan && pg_exec(v->pg, "SET TRANSACTION READ ONLY", e)))
		return (-1);
	if (version_lock(v, e) || (v->o->nfiles == 0 && version_stream_take_all(v, e)) ||
	    intake_send(v->in, v->pg, "rule_in", e) || version_judge(v, e) ||
	    version_book_check(v, e))
		return (version_clash(v, e));
	if (v->plan) {
		pg_rollback(v->pg);
		return (0);
	}
	if (version_write(v, e))
		return (version_clash(v, e));
	return (version_book_write(v, e) || pg_commit(v->pg, e) ? -1 : 0);
}

static int
version_go(struct version *v, struct rule_faults *faults, struct err *e)
{
	const char *run = getenv("AEGIS_RUN");

	if ((v->c = catalog_load(v->o->catalog, e)) == NULL)
		return (-1);
	v->in = intake_new(v->c);
	if (v->o->nfiles > 0 && version_take_files(v, faults, e))
		return (-1);
	if (v->o->check)
		return (0);
	if (run == NULL || num_uuid(v->run, run))
		os_uuid(v->run);
	if ((v->pg = pg_connect(v->o->conninfo, "aegis-rule-load", e)) == NULL)
		return (-1);
	return (version_transact(v, e));
}

struct version *
version_run(const struct version_options *o, struct rule_faults *faults, struct err *e)
{
	struct version *v = xcalloc(1, sizeof(*v));
	int rc = -1;

	v->o = o;
	v->plan = o->plan;
	(void)os_utc(v->started, sizeof(v->started), time(NULL));
	(void)snprintf(v->source, sizeof(v->source), "%s",
	    o->source         ? o->source :
		o->nfiles > 0 ? "manual" :
				"rrc_ingestion");
	if (!o->check && num_uuid(v->tenant, o->tenant))
		(void)err_set(e, STATUS_USAGE, "--tenant takes a UUID, not '%s'", o->tenant);
	else
		rc = version_go(v, faults, e);
	pg_close(v->pg);
	v->pg = NULL;
	intake_free(v->in);
	v->in = NULL;
	catalog_free(v->c);
	v->c = NULL;
	v->o = NULL;
	if (rc == 0)
		return (v);
	version_free(v);
	return (NULL);
}

void
version_free(struct version *v)
{
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < v->nsections; i++) {
		free(v->sections[i]->source);
		free(v->sections[i]->upstream);
		free(v->sections[i]);
	}
	free(v->sections);
	for (i = 0; i < v->nodd; i++)
		free(v->odd[i]);
	free(v->odd);
	for (i = 0; i < v->nsamples; i++) {
		free(v->samples[i].identifier);
		free(v->samples[i].version);
		free(v->samples[i].act);
		free(v->samples[i].status);
		free(v->samples[i].summary);
	}
	free(v->samples);
	free(v);
}

const char *
version_odd(const struct version *v, size_t i)
{

	return (i < v->nodd ? v->odd[i] : NULL);
}

bool
version_findings(const struct version *v)
{

	return (v->reviews > 0);
}
