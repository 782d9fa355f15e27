/* Steps in short: who decodes for whom, and in which order. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/short.h"
#include "pipeline/short_build.h"
#include "rrc/layout_load.h"
#include "rrc/view.h"

/* A layout that steps read, and how many do. */
struct short_layout {
	const char *name; /* a step's */
	size_t part;      /* and which of its files */
	struct layout *l; /* or NULL: it is not there, which was noted */
	size_t steps;
	size_t from; /* number of the step that decodes it for them, or SIZE_MAX */
};

struct short_plan {
	struct pipeline_read *r;
	struct short_layout *v;
	size_t n;
};

/* The layout that the step reads; it is loaded the first time. */
static struct short_layout *
short_plan_layout(struct short_plan *plan, const struct pipeline_step *s)
{
	struct short_layout *v;
	struct err e = ERR_INIT;
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->v[i].part == s->import->part &&
		    strcmp(plan->v[i].name, s->import->layout) == 0)
			return (&plan->v[i]);
	v = &plan->v[plan->n++];
	v->name = s->import->layout;
	v->part = s->import->part;
	v->from = SIZE_MAX;
	if ((v->l = layout_find(v->name, &e)) == NULL)
		read_fault(plan->r, s->node, "%s", e.msg);
	return (v);
}

/* Note what a view is not; count the steps that could share one decoding of its file. */
static void
short_plan_look(struct short_plan *plan, const struct pipeline_step *s)
{
	struct short_layout *v = short_plan_layout(plan, s);
	int rows;

	if (v->l == NULL)
		return;
	if ((rows = view_rows(v->l, s->import->view)) < 0)
		read_fault(plan->r, s->node, "layout %s has no view '%s'", v->name,
		    s->import->view);
	else if (v->l->segments[rows].file == NULL && s->import->file != NULL)
		v->steps++;
}

/* Would a step of its own decode the layout for the others? */
static bool
short_plan_spools(const struct short_plan *plan, const struct short_layout *v)
{

	return (
	    !plan->r->given->piped && (v->steps > 1 || (v->steps == 1 && plan->r->given->shared)));
}

/* The step that decodes for ${first} and those after it. */
static void
short_plan_decode(struct short_plan *plan, const struct pipeline_step *first)
{
	struct pipeline_step *s = pipeline_add_step(plan->r->p);
	struct pipeline_import *i = xcalloc(1, sizeof(*i));
	const size_t size = strlen(first->import->layout) + 24;

	s->name = xcalloc(1, size);
	(void)snprintf(s->name, size, first->import->part > 1 ? "%s.%zu" : "%s",
	    first->import->layout, first->import->part);
	i->part = first->import->part;
	s->node = first->node;
	s->retries = first->retries;
	s->retry_wait = first->retry_wait;
	s->timeout = first->timeout;
	s->import = i;
	i->layout = xstrdup(first->import->layout);
	i->file = xstrdup(first->import->file);
	i->from = SIZE_MAX;
}

/* Put the steps that decode before the first that needs each. */
static void
short_plan_insert(struct short_plan *plan)
{
	struct pipeline *p = plan->r->p;
	struct pipeline_step *old = p->steps;
	size_t n = p->nsteps, i;

	p->steps = NULL;
	p->nsteps = p->capsteps = 0;
	for (i = 0; i < n; i++) {
		struct pipeline_import *import = old[i].import;
		struct short_layout *v = NULL;

		if (import != NULL && import->view != NULL && import->file != NULL)
			v = short_plan_layout(plan, &old[i]);
		if (v != NULL && short_plan_spools(plan, v)) {
			if (v->from == SIZE_MAX) {
				v->from = p->nsteps;
				short_plan_decode(plan, &old[i]);
			}
			import->from = v->from;
		}
		*pipeline_add_step(p) = old[i];
	}
	free(old);
}

/* Whether step ${k} has to have ended before the later ${i} may begin. */
static bool
short_plan_before(const struct pipeline *p, size_t k, size_t i)
{
	const struct pipeline_step *a = &p->steps[k], *b = &p->steps[i];

	if (conf_get(b->node, "stage") != NULL)
		return (true);
	if (b->import != NULL && b->import->from == k)
		return (true);
	if (a->import != NULL && b->import != NULL && a->import->type != NULL &&
	    b->import->type != NULL)
		return (strcmp(a->import->type, b->import->type) == 0);
	/* Loads of a tenant's rules wait for each other. */
	return (conf_get(b->node, "rules") != NULL && conf_get(a->node, "rules") != NULL &&
	    (a->import == NULL || a->import->view != NULL) &&
	    (b->import == NULL || b->import->view != NULL));
}

/* The order that follows from what the steps are. */
static void
short_plan_order(struct pipeline *p, size_t i)
{
	struct pipeline_step *s = &p->steps[i];
	size_t k;

	s->order = xcalloc(i + 1, sizeof(*s->order));
	for (k = 0; k < i; k++)
		if (short_plan_before(p, k, i))
			s->order[s->norder++] = k;
}

void
short_finish(struct pipeline_read *r)
{
	struct pipeline *p = r->p;
	struct short_plan plan = { r, NULL, 0 };
	size_t i;

	plan.v = xcalloc(p->nsteps + 1, sizeof(*plan.v));
	for (i = 0; i < p->nsteps; i++)
		if (p->steps[i].import != NULL && p->steps[i].import->layout != NULL)
			short_plan_look(&plan, &p->steps[i]);
	short_plan_insert(&plan);
	for (i = 0; i < p->nsteps; i++) {
		struct pipeline_step *s = &p->steps[i];

		if (!short_is(s->node))
			continue;
		short_plan_order(p, i);
		if (s->import == NULL || s->import->view != NULL)
			short_stages(r, s);
		else if (s->import->layout != NULL)
			short_decode(r, s, i);
	}
	for (i = 0; i < plan.n; i++)
		layout_free(plan.v[i].l);
	free(plan.v);
}
