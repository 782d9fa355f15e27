/* Sealed streams, read. */

#include "stream/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/num.h"
#include "stream/control.h"
#include "stream/csv.h"
#include "stream/row_frame.h"
#include "stream/seal.h"

#define READER_HEADER "#aegis-stream 1"
#define READER_SEAL "#aegis-seal"
#define READER_BOOK "#aegis-book"

enum { READER_KIND_SIZE = 256, READER_RUN_SIZE = 37, READER_SOURCE_SIZE = 16 << 10 };

enum reader_state { READER_BEFORE, READER_WITHIN, READER_SEALED, READER_BROKEN };

struct stream_reader {
	char *name;
	char *wanted; /* kind, or its beginning up to ':' */
	struct csv_input *in;
	struct digest_xxh64 *xxh;
	enum reader_state state;
	size_t sections; /* streams that were sealed */
	char kind[READER_KIND_SIZE];
	char source[READER_SOURCE_SIZE];
	char run[READER_RUN_SIZE];
	char dataset[BOOK_DATASET_SIZE];
	char tenant[READER_RUN_SIZE];
	char **columns;
	size_t ncolumns; /* as the caller sees them */
	bool constant;   /* a second column "_" is hidden */
	bool traced;     /* _record and _offset come first */
	uint64_t begin;  /* offset of the present stream in the input */
	uint64_t rows;
	const struct stream_field *fields;
	bool frames;              /* the rows are framed, */
	bool framed;              /* and this is where they are */
	struct stream_field *cut; /* a frame's fields */
	struct buf text;          /* the frame as a row of CSV, where that is wanted */
	const char *raw;
	size_t raw_len;
	struct book books[STREAM_BOOKS_MAX];
	size_t nbooks;
};

/* Add the bytes read to the stream's XXH64, which is ${ctx}; for struct csv_options. */
static void
reader_seen(void *ctx, const void *p, size_t n)
{

	digest_xxh64_update(ctx, p, n);
}

struct stream_reader *
stream_reader_open(int fd, const char *name, const char *kind, struct err *e)
{
	struct csv_options opt = { STREAM_ROW_MAX, true, false, reader_seen, NULL };
	struct stream_reader *r;

	(void)e; /* today nothing can fail here */
	r = xcalloc(1, sizeof(*r));
	r->name = xstrdup(name);
	r->wanted = xstrdup(kind);
	r->xxh = digest_xxh64_new();
	r->text.max = 4 << 20;
	opt.ctx = r->xxh;
	r->in = csv_input_open(fd, name, &opt);
	return (r);
}

/* Free and reset what belongs to one stream: columns, books, row count and form of its rows. */
static void
reader_forget(struct stream_reader *r)
{
	size_t i;

	for (i = 0; i < r->ncolumns; i++)
		free(r->columns[i]);
	free(r->columns);
	r->columns = NULL;
	r->ncolumns = r->nbooks = 0;
	r->constant = r->traced = r->frames = r->framed = false;
	r->rows = 0;
	free(r->cut);
	r->cut = NULL;
}

int
stream_reader_keep(struct stream_reader *r, struct err *e)
{

	return (csv_input_keep(r->in, e));
}

void
stream_reader_rewind(struct stream_reader *r)
{

	reader_forget(r);
	csv_input_rewind(r->in);
	r->state = READER_BEFORE;
	r->sections = 0;
	r->fields = NULL;
	r->raw = NULL;
	r->raw_len = 0;
}

/* The row's _record and _offset, where it has them. */
static bool
reader_traced(const struct stream_reader *r, uint64_t *record, uint64_t *offset)
{
	const struct stream_field *f = r->fields;

	return (r->traced && f != NULL && num_u64(f[0].p, f[0].len, 0, UINT64_MAX, record) == 0 &&
	    num_u64(f[1].p, f[1].len, 0, UINT64_MAX, offset) == 0);
}

