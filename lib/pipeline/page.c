/* Pages of HTML. */

#include "pipeline/page.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BAR = 8, PAGE_HEIGHT = 80 };

/* Light and dark, paper, and a keyboard's focus. */
static const char page_style[] =
    ":root{color-scheme:light dark;--ink:#1c1e21;--paper:#fff;--line:#d7dade;--soft:#6a7078;--good:#2f7d4f;--find:#a86500;--bad:#b3261e}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--paper:#15171a;--line:#33383e;--soft:#9aa1a9;--good:#63b98a;--find:#e0a040;--bad:#f2877f}}"
    "body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:2rem auto;max-width:76rem;padding:0 1rem}"
    "h1{font-size:1.35rem}h2{font-size:1.05rem;margin-top:2rem}a{color:inherit}a:focus-visible{outline:2px solid var(--find);outline-offset:2px}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}th,td{padding:.25rem .8rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}"
    "th{color:var(--soft);font-weight:500}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td,th{white-space:nowrap}td.c{color:var(--soft);white-space:normal;overflow-wrap:anywhere;min-width:16rem}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}"
    ".done,.kept{color:var(--good)}.findings{color:var(--find)}.failed{color:var(--bad)}svg{max-width:100%;height:auto}"
    "rect.done{fill:var(--good)}rect.findings{fill:var(--find)}rect.failed{fill:var(--bad)}rect.running{fill:var(--soft)}"
    "figure{display:inline-block;margin:1rem 2rem 0 0}figcaption{color:var(--soft)}@media print{body{margin:0;max-width:none}a{text-decoration:none}nav{display:none}}";

int
page_text(struct buf *b, const char *s, struct err *e)
{
	const char *from = s;

	for (; s != NULL && *s != '\0'; s++) {
		const bool control = (unsigned char)*s < ' ' || *s == 0x7f;

		if (!control && strchr("<>&\"'", *s) == NULL)
			continue;
		if (buf_add(b, from, (size_t)(s - from), e) ||
		    (control ? buf_adds(b, "&#65533;", e) : buf_addf(b, e, "&#%d;", *s)))
			return (-1);
		from = s + 1;
	}
	return (s != NULL && buf_add(b, from, (size_t)(s - from), e));
}

int
page_open(struct buf *b, const char *title, const char *back, struct err *e)
{

	return (
	    buf_adds(b,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<title>",
		e) ||
	    page_text(b, title, e) ||
	    buf_addf(b, e, "</title>\n<style>%s</style>\n</head>\n<body>\n", page_style) ||
	    (back != NULL &&
		buf_addf(b, e, "<nav><a href=\"%s\" accesskey=\"u\">All runs</a></nav>\n", back)) ||
	    buf_adds(b, "<main>\n<h1>", e) || page_text(b, title, e) || buf_adds(b, "</h1>\n", e));
}

int
page_close(struct buf *b, struct err *e)
{

	return (buf_adds(b, "</main>\n</body>\n</html>\n", e));
}

int
page_heading(struct buf *b, const char *title, struct err *e)
{

	return (buf_adds(b, "<h2>", e) || page_text(b, title, e) || buf_adds(b, "</h2>\n", e));
}

/* The column's name without what says how it is shown. */
static const char *
page_label(const char *name)
{

	return (name[0] == '#' || name[0] == '~' || name[0] == '-' ? name + 1 : name);
}

/* One cell: a number, a state, a run, or text. */
static int
page_cell(struct buf *b, const char *name, const char *v, bool link, struct err *e)
{

	if (name[0] == '#' || name[0] == '~') {
		if (buf_adds(b, "<td class=\"n\">", e))
			return (-1);
		v = name[0] == '~' && v != NULL && strcmp(v, "0") == 0 ? NULL : v;
	} else if (link && v != NULL) {
		return (buf_addf(b, e, "<td><a href=\"%.36s.html\">%.8s</a></td>", v, v));
	} else if (strcmp(name, "state") == 0 && v != NULL && strcspn(v, " \"<") == strlen(v)) {
		if (buf_addf(b, e, "<td class=\"%s\">", v))
			return (-1);
	} else if (buf_addf(b, e, "<td%s>", name[0] == '-' ? " class=\"c\"" : "")) {
		return (-1);
	}
	return (page_text(b, v, e) || buf_adds(b, "</td>", e));
}

