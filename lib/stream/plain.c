/* Between plain CSV and sealed streams. */

#include "stream/plain.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/infile.h"
#include "base/io.h"
#include "base/screen.h"
#include "stream/csv.h"
#include "stream/reader.h"
#include "stream/writer.h"

#define PLAIN_OUT_NAME "standard output"

enum { PLAIN_OUT_SIZE = 128 << 10 };

/* Open ${path} for reading, or take standard input for '-'; the descriptor, or -1. */
static int
plain_open(const char *path, struct err *e)
{

	if (strcmp(path, "-") == 0)
		return (STDIN_FILENO);
	return (infile_open(path, e));
}

/* Close what plain_open() returned, but leave standard input open. */
static void
plain_close(int fd)
{

	if (fd != STDIN_FILENO)
		(void)close(fd);
}

/* What messages call ${path}: 'standard input' if it is '-'. */
static const char *
plain_name(const char *path)
{

	return (strcmp(path, "-") == 0 ? "standard input" : path);
}

/* Plain CSV on its way into a sealed stream. */
struct plain_sealing {
	const struct plain_options *opt;
	const char *name;
	struct csv_input *in;
	struct digest_sha256 *sha;
	struct stream_writer *out;
	size_t ncolumns;
};

/* Add the bytes read to the source's SHA-256, which is ${ctx}; for struct csv_options. */
static void
plain_seen(void *ctx, const void *p, size_t n)
{

	digest_sha256_update(ctx, p, n);
}

/* Put the input's name, line and byte before the message in ${e}; always -1. */
static int
plain_fault(const struct plain_sealing *s, struct err *e)
{
	const struct csv_line *l = csv_input_line(s->in);

	return (err_prefix(e, "'%s': line %llu (byte %llu)", s->name, (unsigned long long)l->number,
	    (unsigned long long)l->offset));
}

/* Open the sealed stream on ${out} with the column names of the first line; refuse an input that
 * is sealed already. */
static int
plain_columns(struct plain_sealing *s, int out, const char *source, struct err *e)
{
	const char *dataset = strcmp(s->opt->dataset, "-") != 0 ? s->opt->dataset : NULL;
	struct stream_header h = { s->opt->kind, source, s->opt->run, dataset, s->opt->tenant };
	const struct stream_field *f;
	char **columns;
	size_t i, n;

	if ((f = csv_input_fields(s->in, &n, e)) == NULL)
		return (plain_fault(s, e));
	if (f[0].len > 8 && memcmp(f[0].p, "#aegis-s", 8) == 0) {
		(void)err_set(e, STATUS_DATA, "this is a sealed stream already");
		return (plain_fault(s, e));
	}
	columns = xcalloc(n, sizeof(*columns));
	for (i = 0; i < n; i++)
		columns[i] = xstrndup(f[i].p ? f[i].p : "", f[i].len);
	s->ncolumns = n;
	s->out = stream_writer_open(out, PLAIN_OUT_NAME, &h, (const char *const *)columns, n, e);
	for (i = 0; i < n; i++)
		free(columns[i]);
	free(columns);
	if (s->out == NULL && e->status == STATUS_DATA)
		(void)plain_fault(s, e);
	return (s->out == NULL);
}

/* Copy the rows that remain into the sealed stream; empty lines are allowed only at the end if
 * there are several columns. */
static int
plain_rows(struct plain_sealing *s, struct err *e)
{
	const struct stream_field *f;
	enum csv_kind kind;
	bool blank = false;
	size_t n;

	while ((kind = csv_input_next(s->in, e)) == CSV_INPUT_ROW) {
		if (csv_input_line(s->in)->len == 0 && s->ncolumns > 1) {
			/* At the end it does no harm. */
			blank = true;
			continue;
		}
		if (blank) {
			(void)err_set(e, STATUS_DATA, "a row after an empty line");
			return (plain_fault(s, e));
		}
		if ((f = csv_input_fields(s->in, &n, e)) == NULL)
			return (plain_fault(s, e));
		if (n != s->ncolumns) {
			(void)err_set(e, STATUS_DATA,
			    "%zu fields, but the first line has "
			    "%zu",
			    n, s->ncolumns);
			return (plain_fault(s, e));
		}
		stream_writer_fields(s->out, f, n);
		if (stream_writer_end_row(s->out, e))
			return (e->status == STATUS_DATA ? plain_fault(s, e) : -1);
	}
	return (kind == CSV_INPUT_FAULT ? plain_fault(s, e) : 0);
}

/* Make the book of the stage 'seal', with the source's SHA-256, and seal the stream with it. */
static int
plain_finish(struct plain_sealing *s, struct err *e)
{
	struct book own;

	book_init(&own, "seal");
	if (strlen(s->opt->dataset) >= sizeof(own.dataset))
		return (err_set(e, STATUS_USAGE, "the dataset's name is longer than %zu bytes",
		    sizeof(own.dataset) - 1));
	(void)strcpy(own.dataset, s->opt->dataset);
	own.read = own.used = own.rows = stream_writer_rows(s->out);
	csv_input_tell(s->in);
	digest_sha256_final(s->sha, own.source_sha256);
	s->sha = NULL;
	return (stream_writer_seal(s->out, NULL, 0, &own, e));
}

