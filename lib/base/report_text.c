/* The text of a report: values in a column, tables, sentences. */

#include "base/report_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "base/screen.h"
#include "base/wrap.h"

enum { PAGE_COLUMNS = 32, PAGE_GAP = 2, PAGE_INDENT = 4, PAGE_CELL_MAX = 1 << 20 };

struct page_cell {
	char *v; /* quoted; NULL: the row has none */
	enum report_kind kind;
};

struct page_row {
	struct page_cell cells[PAGE_COLUMNS];
	struct buf below; /* lines below it */
};

struct page_column {
	char *label;
	bool number, shown;
	size_t width, word; /* of the widest cell, of the longest word */
};

/* What is on the page, for the empty lines between. */
enum page_part { PAGE_TOP, PAGE_HEADING, PAGE_VALUES, PAGE_ROWS, PAGE_LINES };

struct report_page {
	struct buf *out;
	struct err *e;
	bool table; /* rows are side by side, not one a line */
	enum page_part last;
	struct page_column columns[PAGE_COLUMNS];
	size_t ncolumns, gap;
	struct page_row *rows;
	size_t nrows, cap;
};

struct report_page *
report_page_new(struct buf *out, struct err *e)
{
	struct report_page *p = xcalloc(1, sizeof(*p));

	p->out = out;
	p->e = e;
	return (p);
}

/* Forget what was held. */
static void
page_clear(struct report_page *p)
{
	size_t i, k;

	for (i = 0; i < p->nrows; i++) {
		for (k = 0; k < p->ncolumns; k++)
			free(p->rows[i].cells[k].v);
		buf_free(&p->rows[i].below);
	}
	for (k = 0; k < p->ncolumns; k++)
		free(p->columns[k].label);
	memset(p->columns, 0, sizeof(p->columns));
	p->nrows = p->ncolumns = 0;
	p->table = false;
}

void
report_page_free(struct report_page *p)
{

	if (p == NULL)
		return;
	page_clear(p);
	free(p->rows);
	free(p);
}

/* ${len} bytes quoted for the screen, freed by the caller. */
static char *
page_quote(struct report_page *p, const char *s, size_t len)
{
	struct buf b = BUF_INIT(PAGE_CELL_MAX);
	char *v;

	v = screen_quote(&b, s, len, p->e) || buf_str(&b, p->e) == NULL ? xstrdup("") :
									  xstrdup(b.p);
	buf_free(&b);
	return (v);
}

/* An empty line before what is of another kind than the last, but not below a title. */
static void
page_begin(struct report_page *p, enum page_part what)
{

	if (p->last != PAGE_TOP &&
	    (what == PAGE_HEADING ||
		(p->last != PAGE_HEADING && (what == PAGE_ROWS || what != p->last))))
		(void)buf_add(p->out, "\n", 1, p->e);
	p->last = what;
}

void
report_page_table(struct report_page *p)
{

	report_page_flush(p);
	p->table = true;
}

void
report_page_row(struct report_page *p)
{
	struct page_row *row;

	if (p->nrows == p->cap)
		p->rows = xgrow(p->rows, &p->cap, sizeof(*p->rows));
	row = &p->rows[p->nrows++];
	memset(row, 0, sizeof(*row));
	row->below.max = PAGE_CELL_MAX;
}

/* The index of the table's column ${label}, which is added if it is new; too many columns are a
 * bug. */
static size_t
page_column(struct report_page *p, const char *label)
{
	size_t i;

	for (i = 0; i < p->ncolumns; i++)
		if (strcmp(p->columns[i].label, label) == 0)
			return (i);
	if (i == PAGE_COLUMNS) {
		(void)err_set(p->e, STATUS_BUG, "a report's table has too many columns");
		return (i - 1);
	}
	p->columns[i].label = xstrdup(label);
	p->ncolumns++;
	return (i);
}

/* Columns of the longest word. */
static size_t
page_word(const char *s)
{
	size_t n, most = 0, shown;

	for (; *s != '\0'; s += n) {
		n = wrap_take(s, 1, &shown);
		shown = wrap_columns(s, shown);
		most = shown > most ? shown : most;
	}
	return (most);
}