int
page_table(struct buf *b, const struct pg_result *rows, bool link, struct err *e)
{
	int n = pg_result_columns(rows), i, k;
	const char *name;

	if (buf_adds(b, "<table>\n<thead><tr>", e))
		return (-1);
	for (k = 0; k < n; k++) {
		name = pg_result_name(rows, k);
		if (buf_addf(b, e, "<th scope=\"col\"%s>",
			name[0] == '#' || name[0] == '~' ? " class=\"n\"" : "") ||
		    page_text(b, page_label(name), e) || buf_adds(b, "</th>", e))
			return (-1);
	}
	if (buf_adds(b, "</tr></thead>\n<tbody>\n", e))
		return (-1);
	for (i = 0; i < pg_result_rows(rows); i++) {
		if (buf_adds(b, "<tr>", e))
			return (-1);
		for (k = 0; k < n; k++)
			if (page_cell(b, pg_result_name(rows, k), pg_result_get(rows, i, k),
				link && k == 0, e))
				return (-1);
		if (buf_adds(b, "</tr>\n", e))
			return (-1);
	}
	return (buf_adds(b, "</tbody>\n</table>\n", e));
}

int
page_facts(struct buf *b, const struct pg_result *rows, struct err *e)
{
	int k;

	if (buf_adds(b, "<dl>\n", e))
		return (-1);
	for (k = 0; k < pg_result_columns(rows); k++) {
		const char *v = pg_result_get(rows, 0, k);

		if (v == NULL)
			continue;
		if (buf_adds(b, "<dt>", e) || page_text(b, pg_result_name(rows, k), e) ||
		    buf_adds(b, "</dt><dd>", e) || page_text(b, v, e) || buf_adds(b, "</dd>\n", e))
			return (-1);
	}
	return (buf_adds(b, "</dl>\n", e));
}

/* The value of a row's column. */
static double
page_number(const struct pg_result *rows, int row, int column)
{
	const char *v = pg_result_get(rows, row, column);

	return (v != NULL ? strtod(v, NULL) : 0);
}

/* One bar, which is a link with its figures as a title. */
static int
page_bar(struct buf *b, const struct pg_result *rows, int i, const struct page_plot *plot,
    double most, struct err *e)
{
	double v = page_number(rows, i, plot->column);
	int h = most > 0 && v > 0 ? 1 + (int)(v / most * (PAGE_HEIGHT - 1)) : 0;
	const char *state = pg_result_get(rows, i, 2);

	return (buf_addf(b, e, "<a href=\"%.36s.html\"><title>", pg_result_get(rows, i, 0)) ||
	    page_text(b, pg_result_get(rows, i, 1), e) ||
	    buf_addf(b, e, ": %.*f %s, %s</title>", v < 100 ? 1 : 0, v, plot->unit, state) ||
	    buf_addf(b, e,
		"<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/></a>\n", state,
		i * PAGE_BAR, PAGE_HEIGHT - h, PAGE_BAR - 2, h));
}

int
page_bars(struct buf *b, const struct pg_result *rows, const struct page_plot *plot, struct err *e)
{
	int n = pg_result_rows(rows), i;
	double most = 0;

	for (i = 0; i < n; i++)
		if (page_number(rows, i, plot->column) > most)
			most = page_number(rows, i, plot->column);
	if (most == 0)
		return (0);
	if (buf_adds(b, "<figure>\n<figcaption>", e) || page_text(b, plot->title, e) ||
	    buf_addf(b, e,
		", at most %.*f %s</figcaption>\n<svg role=\"img\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<title>",
		most < 100 ? 1 : 0, most, plot->unit, n * PAGE_BAR, PAGE_HEIGHT,
		n > 0 ? n * PAGE_BAR : 1, PAGE_HEIGHT) ||
	    page_text(b, plot->title, e) || buf_adds(b, "</title>\n", e))
		return (-1);
	for (i = 0; i < n; i++)
		if (page_bar(b, rows, i, plot, most, e))
			return (-1);
	return (buf_adds(b, "</svg>\n</figure>\n", e));
}