/*
 * Say where: the row and its byte in the input, and the record of the source
 * that it stands for, where it says so.
 */
static enum stream_event
reader_fault(struct stream_reader *r, bool is_row, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);
	char place[120] = "";
	uint64_t record, offset;

	r->state = READER_BROKEN;
	if (is_row && reader_traced(r, &record, &offset))
		(void)snprintf(place, sizeof(place), "; record %llu at byte %llu of the source",
		    (unsigned long long)record, (unsigned long long)offset);
	if (is_row)
		(void)err_prefix(e, "'%s': row %llu (byte %llu%s)", r->name,
		    (unsigned long long)r->rows + 1, (unsigned long long)l->offset, place);
	else
		(void)err_prefix(e, "'%s': byte %llu", r->name, (unsigned long long)l->offset);
	return (STREAM_FAULT);
}

/* The input is over, but no seal was there. */
static enum stream_event
reader_cut(struct stream_reader *r, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);

	r->state = READER_BROKEN;
	(void)err_set(e, STATUS_DATA,
	    "'%s': the stream is cut: no seal after row %llu "
	    "(byte %llu)",
	    r->name, (unsigned long long)r->rows, (unsigned long long)l->offset);
	(void)err_hint(e,
	    "the program that wrote it failed or was stopped; look for its "
	    "message");
	return (STREAM_FAULT);
}

/* Refuse a line that ends in CR LF; ${what} names the line in the message. */
static int
reader_no_cr(const struct csv_line *l, const char *what, struct err *e)
{

	if (l->len > 0 && l->p[l->len - 1] == '\r')
		return (err_set(e, STATUS_DATA,
		    "the %s line ends in CR LF; a sealed stream "
		    "has LF alone",
		    what));
	return (0);
}

/* Check that ${kind} is what the caller wants, and the same as ${last} if a stream came before. */
static int
reader_kind(const struct stream_reader *r, const char *kind, const char *last, struct err *e)
{
	size_t n = strlen(r->wanted);
	bool family = n == 0 || r->wanted[n - 1] == ':';

	if (family ? strncmp(kind, r->wanted, n) != 0 : strcmp(kind, r->wanted) != 0) {
		(void)err_set(e, STATUS_DATA, "a stream of kind %s, but %s%s is wanted here", kind,
		    r->wanted, family ? "..." : "");
		return (-1);
	}
	if (r->sections > 0 && strcmp(kind, last) != 0)
		return (err_set(e, STATUS_DATA, "a stream of kind %s after one of kind %s", kind,
		    last));
	return (0);
}

/* The header's last word, body=frames, or none. */
static int
reader_body(struct stream_reader *r, struct control *c, struct err *e)
{
	char body[16];

	if (!control_is_next(c, "body"))
		return (0);
	if (control_get(c, "body", body, sizeof(body), e) || strcmp(body, "frames") != 0)
		return (err_set(e, STATUS_DATA, "the header's body is not 'frames'"));
	r->frames = true;
	return (0);
}

