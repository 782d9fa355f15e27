/* Vertices of a label. */

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/os.h"
#include "entity/graph_text.h"
#include "entity/graph_work.h"
#include "ledger/known.h"
#include "pg/copy_into.h"
#include "pg/copy_spool.h"

/* Vertices on their way: those that the graph has not at once, the others spooled. */
struct graph_vertices {
	struct graph *g;
	struct graph_label *l;
	struct known *known; /* keys of vertices that are there, or NULL */
	bool compare;        /* of a check: known has what these say, too */
	struct buf text;     /* what an entity's vertex should say */
	struct copy_into fresh;
	struct copy_spool staged;
	struct copy_spool odd; /* of a check: keys of vertices that no entity has */
	uint64_t began;        /* the piece of fresh ones that is open: os_now_ns() */
};

/* What may be an entity's vertex: ours, or nobody's. */
#define VERTEX_OURS(v) "(" GRAPH_TENANT(v) " IS NULL OR " GRAPH_TENANT(v) " = '\"%s\"'::agtype)"

/* Called with each of them: the digest of its key, and ${len} bytes of COPY text. */
typedef int graph_vertex_fn(struct graph_vertices *v, struct digest128 key, const char *p,
    size_t len, struct err *e);

/* Read the column ${what} of the label's vertices v that are this tenant's or nobody's. */
static int
graph_vertex_each(struct graph_vertices *v, const char *what, graph_vertex_fn *fn, struct err *e)
{
	struct buf sql = BUF_INIT(8192);
	const char *p, *tab;
	int rc;
	long k = 0;

	rc = pg_sqlf(v->g->pg, &sql, e,
		 "COPY (SELECT " GRAPH_ENTITY("v") "::text, %s FROM oilgas.%I v WHERE " VERTEX_OURS(
		     "v") " AND " GRAPH_ENTITY("v") " IS NOT NULL) TO STDOUT",
		 what, v->l->name, v->g->tenant) ||
	    pg_copy_out(v->g->pg, sql.p, e);
	while (rc == 0 && (k = pg_copy_get(v->g->pg, &p, e)) > 0)
		if ((tab = memchr(p, '\t', (size_t)k)) == NULL)
			rc = err_set(e, STATUS_BUG, "the server's rows cannot be read");
		else
			rc = fn(v, digest_xxh128(p, (size_t)(tab - p)), tab + 1,
			    (size_t)(p + k - 1 - (tab + 1)), e);
	buf_free(&sql);
	return (rc || k < 0);
}

/* A key that is there. */
static int
graph_vertex_key(struct graph_vertices *v, struct digest128 key, const char *p, size_t len,
    struct err *e)
{
	const struct digest128 none = { 0, 0 };

	(void)p;
	(void)len;
	return (known_add(v->known, key, KNOWN_SAID, none, e));
}

/* What a vertex says; a key that is there twice is marked, as no text is right for it. */
static int
graph_vertex_said(struct graph_vertices *v, struct digest128 key, const char *p, size_t len,
    struct err *e)
{
	const struct digest128 none = { 0, 0 };
	const size_t n = known_count(v->known);

	return (known_add(v->known, key, KNOWN_SAID, digest_xxh128(p, len), e) ||
	    (known_count(v->known) == n && known_add(v->known, key, KNOWN_RETIRED, none, e)));
}

/* A key that no entity has. */
static int
graph_vertex_odd(struct graph_vertices *v, struct digest128 key, const char *p, size_t len,
    struct err *e)
{

	if (!known_is_unseen(v->known, key))
		return (0);
	return (buf_add(&v->odd.b, p, len, e) || buf_add(&v->odd.b, "\n", 1, e) ||
	    copy_spool_row(&v->odd, e));
}

/* Of a check: is the vertex of this row there once, and says just what it should?  1, 0, or -1 with
 * ${e} set. */
static int
graph_vertex_right(struct graph_vertices *v, struct digest128 key, const char *json, size_t len,
    struct err *e)
{
	struct known_row row;

	v->text.len = 0;
	if (graph_text_agtype(&v->text, json, len, e) ||
	    known_see(v->known, key, digest_xxh128(v->text.p, v->text.len), 0, &row, e))
		return (-1);
	return (!row.again && row.known == KNOWN_SAID && row.same);
}

