/* Sorting the entries of an index beyond memory: runs, then a merge. */

#include "archive/index_sort.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

enum { SORT_RUN = 1 << 18, SORT_READ = 1 << 10, SORT_WRITE = 1 << 12 };

/* A sorted run, of which some entries are in memory. */
struct index_run {
	const struct index_entry *at; /* the next one */
	uint64_t here;                /* how many from there are in memory */
	uint64_t left;                /* how many more are in the file */
	off_t offset;                 /* where */
	struct index_entry *b;        /* SORT_READ of them; NULL: all are in memory */
};

struct index_sort {
	struct index_entry *b;
	size_t n;
	int fd; /* of the runs */
	off_t written;
	struct index_run *runs;
	size_t nruns, cap;
	uint64_t count;
};

/* Order entries by id, then by leaf number, for qsort() and the merge. */
static int
sort_order(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;
	int rc = memcmp(x->id, y->id, INDEX_ID_SIZE);

	return (rc != 0 ? rc : memcmp(x->number, y->number, sizeof(x->number)));
}

/* Add an empty run. The pointer is valid only until the next call, which may move the array. */
static struct index_run *
sort_run(struct index_sort *s)
{

	if (s->nruns == s->cap)
		s->runs = xgrow(s->runs, &s->cap, sizeof(*s->runs));
	memset(&s->runs[s->nruns], 0, sizeof(*s->runs));
	return (&s->runs[s->nruns++]);
}

struct index_sort *
index_sort_new(const struct index_entry *old, uint64_t n)
{
	struct index_sort *s = xcalloc(1, sizeof(*s));
	struct index_run *r;

	s->fd = -1;
	s->count = n;
	if (n > 0) {
		r = sort_run(s);
		r->at = old;
		r->here = n;
	}
	return (s);
}

/* Sort the entries in memory and append them as a run to the temporary file, to make space for
 * more. */
static int
sort_spill(struct index_sort *s, struct err *e)
{
	size_t bytes = s->n * sizeof(*s->b);
	struct index_run *r;

	if (s->fd < 0 && (s->fd = io_spool(e)) < 0)
		return (-1);
	qsort(s->b, s->n, sizeof(*s->b), sort_order);
	if (io_write_all(s->fd, s->b, bytes, "the index's runs", e))
		return (-1);
	r = sort_run(s);
	r->left = s->n;
	r->offset = s->written;
	s->written += (off_t)bytes;
	s->n = 0;
	return (0);
}

int
index_sort_add(struct index_sort *s, const struct index_entry *entry, struct err *e)
{

	if (s->b == NULL)
		s->b = xcalloc(SORT_RUN, sizeof(*s->b));
	if (s->n == SORT_RUN && sort_spill(s, e))
		return (-1);
	s->b[s->n++] = *entry;
	s->count++;
	return (0);
}

uint64_t
index_sort_count(const struct index_sort *s)
{

	return (s->count);
}

/* Let ${r} have its next entry in memory, if there is one more. */
static int
sort_fill(const struct index_sort *s, struct index_run *r, struct err *e)
{
	size_t n = r->left < SORT_READ ? (size_t)r->left : SORT_READ;
	size_t bytes = n * sizeof(*r->b);

	if (r->here > 0 || n == 0)
		return (0);
	if (r->b == NULL)
		r->b = xcalloc(SORT_READ, sizeof(*r->b));
	if (pread(s->fd, r->b, bytes, r->offset) != (ssize_t)bytes)
		return (err_sys(e, STATUS_IO, "cannot read the index's runs back"));
	r->at = r->b;
	r->here = n;
	r->left -= n;
	r->offset += (off_t)bytes;
	return (0);
}

int
index_sort_write(struct index_sort *s, int fd, struct err *e)
{
	struct index_entry *out = xcalloc(SORT_WRITE, sizeof(*out));
	struct index_run *r, *least;
	size_t i, n = 0;
	int rc = 0;

	if (s->n > 0) {
		qsort(s->b, s->n, sizeof(*s->b), sort_order);
		r = sort_run(s);
		r->at = s->b;
		r->here = s->n;
	}
	while (rc == 0) {
		for (least = NULL, i = 0; i < s->nruns && rc == 0; i++) {
			r = &s->runs[i];
			rc = sort_fill(s, r, e);
			if (r->here > 0 && (least == NULL || sort_order(r->at, least->at) < 0))
				least = r;
		}
		if (rc == 0 && least != NULL) {
			out[n++] = *least->at++;
			least->here--;
		}
		if (rc == 0 && (n == SORT_WRITE || least == NULL))
			rc = io_write_all(fd, out, n * sizeof(*out), "the index", e);
		if (n == SORT_WRITE)
			n = 0;
		if (least == NULL)
			break;
	}
	free(out);
	return (rc);
}

void
index_sort_free(struct index_sort *s)
{
	size_t i;

	for (i = 0; i < s->nruns; i++)
		free(s->runs[i].b);
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->runs);
	free(s->b);
	free(s);
}
