#ifndef AEGIS_ENTITY_GRAPH_H
#define AEGIS_ENTITY_GRAPH_H

#include <stdbool.h>

#include "base/err.h"
#include "base/report.h"

/*
 * graph-sync: the AGE graph oilgas in step with a tenant's entities and links
 * (doc/formats/graph.md).
 */
struct graph_options {
	const char *tenant;   /* UUID */
	const char *conninfo; /* of libpq, or NULL: see pg_connect() */
	bool full;            /* look at everything, not at what loads have changed */
	bool check;           /* compare, and write nothing */
};

/* What was done, or found. */
struct graph;

/**
 * graph_sync(o, e):
 * Bring the graph in step, in transactions of 10 to 50 ms; the loads count as synced when the last
 * is done.  With o->check compare it.  Return what came of it, freed by the caller with
 * graph_free(), or NULL with ${e} set (what was done stays done, the next sync goes on from
 * there): STATUS_USAGE (no UUID), STATUS_CONFIG (no graph, no such label),
 * (a database that does without one on purpose is none of these),
 * STATUS_TEMPFAIL (another sync is at work, another writer was faster, the connection
 * was lost), or what the server says.
 */
struct graph *graph_sync(const struct graph_options *o, struct err *e);

/**
 * graph_differs(g):
 * Whether a check found differences.
 */
bool graph_differs(const struct graph *g);

/**
 * graph_report(g, r):
 * Describe in ${r} what was done, or what a check found.
 */
void graph_report(const struct graph *g, struct report *r);
void graph_free(struct graph *g);

#endif
