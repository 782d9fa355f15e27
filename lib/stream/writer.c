/* Sealed streams, written: header, rows as text or frames, books, seal. */

#include "stream/writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/num.h"
#include "base/utf8.h"
#include "stream/control.h"
#include "stream/reader.h"
#include "stream/seal.h"

enum {
	WRITER_SIZE = 128 << 10,
	WRITER_SMALL = 16 << 10, /* a field up to this fits the buffer, even quoted */
	WRITER_SLACK = 64,       /* commas, line end, the second column */
};

/* What a byte means for its field. */
enum { BYTE_QUOTE = 1, BYTE_HIGH = 2, BYTE_NUL = 4, BYTE_EDGE = 8, BYTE_FIRST = 16 };

static const unsigned char writer_bytes[256] = {
	['\0'] = BYTE_NUL,
	['\t'] = BYTE_EDGE,
	[' '] = BYTE_EDGE,
	['\n'] = BYTE_QUOTE,
	['\r'] = BYTE_QUOTE,
	['"'] = BYTE_QUOTE,
	[','] = BYTE_QUOTE,
	['#'] = BYTE_FIRST,
#define HIGH8(x)                                                                        \
	[x] = BYTE_HIGH, [x + 1] = BYTE_HIGH, [x + 2] = BYTE_HIGH, [x + 3] = BYTE_HIGH, \
	[x + 4] = BYTE_HIGH, [x + 5] = BYTE_HIGH, [x + 6] = BYTE_HIGH, [x + 7] = BYTE_HIGH
	HIGH8(0x80),
	HIGH8(0x88),
	HIGH8(0x90),
	HIGH8(0x98),
	HIGH8(0xa0),
	HIGH8(0xa8),
	HIGH8(0xb0),
	HIGH8(0xb8),
	HIGH8(0xc0),
	HIGH8(0xc8),
	HIGH8(0xd0),
	HIGH8(0xd8),
	HIGH8(0xe0),
	HIGH8(0xe8),
	HIGH8(0xf0),
	HIGH8(0xf8),
#undef HIGH8
};

bool stream_writer_frames;

struct stream_writer {
	int fd;
	char *name;
	char *p; /* WRITER_SIZE bytes, of which len are used */
	size_t len;
	size_t ncolumns;
	size_t field;  /* fields of the present row so far */
	bool constant; /* the second, constant column is added */
	uint64_t rows;
	uint64_t flushed;   /* bytes that left the buffer */
	uint64_t row_start; /* byte of the stream where the row begins */
	struct digest_xxh64 *xxh;
	bool frames; /* rows are framed */
	bool split;  /* a value of the frame begins within a character */
	struct buf
	    row; /* the frame that is being made: its length, those of its fields, their bytes */
	struct err err; /* what went wrong since the last end of row */
};

/* Hash and write the buffer, unless an error is pending, and empty it. */
static void
writer_flush(struct stream_writer *w)
{

	if (w->err.status == STATUS_OK) {
		digest_xxh64_update(w->xxh, w->p, w->len);
		(void)io_write_all(w->fd, w->p, w->len, w->name, &w->err);
	}
	w->flushed += w->len;
	w->len = 0;
}

/* Flush if ${n} bytes and WRITER_SLACK do not fit into the buffer. */
static void
writer_room(struct stream_writer *w, size_t n)
{

	if (WRITER_SIZE - w->len < n + WRITER_SLACK)
		writer_flush(w);
}

/* Bytes of any number, as they are. */
static void
writer_bulk(struct stream_writer *w, const char *p, size_t len)
{

	while (len > 0) {
		size_t n = WRITER_SIZE - WRITER_SLACK - w->len;

		if (n > len)
			n = len;
		memcpy(w->p + w->len, p, n);
		w->len += n;
		p += n;
		len -= n;
		if (len > 0)
			writer_flush(w);
	}
}

