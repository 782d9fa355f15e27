#ifndef AEGIS_AUDIT_AUDIT_INPUT_H
#define AEGIS_AUDIT_AUDIT_INPUT_H

#include <stdbool.h>

#include "audit/audit_table.h"
#include "audit/message.h"
#include "audit/verdict.h"
#include "base/err.h"
#include "stream/reader.h"

/* An audit stream that is being read: one table, its columns in table order. */
struct audit_input {
	struct stream_reader *reader;
	const char *name;
	const struct audit_table *table;
	bool judged;          /* audit-verify has added its columns */
	struct audit_row row; /* the row last read */
	enum verdict verdict; /* and, where judged, what was found */
	const struct stream_field *key;
};

/* What audit-verify adds to a table's columns. */
#define AUDIT_INPUT_VERDICT "_verdict"
#define AUDIT_INPUT_KEY "_key"

/**
 * audit_input_open(in, fd, name, e):
 * Read the header of the stream on ${fd}.  Return 0, or -1 with ${e} set; either way the
 * caller ends with audit_input_close().
 */
int audit_input_open(struct audit_input *in, int fd, const char *name, struct err *e);

/**
 * audit_input_next(in, e):
 * Read the next row.  Return 1; 0 when the one stream was sealed and nothing stands behind
 * it; or -1 with ${e} set.
 */
int audit_input_next(struct audit_input *in, struct err *e);
void audit_input_close(struct audit_input *in);

#endif
