/* CSV of RFC 4180, a row at a time; frames likewise. */

#include "stream/csv.h"

#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "base/ahead.h"
#include "base/buf.h"
#include "base/io.h"
#include "base/num.h"
#include "base/utf8.h"
#include "stream/csv_row.h"

#define CSV_CONTROL_PREFIX "#aegis-"

enum {
	CSV_PIECE = 256 << 10, /* of a read(2), and of the buffer at first */
	CSV_CONTROL_LEN = sizeof(CSV_CONTROL_PREFIX) - 1,
	CSV_BOM_LEN = sizeof(CSV_BOM) - 1,
	CSV_FRAME_EXTRA = 4 + 4 * STREAM_COLUMNS_MAX, /* lengths beside the row's bytes */
};

struct csv_input {
	int fd;
	char *name;
	struct csv_options opt;
	struct buf buf;  /* bytes read: buf.p[0 .. buf.len) */
	size_t pos;      /* of them: begin of the next line */
	size_t told;     /* of them: seen() has had these */
	uint64_t base;   /* offset of buf.p[0] in the input */
	uint64_t number; /* lines before the next one */
	bool eof;
	struct ahead *ahead; /* or NULL */
	struct csv_line line;
	struct csv_row *row; /* cuts it */
};

struct csv_input *
csv_input_open(int fd, const char *name, const struct csv_options *options)
{
	struct csv_input *in = xcalloc(1, sizeof(*in));

	in->fd = fd;
	in->name = xstrdup(name);
	in->opt = *options;
	/* A row, its line end, and room to read into. */
	in->buf.max = options->row_max + CSV_PIECE + 2 + CSV_FRAME_EXTRA;
	in->row = csv_row_new(',', false, options->row_max, STREAM_COLUMNS_MAX);
	return (in);
}

/* How many quotes are among the bytes. */
static size_t
csv_quotes(const char *p, size_t n)
{
	const char *end = p + n;
	size_t count = 0;

	/* Most rows have none, and memchr(3) is the quickest to say so. */
	while (p < end && (p = memchr(p, '"', (size_t)(end - p))) != NULL) {
		count++;
		p++;
	}
	return (count);
}

/* Hand over what is before ${upto}. */
static void
csv_tell(struct csv_input *in, size_t upto)
{

	if (in->opt.seen != NULL && upto > in->told)
		in->opt.seen(in->opt.ctx, in->buf.p + in->told, upto - in->told);
	in->told = upto;
}

void
csv_input_tell(struct csv_input *in)
{

	csv_tell(in, (size_t)(in->line.offset - in->base));
}

/* Read on behind the line that begins at pos. */
static int
csv_fill(struct csv_input *in, struct err *e)
{
	ssize_t n;

	if (in->pos > 0 && in->buf.cap - in->buf.len < CSV_PIECE / 4) {
		csv_tell(in, in->pos);
		memmove(in->buf.p, in->buf.p + in->pos, in->buf.len - in->pos);
		in->buf.len -= in->pos;
		in->base += in->pos;
		in->told = in->pos = 0;
	}
	if (in->buf.cap - in->buf.len < CSV_PIECE / 4 &&
	    buf_reserve(&in->buf, in->buf.cap == 0 ? CSV_PIECE : CSV_PIECE / 4, e))
		return (-1);
	n = in->ahead != NULL ?
	    ahead_read(in->ahead, in->buf.p + in->buf.len, in->buf.cap - in->buf.len, in->name, e) :
	    io_read(in->fd, in->buf.p + in->buf.len, in->buf.cap - in->buf.len, in->name, e);
	if (n < 0)
		return (-1);
	in->buf.len += (size_t)n;
	in->eof = n == 0;
	return (0);
}

int
csv_input_keep(struct csv_input *in, struct err *e)
{

	while (!in->eof && in->buf.len < CSV_KEEP)
		if (csv_fill(in, e))
			return (-1);
	if (in->eof)
		return (1);
	if ((in->ahead = ahead_start(in->fd, CSV_AHEAD, e)) == NULL)
		return (-1);
	return (0);
}

void
csv_input_rewind(struct csv_input *in)
{

	in->pos = in->told = 0;
	in->number = 0;
}

/* The line has been framed: ${end} is behind its content. */
static enum csv_kind
csv_framed(struct csv_input *in, size_t end, bool control, struct err *e)
{
	struct csv_line *l = &in->line;
	size_t bad;

	l->p = in->buf.p + in->pos;
	l->len = end - in->pos;
	in->pos = end + (l->ended ? 1 : 0);
	if (in->opt.foreign && l->len > 0 && l->p[l->len - 1] == '\r' && !l->open)
		l->len--;
	if (l->len > (control ? (size_t)STREAM_LINE_MAX : in->opt.row_max))
		goto long_line;
	if ((bad = utf8_span(l->p, l->len)) < l->len) {
		(void)err_set(e, STATUS_DATA, "byte %llu (0x%02x) is %s",
		    (unsigned long long)l->offset + bad, (unsigned char)l->p[bad],
		    l->p[bad] == '\0' ? "a NUL" : "not UTF-8");
		return (CSV_INPUT_FAULT);
	}
	return (control ? CSV_INPUT_CONTROL : CSV_INPUT_ROW);
long_line:
	(void)err_set(e, STATUS_DATA, "longer than the %zu bytes that are allowed",
	    control ? (size_t)STREAM_LINE_MAX : in->opt.row_max);
	return (CSV_INPUT_FAULT);
}