/* Append a value between quotes, with each quote in it doubled. */
static void
writer_quoted(struct stream_writer *w, const char *p, size_t len)
{
	const char *q;

	writer_bulk(w, "\"", 1);
	while ((q = memchr(p, '"', len)) != NULL) {
		size_t n = (size_t)(q - p) + 1;

		writer_bulk(w, p, n);
		writer_bulk(w, "\"", 1);
		p += n;
		len -= n;
	}
	writer_bulk(w, p, len);
	writer_bulk(w, "\"", 1);
}

/* A value whose byte ${i} cannot be in a stream. */
static void
writer_not_utf8(struct stream_writer *w, const char *p, size_t i)
{

	(void)err_set(&w->err, STATUS_DATA,
	    "'%s': row %llu, column %zu: byte %zu of the value (0x%02x) is %s", w->name,
	    (unsigned long long)w->rows + 1, w->field, i, (unsigned char)p[i],
	    p[i] == '\0' ? "a NUL" : "not UTF-8");
}

/* A field that is long, or not plain ASCII without anything to quote. */
static void
writer_hard(struct stream_writer *w, const char *p, size_t len)
{
	unsigned flags = 0;
	size_t i;

	for (i = 0; i < len; i++)
		flags |= writer_bytes[(unsigned char)p[i]];
	if ((flags & (BYTE_HIGH | BYTE_NUL)) != 0 && (i = utf8_span(p, len)) < len) {
		writer_not_utf8(w, p, i);
		return;
	}
	/* Not much more than a row may have is kept of one that is too long. */
	if (len > STREAM_ROW_MAX) {
		(void)err_set(&w->err, STATUS_DATA,
		    "'%s': row %llu, column %zu: a value of %zu bytes, but a row may have "
		    "%d",
		    w->name, (unsigned long long)w->rows + 1, w->field, len, STREAM_ROW_MAX);
		return;
	}
	if ((flags & BYTE_QUOTE) != 0 || p[0] == '#' ||
	    ((writer_bytes[(unsigned char)p[0]] | writer_bytes[(unsigned char)p[len - 1]]) &
		BYTE_EDGE) != 0)
		writer_quoted(w, p, len);
	else
		writer_bulk(w, p, len);
}

/* A field of a frame. */
static void
writer_frame(struct stream_writer *w, const char *p, size_t len, bool null)
{
	size_t at = 4 + 4 * w->field;

	if (w->field == 0)
		w->row.len = 4 + 4 * w->ncolumns;
	if (w->field++ >= w->ncolumns)
		return; /* writer_end_frame() says so */
	if (w->row.cap - w->row.len < len &&
	    (len > STREAM_ROW_MAX || buf_reserve(&w->row, len, NULL))) {
		(void)err_set(&w->err, STATUS_DATA,
		    "'%s': row %llu, column %zu: a row may have %d bytes", w->name,
		    (unsigned long long)w->rows + 1, w->field, STREAM_ROW_MAX);
		return;
	}
	num_put_le32(w->row.p + at, null ? 0 : (uint32_t)len + 1);
	if (len == 0)
		return; /* as most columns of many rows */
	w->split = w->split || ((unsigned char)*p & 0xc0) == 0x80;
	memcpy(w->row.p + w->row.len, p, len);
	w->row.len += len;
}

/* The frame's values are UTF-8, each one. */
static void
writer_check_frame(struct stream_writer *w)
{
	const char *p = w->row.p + 4 + 4 * w->ncolumns;
	size_t n, i;

	for (w->field = 0; w->field < w->ncolumns; p += n) {
		n = num_le32(w->row.p + 4 + 4 * w->field++);
		n -= n > 0;
		if (n > 0 && (i = utf8_span(p, n)) < n)
			writer_not_utf8(w, p, i);
	}
}

