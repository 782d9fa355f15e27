#ifndef AEGIS_ENTITY_GRAPH_WORK_H
#define AEGIS_ENTITY_GRAPH_WORK_H

/*
 * What the rooms of graph-sync share; for graph*.c only.
 *
 *   graph.c         what is new, in which order it goes in, its books
 *   graph_piece.c   short transactions, one behind the other
 *   graph_label.c   types, rules and their labels
 *   graph_vertex.c  vertices of a label
 *   graph_edge.c    edges of a rule
 *   graph_check.c   what differs
 *   graph_text.c    from JSON to agtype
 *   graph_report.c  what came of it
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "entity/graph.h"
#include "pg/pg.h"

enum graph_mode {
	GRAPH_CHANGES, /* what loads have changed since the last sync */
	GRAPH_ALL,     /* everything, against what is there */
};

struct graph_counts {
	uint64_t inserted, updated, adopted, retired, unchanged;
	/* Of a check. */
	uint64_t missing, extra, differing, doubled, dangling;
	char *examples; /* JSON, or NULL */
};

/* An entity type and its vertices. */
struct graph_label {
	char *type;
	char name[64];
	char *owned; /* agtype: a list of the properties that are ours */
	struct graph_counts n;
	bool mapped;    /* the table graph_map_N is there */
	bool forgotten; /* nobody defines the type any more: its vertices go */
};

/* A rule and its edges. */
struct graph_rule {
	char id[37];
	char name[64];   /* label */
	char former[64]; /* the label under which its edges are, where that is another; or "" */
	bool all;        /* look at all of its edges, whatever the mode */
	struct graph_label *child, *parent;
	struct graph_counts n;
};

struct graph {
	bool check;
	bool without; /* the database does without a graph on purpose */
	enum graph_mode mode;
	char tenant[37];
	char sync[37];
	struct pg *reader; /* reads the tables in one snapshot, and holds the lock */
	struct pg *pg;  /* writes, in short transactions; of a check reads, in the same snapshot */
	char *runs;     /* uuid[]: of the loads that are new */
	uint64_t loads; /* how many these are */
	struct graph_label *labels;
	size_t nlabels;
	struct graph_rule *rules;
	size_t nrules;
	uint64_t stray; /* edges of rules that are gone: found by a check, or taken away */
};

/*
 * The properties of vertex v that say whose it is.  An entity's vertex has its entity_id and
 * our tenant_id, or none: then AEGIS's services made it.
 */
#define GRAPH_ENTITY(v) \
	"agtype_access_operator(VARIADIC ARRAY[" v ".properties, '\"entity_id\"'::agtype])"
#define GRAPH_TENANT(v) \
	"agtype_access_operator(VARIADIC ARRAY[" v ".properties, '\"tenant_id\"'::agtype])"
#define GRAPH_RULE(e) \
	"agtype_access_operator(VARIADIC ARRAY[" e ".properties, '\"rule_id\"'::agtype])"

/* graph_piece.c */

/* A piece that locks what services write takes less than one that adds rows. */
enum { GRAPH_LOCK_MS = 100, GRAPH_ADD_MS = 50, GRAPH_CHANGE_MS = 10 };

/**
 * graph_due(g, what, n, e):
 * Make the temporary table graph_due of what the query ${what} selects, one of whose columns is seq,
 * from 1, and set ${n} to how many rows it has.
 */
int graph_due(struct graph *g, const char *what, uint64_t *n, struct err *e);

/**
 * graph_pieces(g, sql, ms, n, done, e):
 * Run ${sql} over the ${n} rows of graph_due, those whose seq is between $1 and $2, a piece of some
 * ${ms} milliseconds at a time, each a transaction of its own.  It answers with how many rows it has written, which
 * are added up in ${done}, and takes away from graph_due what is done; what others had locked is
 * tried again for a while.  STATUS_TEMPFAIL where some of it stays.
 */
int graph_pieces(struct graph *g, const char *sql, uint64_t ms, uint64_t n, uint64_t *done,
    struct err *e);

/* graph_label.c */

/**
 * graph_label_read(g, e):
 * Read the tenant's types that have entities and its rules that have a label; all labels
 * must be there.
 */
int graph_label_read(struct graph *g, struct err *e);

/* graph_vertex.c */

/**
 * graph_vertex_stage(g, l, direct, e):
 * Fill the temporary table graph_v (eid, properties) with the vertices that there should
 * be, of all entities or the changed ones; those that the graph has not go straight into
 * it where ${direct}.
 */
int graph_vertex_stage(struct graph *g, struct graph_label *l, bool direct, struct err *e);

/**
 * graph_vertex_compare(g, l, odd, e):
 * Of a check: compare what the vertices of ${l} say, as text, with what they should.  Those that are not to the
 * letter what they should be are staged as by graph_vertex_stage(); graph_odd has their keys, and those of vertices
 * that no entity has.  ${odd} is set to how many these are.
 */
int graph_vertex_compare(struct graph *g, struct graph_label *l, uint64_t *odd, struct err *e);
int graph_vertex_sync(struct graph *g, struct graph_label *l, struct err *e);

/**
 * graph_vertex_forget(g, l, e):
 * Take away the vertices of a type that nobody defines any more; those that somebody's edge is at stay.
 */
int graph_vertex_forget(struct graph *g, struct graph_label *l, struct err *e);

/* graph_edge.c */

/**
 * graph_edge_stage(g, r, e):
 * Fill graph_e (cid, pid): a child's vertex, and its parent's where there should be
 * an edge.
 */
int graph_edge_stage(struct graph *g, struct graph_rule *r, struct err *e);
int graph_edge_sync(struct graph *g, struct graph_rule *r, struct err *e);

/**
 * graph_edge_sweep(g, e):
 * Take away what rules that are gone have left, and what stands under a rule's former label.
 */
int graph_edge_sweep(struct graph *g, struct err *e);

/**
 * graph_edge_stray(g, e):
 * Of a check: count the edges of rules that are gone.
 */
int graph_edge_stray(struct graph *g, struct err *e);

/* graph_check.c */
int graph_check_label(struct graph *g, struct graph_label *l, struct err *e);
int graph_check_rule(struct graph *g, struct graph_rule *r, struct err *e);

#endif
