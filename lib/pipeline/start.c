/* run: a pipeline for its tenants. */

#include "pipeline/start.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/home.h"
#include "base/notice.h"
#include "base/num.h"
#include "base/os.h"
#include "pg/conninfo.h"
#include "pipeline/arrival.h"
#include "pipeline/exec.h"
#include "pipeline/lineage.h"
#include "pipeline/outcome.h"
#include "pipeline/pipeline_load.h"
#include "pipeline/plan.h"
#include "pipeline/rundir.h"
#include "pipeline/runner.h"
#include "pipeline/site.h"

struct start {
	struct start_options *o;
	struct pipeline_faults *faults;
	struct report *report;
	char file[PATH_MAX], home[PATH_MAX], spools[PATH_MAX];
	struct site *site;
	struct arrival *arrival;
	struct voice *voice;
	char *lineage; /* a file, or NULL */
	const char *run;
	struct option_list tenants; /* as UUIDs in small letters; none: one run that has none */
	int status;                 /* of the first run that failed, 1, or 0 */
	bool ran;                   /* a run was begun */
	bool stopped;
};

/* Add one tenant. */
static int
start_tenant(struct start *n, const char *text, struct err *e)
{
	char *uuid = xcalloc(1, 37);
	size_t i;

	if (num_uuid(uuid, text)) {
		free(uuid);
		return (err_set(e, STATUS_USAGE, "tenant '%s' is not a UUID", text));
	}
	for (i = 0; i < n->tenants.n; i++)
		if (strcmp(n->tenants.v[i], uuid) == 0) {
			free(uuid);
			return (0);
		}
	if (n->tenants.n == n->tenants.cap)
		n->tenants.v = xgrow(n->tenants.v, &n->tenants.cap, sizeof(*n->tenants.v));
	n->tenants.v[n->tenants.n++] = uuid;
	return (0);
}

/* Free the list of tenants. */
static void
start_free_tenants(struct start *n)
{
	size_t i;

	for (i = 0; i < n->tenants.n; i++)
		free((char *)(uintptr_t)n->tenants.v[i]);
	free(n->tenants.v);
}

/* The tenants of a list of the settings, or of the pipeline. */
static int
start_listed(struct start *n, const struct conf *c, const struct conf_node *list, struct err *e)
{
	const struct conf_node *k;

	if (list == NULL || list->kind == CONF_SCALAR)
		return (list != NULL && start_tenant(n, list->text, e));
	for (k = list->child; k != NULL; k = k->next)
		if (k->kind != CONF_SCALAR || start_tenant(n, k->text, e))
			return (conf_fail(c, k, e, "must be a tenant's UUID"));
	return (0);
}

/* Whose runs these are: by the command line, the environment, this machine's settings, the file. */
static int
start_tenants(struct start *n, const struct conf *file, struct err *e)
{
	const struct conf *conf = file;
	const struct conf_node *list;
	const char *env = getenv("AEGIS_TENANT");
	size_t i;

	for (i = 0; i < n->o->tenants.n; i++)
		if (start_tenant(n, n->o->tenants.v[i], e))
			return (-1);
	if (i > 0)
		return (0);
	if (env != NULL && env[0] != '\0')
		return (start_tenant(n, env, e));
	if ((list = site_get(n->site, NULL, "tenants", &conf)) == NULL)
		list = conf_get(conf_root(file), "tenants");
	return (start_listed(n, conf, list, e));
}

/* The database of this machine's settings, where nobody names another. */
static int
start_database(const struct start *n, struct err *e)
{
	static const char *const names[] = { "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE",
		"PGSERVICE", NULL };
	const struct conf *conf;
	const struct conf_node *db = site_get(n->site, NULL, "database", &conf);
	size_t i;

	for (i = 0; names[i] != NULL; i++)
		if (getenv(names[i]) != NULL)
			return (0);
	if (db == NULL)
		return (0);
	if (db->kind != CONF_SCALAR)
		return (conf_fail(conf, db, e, "'database' must be a connection string"));
	return (conninfo_export(db->text, e));
}