void
report_page_cell(struct report_page *p, const char *label, const char *v, enum report_kind kind)
{
	struct page_column *c;
	struct page_cell *cell;
	size_t at, n;

	/* Outside a table each value is a row of its own: one label, one value. */
	if (!p->table) {
		if (v == NULL || kind == REPORT_NOTHING)
			return;
		report_page_row(p);
		at = page_column(p, "label");
		p->rows[p->nrows - 1].cells[at].v = page_quote(p, label, strlen(label));
		label = "value";
	}
	if (p->nrows == 0)
		report_page_row(p);
	at = page_column(p, label);
	c = &p->columns[at];
	cell = &p->rows[p->nrows - 1].cells[at];
	free(cell->v);
	cell->v = v == NULL ? xstrdup("-") : page_quote(p, v, strlen(v));
	cell->kind = kind;
	c->number = c->number || kind != REPORT_TEXT;
	c->shown = c->shown || kind != REPORT_NOTHING;
	n = wrap_columns(cell->v, strlen(cell->v));
	c->width = n > c->width ? n : c->width;
	n = kind == REPORT_TEXT ? page_word(cell->v) : n;
	c->word = n > c->word ? n : c->word;
}

void
report_page_remark(struct report_page *p, const char *s)
{

	if (!p->table && p->nrows > 0)
		p->rows[p->nrows - 1].cells[page_column(p, "remark")].v =
		    page_quote(p, s, strlen(s));
}

/* ${n} spaces. */
static void
page_pad(struct report_page *p, size_t n)
{

	(void)buf_addf(p->out, p->e, "%*s", (int)n, "");
}

/* A label, and its value to the right of all labels, of all numbers at their end. */
static void
page_pair(struct report_page *p, const char *label, const struct page_cell *v, const char *remark,
    size_t labels, size_t numbers)
{
	size_t at = labels + PAGE_GAP, n = wrap_columns(v->v, strlen(v->v));

	(void)buf_adds(p->out, label, p->e);
	page_pad(p, at - wrap_columns(label, strlen(label)));
	if (v->kind == REPORT_TEXT) {
		(void)wrap_add(p->out, v->v, at, at, REPORT_WIDTH, p->e);
	} else {
		page_pad(p, numbers > n ? numbers - n : 0);
		(void)buf_addf(p->out, p->e, "%s%s%s\n", v->v, remark != NULL ? "  " : "",
		    remark != NULL ? remark : "");
	}
}

/* Values, one a line. */
static void
page_values(struct report_page *p)
{
	size_t i, n, labels = 0, numbers = 0;

	page_begin(p, PAGE_VALUES);
	for (i = 0; i < p->nrows; i++) {
		const struct page_cell *c = p->rows[i].cells;

		n = wrap_columns(c[0].v, strlen(c[0].v));
		labels = n > labels ? n : labels;
		n = wrap_columns(c[1].v, strlen(c[1].v));
		if (c[1].kind != REPORT_TEXT && n > numbers)
			numbers = n;
	}
	for (i = 0; i < p->nrows; i++)
		page_pair(p, p->rows[i].cells[0].v, &p->rows[i].cells[1], p->rows[i].cells[2].v,
		    labels, numbers);
}

/* A table whose words don't fit: each row as values, with an empty line between. */
static void
page_expanded(struct report_page *p)
{
	size_t i, k, n, labels = 0;

	for (k = 0; k < p->ncolumns; k++) {
		n = wrap_columns(p->columns[k].label, strlen(p->columns[k].label));
		labels = n > labels ? n : labels;
	}
	for (i = 0; i < p->nrows; i++) {
		if (i > 0)
			(void)buf_add(p->out, "\n", 1, p->e);
		for (k = 0; k < p->ncolumns; k++)
			if (p->columns[k].shown && p->rows[i].cells[k].v != NULL)
				page_pair(p, p->columns[k].label, &p->rows[i].cells[k], NULL,
				    labels, 0);
		(void)buf_add(p->out, p->rows[i].below.p, p->rows[i].below.len, p->e);
	}
}

/* Widths that fit, taken from the widest text; false if its words don't. */
static bool
page_narrow(struct report_page *p, size_t total)
{
	size_t k, widest;

	for (; total > REPORT_WIDTH; total--) {
		widest = PAGE_COLUMNS;
		for (k = 0; k < p->ncolumns; k++)
			if (p->columns[k].shown && p->columns[k].width > p->columns[k].word &&
			    (widest == PAGE_COLUMNS ||
				p->columns[k].width > p->columns[widest].width))
				widest = k;
		if (widest == PAGE_COLUMNS)
			return (false);
		p->columns[widest].width--;
	}
	return (true);
}