/* Send a new vertex.  Every so often those that were sent are committed. */
static int
graph_vertex_fresh(struct graph_vertices *v, struct err *e)
{
	bool open = v->fresh.open;

	if (copy_into_row(&v->fresh, e))
		return (-1);
	if (!open)
		v->began = os_now_ns();
	if (v->fresh.rows % 64 != 0 || os_now_ns() - v->began < (uint64_t)GRAPH_ADD_MS * 1000000)
		return (0);
	return (copy_into_end(&v->fresh, e));
}

/* A row of the reader: key, key as JSON, properties, whether it is retired. */
static int
graph_vertex_row(struct graph_vertices *v, const char *p, size_t len, struct err *e)
{
	const char *tab1 = memchr(p, '\t', len), *tab2, *end = p + len - 3;
	bool there = true;

	if (tab1 == NULL || (tab2 = memchr(tab1 + 1, '\t', (size_t)(end - tab1))) == NULL)
		return (err_set(e, STATUS_BUG, "the server's rows cannot be read"));
	v->l->n.retired += end[1] == 't';
	if (v->compare) {
		int right = graph_vertex_right(v, digest_xxh128(p, (size_t)(tab1 - p)), tab2 + 1,
		    (size_t)(end - tab2 - 1), e);

		if (right != 0) {
			v->l->n.unchanged += right > 0;
			return (right < 0 ? right : 0);
		}
	} else if (v->known != NULL)
		there = known_is_unseen(v->known, digest_xxh128(p, (size_t)(tab1 - p)));
	if (there) {
		if (buf_add(&v->staged.b, tab1 + 1, (size_t)(tab2 - tab1), e) ||
		    graph_text_agtype(&v->staged.b, tab2 + 1, (size_t)(end - tab2 - 1), e) ||
		    buf_add(&v->staged.b, "\n", 1, e))
			return (-1);
		return (copy_spool_row(&v->staged, e));
	}
	if (graph_text_agtype(&v->fresh.b, tab2 + 1, (size_t)(end - tab2 - 1), e) ||
	    buf_add(&v->fresh.b, "\n", 1, e))
		return (-1);
	return (graph_vertex_fresh(v, e));
}

/* Read the entities, all or those of the new loads, and insert or stage a vertex for each. */
static int
graph_vertex_rows(struct graph_vertices *v, struct err *e)
{
	struct graph *g = v->g;
	struct buf sql = BUF_INIT(16 << 20);
	const char *p;
	int rc = -1;
	long k;

	if (v->l->forgotten) /* none of them is to be there */
		return (0);
	if (pg_sqlf(g->pg, &sql, e,
		"COPY (SELECT e.entity_key, to_json(e.entity_key), (e.properties"
		" || jsonb_build_object('entity_id', e.entity_key, 'tenant_id', e.tenant_id)"
		" || CASE WHEN e.retired_at IS NULL THEN '{}' ELSE jsonb_build_object('retired',"
		" to_char(e.retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')) END),"
		" e.retired_at IS NOT NULL FROM entities e WHERE e.tenant_id = %L"
		" AND e.type_key = %L%s%s%s) TO STDOUT",
		g->tenant, v->l->type, g->mode == GRAPH_ALL ? "" : " AND e.changed_run = ANY ('",
		g->mode == GRAPH_ALL ? "" : g->runs, g->mode == GRAPH_ALL ? "" : "')") ||
	    pg_copy_out(g->reader, sql.p, e))
		goto done;
	while ((k = pg_copy_get(g->reader, &p, e)) > 0)
		if (graph_vertex_row(v, p, (size_t)k, e))
			goto done;
	rc = k < 0;
done:
	buf_free(&sql);
	return (rc);
}

/* Vertices that the graph has not go into it while the rows are read. */
static int
graph_vertex_direct(struct graph_vertices *v, struct err *e)
{

	v->known = known_new();
	if (pg_sqlf(v->g->pg, &v->fresh.sql, e, "COPY oilgas.%I (properties) FROM STDIN",
		v->l->name) ||
	    graph_vertex_each(v, "NULL", graph_vertex_key, e))
		return (-1);
	if (graph_vertex_rows(v, e)) {
		copy_into_fail(&v->fresh, e->msg);
		return (-1);
	}
	if (copy_into_end(&v->fresh, e))
		return (-1);
	v->l->n.inserted += v->fresh.rows;
	return (0);
}