/* A text of this machine's settings, or of the pipeline's file; NULL where neither says. */
static const char *
start_text(const struct start *n, const struct conf *file, const char *key, struct err *e)
{
	const struct conf *conf = file;
	const struct conf_node *k = site_get(n->site, NULL, key, &conf);

	if (k == NULL)
		k = conf_get(conf_root(file), key);
	if (k != NULL && k->kind != CONF_SCALAR)
		(void)conf_fail(conf, k, e, "'%s' must be one text", key);
	return (k != NULL && k->kind == CONF_SCALAR ? k->text : NULL);
}

/* Who hears of it while it works. */
static int
start_voice(struct start *n, const struct conf *file, struct err *e)
{
	const char *log = n->o->log != NULL ? n->o->log : start_text(n, file, "log", e);
	const char *lineage = start_text(n, file, "lineage", e);

	n->lineage = lineage != NULL ? xstrdup(lineage) : NULL;
	return (e->status != STATUS_OK || (n->voice = voice_new(n->o->level, log, e)) == NULL);
}

/* All that is known before a run's own pipeline is read. */
static int
start_open(struct start *n, struct err *e)
{
	struct conf *c = NULL;
	int rc;

	rc = home_path(n->home, sizeof(n->home), "", e) ||
	    site_pipeline(n->o->name, n->file, sizeof(n->file), e) ||
	    (n->site = site_of(n->file, n->faults, e)) == NULL ||
	    (c = conf_load(n->file, e)) == NULL || start_tenants(n, c, e) || start_database(n, e) ||
	    start_voice(n, c, e);
	if (rc == 0) {
		const struct arrival_options ao = { n->o->inbox, n->site, c, n->o->wait,
			n->o->mode != START_RUN };

		rc = (n->arrival = arrival_open(&ao, e)) == NULL;
	}
	conf_free(c);
	return (rc);
}

/* Does the list hold the word? */
static bool
start_in(const struct option_list *l, const char *word)
{
	size_t i;

	for (i = 0; i < l->n && strcmp(l->v[i], word) != 0; i++)
		;
	return (i < l->n);
}

/* Every step that was named on the command line must be one of the pipeline's. */
static int
start_known(const struct pipeline *p, const char *word, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < p->nsteps; i++)
		if (strlen(p->steps[i].name) == n && memcmp(p->steps[i].name, word, n) == 0)
			return (0);
	(void)err_set(e, STATUS_USAGE, "pipeline '%s' has no step '%.*s'", p->name, (int)n, word);
	return (err_hint(e, "aegis run --check lists them"));
}

/* What was named on the command line is there, and may be accepted. */
static int
start_asked(const struct pipeline *p, const struct asked *a, struct err *e)
{
	size_t i, n;

	for (i = 0; i < a->steps.n; i++)
		if (start_known(p, a->steps.v[i], strlen(a->steps.v[i]), e))
			return (-1);
	if (a->from != NULL && start_known(p, a->from, strlen(a->from), e))
		return (-1);
	for (i = 0; i < a->accept.n; i++) {
		const char *word = a->accept.v[i];

		n = strcspn(word, "=");
		if (word[n] != '=' ||
		    (strcmp(word + n, "=shrink") != 0 && strcmp(word + n, "=change") != 0 &&
			strcmp(word + n, "=older") != 0))
			return (err_set(e, STATUS_USAGE,
			    "--accept takes STEP=shrink, STEP=change or STEP=older, not '%s'",
			    word));
		if (start_known(p, word, n, e))
			return (-1);
	}
	return (0);
}

