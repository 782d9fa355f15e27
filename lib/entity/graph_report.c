/* What graph-sync says of itself. */

#include <string.h>

#include "base/json.h"
#include "base/screen.h"
#include "entity/graph_work.h"

/* The figures of a line: of a sync, or of a check. */
static size_t
graph_report_figures(const struct graph *g, const struct graph_counts *n, const char **names,
    uint64_t *v)
{
	const char *const sync[] = { "inserted", "updated", "adopted", "retired", "unchanged" };
	const char *const check[] = { "missing", "extra", "differing", "doubled", "dangling",
		"right" };
	const uint64_t sync_v[] = { n->inserted, n->updated, n->adopted, n->retired, n->unchanged };
	const uint64_t check_v[] = { n->missing, n->extra, n->differing, n->doubled, n->dangling,
		n->unchanged };
	size_t many = g->check ? 6 : 5;

	memcpy(names, g->check ? check : sync, many * sizeof(*names));
	memcpy(v, g->check ? check_v : sync_v, many * sizeof(*v));
	return (many);
}

static int
graph_report_line(const struct graph *g, const char *label, const char *kind,
    const struct graph_counts *n, struct buf *out, struct err *e)
{
	const char *names[6];
	uint64_t v[6];
	size_t many = graph_report_figures(g, n, names, v), i;

	if (screen_addf(out, e, "%-24s %-8s", label, kind))
		return (-1);
	for (i = 0; i < many; i++)
		if (screen_addf(out, e, " %10llu", (unsigned long long)v[i]))
			return (-1);
	if (buf_add(out, "\n", 1, e))
		return (-1);
	return (n->examples != NULL ? screen_addf(out, e, "  such as %s\n", n->examples) : 0);
}

static int
graph_report_text(const struct graph *g, struct buf *out, struct err *e)
{
	const struct graph_counts none = { .examples = NULL };
	const char *names[6];
	uint64_t v[6];
	size_t many = graph_report_figures(g, &none, names, v), i;

	if (g->without)
		return (buf_adds(out, "this database does without a graph (aegis.without)\n", e));
	if (!g->check && g->nlabels == 0 && g->loads == 0)
		return (buf_adds(out, "nothing new\n", e));
	if (!g->check &&
	    screen_addf(out, e, "%llu new load%s\n\n", (unsigned long long)g->loads,
		g->loads == 1 ? "" : "s"))
		return (-1);
	if (screen_addf(out, e, "%-24s %-8s", "label", ""))
		return (-1);
	for (i = 0; i < many; i++)
		if (screen_addf(out, e, " %10s", names[i]))
			return (-1);
	if (buf_add(out, "\n", 1, e))
		return (-1);
	for (i = 0; i < g->nlabels; i++)
		if (graph_report_line(g, g->labels[i].name, "vertices", &g->labels[i].n, out, e))
			return (-1);
	for (i = 0; i < g->nrules; i++)
		if (graph_report_line(g, g->rules[i].name, g->rules[i].child->name, &g->rules[i].n,
			out, e))
			return (-1);
	if (!g->check)
		return (0);
	return (buf_adds(out,
	    graph_differs(g) ? "\nthe graph differs\n" : "\nthe graph is as the tables say\n", e));
}

static void
graph_report_json_counts(struct json_writer *w, const struct graph *g, const struct graph_counts *n)
{
	const char *names[6];
	uint64_t v[6];
	size_t many = graph_report_figures(g, n, names, v), i;

	for (i = 0; i < many; i++)
		json_member_u64(w, names[i], v[i]);
	if (g->check && n->examples != NULL)
		json_member_json(w, "examples", n->examples);
	json_put_close(w);
}

static int
graph_report_json(const struct graph *g, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	size_t i;
	int rc;

	json_put_object(w);
	json_member_text(w, "tenant", g->tenant);
	json_put_key(w, "check");
	json_put_bool(w, g->check);
	json_put_key(w, "without");
	json_put_bool(w, g->without);
	json_member_u64(w, "loads", g->loads);
	json_put_key(w, "vertices");
	json_put_array(w);
	for (i = 0; i < g->nlabels; i++) {
		json_put_object(w);
		json_member_text(w, "label", g->labels[i].name);
		json_member_text(w, "type", g->labels[i].type);
		graph_report_json_counts(w, g, &g->labels[i].n);
	}
	json_put_close(w);
	json_put_key(w, "edges");
	json_put_array(w);
	for (i = 0; i < g->nrules; i++) {
		json_put_object(w);
		json_member_text(w, "label", g->rules[i].name);
		json_member_text(w, "child", g->rules[i].child->type);
		json_member_text(w, "parent", g->rules[i].parent->type);
		graph_report_json_counts(w, g, &g->rules[i].n);
	}
	json_put_close(w);
	json_put_key(w, "differs");
	json_put_bool(w, graph_differs(g));
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc ? -1 : buf_add(out, "\n", 1, e));
}

int
graph_report(const struct graph *g, bool json, struct buf *out, struct err *e)
{

	return (json ? graph_report_json(g, out, e) : graph_report_text(g, out, e));
}
