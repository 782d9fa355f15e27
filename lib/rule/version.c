/* rule-load: the transaction from BEGIN to COMMIT, and its books. */

#include "rule/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "base/progress.h"
#include "ledger/guard.h"
#include "rule/basis.h"
#include "rule/version_load.h"

/*
 * Loads of a tenant's rules one after the other: a second one waits until the first is done,
 * and then finds its versions.  Others, who do not know the lock, are kept off by the unique
 * indexes of rule_versions.
 */
static int
version_lock(struct version *v, struct err *e)
{
	struct pg_result *r;

	if (basis_lock(v->pg, v->tenant, e) ||
	    (r = pg_query(v->pg, "SELECT (now() AT TIME ZONE 'America/Chicago')::date", NULL, 0,
		 e)) == NULL)
		return (-1);
	pg_result_copy(r, 0, 0, v->today, sizeof(v->today));
	pg_result_free(r);
	return (0);
}

/* All is counted: the books, and how many rules are implausible. */
static int
version_check(struct version *v, struct err *e)
{
	uint64_t read = 0;
	size_t i;

	if (intake_check(v->in, e))
		return (-1);
	for (i = 0; i < intake_sections(v->in); i++)
		read += intake_section(v->in, i)->own.read;
	/* What is odd in a file is somebody's to look at; in a stream the layout may be wrong. */
	if (v->o->nfiles > 0 || !num_exceeds(&v->o->max_flaws, v->n.odds, read))
		return (0);
	(void)err_set(e, STATUS_DATA,
	    "%llu of %llu rules are implausible, more than --max-flaws allows",
	    (unsigned long long)v->n.odds, (unsigned long long)read);
	return (err_hint(e, "nothing was loaded; it may be of another layout; the first: %.200s",
	    v->odd[0]));
}

/* A file of rules may go back to what it said; RRC's files only come again. */
static int
version_past(struct version *v, struct err *e)
{
	const struct ledger_counts t = intake_totals(v->in, NULL, NULL);
	const char *dataset = intake_section(v->in, 0)->own.dataset;
	struct guard_past past;
	char id[16];

	if (v->o->nfiles > 0)
		return (0);
	if (ledger_dataset(v->pg, v->tenant, "rule", dataset, id, sizeof(id), e) ||
	    guard_past(v->pg, id, dataset, true, v->in, &past, e))
		return (-1);
	if (past.older.status == STATUS_OK || t.inserted + t.updated == 0 || v->o->accept_older)
		return (0);
	*e = past.older;
	return (-1);
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

/* Do the load in one transaction; a plan rolls it back after the rules are judged. */
static int
version_transact(struct version *v, struct err *e)
{

	if (pg_begin_load(v->pg, "", e) || version_judge_tables(v, e) ||
	    (v->plan && pg_exec(v->pg, "SET TRANSACTION READ ONLY", e)))
		return (-1);
	if (version_lock(v, e) || (v->o->nfiles == 0 && version_stream_take_all(v, e)) ||
	    rule_copy_send(v->copy, v->pg, "rule_in", e) ||
	    (rule_copy_any(v->copy) && version_judge(v, e)) || version_check(v, e))
		return (version_clash(v, e));
	if (v->plan) {
		pg_rollback(v->pg);
		return (0);
	}
	progress_phase("versions, and the snapshots on them");
	if (version_write(v, e))
		return (version_clash(v, e));
	if (version_past(v, e) ||
	    intake_write(v->in, v->pg, v->tenant, "rule", v->started, false, e))
		return (-1);
	/* Whether one version of each rule is in force is looked at here. */
	return (pg_commit(v->pg, e) ? version_clash(v, e) : 0);
}

/* Load catalog and files; with --check stop there, otherwise connect and run the transaction. */
static int
version_go(struct version *v, struct rule_faults *faults, struct err *e)
{
	const char *run = getenv("AEGIS_RUN");

	if ((v->c = catalog_load(v->o->catalog, e)) == NULL)
		return (-1);
	v->copy = rule_copy_new(v->c);
	if (run == NULL || num_uuid(v->run, run))
		os_uuid(v->run);
	if (v->o->nfiles > 0 && version_take_files(v, faults, e))
		return (-1);
	if (v->o->check)
		return (0);
	if ((v->pg = pg_connect(v->o->conninfo, "aegis-rule-load", e)) == NULL)
		return (-1);
	return (version_transact(v, e));
}

struct version *
version_run(const struct version_options *o, struct rule_faults *faults, struct err *e)
{
	const struct intake_options io = { "rule-load", o->rejects, "rule", NULL, o->nfiles == 0,
		o->max_rejects, o->max_flaws };
	struct version *v = xcalloc(1, sizeof(*v));
	int rc = -1;

	v->in = intake_new(&io);
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
	rule_copy_free(v->copy);
	v->copy = NULL;
	intake_close(v->in);
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
	intake_free(v->in);
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

	return (v->n.reviews > 0);
}
