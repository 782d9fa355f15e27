#ifndef AEGIS_AUDIT_MESSAGE_H
#define AEGIS_AUDIT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/profile.h"
#include "base/buf.h"
#include "base/err.h"
#include "stream/reader.h"

/* A row of an audit table, as its stream has it. */
struct audit_row {
	const struct stream_field *fields; /* by the table's columns */
	bool timed;                        /* created_at is there */
	int64_t created;                   /* microseconds since 1970 */
};

/* Builds what a signer signed of a row (doc/formats/audit.md). */
struct message;

struct message *message_new(const struct profile *p, const struct profile_table *t);
void message_free(struct message *m);

enum message_result {
	MESSAGE_EXACT,     /* this is what was signed, if anything was */
	MESSAGE_AMBIGUOUS, /* the signer may have written a number in another way */
	MESSAGE_NONE,      /* there is no such message of this row */
};

/**
 * message_build(m, row, key, out):
 * Put the message of ${row} into ${out}, which is emptied first; ${key} is the id of the
 * key (of use to aegis-1 only).
 */
enum message_result message_build(struct message *m, const struct audit_row *row, const char *key,
    struct buf *out);

#endif
