/* The labels of the graph that the tenant's types and rules need. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/notice.h"
#include "entity/graph_text.h"
#include "entity/graph_work.h"

static const char graph_label_rules_sql[] =
#include "queries/graph_label_rules.inc"
    ;

static const char graph_label_types_sql[] =
#include "queries/graph_label_types.inc"
    ;

/* Whether the graph has the label; ${kind} is "v" or "e". */
static int
graph_label_is(struct graph *g, const char *name, const char *kind, bool *is, struct err *e)
{

	return (pg_boolf(g->pg, is, e,
	    "SELECT EXISTS (SELECT FROM ag_catalog.ag_label l JOIN ag_catalog.ag_graph g"
	    " ON g.graphid = l.graph WHERE g.name = 'oilgas' AND l.name = %L AND l.kind = %L)",
	    name, kind));
}

/* See that the graph has the label, which is made where it has not; ${of} says what needs it.  A
 * check only looks. */
static int
graph_label_exists(struct graph *g, const char *name, const char *kind, const char *of,
    struct err *e)
{
	struct err why = ERR_INIT;
	bool is, made = false;

	if (graph_label_is(g, name, kind, &is, e))
		return (-1);
	if (is)
		return (0);
	if (!g->check &&
	    pg_boolf(g->pg, &made, &why, "SELECT batch_graph_label(%L, %L)", name, kind) == 0 &&
	    made) {
		notice_say("made the %s label '%s' of the graph, for %s",
		    *kind == 'v' ? "vertex" : "edge", name, of);
		return (0);
	}
	(void)err_set(e, STATUS_CONFIG, "the graph oilgas has no %s label '%s', for %s",
	    *kind == 'v' ? "vertex" : "edge", name, of);
	return (err_hint(e,
	    "its owner makes it: SELECT ag_catalog.create_%clabel('oilgas', '%s'), with the "
	    "indexes of sql/120_graph.sql",
	    *kind, name));
}

/* Fill ${g}->labels with the tenant's types that have entities, and with the properties that a
 * sync owns. */
static int
graph_label_types(struct graph *g, struct err *e)
{
	const char *params[1] = { g->tenant };
	struct pg_result *r = pg_query(g->pg, graph_label_types_sql, params, 1, e);
	char of[100];
	int i, rc = 0;

	if (r == NULL)
		return (-1);
	g->labels = xcalloc((size_t)pg_result_rows(r) + 1, sizeof(*g->labels));
	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		struct graph_label *l = &g->labels[g->nlabels++];
		const char *fields = pg_result_get(r, i, 1);
		bool is = true;

		l->type = pg_result_dup(r, i, 0);
		l->forgotten = pg_result_bool(r, i, 2);
		(void)snprintf(of, sizeof(of), "entities of type '%.64s'", l->type);
		if (graph_text_label(l->type, l->name, sizeof(l->name)))
			rc = err_set(e, STATUS_CONFIG, "type '%s' gives no label", l->type);
		else if (l->forgotten)
			rc = graph_label_is(g, l->name, "v", &is, e);
		else
			rc = graph_label_exists(g, l->name, "v", of, e);
		/* ["a", "b"] -> ["entity_id", "tenant_id", "retired", "a", "b"] */
		l->owned = xcalloc(1, strlen(fields) + 64);
		(void)sprintf(l->owned, "[\"entity_id\", \"tenant_id\", \"retired\"%s%s",
		    fields[1] == ']' ? "" : ", ", fields + 1);
		if (!is) {
			free(l->type);
			free(l->owned);
			memset(l, 0, sizeof(*l));
			g->nlabels--;
		}
	}
	pg_result_free(r);
	return (rc);
}

/* Find the label of the entity type; NULL if the tenant has no such entities. */
static struct graph_label *
graph_label_of(struct graph *g, const char *type)
{
	size_t i;

	for (i = 0; i < g->nlabels; i++)
		if (!g->labels[i].forgotten && strcmp(g->labels[i].type, type) == 0)
			return (&g->labels[i]);
	return (NULL);
}

/* Fill ${g}->rules with the rules that have a link, and entities on both sides. */
static int
graph_label_rules(struct graph *g, struct err *e)
{
	const char *params[1] = { g->tenant };
	struct pg_result *r = pg_query(g->pg, graph_label_rules_sql, params, 1, e);
	char of[160];
	int i, rc = 0;

	if (r == NULL)
		return (-1);
	g->rules = xcalloc((size_t)pg_result_rows(r) + 1, sizeof(*g->rules));
	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		struct graph_rule *k = &g->rules[g->nrules];

		k->child = graph_label_of(g, pg_result_get(r, i, 2));
		k->parent = graph_label_of(g, pg_result_get(r, i, 3));
		if (k->child == NULL || k->parent == NULL)
			continue; /* a side without entities has no links to show */
		(void)snprintf(of, sizeof(of), "the rule from '%.64s' to '%.64s'", k->child->type,
		    k->parent->type);
		pg_result_copy(r, i, 0, k->id, sizeof(k->id));
		pg_result_copy(r, i, 1, k->name, sizeof(k->name));
		pg_result_copy(r, i, 4, k->former, sizeof(k->former));
		/* Another label than last time, or one that nobody has noted: all of it is looked at. */
		k->all = strcmp(k->former, k->name) != 0;
		if (strcmp(k->former, k->name) == 0)
			k->former[0] = '\0';
		rc = graph_label_exists(g, k->name, "e", of, e);
		g->nrules++;
	}
	pg_result_free(r);
	return (rc);
}

int
graph_label_read(struct graph *g, struct err *e)
{

	return (graph_label_types(g, e) || graph_label_rules(g, e));
}
