/* audit-open: an archive's rows as a stream again. */

#include "audit/reopen.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/bag.h"
#include "audit/line.h"
#include "base/infile.h"
#include "base/progress.h"
#include "stream/writer.h"

struct reopen {
	const struct audit_table *table;
	struct stream_writer *w;
	struct line line;
};

/* A file of lines, open. */
struct reopen_file {
	char path[CHAIN_PATH];
	int fd;
	struct zst_reader *r;
};

/* Open a data file of the archive; ${f} is valid for reopen_close() even on failure. */
static int
reopen_open(struct reopen_file *f, const char *dir, const char *name, const struct zst_sums *said,
    struct err *e)
{

	f->r = NULL;
	f->fd = -1;
	if (snprintf(f->path, sizeof(f->path), "%s/%s", dir, name) >= (int)sizeof(f->path))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", dir));
	if ((f->fd = infile_inside(f->path, e)) < 0)
		return (-1);
	f->r = zst_reader_open(f->fd, f->path, said->plain_bytes);
	return (0);
}

/* Free the reader and close the file, if they are open. */
static void
reopen_close(struct reopen_file *f)
{

	zst_reader_free(f->r);
	if (f->fd >= 0)
		(void)close(f->fd);
}

/* Check the digest of the text that was read against the manifest's; STATUS_DATA if they differ.
 */
static int
reopen_compare(struct reopen_file *f, const struct zst_sums *said, struct err *e)
{
	struct zst_sums sums;

	if (zst_reader_sums(f->r, &sums, e))
		return (-1);
	if (strcmp(sums.plain_sha256, said->plain_sha256) != 0)
		return (err_set(e, STATUS_DATA, "'%s' differs from its manifest", f->path));
	return (0);
}

int
reopen_lines(const char *path, const struct manifest *m, reopen_line *each, void *ctx,
    struct err *e)
{
	struct reopen_file rows, verdicts;
	const char *p, *v;
	size_t len, vlen;
	int rc, vrc;

	verdicts.r = NULL;
	verdicts.fd = -1;
	rc = reopen_open(&rows, path, BAG_ROWS, &m->rows_file, e);
	if (rc == 0)
		rc = reopen_open(&verdicts, path, BAG_VERDICTS, &m->verdicts_file, e);
	while (rc == 0) {
		if ((rc = zst_reader_line(rows.r, &p, &len, e)) < 0 ||
		    (vrc = zst_reader_line(verdicts.r, &v, &vlen, e)) < 0) {
			rc = -1;
			break;
		}
		if (rc != vrc)
			rc = err_set(e, STATUS_DATA, "'%s': row and verdict counts differ", path);
		if (rc <= 0)
			break;
		rc = each(ctx, p, len, v, vlen, e);
	}
	if (rc == 0 &&
	    (reopen_compare(&rows, &m->rows_file, e) ||
		reopen_compare(&verdicts, &m->verdicts_file, e)))
		rc = -1;
	reopen_close(&rows);
	reopen_close(&verdicts);
	return (rc);
}

/* Write a row's line as a row of the stream; its verdict is left out. A reopen_line of
 * reopen_lines(). */
static int
reopen_row(void *ctx, const char *p, size_t len, const char *verdict, size_t verdict_len,
    struct err *e)
{
	struct reopen *o = ctx;

	(void)verdict;
	(void)verdict_len;
	if (line_read(o->table, p, len, &o->line, e))
		return (-1);
	stream_writer_fields(o->w, o->line.fields, o->table->n);
	progress_tick(stream_writer_rows(o->w), stream_writer_rows(o->w), 0, 0);
	return (stream_writer_end_row(o->w, e));
}

/* Find the table and open the output stream table:TABLE with its columns. */
static int
reopen_begin(struct reopen *o, const char *table, const char *run, int fd, const char *name,
    struct err *e)
{
	const char *columns[AUDIT_COLUMNS_MAX];
	struct stream_header h;
	char kind[80];
	size_t i;

	if ((o->table = audit_table_find(table)) == NULL)
		return (err_set(e, STATUS_DATA, "'%s' is not an audit table", table));
	memset(&h, 0, sizeof(h));
	(void)snprintf(kind, sizeof(kind), "table:%s", table);
	h.kind = kind;
	h.source = table;
	h.run = run;
	for (i = 0; i < o->table->n; i++)
		columns[i] = o->table->columns[i].name;
	o->w = stream_writer_open(fd, name, &h, columns, o->table->n, e);
	return (o->w == NULL);
}

int
reopen_stream(const struct chain *c, const char *run, int fd, const char *name, uint64_t *rows,
    struct err *e)
{
	char sha256[DIGEST_SHA256_HEX + 1];
	struct reopen o;
	struct manifest m;
	struct book own;
	int rc = 0;
	size_t i;

	memset(&o, 0, sizeof(o));
	line_init(&o.line);
	for (i = 0; i < c->n && rc == 0; i++) {
		if ((rc = chain_manifest(c->v[i].path, &m, sha256, e)) == 0 && i == 0)
			rc = reopen_begin(&o, m.table, run, fd, name, e);
		if (rc == 0 && strcmp(m.table, o.table->name) != 0)
			rc = err_set(e, STATUS_DATA, "'%s' is of another table", c->v[i].path);
		if (rc == 0 && (rc = reopen_lines(c->v[i].path, &m, reopen_row, &o, e)) != 0)
			(void)err_prefix(e, "'%s'", c->v[i].path);
	}
	if (rc == 0) {
		book_init(&own, "audit-open");
		own.read = own.used = own.rows = *rows = stream_writer_rows(o.w);
		rc = stream_writer_seal(o.w, NULL, 0, &own, e);
	}
	stream_writer_free(o.w);
	line_free(&o.line);
	return (rc);
}
