/* Several streams of one pass, each to its file. */

#include "rrc/outs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/outfile.h"

struct outs_file {
	struct stream_writer *w; /* NULL where the segment is not written */
	struct book book;
	char *name;
	struct outfile *out; /* NULL where the descriptor is another's */
};

struct outs {
	const struct layout *l;
	struct outs_file *files; /* as many as segments */
};

/* Allocate with an entry for each segment, none of them open; freed by outs_free(). */
static struct outs *
outs_new(const struct layout *l)
{
	struct outs *o = xcalloc(1, sizeof(*o));

	o->l = l;
	o->files = xcalloc(l->nsegments, sizeof(*o->files));
	return (o);
}

/* Open the segment's stream on ${fd} and write its header; this makes ${rows} produce the
 * segment's columns. */
static int
outs_open(struct outs *o, struct rows *rows, size_t segment, int fd, const char *name,
    const struct outs_header *h, struct err *e)
{
	struct outs_file *f = &o->files[segment];
	struct stream_header header = { NULL, h->source, h->run, NULL, NULL };
	const char *const *columns;
	char kind[128];
	size_t n;

	(void)snprintf(kind, sizeof(kind), "rrc:%s/%s", o->l->name, o->l->segments[segment].label);
	header.kind = kind;
	book_init(&f->book, "rrc-decode");
	columns = rows_want(rows, segment, &n);
	f->w = stream_writer_open(fd, name, &header, columns, n, e);
	return (f->w == NULL);
}

struct outs *
outs_one(const struct layout *l, struct rows *rows, size_t segment, int fd, const char *name,
    const struct outs_header *h, struct err *e)
{
	struct outs *o = outs_new(l);

	o->files[segment].name = xstrdup(name);
	if (outs_open(o, rows, segment, fd, name, h, e) == 0)
		return (o);
	outs_free(o);
	return (NULL);
}

struct outs *
outs_split(const struct layout *l, struct rows *rows, const char *dir, const struct outs_header *h,
    struct err *e)
{
	struct outs *o = outs_new(l);
	size_t size = strlen(dir) + strlen(l->name) + 128, i;

	if (io_mkdirs(dir, 0750, e))
		goto err;
	for (i = 0; i < l->nsegments; i++) {
		struct outs_file *f = &o->files[i];

		f->name = xcalloc(size, 1);
		(void)snprintf(f->name, size, "%s/%s-%s.rrc", dir, l->name, l->segments[i].label);
		if ((f->out = outfile_open(f->name, e)) == NULL ||
		    outs_open(o, rows, i, outfile_fd(f->out), outfile_name(f->out), h, e))
			goto err;
	}
	return (o);
err:
	outs_free(o);
	return (NULL);
}

struct stream_writer *
outs_writer(const struct outs *o, size_t segment)
{

	return (o->files[segment].w);
}

struct book *
outs_book(struct outs *o, size_t segment)
{

	return (o->files[segment].w != NULL ? &o->files[segment].book : NULL);
}

/* Make the file's book: the input's totals, its own rows and flaws, and the codes of all rejects.
 */
static void
outs_fill_book(struct outs_file *f, const char *dataset, const struct book *all,
    const struct book *rejects)
{
	struct book *b = &f->book;
	const struct book own = *b;
	size_t i;

	*b = *all;
	(void)snprintf(b->dataset, sizeof(b->dataset), "%s", dataset);
	b->used = b->rows = stream_writer_rows(f->w);
	b->skipped = b->read - b->used - b->rejected;
	b->flawed = own.flawed;
	b->ncodes = own.ncodes;
	memcpy(b->codes, own.codes, sizeof(b->codes));
	for (i = 0; i < rejects->ncodes; i++) {
		size_t k;

		for (k = 0; k < b->ncodes; k++)
			if (strcmp(b->codes[k].code, rejects->codes[i].code) == 0)
				break;
		if (k == BOOK_MAX_CODES)
			k--;
		else if (k == b->ncodes)
			b->codes[b->ncodes++] = (struct book_code){ .n = 0 };
		memcpy(b->codes[k].code, rejects->codes[i].code, BOOK_CODE_SIZE);
		b->codes[k].n += rejects->codes[i].n;
	}
}

int
outs_seal(struct outs *o, const struct book *all, const struct book *rejects, struct err *e)
{
	char dataset[BOOK_DATASET_SIZE];
	struct outfile **files;
	size_t i;
	int rc;

	for (i = 0; i < o->l->nsegments; i++) {
		struct outs_file *f = &o->files[i];

		if (f->w == NULL)
			continue;
		(void)snprintf(dataset, sizeof(dataset), "%s/%s", o->l->name,
		    o->l->segments[i].label);
		outs_fill_book(f, dataset, all, rejects);
		if (stream_writer_seal(f->w, NULL, 0, &f->book, e))
			return (-1);
	}
	files = xcalloc(o->l->nsegments, sizeof(struct outfile *));
	for (i = 0; i < o->l->nsegments; i++) {
		files[i] = o->files[i].out;
		o->files[i].out = NULL;
	}
	rc = outfile_finish_all(files, o->l->nsegments, e);
	free(files);
	return (rc);
}

void
outs_each(const struct outs *o, void (*fn)(void *cookie, const char *name, const struct book *book),
    void *cookie)
{
	size_t i;

	for (i = 0; i < o->l->nsegments; i++)
		if (o->files[i].w != NULL)
			fn(cookie, o->files[i].name, &o->files[i].book);
}

void
outs_free(struct outs *o)
{
	size_t i;

	if (o == NULL)
		return;
	for (i = 0; i < o->l->nsegments; i++) {
		struct outs_file *f = &o->files[i];

		stream_writer_free(f->w);
		outfile_abandon(f->out, false);
		free(f->name);
	}
	free(o->files);
	free(o);
}
