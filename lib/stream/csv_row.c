/* One row of CSV, or of text with another delimiter. */

#include "stream/csv_row.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "base/buf.h"
#include "base/num.h"

struct csv_row {
	struct csv_parser parser;
	bool parser_on;
	unsigned char delimiter;
	bool blanks;
	struct buf text;             /* fields that libcsv has unquoted */
	struct stream_field *fields; /* max + 1 */
	size_t n, max;
	bool over; /* libcsv has seen the end of the row */
};

/* No byte is a blank, so that libcsv keeps the spaces around a value. */
static int
csv_no_blank(unsigned char c)
{

	(void)c;
	return (0);
}

/* Whether the byte ends a row, for libcsv; CR does not. */
static int
csv_is_lf(unsigned char c)
{

	return (c == '\n');
}

struct csv_row *
csv_row_new(unsigned char delimiter, bool blanks, size_t row_max, size_t fields_max)
{
	struct csv_row *r = xcalloc(1, sizeof(*r));

	r->delimiter = delimiter;
	r->blanks = blanks;
	r->text.max = row_max + 2;
	r->max = fields_max;
	r->fields = xcalloc(fields_max + 1, sizeof(*r->fields));
	return (r);
}

/* Field n of the row is what lies between the two places. */
static void
csv_row_field(struct csv_row *r, size_t n, const char *p, const char *end)
{
	struct stream_field *f = &r->fields[n];

	f->p = p;
	f->len = (size_t)(end - p);
	f->null = p == end;
}

/* Eight bytes at a time: fields are short, and a call of memchr() for each took a third of
 * entity-map. */
void
csv_row_plain(struct csv_row *r, const char *p, size_t len)
{
	const uint64_t delimiters = r->delimiter * UINT64_C(0x0101010101010101);
	const uint64_t low7 = UINT64_C(0x7f7f7f7f7f7f7f7f);
	const char *start = p, *end = p + len;
	size_t n = 0;

	for (; (size_t)(end - p) >= sizeof(uint64_t); p += sizeof(uint64_t)) {
		uint64_t w = num_le64(p) ^ delimiters, hits;

		/* The high bit of each byte that is zero, and of no other. */
		for (hits = ~(((w & low7) + low7) | w | low7); hits != 0; hits &= hits - 1) {
			const char *d = p + __builtin_ctzll(hits) / 8;

			if (n >= r->max)
				goto last;
			csv_row_field(r, n++, start, d);
			start = d + 1;
		}
	}
	for (; p < end; p++) {
		if (*p != (char)r->delimiter)
			continue;
		if (n >= r->max)
			goto last;
		csv_row_field(r, n++, start, p);
		start = p + 1;
	}
last:
	csv_row_field(r, n++, start, end);
	r->n = n;
}

/* libcsv's field: text.p has room for the whole row, so that it never moves. */
static void
csv_on_field(void *p, size_t len, void *ctx)
{
	struct csv_row *r = ctx;
	struct stream_field *f;

	if (r->n > r->max)
		return;
	f = &r->fields[r->n++];
	f->p = r->text.p + r->text.len;
	f->len = len;
	f->null = p == NULL;
	if (len > 0)
		memcpy(r->text.p + r->text.len, p, len);
	r->text.len += len;
}

/* Note for csv_row_quoted() that libcsv has reached the end of the row. */
static void
csv_on_row(int c, void *ctx)
{
	struct csv_row *r = ctx;

	(void)c;
	r->over = true;
}

/* Start libcsv, once. */
static int
csv_start(struct csv_row *r, struct err *e)
{

	if (r->parser_on)
		return (0);
	if (csv_init(&r->parser, CSV_STRICT | CSV_EMPTY_IS_NULL))
		return (err_set(e, STATUS_BUG, "libcsv does not start"));
	csv_set_delim(&r->parser, r->delimiter);
	if (!r->blanks)
		csv_set_space_func(&r->parser, csv_no_blank);
	csv_set_blk_size(&r->parser, 16 << 10);
	r->parser_on = true;
	return (0);
}

int
csv_row_quoted(struct csv_row *r, const char *p, size_t len, uint64_t at, struct err *e)
{
	size_t n;
	int why;

	if (csv_start(r, e))
		return (-1);
	/*
	 * libcsv ends a row at CR and LF by itself, quicker than by a function: where
	 * there is no CR that is the same.
	 */
	csv_set_term_func(&r->parser, memchr(p, '\r', len) != NULL ? csv_is_lf : NULL);
	r->text.len = r->n = 0;
	r->over = false;
	if (buf_reserve(&r->text, len + 1, e))
		return (-1);
	n = csv_parse(&r->parser, p, len, csv_on_field, csv_on_row, r);
	if (n == len)
		(void)csv_parse(&r->parser, "\n", 1, csv_on_field, csv_on_row, r);
	if (n == len && r->over)
		return (0);
	/* Whatever is open in the parser is another row's no more. */
	why = csv_error(&r->parser);
	csv_free(&r->parser);
	r->parser_on = false;
	if (n == len)
		return (err_set(e, STATUS_DATA, "the input ends inside quotes"));
	if (why == CSV_ENOMEM)
		return (err_set(e, STATUS_TEMPFAIL, "out of memory"));
	return (err_set(e, STATUS_DATA,
	    "byte %llu: a quote inside a value that is not "
	    "doubled, or a value that goes on after its closing quote",
	    (unsigned long long)at + n));
}

const struct stream_field *
csv_row_fields(const struct csv_row *r, size_t *n)
{

	*n = r->n;
	return (r->fields);
}

void
csv_row_free(struct csv_row *r)
{

	if (r == NULL)
		return;
	if (r->parser_on)
		csv_free(&r->parser);
	free(r->fields);
	buf_free(&r->text);
	free(r);
}
