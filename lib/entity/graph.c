/* graph-sync: what is new, in which order it goes into the graph, and the books. */

#include "entity/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/notice.h"
#include "base/num.h"
#include "base/os.h"
#include "base/progress.h"
#include "entity/graph_work.h"
#include "ledger/ledger.h"
#include "pg/settings.h"
#include "pg/without.h"

/*
 * Whether this database has a graph.  Without Apache AGE it has none, on purpose (batch_settings) or
 * because it is a database that AEGIS had without it; where batch_settings says that AGE is to be
 * there, and for a check, that is an error.
 */
static int
graph_there(struct graph *g, struct err *e)
{
	unsigned int without;
	bool there, said;

	if (pg_boolf(g->pg, &there, e,
		"SELECT to_regclass('ag_catalog.ag_graph') IS NOT NULL AND to_regnamespace('oilgas') IS NOT NULL") ||
	    settings_without(g->pg, &without, &said, e))
		return (-1);
	g->without = !there;
	if (!there && !said && !g->check)
		notice_say("the graph 'oilgas' is not in this database: it is left out");
	else if (!there && (without & WITHOUT_AGE) == 0)
		(void)err_set(e, STATUS_CONFIG,
		    "this database has no graph: Apache AGE is not in it, or no graph 'oilgas'");
	return (e->status != STATUS_OK ? err_hint(e, "aegis db start creates one that has") : 0);
}

/* One sync at a time: whoever reads holds the lock to its transaction's end. */
static int
graph_lock(struct graph *g, struct err *e)
{
	bool held;

	if (pg_boolf(g->reader, &held, e,
		"SELECT pg_try_advisory_xact_lock(hashtextextended('aegis graph-sync', 0))"))
		return (-1);
	if (held)
		return (0);
	(void)err_set(e, STATUS_TEMPFAIL, "another graph-sync is running");
	return (err_hint(e, "try again when it is done"));
}

/* A check reads the graph in the snapshot in which the tables are read. */
static int
graph_same_snapshot(struct graph *g, struct err *e)
{
	char *snapshot, sql[200];

	if (pg_textf(g->reader, &snapshot, e, "SELECT pg_export_snapshot()"))
		return (-1);
	(void)snprintf(sql, sizeof(sql), "SET TRANSACTION SNAPSHOT '%s'", snapshot);
	free(snapshot);
	return (pg_begin_load(g->pg, "ISOLATION LEVEL REPEATABLE READ", e) ||
	    pg_exec(g->pg, sql, e) ||
	    pg_exec(g->pg, "SET LOCAL search_path = public, ag_catalog", e));
}

/*
 * The tables are read in one snapshot.  The graph is written in short transactions: services write
 * it, too, and one that meets a vertex of ours waits for it, or fails.
 */
static int
graph_begin(struct graph *g, const char *conninfo, struct err *e)
{

	if (graph_there(g, e))
		return (-1);
	if (g->without)
		return (0);
	if (pg_own_session(g->pg, "graph-sync", e) ||
	    (g->reader = pg_connect(conninfo, "aegis-graph-sync", e)) == NULL ||
	    (g->check ? pg_begin_whole : pg_begin_load)(g->reader,
		"ISOLATION LEVEL REPEATABLE READ READ ONLY", e) ||
	    graph_lock(g, e))
		return (-1);
	if (g->check)
		return (graph_same_snapshot(g, e));
	return (pg_patient(g->pg, e) || pg_lock_limit(g->pg, GRAPH_LOCK_MS, e) ||
	    pg_exec(g->pg, "SET search_path = public, ag_catalog; SET synchronous_commit TO off",
		e));
}

