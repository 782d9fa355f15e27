#ifndef AEGIS_STREAM_WRITER_H
#define AEGIS_STREAM_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/book.h"
#include "stream/reader.h"

/*
 * Writes a sealed stream (doc/formats/stream.md): header, CSV rows, books, seal.
 * A writer that is freed without stream_writer_seal() leaves a broken stream,
 * which is what a reader must see of a stage that failed.
 */
struct stream_writer;

struct stream_header {
	const char *kind;    /* "rrc:dbf900/well", "entity:well", "reject:rrc", ... */
	const char *source;  /* the source's name, any bytes but NUL */
	const char *run;     /* UUID of the run */
	const char *dataset; /* what the rows come from, LAYOUT/VIEW; NULL: it is not said */
	const char *tenant;  /* UUID: whose the rows are; NULL: it is not said */
};

/**
 * stream_writer_open(fd, name, header, columns, n, e):
 * Start a stream on ${fd} (not closed by the writer; ${name} is for messages)
 * with the ${n} named columns.  A stream of one column gets a second, constant
 * one, "_".  Return the writer, or NULL with ${e} set.
 */
struct stream_writer *stream_writer_open(int fd, const char *name,
    const struct stream_header *header, const char *const *columns, size_t n, struct err *e);

/**
 * stream_writer_open_text(fd, name, header, columns, n, e):
 * The same, whose rows are text whatever is asked for: a file for people.
 */
struct stream_writer *stream_writer_open_text(int fd, const char *name,
    const struct stream_header *header, const char *const *columns, size_t n, struct err *e);

/*
 * Rows are text, or, with AEGIS_STREAM=frames in the environment or this option, frames, which the next
 * stage need not cut at commas.
 */
extern bool stream_writer_frames;
#define STREAM_OPTION_FRAMES                                                                         \
	{                                                                                            \
		"frames", OPTION_FLAG, NULL, &stream_writer_frames,                                  \
		    "Write rows as frames, for another stage, and not as text (AEGIS_STREAM=frames " \
		    "does the same)."                                                                \
	}

/*
 * A row is built field by field, left to right, and ended by
 * stream_writer_end_row(), which reports what went wrong since the last one.
 */

/**
 * stream_writer_text(w, p, len):
 * Add ${len} bytes of UTF-8, quoted where RFC 4180 or the format asks for it;
 * ${len} 0 is the empty string, not NULL.
 */
void stream_writer_text(struct stream_writer *w, const char *p, size_t len);

/**
 * stream_writer_plain(w, p, len):
 * Add bytes of which the caller knows that they need no quotes: not empty, no
 * comma, quote, CR, LF, leading '#' or blanks at the ends.
 */
void stream_writer_plain(struct stream_writer *w, const char *p, size_t len);
void stream_writer_u64(struct stream_writer *w, uint64_t v);

/**
 * stream_writer_copy(w, r):
 * Add all fields of the row last read of ${r}.
 */
void stream_writer_copy(struct stream_writer *w, struct stream_reader *r);
void stream_writer_null(struct stream_writer *w);

/**
 * stream_writer_fields(w, f, n):
 * ${n} fields as texts, or NULL where they are.
 */
void stream_writer_fields(struct stream_writer *w, const struct stream_field *f, size_t n);

/**
 * stream_writer_end_row(w, e):
 * End the row.  Return 0, or -1 with ${e} set (STATUS_IO, STATUS_OUTPUT; or
 * STATUS_BUG where the fields are not as many as the columns).
 */
int stream_writer_end_row(struct stream_writer *w, struct err *e);

/**
 * stream_writer_rows(w):
 * Rows written so far.
 */
uint64_t stream_writer_rows(const struct stream_writer *w);

/**
 * stream_writer_seal(w, upstream, n, own, e):
 * Write the ${n} books that came from upstream, then ${own}, then the seal with
 * ${own}'s figures, and flush.  own->rows must be the rows written.  The caller
 * has fsynced its reject file before.  Return 0, or -1 with ${e} set.
 */
int stream_writer_seal(struct stream_writer *w, const struct book *upstream, size_t n,
    const struct book *own, struct err *e);

/**
 * stream_writer_flush(w):
 * Write what is gathered, of a stream that will have no seal.
 */
void stream_writer_flush(struct stream_writer *w);
void stream_writer_free(struct stream_writer *w);

#endif