int
plain_seal(const char *path, int out, const struct plain_options *options, struct err *e)
{
	struct csv_options opt = { options->row_max, false, true, plain_seen, NULL };
	struct plain_sealing s = { options, plain_name(path), NULL, NULL, NULL, 0 };
	enum csv_kind kind;
	int fd, rc = -1;

	if ((fd = plain_open(path, e)) < 0)
		return (-1);
	opt.ctx = s.sha = digest_sha256_new();
	s.in = csv_input_open(fd, s.name, &opt);
	kind = csv_input_next(s.in, e);
	if (kind == CSV_INPUT_FAULT)
		(void)plain_fault(&s, e);
	else if (kind == CSV_INPUT_END)
		(void)err_set(e, STATUS_DATA, "'%s' is empty: it lacks column names", s.name);
	else if (plain_columns(&s, out, options->source ? options->source : path, e) == 0 &&
	    plain_rows(&s, e) == 0)
		rc = plain_finish(&s, e);
	stream_writer_free(s.out);
	csv_input_free(s.in);
	digest_sha256_free(s.sha);
	plain_close(fd);
	return (rc);
}

/* Rows on their way out of a sealed stream. */
struct plain_out {
	int out;   /* where they go in the end */
	int spool; /* where they wait for the seal, or -1 */
	struct buf buf;
	char *head; /* column names, as written */
	size_t head_len;
};

/* Write the buffer to the spool, or to the output if there is not a spool, and empty it. */
static int
plain_flush(struct plain_out *o, struct err *e)
{
	int rc = io_write_all(o->spool >= 0 ? o->spool : o->out, o->buf.p, o->buf.len,
	    o->spool >= 0 ? "the spool in TMPDIR" : PLAIN_OUT_NAME, e);

	o->buf.len = 0;
	return (rc);
}

/* Append a line and its LF to the buffer, which is flushed before if it would get too full. */
static int
plain_line(struct plain_out *o, const char *p, size_t len, struct err *e)
{

	if (PLAIN_OUT_SIZE - o->buf.len < len + 1 && o->buf.len > 0 && plain_flush(o, e))
		return (-1);
	if (buf_add(&o->buf, p, len, e))
		return (-1);
	return (buf_add(&o->buf, "\n", 1, e));
}

/* A good seal has closed what is in the spool: let it out. */
static int
plain_release(struct plain_out *o, struct err *e)
{
	ssize_t n;

	if (plain_flush(o, e))
		return (-1);
	if (o->spool < 0)
		return (0);
	if (lseek(o->spool, 0, SEEK_SET) != 0)
		return (err_sys(e, STATUS_IO, "cannot read the spool"));
	if (buf_reserve(&o->buf, PLAIN_OUT_SIZE, e))
		return (-1);
	while ((n = io_read(o->spool, o->buf.p, PLAIN_OUT_SIZE, "the spool", e)) > 0)
		if (io_write_all(o->out, o->buf.p, (size_t)n, PLAIN_OUT_NAME, e))
			return (-1);
	if (n < 0)
		return (-1);
	if (lseek(o->spool, 0, SEEK_SET) != 0 || ftruncate(o->spool, 0))
		return (err_sys(e, STATUS_IO, "cannot empty the spool"));
	return (0);
}

/* A stream of one column has a second one, which ends here. */
static size_t
plain_len(const struct stream_reader *r, size_t len)
{

	return (stream_reader_ncolumns(r) == 1 && len >= 2 ? len - 2 : len);
}

/* A first name that begins as a byte order mark does is quoted, or it would be taken for one. */
static int
plain_names(struct plain_out *o, struct stream_reader *r, const char *p, size_t len, struct err *e)
{
	size_t first = strlen(stream_reader_column(r, 0));

	if (strncmp(p, CSV_BOM, strlen(CSV_BOM)) != 0)
		return (plain_line(o, p, len, e));
	if (csv_quote(p, first, &o->buf, e))
		return (-1);
	return (plain_line(o, p + first, len - first, e));
}

/* Write the column names of the first stream; those of later ones are only compared with them. */
static int
plain_head(struct plain_out *o, struct stream_reader *r, const char *name, struct err *e)
{
	size_t len;
	const char *p = stream_reader_raw(r, &len);

	if (o->head == NULL) {
		o->head = xstrndup(p, len);
		o->head_len = len;
		return (plain_names(o, r, p, plain_len(r, len), e));
	}
	if (len != o->head_len || memcmp(p, o->head, len) != 0)
		return (err_set(e, STATUS_DATA,
		    "'%s': a stream has other columns than the "
		    "one before it",
		    name));
	return (0);
}

