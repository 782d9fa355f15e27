/* Edges of a rule. */

#include "entity/graph_work.h"

static const char graph_edge_sweep_sql[] =
#include "queries/graph_edge_sweep.inc"
    ;

/* key -> id of our vertices of a label: made once a sync, for all rules. */
static int
graph_edge_map(struct graph *g, struct graph_label *l, struct err *e)
{

	if (l->mapped)
		return (0);
	l->mapped = true;
	return (pg_execf(g->pg, NULL, e,
	    "CREATE TEMPORARY TABLE \"graph_map_%s\" AS SELECT " GRAPH_ENTITY(
		"v") "::text AS k, v.id FROM oilgas.%I v WHERE " GRAPH_TENANT("v") " = '\"%s\"'::agtype; ANALYZE \"graph_map_%s\"",
	    l->name, l->name, g->tenant, l->name));
}

/* The ends of all links of a rule, by the maps of: child, parent, rule. */
#define GRAPH_EDGE_ENDS                                                       \
	" FROM entity_links k JOIN \"graph_map_%s\" c ON c.k = k.child_key"   \
	" JOIN \"graph_map_%s\" p ON p.k = k.parent_key WHERE k.rule_id = %L" \
	" AND k.resolved"

/* All links of the rule. */
static int
graph_edge_stage_all(struct graph *g, struct graph_rule *r, struct err *e)
{

	if (graph_edge_map(g, r->child, e) || graph_edge_map(g, r->parent, e))
		return (-1);
	return (pg_execf(g->pg, NULL, e,
	    "DROP TABLE IF EXISTS graph_e; CREATE TEMPORARY TABLE graph_e AS"
	    " SELECT c.id AS cid, p.id AS pid" GRAPH_EDGE_ENDS,
	    r->child->name, r->parent->name, r->id));
}

/* Nothing of the rule is in the graph yet, so that nobody waits for anything: all of it at once. */
static int
graph_edge_first(struct graph *g, struct graph_rule *r, struct err *e)
{

	if (graph_edge_map(g, r->child, e) || graph_edge_map(g, r->parent, e))
		return (-1);
	return (pg_execf(g->pg, &r->n.inserted, e,
	    "INSERT INTO oilgas.%I (start_id, end_id, properties) SELECT c.id, p.id,"
	    " '{\"rule_id\": \"%s\"}'::agtype" GRAPH_EDGE_ENDS,
	    r->name, r->id, r->child->name, r->parent->name, r->id));
}

/* Links that the new loads have changed: every child, with its parent or without. */
static int
graph_edge_stage_changes(struct graph *g, struct graph_rule *r, struct err *e)
{

	return (pg_execf(g->pg, NULL, e,
	    "DROP TABLE IF EXISTS graph_e, graph_l; CREATE TEMPORARY TABLE graph_l"
	    " AS SELECT agtype_in(textout(to_json(k.child_key)::text)) AS child,"
	    " CASE WHEN k.resolved THEN agtype_in(textout(to_json(k.parent_key)::text)) END AS parent"
	    " FROM entity_links k WHERE k.rule_id = %L AND k.changed_run = ANY (%L);"
	    " ANALYZE graph_l;"
	    " CREATE TEMPORARY TABLE graph_e AS SELECT c.id AS cid, p.id AS pid"
	    " FROM graph_l l JOIN oilgas.%I c ON " GRAPH_ENTITY("c") " = l.child AND " GRAPH_TENANT(
		"c") " = '\"%s\"'::agtype LEFT JOIN oilgas.%I p ON " GRAPH_ENTITY("p") " = l.parent AND " GRAPH_TENANT("p") " = '\"%s\"'::agtype",
	    r->id, g->runs, r->child->name, g->tenant, r->parent->name, g->tenant));
}

int
graph_edge_stage(struct graph *g, struct graph_rule *r, struct err *e)
{

	return (r->all || g->mode == GRAPH_ALL ? graph_edge_stage_all(g, r, e) :
						 graph_edge_stage_changes(g, r, e));
}

