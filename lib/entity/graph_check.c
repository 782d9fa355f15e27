/* What the graph has otherwise than it should. */

#include <stdlib.h>

#include "entity/graph_work.h"

enum { CHECK_EXAMPLES = 10 };

/* Vertices: missing, of ours and no entity's, with other values, twice there.  Most are to the letter what they
 * should be; what is left the server compares, value by value. */
int
graph_check_label(struct graph *g, struct graph_label *l, struct err *e)
{
	uint64_t odd;

	if (graph_vertex_compare(g, l, &odd, e))
		return (-1);
	if (odd == 0)
		return (0);
	if (pg_execf(g->pg, NULL, e,
		"ANALYZE graph_odd; DROP TABLE IF EXISTS graph_d; CREATE TEMPORARY TABLE graph_d ON COMMIT DROP AS"
		" SELECT coalesce(s.eid, v.eid)::text AS k, CASE WHEN v.eid IS NULL THEN 'missing'"
		" WHEN s.eid IS NULL THEN 'extra' WHEN v.n > 1 THEN 'doubled' ELSE 'differing' END"
		" AS what FROM graph_v s FULL JOIN (SELECT o.eid,"
		" count(*) AS n, bool_or((v.properties - %L::agtype) || s.properties"
		" <> v.properties) AS differs FROM (SELECT DISTINCT eid FROM graph_odd) o JOIN oilgas.%I v ON " GRAPH_ENTITY("v") " = o.eid LEFT JOIN graph_v s ON s.eid = o.eid WHERE " GRAPH_TENANT(
		    "v") " = '\"%s\"'::agtype OR (" GRAPH_TENANT("v") " IS NULL AND s.eid IS NOT NULL) GROUP BY 1) v"
								      " ON v.eid = s.eid WHERE v.eid IS NULL OR s.eid IS NULL OR v.n > 1 OR v.differs",
		l->owned, l->name, g->tenant) ||
	    pg_u64f(g->pg, &l->n.missing, e,
		"SELECT count(*) FROM graph_d WHERE what = 'missing'") ||
	    pg_u64f(g->pg, &l->n.extra, e, "SELECT count(*) FROM graph_d WHERE what = 'extra'") ||
	    pg_u64f(g->pg, &l->n.doubled, e,
		"SELECT count(*) FROM graph_d WHERE what = 'doubled'") ||
	    pg_u64f(g->pg, &l->n.differing, e,
		"SELECT count(*) FROM graph_d WHERE what = 'differing'") ||
	    pg_textf(g->pg, &l->n.examples, e,
		"SELECT json_agg(json_build_object(what, k)) FROM (SELECT * FROM graph_d"
		" ORDER BY what, k LIMIT %d) x",
		(int)CHECK_EXAMPLES))
		return (-1);
	l->n.unchanged -= l->n.missing + l->n.differing + l->n.doubled;
	return (0);
}

/* Edges: missing, of ours and no link's, twice there, without a vertex at an end. */
int
graph_check_rule(struct graph *g, struct graph_rule *r, struct err *e)
{
	uint64_t links;

	if (graph_edge_stage(g, r, e) || pg_execf(g->pg, NULL, e, "ANALYZE graph_e") ||
	    pg_execf(g->pg, NULL, e,
		"DROP TABLE IF EXISTS graph_d; CREATE TEMPORARY TABLE graph_d ON COMMIT DROP AS"
		" SELECT coalesce(s.cid, x.start_id) AS cid, coalesce(s.pid, x.end_id) AS pid,"
		" CASE WHEN x.n IS NULL THEN 'missing' WHEN s.cid IS NULL THEN 'extra'"
		" ELSE 'doubled' END AS what FROM graph_e s FULL JOIN (SELECT start_id, end_id,"
		" count(*) AS n FROM oilgas.%I x WHERE " GRAPH_RULE(
		    "x") " = '\"%s\"'::agtype GROUP BY 1, 2) x"
			 " ON x.start_id = s.cid AND x.end_id = s.pid"
			 " WHERE x.n IS NULL OR s.cid IS NULL OR x.n > 1",
		r->name, r->id) ||
	    pg_u64f(g->pg, &links, e,
		"SELECT count(*) FROM entity_links WHERE rule_id = %L AND resolved", r->id) ||
	    pg_u64f(g->pg, &r->n.unchanged, e, "SELECT count(*) FROM graph_e") ||
	    pg_u64f(g->pg, &r->n.missing, e,
		"SELECT count(*) FROM graph_d WHERE what = 'missing'") ||
	    pg_u64f(g->pg, &r->n.extra, e, "SELECT count(*) FROM graph_d WHERE what = 'extra'") ||
	    pg_u64f(g->pg, &r->n.doubled, e,
		"SELECT count(*) FROM graph_d WHERE what = 'doubled'") ||
	    pg_u64f(g->pg, &r->n.dangling, e,
		"SELECT count(*) FROM oilgas.%I e WHERE NOT EXISTS (SELECT FROM"
		" oilgas._ag_label_vertex v WHERE v.id = e.start_id) OR NOT EXISTS (SELECT FROM"
		" oilgas._ag_label_vertex v WHERE v.id = e.end_id)",
		r->name) ||
	    pg_textf(g->pg, &r->n.examples, e,
		"SELECT json_agg(json_build_object(what, json_build_array("
		"coalesce(c.k, d.cid::text), coalesce(p.k, d.pid::text)))) FROM (SELECT * FROM graph_d"
		" ORDER BY what, cid::text, pid::text LIMIT %d) d LEFT JOIN \"graph_map_%s\" c"
		" ON c.id = d.cid LEFT JOIN \"graph_map_%s\" p ON p.id = d.pid",
		(int)CHECK_EXAMPLES, r->child->name, r->parent->name))
		return (-1);
	/* A link whose vertex is missing has no edge either. */
	r->n.missing += links - r->n.unchanged;
	r->n.unchanged -= r->n.missing - (links - r->n.unchanged) + r->n.doubled;
	return (0);
}
