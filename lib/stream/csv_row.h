#ifndef AEGIS_STREAM_CSV_ROW_H
#define AEGIS_STREAM_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/reader.h"

/*
 * One row of delimited text, cut into its fields: with quotes by libcsv (strict: a quote inside a
 * value is doubled), without them at the delimiters, which is all that there is to do then.
 */
struct csv_row;

/**
 * csv_row_new(delimiter, blanks, row_max, fields_max):
 * For rows of up to ${row_max} bytes and ${fields_max} fields.  ${blanks}: those around a value and
 * its quotes are not its own.  Freed by csv_row_free().
 */
struct csv_row *csv_row_new(unsigned char delimiter, bool blanks, size_t row_max,
    size_t fields_max);

/**
 * csv_row_plain(r, p, len):
 * Cut a row without quotes.
 */
void csv_row_plain(struct csv_row *r, const char *p, size_t len);

/**
 * csv_row_quoted(r, p, len, at, e):
 * Cut any row; ${at} is its place in the input, for messages.  Return 0, or -1 with ${e} set to
 * STATUS_DATA.
 */
int csv_row_quoted(struct csv_row *r, const char *p, size_t len, uint64_t at, struct err *e);

/**
 * csv_row_fields(r, n):
 * The ${n} fields of the row cut last, valid until the next one; more than fields_max where there
 * were more, of which so many are there.
 */
const struct stream_field *csv_row_fields(const struct csv_row *r, size_t *n);
void csv_row_free(struct csv_row *r);

#endif
