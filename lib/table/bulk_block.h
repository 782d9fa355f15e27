#ifndef AEGIS_TABLE_BULK_BLOCK_H
#define AEGIS_TABLE_BULK_BLOCK_H

#include "base/buf.h"
#include "ledger/intake.h"

/*
 * Rows on their way to a table: their COPY text, the bytes they had in the stream, where they came
 * from.  They stay until the server has taken them all, so that any can be sent again or set aside.
 */
struct bulk_block_row {
	size_t text, raw; /* where they begin */
	uint64_t record, offset;
};

struct bulk_block {
	struct buf text, raw;
	struct bulk_block_row *rows;
	size_t n, cap;
};

enum { BULK_BLOCK_MAX = 16 << 20 }; /* bytes of text, and of raw */

void bulk_block_init(struct bulk_block *b);

/**
 * bulk_block_begin(b, r):
 * The row last read of ${r} is to come; its text and bytes are appended to b->text and b->raw, and
 * then it is counted by the caller (b->n++), or taken back by bulk_block_undo().
 */
void bulk_block_begin(struct bulk_block *b, const struct stream_reader *r);
void bulk_block_undo(struct bulk_block *b);

/**
 * bulk_block_put(b, pg, from, to, e):
 * Send the text of the rows [${from}, ${to}) into the COPY that is open.
 */
int bulk_block_put(const struct bulk_block *b, struct pg *pg, size_t from, size_t to,
    struct err *e);

/**
 * bulk_block_reject(b, in, row, e):
 * Set a row aside (b->n: the one that was begun), with the faults of intake_faults().
 */
int bulk_block_reject(const struct bulk_block *b, struct intake *in, size_t row, struct err *e);

/**
 * bulk_block_code(state):
 * The stable word for what the server's SQLSTATE says of a row.
 */
const char *bulk_block_code(const char *state);
void bulk_block_clear(struct bulk_block *b);
void bulk_block_free(struct bulk_block *b);

#endif