/* The line "#aegis-stream 1 kind=... source=... run=...[ dataset=...][ tenant=...][ body=...]". */
static int
reader_header(struct stream_reader *r, enum csv_kind kind, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);
	char last[READER_KIND_SIZE];
	struct control c;

	if (kind != CSV_INPUT_CONTROL || l->len < sizeof(READER_HEADER) - 1 ||
	    memcmp(l->p, READER_HEADER, sizeof(READER_HEADER) - 1) != 0) {
		if (r->sections > 0)
			return (
			    err_set(e, STATUS_DATA, "bytes after the seal that are not a stream"));
		(void)err_set(e, STATUS_DATA,
		    "no sealed stream: it does not begin with "
		    "'%s'",
		    READER_HEADER);
		return (err_hint(e, "aegis seal makes one of plain CSV"));
	}
	memcpy(last, r->kind, sizeof(last));
	r->begin = l->offset;
	csv_input_tell(r->in);
	digest_xxh64_reset(r->xxh);
	if (reader_no_cr(l, "header", e) ||
	    control_begin(&c, l->p, l->len, READER_HEADER, "header", e) ||
	    control_get(&c, "kind", r->kind, sizeof(r->kind), e) ||
	    control_get(&c, "source", r->source, sizeof(r->source), e) ||
	    control_get(&c, "run", r->run, sizeof(r->run), e))
		return (-1);
	(void)strcpy(r->dataset, "-");
	if (control_is_next(&c, "dataset") &&
	    control_get(&c, "dataset", r->dataset, sizeof(r->dataset), e))
		return (-1);
	r->tenant[0] = '\0';
	if (control_is_next(&c, "tenant") &&
	    (control_get(&c, "tenant", r->tenant, sizeof(r->tenant), e) ||
		num_uuid(r->tenant, r->tenant)))
		return (err_set(e, STATUS_DATA, "the header's tenant is not a UUID"));
	if (reader_body(r, &c, e) || control_end(&c, e))
		return (-1);
	return (reader_kind(r, r->kind, last, e));
}

/* The line of column names. */
static int
reader_columns(struct stream_reader *r, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);
	const struct stream_field *f;
	size_t i, k, n;

	if (reader_no_cr(l, "column", e) || (f = csv_input_fields(r->in, &n, e)) == NULL)
		return (-1);
	if (n < 2)
		return (err_set(e, STATUS_DATA, "a stream has two columns or more"));
	r->columns = xcalloc(n, sizeof(*r->columns));
	for (i = 0; i < n; i++) {
		if (f[i].len == 0)
			return (err_set(e, STATUS_DATA, "column %zu has no name", i + 1));
		r->columns[r->ncolumns++] = xstrndup(f[i].p, f[i].len);
		for (k = 0; k < i; k++)
			if (strcmp(r->columns[k], r->columns[i]) == 0)
				return (err_set(e, STATUS_DATA, "two columns are called '%s'",
				    r->columns[i]));
	}
	r->traced = strcmp(r->columns[0], "_record") == 0 && strcmp(r->columns[1], "_offset") == 0;
	if (!r->traced && (strncmp(r->kind, "rrc:", 4) == 0 || strncmp(r->kind, "entity:", 7) == 0))
		return (err_set(e, STATUS_DATA,
		    "a stream of kind %s must begin with _record,_offset", r->kind));
	r->constant = n == 2 && strcmp(r->columns[1], "_") == 0;
	if (r->constant)
		free(r->columns[--r->ncolumns]);
	return (0);
}

/* Read the header and the column names of a stream; STREAM_HEADER, or STREAM_FAULT. */
static enum stream_event
reader_begin(struct stream_reader *r, enum csv_kind kind, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);
	size_t n = sizeof(READER_HEADER) - 1;

	reader_forget(r);
	if (!l->ended && memcmp(l->p, READER_HEADER, l->len < n ? l->len : n) == 0)
		return (reader_cut(r, e));
	if (reader_header(r, kind, e))
		return (reader_fault(r, false, e));
	kind = csv_input_next(r->in, e);
	if (kind == CSV_INPUT_FAULT)
		return (reader_fault(r, false, e));
	if (kind == CSV_INPUT_END || !l->ended)
		return (reader_cut(r, e));
	if (kind == CSV_INPUT_CONTROL) {
		(void)err_set(e, STATUS_DATA, "the line of column names is missing");
		return (reader_fault(r, false, e));
	}
	if (reader_columns(r, e))
		return (reader_fault(r, false, e));
	r->state = READER_WITHIN;
	r->raw = l->p;
	r->raw_len = l->len;
	r->framed = r->frames;
	if (r->frames)
		r->cut = xcalloc(r->ncolumns, sizeof(*r->cut));
	return (STREAM_HEADER);
}