/* The loads that the graph has not seen. */
static int
graph_loads(struct graph *g, bool full, struct err *e)
{
	uint64_t before;

	if (pg_u64f(g->reader, &before, e,
		"SELECT count(*) FROM graph_synced y JOIN batch_datasets d USING (dataset_id)"
		" WHERE d.tenant_id = %L",
		g->tenant))
		return (-1);
	g->mode = full || before == 0 ? GRAPH_ALL : GRAPH_CHANGES;
	if (pg_u64f(g->reader, &g->loads, e,
		"SELECT count(*) FROM batch_sources s JOIN batch_datasets d USING (dataset_id)"
		" WHERE d.tenant_id = %L AND NOT EXISTS (SELECT FROM graph_synced y WHERE y.run_id"
		" = s.run_id AND y.dataset_id = s.dataset_id AND y.section = s.section)",
		g->tenant))
		return (-1);
	return (pg_textf(g->reader, &g->runs, e,
	    "SELECT coalesce(array_agg(DISTINCT s.run_id), '{}') FROM batch_sources s"
	    " JOIN batch_datasets d USING (dataset_id) WHERE d.tenant_id = %L AND NOT EXISTS"
	    " (SELECT FROM graph_synced y WHERE y.run_id = s.run_id"
	    " AND y.dataset_id = s.dataset_id AND y.section = s.section)",
	    g->tenant));
}

/* Store a label's counts in graph_books unless nothing changed; ${kind} is "v" for vertices, "e"
 * for edges. */
static int
graph_book(struct graph *g, const char *label, const char *kind, const struct graph_counts *n,
    struct err *e)
{

	if (n->inserted + n->updated + n->adopted + n->retired == 0)
		return (0);
	return (pg_execf(g->pg, NULL, e,
	    "INSERT INTO graph_books (sync_id, tenant_id, label, kind, inserted, updated, adopted,"
	    " retired, unchanged) VALUES (%L, %L, %L, %L, %llu, %llu, %llu, %llu, %llu)",
	    g->sync, g->tenant, label, kind, (unsigned long long)n->inserted,
	    (unsigned long long)n->updated, (unsigned long long)n->adopted,
	    (unsigned long long)n->retired, (unsigned long long)n->unchanged));
}

/* Several rules may have the same label: they are one line of the books. */
static int
graph_book_edges(struct graph *g, size_t first, struct err *e)
{
	struct graph_counts sum = { .examples = NULL };
	size_t i;

	for (i = 0; i < g->nrules; i++) {
		const struct graph_counts *n = &g->rules[i].n;

		if (strcmp(g->rules[i].name, g->rules[first].name) != 0)
			continue;
		if (i < first)
			return (0);
		sum.inserted += n->inserted;
		sum.retired += n->retired;
		sum.unchanged += n->unchanged;
	}
	return (graph_book(g, g->rules[first].name, "e", &sum, e));
}

/* Store the counts of all labels and rules, and that the new loads are synced: all else is done. */
static int
graph_books(struct graph *g, struct err *e)
{
	size_t i;

	if (pg_exec(g->pg, "RESET synchronous_commit", e) || pg_begin(g->pg, e))
		return (-1);
	for (i = 0; i < g->nlabels; i++)
		if (graph_book(g, g->labels[i].name, "v", &g->labels[i].n, e))
			return (-1);
	for (i = 0; i < g->nrules; i++)
		if (graph_book_edges(g, i, e))
			return (-1);
	for (i = 0; i < g->nrules; i++)
		if (pg_execf(g->pg, NULL, e,
			"INSERT INTO graph_rules (rule_id, tenant_id, label) VALUES (%L, %L, %L)"
			" ON CONFLICT (rule_id) DO UPDATE SET label = EXCLUDED.label"
			" WHERE graph_rules.label <> EXCLUDED.label",
			g->rules[i].id, g->tenant, g->rules[i].name))
			return (-1);
	return (pg_execf(g->pg, NULL, e,
	    "INSERT INTO graph_synced (run_id, dataset_id, section, sync_id) SELECT s.run_id,"
	    " s.dataset_id, s.section, %L::uuid FROM batch_sources s JOIN batch_datasets d"
	    " USING (dataset_id) WHERE d.tenant_id = %L AND s.run_id = ANY (%L) AND NOT EXISTS"
	    " (SELECT FROM graph_synced y WHERE y.run_id = s.run_id AND y.dataset_id ="
	    " s.dataset_id AND y.section = s.section)",
	    g->sync, g->tenant, g->runs));
}

/* Remove edges of rules that are gone, sync vertices before the edges that need them, and store the
 * books. */