/* Send what is staged. */
static int
graph_vertex_send(struct graph_vertices *v, struct err *e)
{

	return (v->staged.rows > 0 &&
	    (copy_spool_send(&v->staged, v->g->pg, "COPY graph_v FROM STDIN", e) ||
		pg_execf(v->g->pg, NULL, e, "ANALYZE graph_v")));
}

/* Keys of vertices that no entity has, into graph_odd. */
static int
graph_vertex_extra(struct graph_vertices *v, struct err *e)
{

	if (known_unseen(v->known) == 0)
		return (0);
	known_again(v->known);
	return (graph_vertex_each(v, GRAPH_ENTITY("v"), graph_vertex_odd, e) ||
	    copy_spool_send(&v->odd, v->g->pg, "COPY graph_odd FROM STDIN", e));
}

int
graph_vertex_compare(struct graph *g, struct graph_label *l, uint64_t *odd, struct err *e)
{
	struct graph_vertices v = { .g = g, .l = l, .compare = true, .text = BUF_INIT(64 << 20) };
	int rc;

	v.known = known_new();
	copy_spool_init(&v.staged, COPY_TEXT);
	copy_spool_init(&v.odd, COPY_TEXT);
	rc =
	    pg_execf(g->pg, NULL, e,
		"DROP TABLE IF EXISTS graph_v, graph_odd; CREATE TEMPORARY TABLE graph_v (eid agtype NOT NULL,"
		" properties agtype NOT NULL); CREATE TEMPORARY TABLE graph_odd (eid agtype NOT NULL)") ||
	    graph_vertex_each(&v, "v.properties", graph_vertex_said, e);
	known_again(v.known);
	rc = rc || graph_vertex_rows(&v, e) || graph_vertex_send(&v, e) ||
	    graph_vertex_extra(&v, e) ||
	    (v.staged.rows > 0 &&
		pg_execf(g->pg, NULL, e, "INSERT INTO graph_odd SELECT eid FROM graph_v"));
	*odd = v.staged.rows + v.odd.rows;
	l->n.unchanged += v.staged.rows;
	known_free(v.known);
	copy_spool_free(&v.staged);
	copy_spool_free(&v.odd);
	buf_free(&v.text);
	return (rc);
}

int
graph_vertex_stage(struct graph *g, struct graph_label *l, bool direct, struct err *e)
{
	struct graph_vertices v = { .g = g, .l = l };
	int rc = -1;

	copy_into_init(&v.fresh, g->pg, COPY_TEXT);
	copy_spool_init(&v.staged, COPY_TEXT);
	if (pg_execf(g->pg, NULL, e,
		"DROP TABLE IF EXISTS graph_v; CREATE TEMPORARY TABLE graph_v"
		" (eid agtype NOT NULL, properties agtype NOT NULL)") ||
	    (direct ? graph_vertex_direct(&v, e) : graph_vertex_rows(&v, e)) ||
	    graph_vertex_send(&v, e))
		goto done;
	l->n.unchanged = v.staged.rows;
	rc = 0;
done:
	known_free(v.known);
	copy_spool_free(&v.staged);
	copy_into_free(&v.fresh);
	return (rc);
}

/* What is staged and differs: by graph_diff, the vertices that are there, or those that are not. */
static int
graph_vertex_due(struct graph *g, bool there, uint64_t *n, struct err *e)
{

	return (graph_due(g,
	    there ?
		"SELECT row_number() OVER (ORDER BY eid::text) AS seq, eid, properties FROM graph_diff WHERE there" :
		"SELECT row_number() OVER (ORDER BY eid::text) AS seq, eid, properties FROM graph_diff WHERE NOT there",
	    n, e));
}