void
stream_writer_text(struct stream_writer *w, const char *p, size_t len)
{
	unsigned flags = 0;
	size_t i;
	char *d;

	if (w->frames) {
		writer_frame(w, p, len, false);
		return;
	}

	if (len > WRITER_SMALL) {
		writer_room(w, 1);
		if (w->field++ > 0)
			w->p[w->len++] = ',';
		writer_hard(w, p, len);
		return;
	}
	writer_room(w, len);
	d = w->p + w->len;
	if (w->field++ > 0)
		*d++ = ',';
	if (len == 0) {
		*d++ = '"';
		*d++ = '"';
		w->len = (size_t)(d - w->p);
		return;
	}
	for (i = 0; i < len; i++) {
		d[i] = p[i];
		flags |= writer_bytes[(unsigned char)p[i]];
	}
	flags &= (unsigned)~(BYTE_EDGE | BYTE_FIRST);
	flags |= writer_bytes[(unsigned char)p[0]] & (BYTE_EDGE | BYTE_FIRST);
	flags |= writer_bytes[(unsigned char)p[len - 1]] & BYTE_EDGE;
	if (flags == 0) {
		w->len = (size_t)(d - w->p) + len;
		return;
	}
	/* The copy is dropped, and the field written again with more care. */
	w->len = (size_t)(d - w->p);
	writer_hard(w, p, len);
}

void
stream_writer_plain(struct stream_writer *w, const char *p, size_t len)
{

	if (w->frames) {
		writer_frame(w, p, len, false);
		return;
	}
	writer_room(w, len < WRITER_SMALL ? len : 1);
	if (w->field++ > 0)
		w->p[w->len++] = ',';
	if (len < WRITER_SMALL) {
		memcpy(w->p + w->len, p, len);
		w->len += len;
	} else {
		writer_bulk(w, p, len);
	}
}

void
stream_writer_copy(struct stream_writer *w, struct stream_reader *r)
{
	const struct stream_field *f = stream_reader_fields(r);
	size_t n = stream_reader_ncolumns(r), len;
	const char *p;

	if (!w->frames && n > 1 && stream_reader_frame(r, &len) == NULL) {
		p = stream_reader_raw(r, &len);
		writer_room(w, 1);
		if (w->field > 0)
			w->p[w->len++] = ',';
		writer_bulk(w, p, len);
		w->field += n;
		return;
	}
	stream_writer_fields(w, f, n);
}

void
stream_writer_fields(struct stream_writer *w, const struct stream_field *f, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (f[i].null)
			stream_writer_null(w);
		else
			stream_writer_text(w, f[i].p, f[i].len);
}

void
stream_writer_u64(struct stream_writer *w, uint64_t v)
{
	char digits[24];

	if (w->frames) {
		writer_frame(w, digits, num_fmt(digits, v), false);
		return;
	}
	writer_room(w, 1);
	if (w->field++ > 0)
		w->p[w->len++] = ',';
	w->len += num_fmt(w->p + w->len, v);
}

void
stream_writer_null(struct stream_writer *w)
{

	if (w->frames) {
		writer_frame(w, "", 0, true);
		return;
	}
	writer_room(w, 1);
	if (w->field++ > 0)
		w->p[w->len++] = ',';
}

/* The writer's own error stays in it: no row can follow one that went wrong. */
static int
writer_result(const struct stream_writer *w, struct err *e)
{

	if (w->err.status == STATUS_OK)
		return (0);
	if (e != NULL && e->status == STATUS_OK)
		*e = w->err;
	return (-1);
}

/* End a line of CSV, the row's or the header's, with ${constant} as second column. */
static int
writer_line(struct stream_writer *w, char constant, struct err *e)
{
	uint64_t bytes;

	if (w->field != w->ncolumns)
		(void)err_set(&w->err, STATUS_BUG, "'%s': row %llu has %zu fields, not %zu",
		    w->name, (unsigned long long)w->rows + 1, w->field, w->ncolumns);
	if (w->constant) {
		w->p[w->len++] = ',';
		w->p[w->len++] = constant;
	}
	bytes = w->flushed + w->len - w->row_start;
	if (bytes > STREAM_ROW_MAX)
		(void)err_set(&w->err, STATUS_DATA,
		    "'%s': row %llu is %llu bytes long, but a row may have %d", w->name,
		    (unsigned long long)w->rows + 1, (unsigned long long)bytes, STREAM_ROW_MAX);
	w->p[w->len++] = '\n';
	w->field = 0;
	w->row_start = w->flushed + w->len;
	return (writer_result(w, e));
}

