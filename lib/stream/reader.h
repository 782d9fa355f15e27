#ifndef AEGIS_STREAM_READER_H
#define AEGIS_STREAM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/book.h"

/*
 * Reads sealed streams (doc/formats/stream.md), one or several of one kind one
 * after the other, in either form of their rows: text or frames.  CSV parsing is libcsv's.  Memory is bounded: a row over
 * STREAM_ROW_MAX bytes, a control line over STREAM_LINE_MAX or more than
 * STREAM_COLUMNS_MAX columns end the reading with STATUS_DATA.
 */
enum {
	STREAM_ROW_MAX = 1 << 20,
	STREAM_LINE_MAX = 64 << 10,
	STREAM_COLUMNS_MAX = 1600, /* as PostgreSQL */
	STREAM_FRAME_MAX = STREAM_ROW_MAX + 4 * STREAM_COLUMNS_MAX,
	STREAM_BOOKS_MAX = 16,
};

struct stream_reader;

struct stream_field {
	const char *p; /* not NUL-terminated; valid until the next call */
	size_t len;
	bool null; /* an empty unquoted field */
};

enum stream_event {
	STREAM_FAULT = -1, /* ${e} says what */
	STREAM_END = 0,    /* every stream was sealed, and the input is over */
	STREAM_HEADER,     /* a stream's header and columns have been read */
	STREAM_ROW,        /* a row; its fields stand in stream_reader_fields() */
	STREAM_SEAL,       /* the stream's seal was read and is right */
};

/**
 * stream_reader_open(fd, name, kind, e):
 * Read from ${fd} (not closed by the reader; ${name} is for messages) streams
 * whose kind is ${kind} or, where ${kind} ends in ':', begins with it; "" takes
 * any.  A stream's hidden second column "_" (of one that has one column) is not
 * shown.  Return the reader, or NULL with ${e} set.
 */
struct stream_reader *stream_reader_open(int fd, const char *name, const char *kind, struct err *e);

/**
 * stream_reader_next(r, e):
 * Read on to the next event.  No data may be acted on for good before
 * STREAM_END: whatever is missing, cut, changed or behind the seal comes out as
 * STREAM_FAULT with STATUS_DATA (STATUS_IO where reading itself failed), and
 * the message names row and byte offset in the stream.
 */
enum stream_event stream_reader_next(struct stream_reader *r, struct err *e);

/**
 * stream_reader_keep(r, e), stream_reader_rewind(r):
 * Before the first event: read on as far as a small input (CSV_KEEP) goes.  Return 1 where
 * it is all in memory: then it may be read once, to any event, and begun anew.  Return 0
 * where it is not small, and is read ahead from now on (csv_input_keep()), or -1 with ${e} set.
 */
int stream_reader_keep(struct stream_reader *r, struct err *e);
void stream_reader_rewind(struct stream_reader *r);

/* What the last header said; valid until the next STREAM_HEADER. */
const char *stream_reader_kind(const struct stream_reader *r);
const char *stream_reader_source(const struct stream_reader *r);
const char *stream_reader_run(const struct stream_reader *r);
const char *stream_reader_dataset(const struct stream_reader *r); /* "-": it is not said */
const char *stream_reader_tenant(const struct stream_reader *r);  /* "": it is not said */
size_t stream_reader_ncolumns(const struct stream_reader *r);
const char *stream_reader_column(const struct stream_reader *r, size_t i);

/**
 * stream_reader_find(r, column):
 * Return the number of ${column}, or -1.
 */
int stream_reader_find(const struct stream_reader *r, const char *column);

/**
 * stream_reader_fields(r):
 * The fields of the row last read, as many as there are columns; valid until
 * the next call of stream_reader_next().
 */
const struct stream_field *stream_reader_fields(const struct stream_reader *r);

/**
 * stream_reader_raw(r, len):
 * The bytes of the row last read as they stood in the stream, without the LF (of a frame: as they would
 * stand in the text form); after STREAM_HEADER those of the line of column names.  Valid until the
 * next call.
 */
const char *stream_reader_raw(struct stream_reader *r, size_t *len);

/**
 * stream_reader_frame(r, len):
 * The frame of the row last read, without its length; NULL where the rows are text.
 */
const char *stream_reader_frame(const struct stream_reader *r, size_t *len);

/**
 * stream_reader_place(r, record, offset):
 * Where the row last read comes from: its _record and _offset where the stream
 * has them, else its number and byte offset in the stream.
 */
void stream_reader_place(const struct stream_reader *r, uint64_t *record, uint64_t *offset);

/**
 * stream_reader_books(r, n):
 * The books read with the last seal, upstream first; the last one is that of
 * the stage that wrote the stream.  Valid until the next header.
 */
const struct book *stream_reader_books(const struct stream_reader *r, size_t *n);

/**
 * stream_reader_rows(r):
 * Rows read of the present stream.
 */
uint64_t stream_reader_rows(const struct stream_reader *r);
void stream_reader_free(struct stream_reader *r);

#endif
