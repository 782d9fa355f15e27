/* What a program reports, as text or JSON, by one description. */

#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "base/report_text.h"
#include "base/screen.h"
#include "base/utf8.h"

enum { REPORT_MAX = 256 << 20 };

struct report {
	struct json_writer *w; /* NULL: text */
	struct report_page *page;
	struct buf out;
	struct err err;
	size_t depth, table; /* levels open; that of the table, or 0 */
};

struct report *
report_new(const char *format)
{
	struct report *r = xcalloc(1, sizeof(*r));

	r->out.max = REPORT_MAX;
	if (strcmp(format, "json") == 0)
		r->w = json_writer_new(&r->out);
	else
		r->page = report_page_new(&r->out, &r->err);
	return (r);
}

bool
report_is_json(const struct report *r)
{

	return (r->w != NULL);
}

void
report_free(struct report *r)
{

	if (r == NULL)
		return;
	json_writer_free(r->w);
	report_page_free(r->page);
	buf_free(&r->out);
	free(r);
}

/* The report is whole in r->out.  One in which nothing was described is empty. */
static int
report_end(struct report *r, struct err *e)
{

	if (r->w != NULL && r->out.len == 0 && r->depth == 0 && r->err.status == STATUS_OK)
		return (0);
	if (r->w == NULL)
		report_page_flush(r->page);
	else if (json_writer_end(r->w, &r->err) == 0)
		(void)buf_add(&r->out, "\n", 1, &r->err);
	if (r->err.status == STATUS_OK && r->depth != 0)
		(void)err_set(&r->err, STATUS_BUG, "a report ends before its value does");
	if (r->err.status == STATUS_OK)
		return (0);
	if (e->status == STATUS_OK)
		*e = r->err;
	return (-1);
}

int
report_finish(struct report *r, struct buf *out, struct err *e)
{

	return (report_end(r, e) || buf_add(out, r->out.p, r->out.len, e));
}

int
report_print(struct report *r, const char *done, struct err *e)
{

	if (e->status != STATUS_OK)
		return (-1);
	if (report_end(r, e) == 0 && screen_print(&r->out, e) == 0)
		return (0);
	if (done != NULL) {
		e->status = STATUS_IO;
		(void)err_prefix(e, "%s, but the report is lost", done);
	}
	return (-1);
}

/* Write ${key} to the JSON unless it is NULL, as in a list. */
static void
report_key(struct report *r, const char *key)
{

	if (key != NULL)
		json_put_key(r->w, key);
}

/* Go down one level; in JSON this opens an object or an array. */
static void
report_begin(struct report *r, const char *key, bool object)
{

	r->depth++;
	if (r->w == NULL)
		return;
	report_key(r, key);
	if (object)
		json_put_object(r->w);
	else
		json_put_array(r->w);
}

void
report_open(struct report *r, const char *key)
{

	report_begin(r, key, true);
}

void
report_list(struct report *r, const char *key)
{

	report_begin(r, key, false);
}

void
report_table(struct report *r, const char *key)
{

	report_begin(r, key, false);
	if (r->page != NULL && r->table == 0) {
		r->table = r->depth;
		report_page_table(r->page);
	}
}

void
report_row(struct report *r)
{

	report_begin(r, NULL, true);
	if (r->page != NULL && r->table > 0)
		report_page_row(r->page);
}

void
report_close(struct report *r)
{

	if (r->w != NULL) {
		json_put_close(r->w);
	} else if (r->depth > 0 && r->depth == r->table) {
		report_page_flush(r->page);
		r->table = 0;
	}
	if (r->depth > 0)
		r->depth--;
	else
		(void)err_set(&r->err, STATUS_BUG, "a report is closed too often");
}

/* JSON is UTF-8: other bytes of a path or of another program's message become '?'. */
static void
report_utf8(struct report *r, const char *v)
{
	size_t len = strlen(v), i;
	char *copy;

	if (utf8_span(v, len) == len) {
		json_put_text(r->w, v, len);
		return;
	}
	copy = xstrndup(v, len);
	for (i = 0; (i += utf8_span(copy + i, len - i)) < len; i++)
		copy[i] = '?';
	json_put_text(r->w, copy, len);
	free(copy);
}

void
report_item(struct report *r, const char *v)
{

	if (r->w != NULL)
		report_utf8(r, v);
}

