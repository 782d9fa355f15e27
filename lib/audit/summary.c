/* The summary page of an archive, as HTML and text. */

#include "audit/summary.h"

#include <string.h>

#include "base/instant.h"

enum { CHART_WIDTH = 640, CHART_HEIGHT = 160, CHART_BARS = 62, SUMMARY_ROWS = 100 };

static const char summary_style[] =
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{padding:.25rem .5rem;text-align:left;border-bottom:1px solid #8886;"
    "overflow-wrap:anywhere}"
    "td.k{white-space:nowrap}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "code{font-size:.85em;overflow-wrap:anywhere}"
    ".good{border-left:.4rem solid #2a7f3f;padding-left:.8rem}"
    ".bad{border-left:.4rem solid #b3261e;padding-left:.8rem}"
    "tr.bad td:first-child{font-weight:bold}"
    "svg{width:100%;height:auto}svg .ok{fill:#3b6ea5}svg .no{fill:#b3261e}"
    "svg text{font-size:11px;fill:currentColor}";

/* Foreign text in HTML: no byte of it is markup. */
static int
summary_text(struct buf *out, const char *p, struct err *e)
{
	static const struct {
		char c;
		const char *entity;
	} marks[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" },
		{ '\'', "&#39;" } };
	size_t i;

	for (; *p != '\0'; p++) {
		for (i = 0; i < 5 && marks[i].c != *p; i++)
			;
		if (i < 5 ? buf_adds(out, marks[i].entity, e) :
			    buf_add(out, (unsigned char)*p < ' ' ? " " : p, 1, e))
			return (-1);
	}
	return (0);
}

/* Append a table of a list's first SUMMARY_ROWS values with rows and findings, and how many are
 * not shown. */
static int
summary_list(struct buf *out, const char *title, const char *head, const struct tally_list *l,
    struct err *e)
{
	size_t i, n = l->n < SUMMARY_ROWS ? l->n : SUMMARY_ROWS;

	if (buf_addf(out, e,
		"<h2>%s</h2>\n<table>\n<tr><th>%s</th><th class=\"n\">rows</th>"
		"<th class=\"n\">findings</th></tr>\n",
		title, head))
		return (-1);
	for (i = 0; i < n; i++)
		if (buf_addf(out, e, "<tr%s><td>", l->v[i].findings > 0 ? " class=\"bad\"" : "") ||
		    summary_text(out, l->v[i].name, e) ||
		    buf_addf(out, e,
			"</td><td class=\"n\">%llu</td><td class=\"n\">%llu</td></tr>\n",
			(unsigned long long)l->v[i].rows, (unsigned long long)l->v[i].findings))
			return (-1);
	if (buf_adds(out, "</table>\n", e))
		return (-1);
	return (l->n > n ? buf_addf(out, e, "<p>%zu more are not shown.</p>\n", l->n - n) : 0);
}

/* Append a table of the rows by verdict; verdicts without rows are left out. */
static int
summary_verdicts(struct buf *out, const struct tally *t, struct err *e)
{
	int i;

	if (buf_adds(out,
		"<h2>Verdicts</h2>\n<table>\n<tr><th>verdict</th><th class=\"n\">rows</th></tr>\n",
		e))
		return (-1);
	for (i = 0; i < VERDICT_COUNT; i++)
		if (t->verdicts[i] > 0 &&
		    buf_addf(out, e,
			"<tr%s><td><code>%s</code></td><td class=\"n\">%llu</td></tr>\n",
			verdict_fine((enum verdict)i) ? "" : " class=\"bad\"",
			verdict_word((enum verdict)i), (unsigned long long)t->verdicts[i]))
			return (-1);
	return (buf_adds(out, "</table>\n", e));
}

/* A bar of the chart: rows, and findings at its foot. */
static int
summary_bar(struct buf *out, const struct tally_count *c, size_t i, double step, double scale,
    struct err *e)
{
	double x = (double)i * step, width = step > 4 ? step - 2 : step * 0.8;
	double rows = (double)c->rows * scale, bad = (double)c->findings * scale;

	if (c->findings > 0 && bad < 1)
		bad = 1;
	if (buf_addf(out, e, "<g><title>") || summary_text(out, c->name, e) ||
	    buf_addf(out, e,
		": %llu rows, %llu findings</title>"
		"<rect class=\"ok\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
		(unsigned long long)c->rows, (unsigned long long)c->findings, x,
		(double)CHART_HEIGHT - rows, width, rows))
		return (-1);
	if (c->findings > 0 &&
	    buf_addf(out, e,
		"<rect class=\"no\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x,
		(double)CHART_HEIGHT - bad, width, bad))
		return (-1);
	return (buf_adds(out, "</g>\n", e));
}

/* Rows a day, the last days where there are many. */
static int
summary_chart(struct buf *out, const struct tally_list *l, struct err *e)
{
	size_t first = l->n > CHART_BARS ? l->n - CHART_BARS : 0, i, n = l->n - first;
	uint64_t most = 1;

	if (l->n < 2)
		return (0);
	for (i = first; i < l->n; i++)
		if (l->v[i].rows > most)
			most = l->v[i].rows;
	if (buf_addf(out, e,
		"<svg viewBox=\"0 -16 %d %d\" role=\"img\" aria-label=\"Rows a day\">\n"
		"<text x=\"0\" y=\"-4\">%llu rows</text>\n",
		CHART_WIDTH, CHART_HEIGHT + 34, (unsigned long long)most))
		return (-1);
	for (i = 0; i < n; i++)
		if (summary_bar(out, &l->v[first + i], i, (double)CHART_WIDTH / (double)n,
			(double)CHART_HEIGHT / (double)most, e))
			return (-1);
	if (buf_addf(out, e, "<text x=\"0\" y=\"%d\">", CHART_HEIGHT + 14) ||
	    summary_text(out, l->v[first].name, e) ||
	    buf_addf(out, e, "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">", CHART_WIDTH,
		CHART_HEIGHT + 14) ||
	    summary_text(out, l->v[l->n - 1].name, e))
		return (-1);
	return (buf_adds(out, "</text>\n</svg>\n", e));
}

/* Append the start of the page up to the archive's figures; the rest follows within its body. */
static int
summary_head(struct buf *out, const char *name, const struct manifest *m, const char *sha256,
    const struct tally *t, struct err *e)
{
	char from[28], to[28];

	if (buf_adds(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
		e) ||
	    summary_text(out, name, e) || buf_adds(out, "</title>\n<style>", e) ||
	    buf_adds(out, summary_style, e) ||
	    buf_adds(out, "</style>\n</head>\n<body>\n<h1>", e) || summary_text(out, name, e) ||
	    buf_addf(out, e, "</h1>\n<p class=\"%s\">%llu rows", t->findings > 0 ? "bad" : "good",
		(unsigned long long)t->rows))
		return (-1);
	if (t->rows == 0 ? buf_adds(out, ": nothing was recorded in this period.</p>\n", e) :
		t->findings > 0 ?
			   buf_addf(out, e, ", of which %llu have no signature that holds.</p>\n",
			       (unsigned long long)t->findings) :
			   buf_adds(out, "; every signature holds.</p>\n", e))
		return (-1);
	return (buf_addf(out, e,
	    "<table>\n<tr><td class=\"k\">Period</td><td>%s to %s (UTC)</td></tr>\n"
	    "<tr><td class=\"k\">Sequence</td><td>%llu</td></tr>\n<tr><td class=\"k\">Late rows</td><td>%llu</td></tr>\n"
	    "<tr><td class=\"k\">Tree</td><td>%llu rows in all, root <code>%s</code></td></tr>\n"
	    "<tr><td class=\"k\">Manifest</td><td><code>%s</code></td></tr>\n</table>\n"
	    "<p>This page was made when the archive was sealed, and proves nothing by itself: "
	    "<code>aegis audit-check</code> or <code>verify.sh</code> do.</p>\n",
	    instant_text(from, m->period.from), instant_text(to, m->period.to),
	    (unsigned long long)m->sequence, (unsigned long long)t->late,
	    (unsigned long long)m->after.size, m->after.root, sha256));
}

int
summary_html(const char *name, const struct manifest *m, const char *sha256, struct tally *t,
    struct buf *out, struct err *e)
{

	tally_sort(&t->tenants, false);
	tally_sort(&t->events, false);
	tally_sort(&t->days, true);
	if (summary_head(out, name, m, sha256, t, e))
		return (-1);
	if (t->rows > 0 &&
	    (summary_verdicts(out, t, e) || summary_chart(out, &t->days, e) ||
		summary_list(out, "Rows by day", "day", &t->days, e) ||
		summary_list(out, "Tenants", "tenant", &t->tenants, e) ||
		summary_list(out, "Event types", "event type", &t->events, e)))
		return (-1);
	return (buf_adds(out, "</body>\n</html>\n", e));
}
