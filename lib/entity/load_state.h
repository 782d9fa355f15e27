#ifndef AEGIS_ENTITY_LOAD_STATE_H
#define AEGIS_ENTITY_LOAD_STATE_H

/*
 * What the rooms of the load share; for load*.c only.
 *
 *   load.c         the transaction from BEGIN to COMMIT
 *   load_rows.c    what the database has; one row after the other
 *   load_spool.c   COPY text that has to wait for the seal
 *   load_merge.c   the end of the COPY, the changed rows, the plan's samples
 *   load_book.c    the books: checked at each seal, stored before COMMIT
 *   load_report.c  what came of it
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "entity/definition.h"
#include "entity/index.h"
#include "entity/load.h"
#include "entity/properties.h"
#include "pg/pg.h"
#include "stream/book.h"
#include "stream/reader.h"
#include "stream/reject.h"

enum {
	LOAD_COPY_BLOCK = 128 << 10, /* bytes sent to the server at a time */
	LOAD_COPY_MAX = 32 << 20,    /* of a block with the largest row behind it */
	LOAD_SAMPLES = 10,           /* changed entities that a plan shows */
};

/* COPY text that waits: in memory up to a block, then in a file without a name. */
struct load_spool {
	int fd; /* -1: all of it is still in memory */
	uint64_t rows;
	struct buf b;
};

/* One stream of the input. */
struct load_section {
	char *source;
	struct book *upstream;
	size_t nupstream;
	struct book own;
	uint64_t inserted, updated, unchanged;
};

struct load_sample {
	char *key, *field, *before, *after; /* values as JSON; NULL: not there */
};

struct load {
	const struct load_options *o; /* while load_run() runs */
	bool plan;
	char tenant[37];
	char *type;
	char run[37];
	char started[32];
	struct pg *pg;
	struct stream_reader *r;
	struct entity_definition *d;
	struct properties *p;
	char **columns; /* of the first stream; the others must have the same */
	size_t ncolumns;
	int name, field, district; /* places in the row, or -1 */

	char dataset_id[16];             /* empty: there is none, and nothing is written */
	char dataset[BOOK_DATASET_SIZE]; /* empty until it is known */
	struct entity_index *ix;

	struct fault_list *faults;
	struct reject_writer *rejects;
	struct buf prefix;         /* what every row of entities starts with, */
	struct buf run_tail;       /* and ends with, */
	struct buf source_tail;    /* and every row of entity_sources */
	struct buf copy;           /* rows on their way into entities */
	bool copying;              /* a COPY into entities is open */
	uint64_t copied;           /* rows sent by it */
	struct load_spool fresh;   /* entity_sources: key, digest, run */
	struct load_spool changed; /* rows for the merge */
	uint64_t merged;           /* of the changed: entities that are there */
	uint64_t restored;         /* entities that had gone */
	uint64_t unsourced;        /* entities without a digest of this dataset */

	struct load_section **sections;
	size_t nsections, capsections;
	struct load_sample *samples;
	size_t nsamples, capsamples;
};

/* load_rows.c */

/**
 * load_rows_known(l, e):
 * Read keys and digests from the database into l->ix.
 */
int load_rows_known(struct load *l, struct err *e);

/**
 * load_rows_header(l, e):
 * Begin a stream: its columns, its section, its reject file.
 */
int load_rows_header(struct load *l, struct err *e);

/**
 * load_rows_row(l, e):
 * Take the row last read where it belongs.
 */
int load_rows_row(struct load *l, struct err *e);

/* load_spool.c */
void load_spool_init(struct load_spool *s);

/**
 * load_spool_row(s, e):
 * A whole row of COPY text was appended to s->b: count it, and make room.
 */
int load_spool_row(struct load_spool *s, struct err *e);

/**
 * load_spool_send(s, pg, sql, e):
 * Run the COPY ${sql} with all that was spooled; the server must count as many
 * rows as the spool did.
 */
int load_spool_send(struct load_spool *s, struct pg *pg, const char *sql, struct err *e);
void load_spool_free(struct load_spool *s);

/* load_merge.c */

/**
 * load_merge_table(l, e):
 * Make the temporary table that load_merge_write() and _plan() need.
 */
int load_merge_table(struct load *l, struct err *e);

/**
 * load_merge_write(l, e):
 * After the last seal: end the COPY, store the digests, merge the changed rows.
 */
int load_merge_write(struct load *l, struct err *e);

/**
 * load_merge_plan(l, e):
 * Instead of it: compare the sampled rows with what is there.
 */
int load_merge_plan(struct load *l, struct err *e);

/**
 * load_merge_literal(b, s, e):
 * Append ${s} as an SQL string literal.
 */
int load_merge_literal(struct buf *b, const char *s, struct err *e);

/* load_book.c */

/**
 * load_book_seal(l, e):
 * At a stream's seal: its dataset, its books and their ceilings; close the
 * reject file.
 */
int load_book_seal(struct load *l, struct err *e);

/**
 * load_book_write(l, e):
 * Store run, sources, books and fault counts.
 */
int load_book_write(struct load *l, struct err *e);

#endif