/* Cut a row of CSV into fields and check their number; STREAM_ROW, or STREAM_FAULT. */
static enum stream_event
reader_row(struct stream_reader *r, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);
	size_t want = r->ncolumns + (r->constant ? 1 : 0), n = 0;

	r->raw = l->p;
	r->raw_len = l->len;
	r->fields = NULL;
	if (r->nbooks > 0 || r->frames) {
		(void)err_set(e, STATUS_DATA,
		    r->nbooks > 0 ? "a row after a book" : "a row after the last frame");
		return (reader_fault(r, false, e));
	}
	if ((r->fields = csv_input_fields(r->in, &n, e)) == NULL)
		return (reader_fault(r, true, e));
	if (n != want) {
		if (n < 2)
			r->fields = NULL; /* no place to be had from it */
		(void)err_set(e, STATUS_DATA, "%zu fields, but there are %zu columns", n, want);
		return (reader_fault(r, true, e));
	}
	if (r->constant && (r->fields[1].len != 1 || r->fields[1].p[0] != '-')) {
		(void)err_set(e, STATUS_DATA, "the constant column is not '-'");
		return (reader_fault(r, true, e));
	}
	r->rows++;
	return (STREAM_ROW);
}

/* Cut a framed row into fields; STREAM_ROW, or STREAM_FAULT. */
static enum stream_event
reader_frame(struct stream_reader *r, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);

	r->raw = l->p;
	r->raw_len = l->len;
	if (row_frame_cut(l->p, l->len, r->cut, r->ncolumns, e))
		return (reader_fault(r, true, e));
	r->fields = r->cut;
	r->rows++;
	return (STREAM_ROW);
}

/* Check the seal against the last book, the rows and the bytes read, and that all books balance
 * and follow each other. */
static int
reader_seal(struct stream_reader *r, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);
	const struct book *own;
	size_t i;

	if (r->nbooks == 0)
		return (err_set(e, STATUS_DATA, "a seal without a book before it"));
	own = &r->books[r->nbooks - 1];
	if (own->rows != r->rows)
		return (err_set(e, STATUS_DATA,
		    "the book of %s has %llu rows, but %llu were "
		    "read",
		    own->stage, (unsigned long long)own->rows, (unsigned long long)r->rows));
	csv_input_tell(r->in);
	if (seal_check(l->p, l->len, own, r->rows, l->offset - r->begin, digest_xxh64_value(r->xxh),
		e))
		return (-1);
	for (i = 0; i < r->nbooks; i++)
		if (book_balances(&r->books[i], e) ||
		    (i > 0 && book_follows(&r->books[i], &r->books[i - 1], e)))
			return (-1);
	return (0);
}

/* Whether the line begins with ${prefix} and a space. */
static bool
reader_is(const struct csv_line *l, const char *prefix)
{
	size_t n = strlen(prefix);

	return (l->len > n && memcmp(l->p, prefix, n) == 0 && l->p[n] == ' ');
}

/* A control line inside a stream: 0 for a book, STREAM_SEAL, or STREAM_FAULT. */
static int
reader_control(struct stream_reader *r, struct err *e)
{
	const struct csv_line *l = csv_input_line(r->in);
	int rc;

	if (reader_no_cr(l, "control", e)) {
		rc = -1;
	} else if (reader_is(l, READER_BOOK)) {
		if (r->nbooks == STREAM_BOOKS_MAX)
			rc = err_set(e, STATUS_DATA, "more than %d books", STREAM_BOOKS_MAX);
		else
			rc = book_parse(l->p, l->len, &r->books[r->nbooks++], e);
	} else if (reader_is(l, READER_SEAL)) {
		rc = reader_seal(r, e);
		if (rc == 0) {
			r->state = READER_SEALED;
			r->sections++;
			return (STREAM_SEAL);
		}
	} else {
		char quoted[80];

		rc = err_set(e, STATUS_DATA,
		    "a control line that is neither book nor seal: "
		    "'%s'",
		    err_quote(quoted, sizeof(quoted), l->p, l->len));
	}
	return (rc ? reader_fault(r, false, e) : 0);
}

