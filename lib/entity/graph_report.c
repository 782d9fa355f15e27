/* What graph-sync says of itself. */

#include "entity/graph_work.h"

/* The figures of a label: of a check, or of a sync. */
static void
graph_report_counts(const struct graph *g, const struct graph_counts *n, struct report *r)
{

	if (g->check) {
		report_count(r, "missing", "missing", n->missing);
		report_count(r, "extra", "extra", n->extra);
		report_count(r, "differing", "differing", n->differing);
		report_count(r, "doubled", "doubled", n->doubled);
		report_count(r, "dangling", "dangling", n->dangling);
		report_count(r, "right", "right", n->unchanged);
		if (n->examples != NULL) {
			report_json(r, "examples", n->examples);
			report_line(r, "such as %s", n->examples);
		}
		return;
	}
	report_count(r, "inserted", "inserted", n->inserted);
	report_count(r, "updated", "updated", n->updated);
	report_count(r, "adopted", "adopted", n->adopted);
	report_count(r, "retired", "retired", n->retired);
	report_count(r, "unchanged", "unchanged", n->unchanged);
}

/* Write the tables of vertices and edges, with a row of counts for each label and each rule. */
static void
graph_report_labels(const struct graph *g, struct report *r)
{
	size_t i;

	report_table(r, "vertices");
	for (i = 0; i < g->nlabels; i++) {
		report_row(r);
		report_text(r, "label", "vertices", g->labels[i].name);
		report_text(r, "type", NULL, g->labels[i].type);
		graph_report_counts(g, &g->labels[i].n, r);
		report_close(r);
	}
	report_close(r);
	report_table(r, "edges");
	for (i = 0; i < g->nrules; i++) {
		report_row(r);
		report_text(r, "label", "edges", g->rules[i].name);
		report_text(r, "child", "from", g->rules[i].child->type);
		report_text(r, "parent", NULL, g->rules[i].parent->type);
		graph_report_counts(g, &g->rules[i].n, r);
		report_close(r);
	}
	report_close(r);
}

void
graph_report(const struct graph *g, struct report *r)
{
	bool differs = graph_differs(g);

	report_open(r, NULL);
	report_text(r, "tenant", NULL, g->tenant);
	report_bool(r, "check", g->check);
	report_bool(r, "without", g->without);
	report_count(r, "loads", NULL, g->loads);
	if (g->without)
		report_line(r, "this database does without a graph");
	else if (!g->check && g->nlabels == 0 && g->loads == 0)
		report_line(r, "nothing new");
	else if (!g->check)
		report_line(r, "%llu new load%s", (unsigned long long)g->loads,
		    g->loads == 1 ? "" : "s");
	graph_report_labels(g, r);
	report_count(r, "stray_edges", NULL, g->stray);
	if (g->stray > 0)
		report_line(r,
		    "%llu edges of rules that are gone, or that have another label now%s",
		    (unsigned long long)g->stray, g->check ? "" : ": taken away");
	report_bool(r, "differs", differs);
	if (g->check && !g->without)
		report_line(r, differs ? "the graph differs" : "the graph is as the tables say");
	report_close(r);
}