/* Widths and the gap between columns; false if no table of them fits. */
static bool
page_fit(struct report_page *p)
{
	size_t k, n, total = 0, columns = 0;

	for (k = 0; k < p->ncolumns; k++) {
		struct page_column *c = &p->columns[k];

		n = wrap_columns(c->label, strlen(c->label));
		c->width = n > c->width ? n : c->width;
		n = page_word(c->label);
		c->word = n > c->word ? n : c->word;
		total += c->shown ? c->width : 0;
		columns += c->shown;
	}
	for (p->gap = PAGE_GAP; p->gap > 0; p->gap--)
		if (page_narrow(p, total + (columns - 1) * p->gap))
			return (true);
	return (false);
}

/* One row: as many lines as its longest cell needs.  Spaces at a line's end are left out. */
static void
page_row(struct report_page *p, const char *const *cells)
{
	const char *rest[PAGE_COLUMNS];
	size_t k, shown, next, cols, pad;
	bool more = true;

	memcpy(rest, cells, sizeof(rest));
	while (more) {
		more = false;
		pad = 0;
		for (k = 0; k < p->ncolumns; k++) {
			const struct page_column *c = &p->columns[k];

			if (!c->shown)
				continue;
			next =
			    rest[k][0] == '\0' ? (shown = 0) : wrap_take(rest[k], c->width, &shown);
			cols = wrap_columns(rest[k], shown);
			if (shown > 0) {
				page_pad(p, pad + (c->number ? c->width - cols : 0));
				(void)buf_add(p->out, rest[k], shown, p->e);
				pad = p->gap + (c->number ? 0 : c->width - cols);
			} else {
				pad += c->width + p->gap;
			}
			rest[k] += next;
			more = more || rest[k][0] != '\0';
		}
		(void)buf_add(p->out, "\n", 1, p->e);
	}
}

/* Write the rows as a table under its labels, or each row expanded if a table does not fit. */
static void
page_rows(struct report_page *p)
{
	const char *cells[PAGE_COLUMNS];
	size_t i, k;

	page_begin(p, PAGE_ROWS);
	if (!page_fit(p)) {
		page_expanded(p);
		return;
	}
	for (k = 0; k < p->ncolumns; k++)
		cells[k] = p->columns[k].label;
	page_row(p, cells);
	for (i = 0; i < p->nrows; i++) {
		for (k = 0; k < p->ncolumns; k++)
			cells[k] = p->rows[i].cells[k].v != NULL ? p->rows[i].cells[k].v : "";
		page_row(p, cells);
		(void)buf_add(p->out, p->rows[i].below.p, p->rows[i].below.len, p->e);
	}
}

void
report_page_flush(struct report_page *p)
{

	if (p->nrows > 0 && p->table)
		page_rows(p);
	else if (p->nrows > 0)
		page_values(p);
	page_clear(p);
}

/* Lines as they are, indented and quoted. */
static void
page_block(struct report_page *p, struct buf *b, const char *s, size_t len, int indent)
{
	const char *end = s + len, *lf, *tab;

	for (; s < end; s = lf + 1) {
		if ((lf = memchr(s, '\n', (size_t)(end - s))) == NULL)
			lf = end;
		if (lf > s)
			(void)buf_addf(b, p->e, "%*s", indent, "");
		for (; (tab = memchr(s, '\t', (size_t)(lf - s))) != NULL; s = tab + 1) {
			(void)screen_quote(b, s, (size_t)(tab - s), p->e);
			(void)buf_add(b, "\t", 1, p->e);
		}
		(void)screen_quote(b, s, (size_t)(lf - s), p->e);
		(void)buf_add(b, "\n", 1, p->e);
	}
}

void
report_page_say(struct report_page *p, enum report_kind kind, const char *s, size_t len)
{
	bool below = p->table && p->nrows > 0;
	struct buf *b = below ? &p->rows[p->nrows - 1].below : p->out;
	char *v;

	if (!below) {
		report_page_flush(p);
		page_begin(p, kind == REPORT_TITLE ? PAGE_HEADING : PAGE_LINES);
	}
	if (kind == REPORT_BLOCK || kind == REPORT_LINES) {
		page_block(p, b, s, len, kind == REPORT_BLOCK ? PAGE_INDENT : 0);
		return;
	}
	v = page_quote(p, s, len);
	if (kind == REPORT_LINE)
		(void)wrap_add(b, v, below ? PAGE_INDENT : 0, 0, REPORT_WIDTH, p->e);
	else
		(void)buf_addf(b, p->e, "%s\n", v);
	free(v);
}
