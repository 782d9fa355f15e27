#ifndef AEGIS_RRC_OUTS_H
#define AEGIS_RRC_OUTS_H

#include <stddef.h>

#include "base/err.h"
#include "rrc/layout.h"
#include "rrc/rows.h"
#include "stream/book.h"
#include "stream/writer.h"

/*
 * The streams of segments that one pass writes: one on a descriptor, or one file a
 * segment, DIR/LAYOUT-ID.rrc.  A file is DIR/LAYOUT-ID.rrc.partial until all of them
 * are sealed; those of a pass that failed are removed.
 */
struct outs;

/* What all streams of a pass have in common. */
struct outs_header {
	const char *source, *run;
};

/**
 * outs_one(l, rows, segment, fd, name, h, e):
 * The stream of ${segment} goes to ${fd}, which is not closed.
 */
struct outs *outs_one(const struct layout *l, struct rows *rows, size_t segment, int fd,
    const char *name, const struct outs_header *h, struct err *e);

/**
 * outs_split(l, rows, dir, h, e):
 * Every segment's stream goes to a file in ${dir}, which is made where it is missing.
 */
struct outs *outs_split(const struct layout *l, struct rows *rows, const char *dir,
    const struct outs_header *h, struct err *e);

/**
 * outs_writer(o, segment), outs_book(o, segment):
 * The stream of ${segment} and its book, which counts what is the segment's own:
 * flawed and codes of flaws; NULL where it is not written.
 */
struct stream_writer *outs_writer(const struct outs *o, size_t segment);
struct book *outs_book(struct outs *o, size_t segment);

/**
 * outs_seal(o, all, rejects, e):
 * Seal every stream: its book is ${all} but for used, skipped, rows and flawed, and
 * its codes are its flaws' and those of ${rejects}, a book that has counted rejects
 * only.  Then give the files their names.  Return 0, or -1 with ${e} set.
 */
int outs_seal(struct outs *o, const struct book *all, const struct book *rejects, struct err *e);

/**
 * outs_each(o, fn, cookie):
 * Call ${fn} for each segment written, in order, with its stream's name and book.
 */
void outs_each(const struct outs *o,
    void (*fn)(void *cookie, const char *name, const struct book *book), void *cookie);
void outs_free(struct outs *o);

#endif
