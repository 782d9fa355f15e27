/* What has come for a pipeline. */

#include "pipeline/arrival.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/notice.h"
#include "base/os.h"
#include "entity/dataset.h"
#include "pg/pg.h"

enum { ARRIVAL_SETTLE = 30, ARRIVAL_DAY = 86400 };

/* How many files of a layout are kept. */
struct arrival_keep {
	char layout[64];
	uint64_t keep;
};

struct arrival {
	char *dir; /* or NULL */
	struct dataset_list *datasets;
	struct inbox *inbox;
	struct option_list sources, broken;
	struct arrival_keep *keeps; /* as the runs' pipelines have it */
	size_t nkeeps;
	bool told; /* broken files are a finding of one run */
};

static const char arrival_age_sql[] =
#include "queries/arrival_age.inc"
    ;

/* inbox_full_fn: a layout of which a dataset has everything. */
static bool
arrival_full(const void *cookie, const char *layout)
{
	const struct arrival *a = cookie;
	size_t i, n = strlen(layout);

	for (i = 0; i < a->datasets->n; i++)
		if (strncmp(a->datasets->v[i].name, layout, n) == 0 &&
		    a->datasets->v[i].name[n] == '/' && a->datasets->v[i].coverage == DATASET_FULL)
			return (true);
	return (false);
}

/* The inbox's directory: of the command line, the environment, the settings, the file. */
static int
arrival_dir(struct arrival *a, const struct arrival_options *o, struct err *e)
{
	const char *env = getenv("AEGIS_INBOX");
	const struct conf *conf = o->file;
	const struct conf_node *n;

	if (o->inbox != NULL || (env != NULL && env[0] != '\0')) {
		a->dir = xstrdup(o->inbox != NULL ? o->inbox : env);
		return (0);
	}
	if ((n = site_get(o->site, NULL, "inbox", &conf)) == NULL)
		n = conf_get(conf_root(o->file), "inbox");
	if (n == NULL)
		return (0);
	if (n->kind != CONF_SCALAR || n->len == 0)
		return (conf_fail(conf, n, e, "'inbox' must be a directory"));
	a->dir = xstrdup(n->text);
	return (0);
}

/* Seconds for which a file must not have changed: AEGIS_INBOX_SETTLE, for tests and slow feeds. */
static unsigned
arrival_settled(void)
{
	const char *env = getenv("AEGIS_INBOX_SETTLE");
	char *end;
	unsigned long n;

	if (env == NULL || env[0] == '\0')
		return (ARRIVAL_SETTLE);
	n = strtoul(env, &end, 10);
	return (*end == '\0' && n <= 3600 ? (unsigned)n : ARRIVAL_SETTLE);
}

struct arrival *
arrival_open(const struct arrival_options *o, struct err *e)
{
	struct arrival *a = xcalloc(1, sizeof(*a));
	struct inbox_options io = { .settle = arrival_settled(),
		.wait = o->wait,
		.look = o->look,
		.full = arrival_full,
		.cookie = a };

	if (arrival_dir(a, o, e))
		goto err1;
	if (a->dir == NULL)
		return (a);
	io.dir = a->dir;
	if ((a->datasets = dataset_load(NULL, e)) == NULL ||
	    (a->inbox = inbox_open(&io, e)) == NULL)
		goto err1;
	inbox_sources(a->inbox, &a->sources);
	inbox_broken(a->inbox, &a->broken);
	return (a);
err1:
	arrival_close(a);
	return (NULL);
}

void
arrival_close(struct arrival *a)
{

	if (a == NULL)
		return;
	inbox_close(a->inbox);
	dataset_free(a->datasets);
	free(a->sources.v);
	free(a->broken.v);
	free(a->keeps);
	free(a->dir);
	free(a);
}

const struct inbox *
arrival_inbox(const struct arrival *a)
{

	return (a->inbox);
}

const struct option_list *
arrival_sources(const struct arrival *a)
{

	return (a->inbox != NULL ? &a->sources : NULL);
}

const struct option_list *
arrival_broken(const struct arrival *a)
{

	return (a->inbox != NULL ? &a->broken : NULL);
}

/* What a step says of the file that it read, itself or by another step. */
static void
arrival_step(struct arrival *a, const struct pipeline_import *i, const struct result_step *s)
{

	if (s->state == RESULT_DONE || s->state == RESULT_FINDINGS || s->state == RESULT_KEPT)
		inbox_ended(a->inbox, i->file, INBOX_LOADED, NULL);
	else if (s->state == RESULT_FAILED && s->status == STATUS_DATA)
		inbox_ended(a->inbox, i->file, INBOX_REFUSED, s->cause);
	else
		inbox_ended(a->inbox, i->file, INBOX_LATER, s->cause);
}

/* Whose data it is. */
static const char *
arrival_tenant(const struct pipeline *p)
{
	size_t i;

	for (i = 0; i < p->nsteps && p->tenant == NULL; i++)
		if (p->steps[i].import != NULL && p->steps[i].import->tenant != NULL)
			return (p->steps[i].import->tenant);
	return (p->tenant);
}

/* Is it a matter of this run how old the source is?  Not of one that leaves out its steps. */
static bool
arrival_minds(const struct pipeline *p, const struct pipeline_source *s, const struct result *r)
{
	size_t i;

	for (i = 0; i < p->nsteps && s->fresh > 0; i++)
		if (p->steps[i].import != NULL &&
		    strcmp(p->steps[i].import->layout, s->layout) == 0 &&
		    r->steps[i].state != RESULT_LEFT)
			return (true);
	return (false);
}