/* Check the frame that was made, put its length at its start, and append it to the buffer. */
static int
writer_end_frame(struct stream_writer *w, struct err *e)
{
	size_t head = 4 + 4 * w->ncolumns, n = w->row.len - head;

	if (w->field != w->ncolumns)
		(void)err_set(&w->err, STATUS_BUG, "'%s': row %llu has %zu fields, not %zu",
		    w->name, (unsigned long long)w->rows + 1, w->field, w->ncolumns);
	else if (n > STREAM_ROW_MAX)
		(void)err_set(&w->err, STATUS_DATA,
		    "'%s': row %llu is %zu bytes long, but a row may have %d", w->name,
		    (unsigned long long)w->rows + 1, n, STREAM_ROW_MAX);
	else if (n > 0 && (w->split || utf8_span(w->row.p + head, n) < n))
		writer_check_frame(w);
	if (writer_result(w, e))
		return (-1);
	num_put_le32(w->row.p, (uint32_t)(w->row.len - 4));
	writer_bulk(w, w->row.p, w->row.len);
	w->field = 0;
	w->split = false;
	return (writer_result(w, e));
}

int
stream_writer_end_row(struct stream_writer *w, struct err *e)
{

	if (!w->frames)
		writer_room(w, 1);
	if (w->frames ? writer_end_frame(w, e) : writer_line(w, '-', e))
		return (-1);
	w->rows++;
	return (0);
}

uint64_t
stream_writer_rows(const struct stream_writer *w)
{

	return (w->rows);
}

/* Append the line "#aegis-stream 1 ..." after a check of the kind and the run ID. */
static int
writer_header(struct stream_writer *w, const struct stream_header *h, bool frames, struct err *e)
{
	struct buf b = BUF_INIT(STREAM_LINE_MAX);
	const char *source = h->source != NULL && h->source[0] ? h->source : "-";
	char run[37];
	int rc = -1;

	if (h->kind == NULL || h->kind[0] == '\0')
		return (err_set(e, STATUS_BUG, "'%s': a stream without a kind", w->name));
	if (h->run == NULL || num_uuid(run, h->run))
		return (err_set(e, STATUS_USAGE, "the run ID '%.60s' is not a UUID",
		    h->run != NULL ? h->run : ""));
	if (buf_adds(&b, "#aegis-stream 1", e) == 0 && control_put(&b, "kind", h->kind, e) == 0 &&
	    control_put(&b, "source", source, e) == 0 && control_put(&b, "run", h->run, e) == 0 &&
	    (h->dataset == NULL || control_put(&b, "dataset", h->dataset, e) == 0) &&
	    (h->tenant == NULL || control_put(&b, "tenant", h->tenant, e) == 0) &&
	    (!frames || control_put(&b, "body", "frames", e) == 0) && buf_adds(&b, "\n", e) == 0) {
		writer_bulk(w, b.p, b.len);
		rc = 0;
	}
	buf_free(&b);
	return (rc);
}

/* Append the line of column names, which must differ; a single column gets a second one, "_". */
static int
writer_columns(struct stream_writer *w, const char *const *columns, size_t n, struct err *e)
{
	size_t i, k;

	if (n == 0 || n > STREAM_COLUMNS_MAX)
		return (err_set(e, STATUS_DATA, "%zu columns, not 1 to %d", n, STREAM_COLUMNS_MAX));
	w->ncolumns = n;
	w->constant = n == 1;
	w->row_start = w->flushed + w->len;
	for (i = 0; i < n; i++) {
		if (columns[i][0] == '\0' || strcmp(columns[i], "_") == 0)
			return (err_set(e, STATUS_DATA, "column %zu cannot be called '%s'", i + 1,
			    columns[i]));
		for (k = 0; k < i; k++)
			if (strcmp(columns[k], columns[i]) == 0)
				return (err_set(e, STATUS_DATA, "two columns are called '%s'",
				    columns[i]));
		stream_writer_text(w, columns[i], strlen(columns[i]));
	}
	return (writer_line(w, '_', e));
}