/* Which steps the run leaves out; the caller frees it. */
static bool *
start_left(const struct pipeline *p, const struct asked *a)
{
	bool *left = xcalloc(p->nsteps, sizeof(*left)), begun = a->from == NULL;
	size_t i;

	for (i = 0; i < p->nsteps; i++) {
		begun = begun || strcmp(p->steps[i].name, a->from) == 0;
		left[i] = !begun || (a->steps.n > 0 && !start_in(&a->steps, p->steps[i].name));
	}
	/* What decodes for a step that runs runs, too. */
	for (i = 0; i < p->nsteps; i++)
		if (!left[i] && p->steps[i].import != NULL && p->steps[i].import->from != SIZE_MAX)
			left[p->steps[i].import->from] = false;
	return (left);
}

/* What steps have decoded for others is of use no longer. */
static void
start_clear(const struct pipeline *p)
{
	size_t i;

	for (i = 0; i < p->nsteps; i++)
		if (p->steps[i].import != NULL && p->steps[i].import->from != SIZE_MAX)
			(void)unlink(p->steps[i].input);
}

/* A status counts where it is the first failure, or a finding where nothing was found yet. */
static void
start_status(struct start *n, int status)
{

	if (n->status == STATUS_OK || (n->status == STATUS_FINDINGS && status != STATUS_OK))
		n->status = status;
}

/* Tell OpenLineage that a run begins, or what came of it; that nobody hears it is no matter of the run's. */
static void
start_lineage(const struct start *n, const struct pipeline *p, const struct result *r)
{
	struct err e = ERR_INIT;

	if (n->lineage != NULL && lineage_write(n->lineage, p, n->run, r, &e))
		notice_say("no lineage: %s", e.msg);
}

/* When a run begins. */
static void
start_begun(void *cookie, const struct pipeline *p)
{

	start_lineage(cookie, p, NULL);
}

/* When a run's steps are over. */
static void
start_judge(void *cookie, const struct pipeline *p, struct result *r)
{
	struct start *n = cookie;

	arrival_judge(n->arrival, p, r);
}

/* Run the pipeline and describe what came of it. */
static int
start_one(struct start *n, const struct pipeline *p, const char *run, const char *run_dir,
    struct err *e)
{
	struct buf asked = BUF_INIT(1 << 20);
	struct runner_options o = { .run = run,
		.run_dir = run_dir,
		.jobs = n->o->jobs,
		.progress = n->o->progress,
		.resume = n->o->resume,
		.record = n->o->record,
		.wait = n->o->wait,
		.voice = n->voice,
		.begun = start_begun,
		.judge = start_judge,
		.cookie = n };
	struct result r;
	bool *left = start_left(p, &n->o->asked);
	char taken_up[37];
	uint64_t dead;
	int rc;

	o.left = left;
	voice_run(n->voice, run);
	n->run = run;
	rc = asked_json(&n->o->asked, arrival_inbox(n->arrival), &asked, e);
	o.asked = asked.p;
	if (rc == 0 && (rc = runner_run(p, &o, &r, &dead, taken_up, e)) == 0) {
		if (taken_up[0] != '\0')
			notice_say("resuming run %s", taken_up);
		else if (o.resume)
			notice_say("nothing to resume: the last run of '%s' did not fail", p->name);
		if (dead > 0)
			notice_say(
			    "%llu earlier run%s of '%s' had been left by a runner that "
			    "died; recorded as failed",
			    (unsigned long long)dead, dead > 1 ? "s" : "", p->name);
		if (r.cause[0] != '\0' && n->o->cause != NULL)
			n->o->cause(r.cause, r.status);
		if (r.cause[0] != '\0')
			voice_own(n->voice, r.cause);
		outcome_report(p, run, &r, arrival_inbox(n->arrival), n->report);
		rundir_tidy(run_dir);
		start_lineage(n, p, &r);
		start_status(n, r.status);
		n->ran = true;
		n->stopped = r.stopped != 0;
		exec_free(&r);
	}
	free(left);
	buf_free(&asked);
	return (rc);
}