static int
graph_write(struct graph *g, struct err *e)
{
	size_t i;

	if (graph_edge_sweep(g, e))
		return (-1);
	for (i = 0; i < g->nlabels; i++) {
		progress_phase("vertices %.30s, %zu of %zu", g->labels[i].name, i + 1, g->nlabels);
		if (g->labels[i].forgotten ? graph_vertex_forget(g, &g->labels[i], e) :
					     graph_vertex_sync(g, &g->labels[i], e))
			return (-1);
	}
	for (i = 0; i < g->nrules; i++) {
		progress_phase("edges %.30s, %zu of %zu", g->rules[i].name, i + 1, g->nrules);
		if (graph_edge_sync(g, &g->rules[i], e))
			return (-1);
	}
	return (graph_books(g, e) || pg_commit(g->pg, e));
}

/* Count the differences between the tables and the graph, of all labels and rules; roll back, as
 * nothing is written. */
static int
graph_compare(struct graph *g, struct err *e)
{
	size_t i;

	g->mode = GRAPH_ALL;
	for (i = 0; i < g->nlabels; i++) {
		progress_phase("checking vertices %.24s, %zu of %zu", g->labels[i].name, i + 1,
		    g->nlabels);
		if (graph_check_label(g, &g->labels[i], e))
			return (-1);
	}
	for (i = 0; i < g->nrules; i++) {
		progress_phase("checking edges %.24s, %zu of %zu", g->rules[i].name, i + 1,
		    g->nrules);
		if (graph_check_rule(g, &g->rules[i], e))
			return (-1);
	}
	if (graph_edge_stray(g, e))
		return (-1);
	pg_rollback(g->pg);
	return (0);
}

static const char graph_edits_sql[] =
#include "queries/graph_edits.inc"
    ;

/* Whether an administrator has changed what the graph follows though no load is new: a rule's label,
 * or that it is there. */
static int
graph_edited(struct graph *g, bool *edited, struct err *e)
{
	const char *params[1] = { g->tenant };
	struct pg_result *r = pg_query(g->reader, graph_edits_sql, params, 1, e);

	if (r == NULL)
		return (-1);
	*edited = pg_result_bool(r, 0, 0);
	pg_result_free(r);
	return (0);
}

/* Check or sync the graph; return 0 early if the database has no graph on purpose, or nothing is
 * new. */
static int
graph_run(struct graph *g, const struct graph_options *o, struct err *e)
{
	bool edited;

	if (ledger_tenant(g->pg, g->tenant, e) || graph_begin(g, o->conninfo, e))
		return (-1);
	if (g->without)
		return (0);
	if (graph_loads(g, o->full, e))
		return (-1);
	if (!o->check && g->mode == GRAPH_CHANGES && g->loads == 0) {
		if (graph_edited(g, &edited, e))
			return (-1);
		if (!edited)
			return (0);
	}
	if (graph_label_read(g, e))
		return (-1);
	return (o->check ? graph_compare(g, e) : graph_write(g, e));
}

struct graph *
graph_sync(const struct graph_options *o, struct err *e)
{
	struct graph *g = xcalloc(1, sizeof(*g));
	int rc = -1;

	g->check = o->check;
	os_uuid(g->sync);
	if (num_uuid(g->tenant, o->tenant))
		(void)err_set(e, STATUS_USAGE, "--tenant takes a UUID, not '%s'", o->tenant);
	else if ((g->pg = pg_connect(o->conninfo, "aegis-graph-sync", e)) != NULL &&
	    (rc = graph_run(g, o, e)) != 0)
		pg_rollback(g->pg);
	pg_close(g->reader);
	pg_close(g->pg);
	g->reader = g->pg = NULL;
	if (rc) {
		graph_free(g);
		return (NULL);
	}
	return (g);
}

bool
graph_differs(const struct graph *g)
{
	const struct graph_counts *n;
	size_t i;

	for (i = 0; g->check && i < g->nlabels + g->nrules; i++) {
		n = i < g->nlabels ? &g->labels[i].n : &g->rules[i - g->nlabels].n;
		if (n->missing + n->extra + n->differing + n->doubled + n->dangling > 0)
			return (true);
	}
	return (g->check && g->stray > 0);
}

void
graph_free(struct graph *g)
{
	size_t i;

	if (g == NULL)
		return;
	for (i = 0; i < g->nlabels; i++) {
		free(g->labels[i].type);
		free(g->labels[i].owned);
		free(g->labels[i].n.examples);
	}
	for (i = 0; i < g->nrules; i++)
		free(g->rules[i].n.examples);
	free(g->labels);
	free(g->rules);
	free(g->runs);
	free(g);
}