/* Take away the edges of a label whose ids the query ${ids} selects as id; ${n} gets how many. */
static int
graph_edge_delete(struct graph *g, const char *label, const char *ids, uint64_t *n, struct err *e)
{
	struct buf sql = BUF_INIT(64 << 10);
	uint64_t due;
	int rc;

	if (pg_sqlf(g->pg, &sql, e, "SELECT row_number() OVER () AS seq, x.id FROM (%s) x", ids) ||
	    buf_str(&sql, e) == NULL || graph_due(g, sql.p, &due, e)) {
		buf_free(&sql);
		return (-1);
	}
	sql.len = 0;
	rc = pg_sqlf(g->pg, &sql, e,
		 "WITH written AS (DELETE FROM oilgas.%I e USING graph_due s"
		 " WHERE s.seq BETWEEN $1::bigint AND $2::bigint AND e.id = s.id RETURNING 1),"
		 " done AS (DELETE FROM graph_due s WHERE s.seq BETWEEN $1::bigint AND $2::bigint)"
		 " SELECT count(*) FROM written",
		 label) ||
	    buf_str(&sql, e) == NULL || graph_pieces(g, sql.p, GRAPH_ADD_MS, due, n, e);
	buf_free(&sql);
	return (rc);
}

/* Insert the edges whose ends the query ${ends} selects as cid and pid; ${n} gets how many. */
static int
graph_edge_insert(struct graph *g, const struct graph_rule *r, const char *ends, uint64_t *n,
    struct err *e)
{
	struct buf sql = BUF_INIT(64 << 10);
	uint64_t due;
	int rc;

	if (pg_sqlf(g->pg, &sql, e, "SELECT row_number() OVER () AS seq, x.cid, x.pid FROM (%s) x",
		ends) ||
	    buf_str(&sql, e) == NULL || graph_due(g, sql.p, &due, e)) {
		buf_free(&sql);
		return (-1);
	}
	sql.len = 0;
	rc =
	    pg_sqlf(g->pg, &sql, e,
		"WITH written AS (INSERT INTO oilgas.%I (start_id, end_id, properties) SELECT s.cid, s.pid,"
		" '{\"rule_id\": \"%s\"}'::agtype FROM graph_due s"
		" WHERE s.seq BETWEEN $1::bigint AND $2::bigint RETURNING 1),"
		" done AS (DELETE FROM graph_due s WHERE s.seq BETWEEN $1::bigint AND $2::bigint)"
		" SELECT count(*) FROM written",
		r->name, r->id) ||
	    buf_str(&sql, e) == NULL || graph_pieces(g, sql.p, GRAPH_ADD_MS, due, n, e);
	buf_free(&sql);
	return (rc);
}

/* What should not be there, or is there twice; and what is missing. */
static int
graph_edge_differ(struct graph *g, struct graph_rule *r, struct err *e)
{
	struct buf sql = BUF_INIT(64 << 10);
	bool all = r->all || g->mode == GRAPH_ALL;
	int rc;

	rc = pg_sqlf(g->pg, &sql, e,
		 "SELECT w.id FROM (SELECT x.id, x.end_id, row_number() OVER (PARTITION BY"
		 " x.start_id, x.end_id ORDER BY x.id) AS n, s.pid FROM oilgas.%I x"
		 " %s JOIN graph_e s ON s.cid = x.start_id%s WHERE " GRAPH_RULE(
		     "x") " = '\"%s\"'::agtype) w"
			  " WHERE w.n > 1 OR w.pid IS NULL OR w.pid <> w.end_id",
		 r->name, all ? "LEFT" : "", all ? " AND s.pid = x.end_id" : "", r->id) ||
	    buf_str(&sql, e) == NULL || graph_edge_delete(g, r->name, sql.p, &r->n.retired, e);
	sql.len = 0;
	rc = rc ||
	    pg_sqlf(g->pg, &sql, e,
		"SELECT s.cid, s.pid FROM graph_e s WHERE s.pid IS NOT NULL"
		" AND NOT EXISTS (SELECT FROM oilgas.%I e WHERE e.start_id = s.cid"
		" AND e.end_id = s.pid AND " GRAPH_RULE("e") " = '\"%s\"'::agtype)",
		r->name, r->id) ||
	    buf_str(&sql, e) == NULL || graph_edge_insert(g, r, sql.p, &r->n.inserted, e);
	buf_free(&sql);
	return (rc);
}

int
graph_edge_sync(struct graph *g, struct graph_rule *r, struct err *e)
{
	uint64_t any = 1, wanted;

	if ((r->all || g->mode == GRAPH_ALL) &&
	    pg_u64f(g->pg, &any, e,
		"SELECT EXISTS (SELECT FROM oilgas.%I e WHERE " GRAPH_RULE(
		    "e") " = '\"%s\"'::agtype)::integer",
		r->name, r->id))
		return (-1);
	if (any == 0)
		return (graph_edge_first(g, r, e));
	if (graph_edge_stage(g, r, e) || pg_execf(g->pg, NULL, e, "ANALYZE graph_e") ||
	    pg_u64f(g->pg, &wanted, e, "SELECT count(*) FROM graph_e WHERE pid IS NOT NULL") ||
	    graph_edge_differ(g, r, e))
		return (-1);
	r->n.unchanged = wanted - r->n.inserted;
	return (0);
}

