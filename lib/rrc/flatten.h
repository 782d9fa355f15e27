#ifndef AEGIS_RRC_FLATTEN_H
#define AEGIS_RRC_FLATTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "rrc/frame.h"
#include "rrc/layout.h"
#include "rrc/view.h"
#include "stream/book.h"
#include "stream/reject.h"
#include "stream/writer.h"

/*
 * Runs a view over a file's records: keeps those that a row is made of, and writes
 * the row when its last record has passed.
 */
struct flatten;

/* Who wants to see what a row is made of. */
struct flatten_watch {
	/* A slot of the view takes the record, padded to its full length, in place of what it has or, where
	 * it counts or collects, beside it; ${fr} is valid until the call returns. */
	void (*record)(void *cookie, size_t slot, const struct frame *fr);
	/* The row whose own record begins at ${offset} has been written. */
	void (*row)(void *cookie, uint64_t offset);
	void *cookie;
};

/* Where rows, flaws and figures go; all stay the caller's. */
struct flatten_out {
	struct stream_writer *w;
	struct reject_writer *rejects;
	struct fault_list *faults;
	struct book *book;                 /* used and skipped are counted here */
	const struct flatten_watch *watch; /* or NULL */
};

enum flatten_result { FLATTEN_FAILED = -1, FLATTEN_TAKEN, FLATTEN_REJECTED };

/**
 * flatten_new(l, v, out):
 * Return a flattener of view ${v} of layout ${l}; both stay valid.
 */
struct flatten *flatten_new(const struct layout *l, const struct view *v,
    const struct flatten_out *out);

/**
 * flatten_columns(v, n):
 * Return the names of the ${n} columns of view ${v}'s stream, _record and _offset
 * first; the caller frees the array, not the names.
 */
const char **flatten_columns(const struct view *v, size_t *n);

/**
 * flatten_needs(fl, segment):
 * Return true if flatten_take() must see the records of ${segment}; the others are
 * skipped, and need not be of full length.
 */
bool flatten_needs(const struct flatten *fl, size_t segment);

/**
 * flatten_uses(fl, segment):
 * Return true if a column of the view comes from ${segment}.
 */
bool flatten_uses(const struct flatten *fl, size_t segment);

/**
 * flatten_take(fl, segment, fr, e):
 * Take a good record of ${segment}, in the file's order.  It is counted as used or
 * skipped by the time its row is written.  FLATTEN_REJECTED: it is the row's own
 * record and its key is faulty; all its faults are in out->faults, and no row comes
 * of it.
 */
enum flatten_result flatten_take(struct flatten *fl, size_t segment, const struct frame *fr,
    struct err *e);

/**
 * flatten_above(fl, segment, fr):
 * ${fr} is the record of ${segment}, of another file, that the next row belongs to.  To be called
 * after flatten_end().
 */
void flatten_above(struct flatten *fl, size_t segment, const struct frame *fr);

/**
 * flatten_name(fl, fr, out, e):
 * Set ${out} to the key, columns joined by '-', that the row of ${fr} would have, were it
 * the row's own record, of full length.  Return false where it has none.
 */
bool flatten_name(struct flatten *fl, const struct frame *fr, struct buf *out, struct err *e);

/**
 * flatten_end(fl, e):
 * The row that is being made has no more records: write it, if there is one.
 * Return 0, or -1 with ${e} set.
 */
int flatten_end(struct flatten *fl, struct err *e);
void flatten_free(struct flatten *fl);

#endif