/* A finding: seconds that something is old, of a source that must be fresher. */
static void
arrival_stale(struct result *r, const struct pipeline_source *s, uint64_t age, const char *what,
    const char *day)
{

	if (age > s->fresh)
		result_note(r, "source '%s': %s %s, %llu days ago; fresh: %llu days", s->layout,
		    what, day, (unsigned long long)(age / ARRIVAL_DAY),
		    (unsigned long long)(s->fresh / ARRIVAL_DAY));
}

/* How old what came is, by what its files say. */
static void
arrival_files(const struct arrival *a, const struct pipeline_source *s, struct result *r)
{
	const char *day = s->nfiles > 0 && a->inbox != NULL ?
	    inbox_date(a->inbox, s->files[s->nfiles - 1]) :
	    NULL;
	int64_t then;
	int y, m, d;

	if (day == NULL || sscanf(day, "%4d-%2d-%2d", &y, &m, &d) != 3)
		return;
	then = os_utc_days(y, m, d) * ARRIVAL_DAY;
	if ((int64_t)time(NULL) > then)
		arrival_stale(r, s, (uint64_t)((int64_t)time(NULL) - then), "its newest file is of",
		    day);
}

/* How old what was loaded is: the same file every night loads nothing. */
static void
arrival_loads(const struct pipeline *p, struct result *r)
{
	struct buf list = BUF_INIT(64 << 10);
	const char *params[2] = { arrival_tenant(p), NULL };
	struct err e = ERR_INIT;
	struct pg_result *rows = NULL;
	struct pg *pg = NULL;
	size_t i, n = 0;
	int k;

	for (i = 0; i < p->nsources; i++)
		if (arrival_minds(p, &p->sources[i], r))
			(void)buf_addf(&list, &e, "%s%s", n++ ? "," : "{", p->sources[i].layout);
	if (n > 0 && params[0] != NULL && buf_adds(&list, "}", &e) == 0 &&
	    (params[1] = buf_str(&list, &e)) != NULL &&
	    (pg = pg_connect(NULL, "aegis-run", &e)) != NULL)
		rows = pg_query(pg, arrival_age_sql, params, 2, &e);
	for (k = 0; rows != NULL && k < pg_result_rows(rows); k++) {
		const struct pipeline_source *s = pipeline_source(p, pg_result_get(rows, k, 0));

		if (s == NULL)
			continue;
		/* What never came is absent, and nothing is wrong with that. */
		if (pg_result_get(rows, k, 1) != NULL)
			arrival_stale(r, s, pg_result_u64(rows, k, 1), "last loaded on",
			    pg_result_get(rows, k, 2));
	}
	if (rows == NULL && e.status != STATUS_OK)
		notice_say("the age of the sources is not known: %s", e.msg);
	pg_result_free(rows);
	pg_close(pg);
	buf_free(&list);
}

/* Note how many files of each source are kept; all tenants' pipelines say the same. */
static void
arrival_keeps(struct arrival *a, const struct pipeline *p)
{
	size_t i;

	if (a->keeps != NULL)
		return;
	a->keeps = xcalloc(p->nsources + 1, sizeof(*a->keeps));
	for (i = 0; i < p->nsources; i++) {
		(void)snprintf(a->keeps[i].layout, sizeof(a->keeps[i].layout), "%s",
		    p->sources[i].layout);
		a->keeps[i].keep = p->sources[i].keep;
	}
	a->nkeeps = p->nsources;
}

void
arrival_judge(struct arrival *a, const struct pipeline *p, struct result *r)
{
	char what[700];
	size_t i, n;

	arrival_keeps(a, p);
	for (i = 0; i < p->nsteps && a->inbox != NULL; i++)
		if (p->steps[i].import != NULL && p->steps[i].import->file != NULL &&
		    p->steps[i].import->view != NULL)
			arrival_step(a, p->steps[i].import, &r->steps[i]);
	for (i = 0; i < p->nsteps && a->inbox != NULL; i++)
		/* What was not decoded says why. */
		if (p->steps[i].import != NULL && p->steps[i].import->file != NULL &&
		    p->steps[i].import->view == NULL && r->steps[i].state == RESULT_FAILED)
			arrival_step(a, p->steps[i].import, &r->steps[i]);
	if (a->inbox != NULL && !a->told && (n = inbox_bad(a->inbox, what, sizeof(what))) > 0) {
		a->told = true;
		if (n > 1)
			result_note(r, "inbox: %s (and %zu more)", what, n - 1);
		else
			result_note(r, "inbox: %s", what);
	}
	for (i = 0; i < p->nsources; i++)
		if (arrival_minds(p, &p->sources[i], r))
			arrival_files(a, &p->sources[i], r);
	arrival_loads(p, r);
}

/* inbox_keep_fn: how many files of the layout are kept. */
static uint64_t
arrival_keep(const void *cookie, const char *layout)
{
	const struct arrival *a = cookie;
	size_t i;

	for (i = 0; i < a->nkeeps; i++)
		if (strcmp(a->keeps[i].layout, layout) == 0)
			return (a->keeps[i].keep);
	return (0);
}

void
arrival_missed(struct arrival *a)
{
	size_t i;

	for (i = 0; i < a->sources.n; i++)
		inbox_ended(a->inbox, strchr(a->sources.v[i], '=') + 1, INBOX_LATER, NULL);
}

int
arrival_settle(struct arrival *a, struct err *e)
{

	return (a->inbox != NULL && inbox_settle(a->inbox, arrival_keep, a, e));
}