/* Take away what the rule has under the label. */
static int
graph_edge_take(struct graph *g, const char *label, const char *rule, struct err *e)
{
	struct buf sql = BUF_INIT(64 << 10);
	uint64_t n = 0;
	bool any;
	int rc;

	if (pg_boolf(g->pg, &any, e,
		"SELECT EXISTS (SELECT FROM oilgas.%I e WHERE " GRAPH_RULE(
		    "e") " = '\"%s\"'::agtype)",
		label, rule))
		return (-1);
	if (!any)
		return (0);
	rc = pg_sqlf(g->pg, &sql, e,
		 "SELECT e.id FROM oilgas.%I e WHERE " GRAPH_RULE("e") " = '\"%s\"'::agtype", label,
		 rule) ||
	    buf_str(&sql, e) == NULL || graph_edge_delete(g, label, sql.p, &n, e);
	g->stray += n;
	buf_free(&sql);
	return (rc);
}

/* Edges of rules that are gone: ${each} is called with the rule and each label. */
static int
graph_edge_gone(struct graph *g,
    int (*each)(struct graph *, const char *label, const char *rule, struct err *), struct err *e)
{
	struct pg_result *r = pg_query(g->pg, graph_edge_sweep_sql, NULL, 0, e);
	int i, rc = r == NULL;

	for (i = 0; rc == 0 && i < pg_result_rows(r); i++)
		rc = each(g, pg_result_get(r, i, 1), pg_result_get(r, i, 0), e);
	pg_result_free(r);
	return (rc);
}

/* Of one rule that is gone: its edges, then its links, which say that there are any. */
static int
graph_edge_gone_take(struct graph *g, const char *label, const char *rule, struct err *e)
{

	return (graph_edge_take(g, label, rule, e) ||
	    pg_execf(g->pg, NULL, e, "DELETE FROM entity_links WHERE rule_id = %L", rule));
}

/* Of one rule that is gone: how many there are. */
static int
graph_edge_gone_count(struct graph *g, const char *label, const char *rule, struct err *e)
{
	uint64_t n;

	if (pg_u64f(g->pg, &n, e,
		"SELECT count(*) FROM oilgas.%I e WHERE " GRAPH_RULE("e") " = '\"%s\"'::agtype",
		label, rule))
		return (-1);
	g->stray += n;
	return (0);
}

int
graph_edge_stray(struct graph *g, struct err *e)
{

	return (graph_edge_gone(g, graph_edge_gone_count, e));
}

/* What stands under another label than a rule's: under its former one, or, of a full sync, under any. */
static int
graph_edge_elsewhere(struct graph *g, struct err *e)
{
	struct pg_result *r;
	int row, rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < g->nrules; i++)
		if (g->rules[i].former[0] != '\0')
			rc = graph_edge_take(g, g->rules[i].former, g->rules[i].id, e);
	for (i = 0; rc == 0 && g->mode == GRAPH_ALL && i < g->nrules; i++) {
		if ((r = pg_queryf(g->pg, e,
			 "SELECT l.name FROM ag_catalog.ag_label l JOIN ag_catalog.ag_graph g"
			 " ON g.graphid = l.graph AND g.name = 'oilgas' WHERE l.kind = 'e'"
			 " AND l.name !~ '^_' AND l.name <> %L",
			 g->rules[i].name)) == NULL)
			return (-1);
		for (row = 0; rc == 0 && row < pg_result_rows(r); row++)
			rc = graph_edge_take(g, pg_result_get(r, row, 0), g->rules[i].id, e);
		pg_result_free(r);
	}
	return (rc);
}

/* Rules that are gone: those that links still name are few, and found by leaps over the index. */
int
graph_edge_sweep(struct graph *g, struct err *e)
{

	return (graph_edge_gone(g, graph_edge_gone_take, e) ||
	    pg_execf(g->pg, NULL, e,
		"DELETE FROM graph_rules k WHERE k.tenant_id = %L AND NOT EXISTS (SELECT"
		" FROM entity_relationship_rules r WHERE r.rule_id = k.rule_id)",
		g->tenant) ||
	    graph_edge_elsewhere(g, e));
}