/* Bring vertices up to date: one that somebody else has locked waits for another time. */
static int
graph_vertex_update(struct graph *g, struct graph_label *l, struct err *e)
{
	struct buf sql = BUF_INIT(64 << 10);
	uint64_t n;
	int rc;

	rc = graph_vertex_due(g, true, &n, e) ||
	    pg_sqlf(g->pg, &sql, e,
		"WITH free AS MATERIALIZED (SELECT v.ctid AS at, s.seq, s.properties FROM graph_due s"
		" JOIN oilgas.%I v ON " GRAPH_ENTITY("v") " = s.eid AND " VERTEX_OURS("v")
		" WHERE s.seq BETWEEN $1::bigint AND $2::bigint ORDER BY s.seq FOR UPDATE OF v SKIP LOCKED),"
		" written AS (UPDATE oilgas.%I v SET properties = (v.properties - %L::agtype)"
		" || f.properties FROM free f WHERE v.ctid = f.at RETURNING f.seq),"
		" done AS (DELETE FROM graph_due s USING written w WHERE s.seq = w.seq)"
		" SELECT count(*) FROM written",
		l->name, g->tenant, l->name, l->owned) ||
	    buf_str(&sql, e) == NULL || graph_pieces(g, sql.p, GRAPH_CHANGE_MS, n, &l->n.updated, e);
	buf_free(&sql);
	return (rc);
}

/* Insert vertices that the graph has not. */
static int
graph_vertex_insert(struct graph *g, struct graph_label *l, uint64_t *inserted, struct err *e)
{
	struct buf sql = BUF_INIT(64 << 10);
	uint64_t n;
	int rc;

	rc = graph_vertex_due(g, false, &n, e) ||
	    pg_sqlf(g->pg, &sql, e,
		"WITH written AS (INSERT INTO oilgas.%I (properties) SELECT s.properties FROM graph_due s"
		" WHERE s.seq BETWEEN $1::bigint AND $2::bigint AND NOT EXISTS (SELECT FROM oilgas.%I v"
		" WHERE " GRAPH_ENTITY("v") " = s.eid AND " VERTEX_OURS("v") ") ORDER BY s.seq RETURNING 1),"
		" done AS (DELETE FROM graph_due s WHERE s.seq BETWEEN $1::bigint AND $2::bigint)"
		" SELECT count(*) FROM written",
		l->name, l->name, g->tenant) ||
	    buf_str(&sql, e) == NULL || graph_pieces(g, sql.p, GRAPH_ADD_MS, n, inserted, e);
	buf_free(&sql);
	return (rc);
}

/* What is staged has a vertex, or had one when it was last looked at. */
int
graph_vertex_sync(struct graph *g, struct graph_label *l, struct err *e)
{
	uint64_t inserted = 0, differing, missing;

	if (graph_vertex_stage(g, l, g->mode == GRAPH_ALL, e))
		return (-1);
	if (l->n.unchanged == 0)
		return (0);
	if (pg_execf(g->pg, NULL, e,
		"DROP TABLE IF EXISTS graph_diff; CREATE TEMPORARY TABLE graph_diff AS SELECT DISTINCT ON (s.ctid)"
		" s.eid, s.properties, v.id IS NOT NULL AS there, v.id IS NOT NULL AND " GRAPH_TENANT("v") " IS NULL AS adopted FROM graph_v s LEFT JOIN oilgas.%I v ON " GRAPH_ENTITY(
		    "v") " = s.eid"
			 " AND " VERTEX_OURS(
			     "v") " WHERE v.id IS NULL OR (v.properties - %L::agtype) || s.properties"
				  " <> v.properties ORDER BY s.ctid",
		l->name, g->tenant, l->owned) ||
	    pg_u64f(g->pg, &l->n.adopted, e, "SELECT count(*) FROM graph_diff WHERE adopted") ||
	    pg_u64f(g->pg, &differing, e, "SELECT count(*) FROM graph_diff WHERE there") ||
	    pg_u64f(g->pg, &missing, e, "SELECT count(*) FROM graph_diff WHERE NOT there") ||
	    (differing > 0 && graph_vertex_update(g, l, e)) ||
	    (missing > 0 && graph_vertex_insert(g, l, &inserted, e)))
		return (-1);
	l->n.inserted += inserted;
	l->n.updated -= l->n.adopted < l->n.updated ? l->n.adopted : l->n.updated;
	l->n.unchanged -=
	    differing + missing < l->n.unchanged ? differing + missing : l->n.unchanged;
	return (0);
}

int
graph_vertex_forget(struct graph *g, struct graph_label *l, struct err *e)
{
	enum { AT_MOST = 500 };
	uint64_t n;

	do {
		if (pg_u64f(g->pg, &n, e, "SELECT batch_graph_forget(%L, %L, %d)", g->tenant,
			l->type, (int)AT_MOST))
			return (-1);
		l->n.retired += n;
	} while (n > 0);
	return (0);
}