int
plain_unseal(const char *path, const char *kind, bool spool, int out, struct err *e)
{
	struct plain_out o = { out, -1, BUF_INIT(PLAIN_OUT_SIZE + STREAM_ROW_MAX + 1), NULL, 0 };
	struct stream_reader *r = NULL;
	enum stream_event event = STREAM_FAULT;
	const char *p;
	size_t len;
	int fd, rc;

	if ((fd = plain_open(path, e)) < 0)
		return (-1);
	rc = spool && (o.spool = io_spool(e)) < 0;
	if (rc == 0 && (r = stream_reader_open(fd, plain_name(path), kind, e)) == NULL)
		rc = -1;
	while (rc == 0 && (event = stream_reader_next(r, e)) > STREAM_END) {
		if (event == STREAM_ROW) {
			p = stream_reader_raw(r, &len);
			rc = plain_line(&o, p, plain_len(r, len), e);
		} else if (event == STREAM_HEADER) {
			rc = plain_head(&o, r, plain_name(path), e);
		} else {
			rc = plain_release(&o, e);
		}
	}
	if (event == STREAM_FAULT) {
		rc = -1;
		/* What came before the fault is the reader's, unless he asked for whole streams. */
		if (!spool)
			(void)plain_flush(&o, e);
	}
	stream_reader_free(r);
	if (o.spool >= 0)
		(void)close(o.spool);
	buf_free(&o.buf);
	free(o.head);
	plain_close(fd);
	return (rc);
}

/* Append a book as a line of counts, with its digests, reject file and codes on lines below. */
static int
plain_book(const struct book *b, struct buf *t, struct err *e)
{
	size_t i;

	if (screen_addf(t, e, "%-20s %12llu %12llu %12llu %12llu %12llu %12llu\n", b->stage,
		(unsigned long long)b->read, (unsigned long long)b->used,
		(unsigned long long)b->skipped, (unsigned long long)b->rejected,
		(unsigned long long)b->flawed, (unsigned long long)b->rows))
		return (-1);
	if (strcmp(b->dataset, "-") != 0 &&
	    screen_addf(t, e, "    dataset        %s\n", b->dataset))
		return (-1);
	if (strcmp(b->config_sha256, "-") != 0 &&
	    screen_addf(t, e, "    config sha256  %s\n", b->config_sha256))
		return (-1);
	if (strcmp(b->source_sha256, "-") != 0 &&
	    screen_addf(t, e, "    source sha256  %s\n", b->source_sha256))
		return (-1);
	if (strcmp(b->rejects_sha256, "-") != 0 &&
	    screen_addf(t, e, "    rejects        %s\n    rejects sha256 %s\n", b->rejects,
		b->rejects_sha256))
		return (-1);
	for (i = 0; i < b->ncodes; i++)
		if (screen_addf(t, e, "    %-18s %llu\n", b->codes[i].code,
			(unsigned long long)b->codes[i].n))
			return (-1);
	return (0);
}

/* The books of one stream, behind its seal. */
static int
plain_section(const struct stream_reader *r, uint64_t number, struct buf *t, struct err *e)
{
	char source[300];
	size_t i, n;
	const struct book *books = stream_reader_books(r, &n);

	(void)err_quote(source, sizeof(source), stream_reader_source(r),
	    strlen(stream_reader_source(r)));
	t->len = 0;
	if ((number > 1 && buf_adds(t, "\n", e)) ||
	    screen_addf(t, e,
		"stream %llu: %s, source %s, run %s\n"
		"%-20s %12s %12s %12s %12s %12s %12s\n",
		(unsigned long long)number, stream_reader_kind(r), source, stream_reader_run(r),
		"stage", "read", "used", "skipped", "rejected", "flawed", "rows"))
		return (-1);
	for (i = 0; i < n; i++)
		if (plain_book(&books[i], t, e))
			return (-1);
	return (0);
}

int
plain_books(const char *path, const char *kind, int out, struct err *e)
{
	struct buf t = BUF_INIT(1 << 20);
	struct stream_reader *r;
	enum stream_event event = STREAM_FAULT;
	uint64_t number = 0;
	int fd, rc = 0;

	if ((fd = plain_open(path, e)) < 0)
		return (-1);
	if ((r = stream_reader_open(fd, plain_name(path), kind, e)) == NULL)
		rc = -1;
	while (rc == 0 && (event = stream_reader_next(r, e)) > STREAM_END)
		if (event == STREAM_SEAL &&
		    (plain_section(r, ++number, &t, e) ||
			io_write_all(out, t.p, t.len, PLAIN_OUT_NAME, e)))
			rc = -1;
	if (event == STREAM_FAULT)
		rc = -1;
	stream_reader_free(r);
	buf_free(&t);
	plain_close(fd);
	return (rc);
}