/* The settings of the last run, where this one takes it up. */
static int
start_again(struct start *n, const char *tenant, struct err *e)
{
	struct conf *c;
	const char *name;
	struct pg *pg;
	int rc;

	if (!n->o->resume)
		return (0);
	if ((c = conf_load(n->file, e)) == NULL ||
	    (name = conf_text(c, conf_root(c), "pipeline", "", e)) == NULL ||
	    (pg = pg_connect(NULL, "aegis-run", e)) == NULL) {
		conf_free(c);
		return (-1);
	}
	rc = asked_again(pg, name, tenant, &n->o->asked, e);
	pg_close(pg);
	conf_free(c);
	return (rc);
}

/* One tenant's run, or the only one; ${last}: nobody uses the spools after it. */
static int
start_for(struct start *n, const char *tenant, bool last, struct err *e)
{
	char run[37], run_dir[PATH_MAX];
	struct pipeline_names names = { .run = run,
		.run_dir = run_dir,
		.home = n->home,
		.set = &n->o->asked.set,
		.sources = &n->o->asked.sources,
		.accept = &n->o->asked.accept,
		.inbox = arrival_sources(n->arrival),
		.broken = arrival_broken(n->arrival),
		.site = n->site,
		.tenant = tenant,
		.shared = n->tenants.n > 1,
		.piped = n->o->mode == START_PLAN };
	struct pipeline *p = NULL;
	int rc, status = STATUS_OK;

	os_uuid(run);
	rc = rundir_path(run_dir, sizeof(run_dir), run, e);
	if (n->spools[0] == '\0')
		(void)snprintf(n->spools, sizeof(n->spools), "%s", run_dir);
	names.spools = n->spools;
	rc = rc || start_again(n, tenant, e) ||
	    (p = pipeline_load(n->file, &names, n->faults, e)) == NULL ||
	    start_asked(p, &n->o->asked, e);
	if (rc == 0 && n->o->mode == START_CHECK)
		rc = plan_words(p, n->report, e);
	else if (rc == 0 && n->o->mode == START_PLAN)
		rc = plan_run(p, run, run_dir, &status, n->report, e);
	else if (rc == 0)
		rc = start_one(n, p, run, run_dir, e);
	start_status(n, status);
	if (p != NULL && (last || rc || n->stopped))
		start_clear(p);
	pipeline_free(p);
	return (rc);
}

/* All tenants, one after the other. */
static int
start_all(struct start *n, struct err *e)
{
	struct err first = ERR_INIT;
	size_t i, started = 0;

	report_list(n->report, NULL);
	for (i = 0; i < n->tenants.n && !n->stopped; i++) {
		*e = (struct err)ERR_INIT;
		if (start_for(n, n->tenants.v[i], i + 1 == n->tenants.n, e) == 0)
			started++;
		if (e->status == STATUS_OK)
			continue;
		(void)err_prefix(e, "tenant %s", n->tenants.v[i]);
		if (first.status == STATUS_OK)
			first = *e;
		start_status(n, (int)e->status);
		/* What is wrong with the file or the words is wrong for all. */
		if (e->status == STATUS_CONFIG || e->status == STATUS_USAGE ||
		    e->status == STATUS_NOINPUT)
			break;
	}
	report_close(n->report);
	if (started < n->tenants.n)
		arrival_missed(n->arrival);
	*e = first;
	return (started == 0 && first.status != STATUS_OK);
}

int
start_run(struct start_options *o, struct pipeline_faults *faults, struct report *report,
    struct err *e)
{
	struct start n = { .o = o, .faults = faults, .report = report };
	struct err own = ERR_INIT;
	int rc;

	rc = start_open(&n, e);
	if (rc == 0)
		rc = n.tenants.n > 1 ?
		    start_all(&n, e) :
		    start_for(&n, n.tenants.n > 0 ? n.tenants.v[0] : NULL, true, e);
	if (n.ran && arrival_settle(n.arrival, &own) && e->status == STATUS_OK)
		*e = own; /* what was loaded is loaded: the next run moves it */
	start_free_tenants(&n);
	arrival_close(n.arrival);
	voice_free(n.voice);
	free(n.lineage);
	site_free(n.site);
	return (rc ? -1 : n.status);
}