void
report_text(struct report *r, const char *key, const char *label, const char *v)
{

	if (r->w != NULL && key != NULL) {
		json_put_key(r->w, key);
		if (v != NULL)
			report_utf8(r, v);
		else
			json_put_null(r->w);
	}
	if (r->page != NULL && label != NULL)
		report_page_cell(r->page, label, v, REPORT_TEXT);
}

/* Write the ${len} bytes of a number under ${key} to the JSON, or under ${label} to the page; a NULL
 * name leaves it out there. */
static void
report_number(struct report *r, const char *key, const char *label, const char *text, size_t len,
    enum report_kind kind)
{

	if (r->w != NULL && key != NULL) {
		json_put_key(r->w, key);
		json_put_number(r->w, text, len);
	}
	if (r->page != NULL && label != NULL)
		report_page_cell(r->page, label, text, kind);
}

void
report_count(struct report *r, const char *key, const char *label, uint64_t n)
{
	char text[21];
	size_t len = num_fmt(text, n);

	text[len] = '\0';
	report_number(r, key, label, text, len, REPORT_NUMBER);
}

void
report_integer(struct report *r, const char *key, const char *label, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	report_number(r, key, label, text, (size_t)len, REPORT_NUMBER);
}

void
report_figure(struct report *r, const char *label, const char *v)
{

	if (r->page != NULL)
		report_page_cell(r->page, label, v, REPORT_NUMBER);
}

void
report_rare(struct report *r, const char *key, const char *label, uint64_t n)
{

	if (n == 0)
		report_number(r, key, label, "0", 1, REPORT_NOTHING);
	else
		report_count(r, key, label, n);
}

void
report_remark(struct report *r, const char *key, const char *label, uint64_t n, const char *remark)
{

	report_rare(r, key, label, n);
	if (r->page != NULL && n > 0)
		report_page_remark(r->page, remark);
}

void
report_real(struct report *r, const char *key, const char *label, double v, int digits,
    const char *unit)
{
	char text[400];
	int n = snprintf(text, sizeof(text), "%.*f", digits, v);

	report_number(r, key, NULL, text, (size_t)n, REPORT_NUMBER);
	(void)snprintf(text + n, sizeof(text) - (size_t)n, " %s", unit);
	if (label != NULL)
		report_figure(r, label, text);
}

void
report_counted(struct report *r, struct buf *line, const char *key, uint64_t n)
{

	report_count(r, key, NULL, n);
	(void)buf_addf(line, &r->err, "%s%s %llu", line->len > 0 ? ", " : "", key,
	    (unsigned long long)n);
}

void
report_bool(struct report *r, const char *key, bool v)
{

	if (r->w == NULL)
		return;
	report_key(r, key);
	json_put_bool(r->w, v);
}

void
report_json(struct report *r, const char *key, const char *v)
{

	if (r->w == NULL)
		return;
	report_key(r, key);
	if (v != NULL)
		json_put_json(r->w, v, strlen(v));
	else
		json_put_null(r->w);
}

void
report_null(struct report *r, const char *key)
{

	report_json(r, key, NULL);
}

/* What ${fmt} makes is for the page alone. */
static void report_say(struct report *r, enum report_kind kind, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

/* Format a text and add it to the page as a line of ${kind}; do nothing in JSON. */
static void
report_say(struct report *r, enum report_kind kind, const char *fmt, va_list ap)
{
	char stack[512], *text = stack;
	va_list again;
	int n;

	if (r->page == NULL)
		return;
	va_copy(again, ap);
	n = vsnprintf(stack, sizeof(stack), fmt, ap);
	if (n >= (int)sizeof(stack)) {
		text = xcalloc((size_t)n + 1, 1);
		(void)vsnprintf(text, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	report_page_say(r->page, kind, text, strlen(text));
	if (text != stack)
		free(text);
}

void
report_title(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_say(r, REPORT_TITLE, fmt, ap);
	va_end(ap);
}

void
report_line(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_say(r, REPORT_LINE, fmt, ap);
	va_end(ap);
}

void
report_finding(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_say(r, REPORT_FINDING, fmt, ap);
	va_end(ap);
}

void
report_lines(struct report *r, const char *p, size_t len)
{

	if (r->page != NULL)
		report_page_say(r->page, REPORT_LINES, p, len);
}

void
report_block(struct report *r, const char *p, size_t len)
{

	if (r->page != NULL)
		report_page_say(r->page, REPORT_BLOCK, p, len);
}
