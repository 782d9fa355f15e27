#include <stdlib.h>

#include "entity/graph_state.h"

enum { CHECK_EXAMPLES = 10 };

/* Vertices: missing, of ours and no entity's, with other values, twice there. */
int
graph_check_label(struct graph *g, struct graph_label *l, struct err *e)
{

	if (graph_vertex_stage(g, l, false, e) ||
	    graph_exec(g, NULL, e,
		"DROP TABLE IF EXISTS graph_d; CREATE TEMPORARY TABLE graph_d ON COMMIT DROP AS"
		" SELECT coalesce(s.eid, v.eid)::text AS k, CASE WHEN v.eid IS NULL THEN 'missing'"
		" WHEN s.eid IS NULL THEN 'extra' WHEN v.n > 1 THEN 'doubled' ELSE 'differing' END"
		" AS what FROM graph_v s FULL JOIN (SELECT " GRAPH_ENTITY(
		    "v") " AS eid,"
			 " count(*) AS n, bool_or((v.properties - '%s'::agtype) || s.properties"
			 " <> v.properties) AS differs, bool_or(s.eid IS NULL) AS stray FROM oilgas.\"%s\" v"
			 " LEFT JOIN graph_v s ON s.eid = " GRAPH_ENTITY("v") " WHERE " GRAPH_TENANT(
			     "v") " = '\"%s\"'::agtype"
				  " OR (" GRAPH_TENANT(
				      "v") " IS NULL AND s.eid IS NOT NULL) GROUP BY 1) v"
					   " ON v.eid = s.eid WHERE v.eid IS NULL OR s.eid IS NULL OR v.n > 1 OR v.differs",
		l->owned, l->name, g->tenant) ||
	    graph_number(g, &l->n.missing, e,
		"SELECT count(*) FROM graph_d WHERE what = 'missing'") ||
	    graph_number(g, &l->n.extra, e, "SELECT count(*) FROM graph_d WHERE what = 'extra'") ||
	    graph_number(g, &l->n.doubled, e,
		"SELECT count(*) FROM graph_d WHERE what = 'doubled'") ||
	    graph_number(g, &l->n.differing, e,
		"SELECT count(*) FROM graph_d WHERE what = 'differing'") ||
	    graph_text(g, &l->n.examples, e,
		"SELECT json_agg(json_build_object(what, k)) FROM (SELECT * FROM graph_d"
		" ORDER BY what, k LIMIT %d) x",
		CHECK_EXAMPLES))
		return (-1);
	l->n.unchanged -= l->n.missing + l->n.differing + l->n.doubled;
	return (0);
}

/* Edges: missing, of ours and no link's, twice there, without a vertex at an end. */
int
graph_check_rule(struct graph *g, struct graph_rule *r, struct err *e)
{
	uint64_t links;

	if (graph_edge_stage(g, r, e) || graph_exec(g, NULL, e, "ANALYZE graph_e") ||
	    graph_exec(g, NULL, e,
		"DROP TABLE IF EXISTS graph_d; CREATE TEMPORARY TABLE graph_d ON COMMIT DROP AS"
		" SELECT coalesce(s.cid, x.start_id) AS cid, coalesce(s.pid, x.end_id) AS pid,"
		" CASE WHEN x.n IS NULL THEN 'missing' WHEN s.cid IS NULL THEN 'extra'"
		" ELSE 'doubled' END AS what FROM graph_e s FULL JOIN (SELECT start_id, end_id,"
		" count(*) AS n FROM oilgas.\"%s\" x WHERE " GRAPH_RULE(
		    "x") " = '\"%s\"'::agtype GROUP BY 1, 2) x"
			 " ON x.start_id = s.cid AND x.end_id = s.pid"
			 " WHERE x.n IS NULL OR s.cid IS NULL OR x.n > 1",
		r->name, r->id) ||
	    graph_number(g, &links, e,
		"SELECT count(*) FROM entity_links WHERE rule_id = '%s' AND resolved", r->id) ||
	    graph_number(g, &r->n.unchanged, e, "SELECT count(*) FROM graph_e") ||
	    graph_number(g, &r->n.missing, e,
		"SELECT count(*) FROM graph_d WHERE what = 'missing'") ||
	    graph_number(g, &r->n.extra, e, "SELECT count(*) FROM graph_d WHERE what = 'extra'") ||
	    graph_number(g, &r->n.doubled, e,
		"SELECT count(*) FROM graph_d WHERE what = 'doubled'") ||
	    graph_number(g, &r->n.dangling, e,
		"SELECT count(*) FROM oilgas.\"%s\" e WHERE NOT EXISTS (SELECT FROM"
		" oilgas._ag_label_vertex v WHERE v.id = e.start_id) OR NOT EXISTS (SELECT FROM"
		" oilgas._ag_label_vertex v WHERE v.id = e.end_id)",
		r->name) ||
	    graph_text(g, &r->n.examples, e,
		"SELECT json_agg(json_build_object(what, json_build_array("
		"coalesce(c.k, d.cid::text), coalesce(p.k, d.pid::text)))) FROM (SELECT * FROM graph_d"
		" ORDER BY what, cid::text, pid::text LIMIT %d) d LEFT JOIN \"graph_map_%s\" c"
		" ON c.id = d.cid LEFT JOIN \"graph_map_%s\" p ON p.id = d.pid",
		CHECK_EXAMPLES, r->child->name, r->parent->name))
		return (-1);
	/* A link whose vertex is missing has no edge either. */
	r->n.missing += links - r->n.unchanged;
	r->n.unchanged -= r->n.missing - (links - r->n.unchanged) + r->n.doubled;
	return (0);
}
