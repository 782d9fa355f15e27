#ifndef AEGIS_TABLE_BULK_STATE_H
#define AEGIS_TABLE_BULK_STATE_H

/*
 * What the rooms of the load share; for lib/table/bulk*.c only.
 *
 *   bulk.c        the transaction from BEGIN to COMMIT, the order of the inputs
 *   bulk_copy.c   rows to the server in blocks; a bad one is found and set aside
 *   bulk_rule.c   what two tables ask of a row: users, skill_artifacts
 *   bulk_merge.c  from the staging table into the table; what is missing goes
 */

#include "base/buf.h"
#include "stream/book.h"
#include "stream/reader.h"
#include "stream/reject.h"
#include "table/bulk.h"
#include "table/table.h"

/* Where a row of the block came from, and where it stands in it. */
struct bulk_row {
	size_t text, raw; /* offsets of its COPY text and of its bytes in the stream */
	uint64_t record, offset;
};

enum {
	BULK_BLOCK_ROWS = 4096,     /* of a block while all goes well */
	BULK_BLOCK_CAREFUL = 1024,  /* for some blocks after a bad row */
	BULK_CAREFUL_BLOCKS = 64,   /* that many */
	BULK_BLOCK_BYTES = 4 << 20, /* and no more text than this, but for the last row */
	BULK_BLOCK_MAX = 16 << 20,
	BULK_COLUMNS_MAX = STREAM_COLUMNS_MAX + 4,
};

/* How a row of the stream becomes one of the table. */
struct bulk_rule;

struct bulk {
	const struct bulk_options *o;
	struct pg *pg;
	char started[32];
	bool several;

	/* the input at work */
	struct stream_reader *r;
	struct table *t;
	struct bulk_rule *rule;
	const char *columns[BULK_COLUMNS_MAX]; /* that go to the server; the reader's strings */
	size_t ncolumns;
	struct buf copy_sql; /* SAVEPOINT and COPY ... FROM STDIN */
	bool staged;         /* rows go into the staging table, with their place and bytes */
	const struct table_key *key;
	struct fault_list *faults;
	struct reject_writer *rejects;
	struct book own;
	struct table_result *now;

	/* the block at work */
	struct buf text, raw;
	struct bulk_row *rows;
	size_t nrows, caprows;
	size_t sent; /* rows of it that were sent */
	bool open;   /* its COPY is */
	unsigned int careful;
	bool dense;       /* the last block ended among many bad rows */
	struct buf trial; /* the statement of bulk_trial.c, or empty */

	struct table_result *results;
	size_t nresults, capresults;
};

/* bulk_copy.c */

/**
 * bulk_copy_begin(l, e):
 * Write the COPY statement for the stream's columns.
 */
int bulk_copy_begin(struct bulk *l, struct err *e);

/**
 * bulk_copy_row(l, e):
 * Take the row last read; send it, with its block.
 */
int bulk_copy_row(struct bulk *l, struct err *e);

/**
 * bulk_copy_flush(l, e):
 * End the block: every good row of it is in the table, every bad one a reject.
 */
int bulk_copy_flush(struct bulk *l, struct err *e);

/**
 * bulk_copy_abort(l, why):
 * End an open COPY after an error.
 */
void bulk_copy_abort(struct bulk *l, const char *why);

/**
 * bulk_copy_send(l, from, to, e), bulk_copy_reject(l, row, e), bulk_copy_code(state),
 * bulk_copy_dropped(l, sent, arrived, e):
 * Of the block: send the text of some rows into the open COPY; set one aside with l->faults; the
 * stable word for a SQLSTATE; say that a trigger drops rows.
 */
int bulk_copy_send(struct bulk *l, size_t from, size_t to, struct err *e);
int bulk_copy_reject(struct bulk *l, size_t row, struct err *e);
const char *bulk_copy_code(const char *state);
int bulk_copy_dropped(const struct bulk *l, size_t sent, size_t arrived, struct err *e);

/* bulk_trial.c */

/**
 * bulk_trial(l, from, to, refused, e):
 * Bring the block's rows [${from}, ${to}) in, each tried for itself; set ${refused} to how many bad
 * ones were set aside.
 */
int bulk_trial(struct bulk *l, size_t from, size_t to, size_t *refused, struct err *e);

/* bulk_rule.c */

/**
 * bulk_rule_new(l, names, n, e):
 * See what the table asks of its rows; ${names} gets the ${n} columns that go to the
 * server.  NULL with ${e} set where the stream's columns do not do.
 */
struct bulk_rule *bulk_rule_new(const struct bulk *l, const char **names, size_t *n, struct err *e);

/**
 * bulk_rule_row(rule, f, e):
 * The fields to send instead of ${f}, valid until the next call: 0 to go on, 1 where
 * a fault was noted in l->faults, -1 with ${e} set.
 */
int bulk_rule_row(struct bulk_rule *rule, const struct stream_field *f,
    const struct stream_field **out, struct err *e);

/**
 * bulk_rule_raw(rule, f, raw, len, out, e):
 * Append to ${out} the row's bytes ${raw} as a reject file may have them: no password.
 */
int bulk_rule_raw(struct bulk_rule *rule, const struct stream_field *f, const char *raw, size_t len,
    struct buf *out, struct err *e);
void bulk_rule_free(struct bulk_rule *rule);

/* bulk_merge.c */

/**
 * bulk_merge_key(l, e):
 * Choose the key, which the stream's columns must hold, and make the staging table.
 */
int bulk_merge_key(struct bulk *l, struct err *e);

/**
 * bulk_merge_write(l, e):
 * All rows are staged: set aside those whose fault only the set shows, merge the
 * rest, delete what is missing (replace), and drop the staging table.
 */
int bulk_merge_write(struct bulk *l, struct err *e);

/* bulk.c */

/**
 * bulk_reject(l, record, offset, raw, len, e):
 * Write the row with its faults to the reject file, and count it.
 */
int bulk_reject(struct bulk *l, uint64_t record, uint64_t offset, const char *raw, size_t len,
    struct err *e);

#endif