/* The first bytes of the input: skip a byte order mark, or refuse it. */
static int
csv_begin(struct csv_input *in, struct err *e)
{

	while (in->buf.len < CSV_BOM_LEN && !in->eof)
		if (csv_fill(in, e))
			return (-1);
	if (in->buf.len < CSV_BOM_LEN || memcmp(in->buf.p, CSV_BOM, CSV_BOM_LEN) != 0)
		return (0);
	if (!in->opt.foreign)
		return (err_set(e, STATUS_DATA, "the input begins with a byte order mark"));
	in->pos = CSV_BOM_LEN;
	return (0);
}

enum csv_kind
csv_input_next(struct csv_input *in, struct err *e)
{
	struct csv_line *l = &in->line;
	size_t done = 0, quotes = 0, lines = 0; /* of the line's bytes so far */
	bool control;

	memset(l, 0, sizeof(*l));
	l->offset = in->base + in->pos;
	l->number = in->number + 1;
	if (in->base == 0 && in->pos == 0 && csv_begin(in, e))
		return (CSV_INPUT_FAULT);
	l->offset = in->base + in->pos;
	for (;;) {
		const char *p = in->buf.p + in->pos, *lf = NULL;
		size_t have = in->buf.len - in->pos, upto;

		control = in->opt.control && have >= CSV_CONTROL_LEN &&
		    memcmp(p, CSV_CONTROL_PREFIX, CSV_CONTROL_LEN) == 0;
		if (have > done)
			lf = memchr(p + done, '\n', have - done);
		upto = lf != NULL ? (size_t)(lf - p) : have;
		if (upto > done)
			quotes += csv_quotes(p + done, upto - done);
		done = upto;
		lines += lf != NULL;
		if (lf != NULL && (control || quotes % 2 == 0)) {
			l->ended = true;
			break;
		}
		if (done > (control ? (size_t)STREAM_LINE_MAX : in->opt.row_max) + 1) {
			l->open = quotes % 2 != 0;
			(void)err_set(e, STATUS_DATA,
			    "longer than the %zu bytes that are "
			    "allowed%s",
			    control ? (size_t)STREAM_LINE_MAX : in->opt.row_max,
			    l->open ? ", and its last quote is open" : "");
			return (CSV_INPUT_FAULT);
		}
		if (lf != NULL) {
			done++;
			continue;
		}
		if (in->eof) {
			l->open = !control && quotes % 2 != 0;
			if (done == 0)
				return (CSV_INPUT_END);
			break;
		}
		if (csv_fill(in, e))
			return (CSV_INPUT_FAULT);
	}
	in->number += lines;
	l->quotes = quotes > 0;
	return (csv_framed(in, in->pos + done, control, e));
}

/* Have ${n} bytes at pos: 1, 0 where the input ends before, -1. */
static int
csv_have(struct csv_input *in, size_t n, struct err *e)
{

	while (in->buf.len - in->pos < n) {
		if (in->eof)
			return (0);
		if (csv_fill(in, e))
			return (-1);
	}
	return (1);
}

enum csv_kind
csv_input_frame(struct csv_input *in, size_t max, struct err *e)
{
	struct csv_line *l = &in->line;
	size_t n = 0;
	int rc;

	memset(l, 0, sizeof(*l));
	l->offset = in->base + in->pos;
	l->number = in->number;
	if ((rc = csv_have(in, 4, e)) > 0) {
		if ((n = num_le32(in->buf.p + in->pos)) > max) {
			(void)err_set(e, STATUS_DATA,
			    "a frame of %zu bytes, but a row may have %zu", n, max);
			return (CSV_INPUT_FAULT);
		}
		rc = csv_have(in, 4 + n, e);
	}
	if (rc <= 0)
		return (rc < 0 ? CSV_INPUT_FAULT : CSV_INPUT_END);
	l->p = in->buf.p + in->pos + 4;
	l->len = n;
	l->ended = true;
	in->pos += 4 + n;
	return (n > 0 ? CSV_INPUT_ROW : CSV_INPUT_CONTROL);
}

const struct csv_line *
csv_input_line(const struct csv_input *in)
{

	return (&in->line);
}

const struct stream_field *
csv_input_fields(struct csv_input *in, size_t *n, struct err *e)
{
	const struct csv_line *l = &in->line;
	const struct stream_field *f;

	if (!l->quotes)
		csv_row_plain(in->row, l->p, l->len);
	else if (csv_row_quoted(in->row, l->p, l->len, l->offset, e))
		return (NULL);
	f = csv_row_fields(in->row, n);
	if (*n <= STREAM_COLUMNS_MAX)
		return (f);
	(void)err_set(e, STATUS_DATA, "more than %d fields", STREAM_COLUMNS_MAX);
	return (NULL);
}

void
csv_input_free(struct csv_input *in)
{

	if (in == NULL)
		return;
	ahead_stop(in->ahead);
	csv_row_free(in->row);
	buf_free(&in->buf);
	free(in->name);
	free(in);
}

int
csv_quote(const char *p, size_t len, struct buf *out, struct err *e)
{

	if (buf_reserve(out, 2 * len + 2, e))
		return (-1);
	out->len += csv_write2(out->p + out->len, 2 * len + 2, p, len, '"');
	return (0);
}

int
csv_spell(const struct stream_field *f, struct buf *out, struct err *e)
{
	size_t i;

	if (f->null)
		return (0);
	for (i = 0; i < f->len && memchr(",\"\r\n", f->p[i], 4) == NULL; i++)
		continue;
	if (i < f->len || f->len == 0 || f->p[0] == '#' || strchr(" \t", f->p[0]) != NULL ||
	    strchr(" \t", f->p[f->len - 1]) != NULL)
		return (csv_quote(f->p, f->len, out, e));
	return (buf_add(out, f->p, f->len, e));
}