/* AEGIS_STREAM, or --frames. */
static int
writer_wants_frames(bool *frames, struct err *e)
{
	const char *form = getenv("AEGIS_STREAM");

	*frames = stream_writer_frames || (form != NULL && strcmp(form, "frames") == 0);
	if (*frames || form == NULL || form[0] == '\0' || strcmp(form, "text") == 0)
		return (0);
	return (err_set(e, STATUS_USAGE, "AEGIS_STREAM is 'text' or 'frames', not '%.60s'", form));
}

/* A writer that has its header and column names already, to be freed by the caller, or NULL if
 * that failed. */
static struct stream_writer *
writer_open(int fd, const char *name, const struct stream_header *header,
    const char *const *columns, size_t n, bool frames, struct err *e)
{
	struct stream_writer *w = xcalloc(1, sizeof(*w));

	w->fd = fd;
	w->name = xstrdup(name);
	w->p = xcalloc(1, WRITER_SIZE);
	w->row.max = STREAM_FRAME_MAX + STREAM_ROW_MAX;
	w->xxh = digest_xxh64_new();
	if (writer_header(w, header, frames, e) || writer_columns(w, columns, n, e)) {
		stream_writer_free(w);
		return (NULL);
	}
	w->frames = frames;
	if (frames && buf_reserve(&w->row, 4 + 4 * n + WRITER_SMALL, e)) {
		stream_writer_free(w);
		return (NULL);
	}
	return (w);
}

struct stream_writer *
stream_writer_open(int fd, const char *name, const struct stream_header *header,
    const char *const *columns, size_t n, struct err *e)
{
	bool frames;

	return (writer_wants_frames(&frames, e) ?
		NULL :
		writer_open(fd, name, header, columns, n, frames, e));
}

struct stream_writer *
stream_writer_open_text(int fd, const char *name, const struct stream_header *header,
    const char *const *columns, size_t n, struct err *e)
{

	return (writer_open(fd, name, header, columns, n, false, e));
}

/* Check ${own} against the rows written and the book before it, then append all books to ${b}. */
static int
writer_books(struct stream_writer *w, const struct book *upstream, size_t n, const struct book *own,
    struct buf *b, struct err *e)
{
	size_t i;

	if (n + 1 > STREAM_BOOKS_MAX)
		return (err_set(e, STATUS_BUG, "'%s': %zu books, but a stream has %d at most",
		    w->name, n + 1, STREAM_BOOKS_MAX));
	if (own->rows != w->rows)
		return (err_set(e, STATUS_BUG,
		    "'%s': the book of %s has %llu rows, but %llu were written", w->name,
		    own->stage, (unsigned long long)own->rows, (unsigned long long)w->rows));
	if (book_balances(own, e) || (n > 0 && book_follows(own, &upstream[n - 1], e)))
		return (-1);
	for (i = 0; i < n; i++)
		if (book_write(&upstream[i], b, e))
			return (-1);
	return (book_write(own, b, e));
}

int
stream_writer_seal(struct stream_writer *w, const struct book *upstream, size_t n,
    const struct book *own, struct err *e)
{
	struct buf b = BUF_INIT((STREAM_BOOKS_MAX + 1) * STREAM_LINE_MAX);
	int rc = -1;

	if (w->field != 0)
		(void)err_set(&w->err, STATUS_BUG, "'%s': a seal in the middle of row %llu",
		    w->name, (unsigned long long)w->rows + 1);
	if (writer_result(w, e) || writer_books(w, upstream, n, own, &b, e))
		goto done;
	if (w->frames)
		writer_bulk(w, "\0\0\0", 4); /* no frame has a length of 0 */
	writer_bulk(w, b.p, b.len);
	writer_flush(w);
	b.len = 0;
	if (seal_write(own, w->flushed, digest_xxh64_value(w->xxh), &b, e))
		goto done;
	writer_bulk(w, b.p, b.len);
	writer_flush(w);
	rc = writer_result(w, e);
done:
	buf_free(&b);
	return (rc);
}

void
stream_writer_flush(struct stream_writer *w)
{

	writer_flush(w);
}

void
stream_writer_free(struct stream_writer *w)
{

	if (w == NULL)
		return;
	digest_xxh64_free(w->xxh);
	buf_free(&w->row);
	free(w->p);
	free(w->name);
	free(w);
}
