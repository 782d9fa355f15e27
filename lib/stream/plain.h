#ifndef AEGIS_STREAM_PLAIN_H
#define AEGIS_STREAM_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Between plain CSV, as the rest of the world has it, and sealed streams.
 * NULL is an empty field without quotes on both sides, the empty string is "".
 * Of one column, an empty line is a row that holds NULL, as in PostgreSQL's CSV.
 */
struct plain_options {
	const char *kind;    /* of the stream: "table:NAME", ... */
	const char *source;  /* what to call the source; NULL: the path */
	const char *dataset; /* for the book, or "-" */
	const char *run;     /* UUID */
	const char *tenant;  /* of entity: streams, UUID; NULL: it is not said */
	size_t row_max;      /* bytes of a row, up to STREAM_ROW_MAX */
};

/**
 * plain_seal(path, out, options, e):
 * Read the plain CSV file ${path} ("-": standard input), which has a row of
 * column names, and write it as a sealed stream to the descriptor ${out}.
 * Lines may end in LF or CR LF, a byte order mark and blank lines at the end are
 * skipped.  Return 0, or -1 with ${e} set: STATUS_DATA with line and byte of
 * what is no CSV, no UTF-8, too long, or has other fields than the first row.
 */
int plain_seal(const char *path, int out, const struct plain_options *options, struct err *e);

/**
 * plain_unseal(path, kind, spool, out, e):
 * Read the sealed streams in ${path}, whose kind is as stream_reader_open() has
 * it, and write their rows as plain CSV, with the column names once, to ${out}:
 * as they come, or with ${spool} when a good seal has closed them.  Return 0, or
 * -1 with ${e} set; what was read before the fault has been written.
 */
int plain_unseal(const char *path, const char *kind, bool spool, int out, struct err *e);

/**
 * plain_books(path, kind, out, e):
 * Read the sealed streams in ${path}, and write the books of each as text.
 */
int plain_books(const char *path, const char *kind, int out, struct err *e);

#endif