enum stream_event
stream_reader_next(struct stream_reader *r, struct err *e)
{
	int event = 0;

	r->fields = NULL;
	if (r->state == READER_BROKEN) {
		(void)err_set(e, STATUS_BUG, "'%s': read after an error", r->name);
		return (STREAM_FAULT);
	}
	while (event == 0) {
		enum csv_kind kind = r->framed ? csv_input_frame(r->in, STREAM_FRAME_MAX, e) :
						 csv_input_next(r->in, e);

		if (kind == CSV_INPUT_FAULT)
			return (reader_fault(r, r->state == READER_WITHIN, e));
		if (r->framed && kind == CSV_INPUT_ROW)
			return (reader_frame(r, e));
		if (r->framed && kind == CSV_INPUT_CONTROL) {
			r->framed = false; /* lines again: the books and the seal */
			continue;
		}
		if (kind == CSV_INPUT_END)
			return (r->state == READER_SEALED ? STREAM_END : reader_cut(r, e));
		if (r->state != READER_WITHIN)
			return (reader_begin(r, kind, e));
		/* What has no line end is not whole, whatever it looks like. */
		if (!csv_input_line(r->in)->ended)
			return (reader_cut(r, e));
		if (kind == CSV_INPUT_ROW)
			return (reader_row(r, e));
		event = reader_control(r, e);
	}
	return ((enum stream_event)event);
}

const char *
stream_reader_kind(const struct stream_reader *r)
{

	return (r->kind);
}

const char *
stream_reader_source(const struct stream_reader *r)
{

	return (r->source);
}

const char *
stream_reader_run(const struct stream_reader *r)
{

	return (r->run);
}

const char *
stream_reader_dataset(const struct stream_reader *r)
{

	return (r->dataset);
}

const char *
stream_reader_tenant(const struct stream_reader *r)
{

	return (r->tenant);
}

size_t
stream_reader_ncolumns(const struct stream_reader *r)
{

	return (r->ncolumns);
}

const char *
stream_reader_column(const struct stream_reader *r, size_t i)
{

	return (i < r->ncolumns ? r->columns[i] : NULL);
}

int
stream_reader_find(const struct stream_reader *r, const char *column)
{
	size_t i;

	for (i = 0; i < r->ncolumns; i++)
		if (strcmp(r->columns[i], column) == 0)
			return ((int)i);
	return (-1);
}

const struct stream_field *
stream_reader_fields(const struct stream_reader *r)
{

	return (r->fields);
}

const char *
stream_reader_raw(struct stream_reader *r, size_t *len)
{

	*len = r->raw_len;
	if (!r->framed || r->fields == NULL)
		return (r->raw);
	r->text.len = 0;
	if (row_frame_spell(r->fields, r->ncolumns, &r->text, NULL) ||
	    (r->constant && buf_adds(&r->text, ",-", NULL)))
		r->text.len = 0;
	*len = r->text.len;
	return (r->text.p);
}

const char *
stream_reader_frame(const struct stream_reader *r, size_t *len)
{

	*len = r->raw_len;
	return (r->framed && r->fields != NULL ? r->raw : NULL);
}

void
stream_reader_place(const struct stream_reader *r, uint64_t *record, uint64_t *offset)
{

	if (reader_traced(r, record, offset))
		return;
	*record = r->rows;
	*offset = csv_input_line(r->in)->offset;
}

const struct book *
stream_reader_books(const struct stream_reader *r, size_t *n)
{

	*n = r->nbooks;
	return (r->books);
}

uint64_t
stream_reader_rows(const struct stream_reader *r)
{

	return (r->rows);
}

void
stream_reader_free(struct stream_reader *r)
{

	if (r == NULL)
		return;
	reader_forget(r);
	buf_free(&r->text);
	csv_input_free(r->in);
	digest_xxh64_free(r->xxh);
	free(r->wanted);
	free(r->name);
	free(r);
}
