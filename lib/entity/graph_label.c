/* The labels of the graph that the tenant's types and rules need. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entity/graph_text.h"
#include "entity/graph_work.h"

static const char graph_label_rules_sql[] =
#include "queries/graph_label_rules.inc"
    ;

/* Fail with a hint unless the graph has the label; ${kind} is "v" or "e", ${of} says what needs
 * it. */
static int
graph_label_exists(struct graph *g, const char *name, const char *kind, const char *of,
    struct err *e)
{
	uint64_t n;

	if (pg_u64f(g->pg, &n, e,
		"SELECT count(*) FROM ag_catalog.ag_label l JOIN ag_catalog.ag_graph g"
		" ON g.graphid = l.graph WHERE g.name = 'oilgas' AND l.name = %L"
		" AND l.kind = %L",
		name, kind))
		return (-1);
	if (n > 0)
		return (0);
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
	struct pg_result *r = pg_query(g->pg,
	    "SELECT t.type_key, (SELECT coalesce(json_agg(f.field_key ORDER BY f.field_key), '[]')"
	    " FROM entity_field_definitions f WHERE f.type_id = t.type_id)"
	    " FROM entity_type_definitions t WHERE t.tenant_id = $1::uuid AND EXISTS (SELECT"
	    " FROM entities e WHERE e.tenant_id = t.tenant_id AND e.type_key = t.type_key)"
	    " ORDER BY 1",
	    params, 1, e);
	char of[100];
	int i, rc = 0;

	if (r == NULL)
		return (-1);
	g->labels = xcalloc((size_t)pg_result_rows(r) + 1, sizeof(*g->labels));
	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		struct graph_label *l = &g->labels[g->nlabels++];
		const char *fields = pg_result_get(r, i, 1);

		l->type = pg_result_dup(r, i, 0);
		(void)snprintf(of, sizeof(of), "entities of type '%.64s'", l->type);
		if (graph_text_label(l->type, l->name, sizeof(l->name)))
			rc = err_set(e, STATUS_CONFIG, "type '%s' gives no label", l->type);
		else
			rc = graph_label_exists(g, l->name, "v", of, e);
		/* ["a", "b"] -> ["entity_id", "tenant_id", "retired", "a", "b"] */
		l->owned = xcalloc(1, strlen(fields) + 64);
		(void)sprintf(l->owned, "[\"entity_id\", \"tenant_id\", \"retired\"%s%s",
		    fields[1] == ']' ? "" : ", ", fields + 1);
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
		if (strcmp(g->labels[i].type, type) == 0)
			return (&g->labels[i]);
	return (NULL);
}

/* Fill ${g}->rules with the rules that have a label and a link, and entities on both sides. */
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
		(void)snprintf(k->id, sizeof(k->id), "%s", pg_result_get(r, i, 0));
		if (!graph_text_is_name(pg_result_get(r, i, 1))) {
			rc = err_set(e, STATUS_CONFIG, "'%s' cannot be a label, for %s",
			    pg_result_get(r, i, 1), of);
			continue;
		}
		(void)snprintf(k->name, sizeof(k->name), "%s", pg_result_get(r, i, 1));
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
