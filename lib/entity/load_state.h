#ifndef AEGIS_ENTITY_LOAD_STATE_H
#define AEGIS_ENTITY_LOAD_STATE_H

/*
 * What the rooms of the load share; for load*.c only.
 *
 *   load.c          the transaction from BEGIN to COMMIT
 *   load_dataset.c  which dataset this is, and its place beside the others
 *   load_known.c    what the database has, read into the index
 *   load_rows.c     one row after the other
 *   load_merge.c    the end of the COPY, the changed rows, the plan's samples
 *   load_last.c     of rows with one key the last one counts
 *   load_retire.c   what the source no longer has
 *   load_held.c     what it may have after all: keys in reject files
 *   load_guard.c    layouts and sources that are not what they were
 *   load_link.c     links by rule
 *   load_matrix.c   the compliance matrix
 *   load_book.c     the books: checked at each seal, stored before COMMIT
 *   load_report.c, load_report_json.c
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "entity/dataset.h"
#include "entity/definition.h"
#include "entity/index.h"
#include "entity/load.h"
#include "entity/properties.h"
#include "ledger/ledger.h"
#include "pg/copy_spool.h"
#include "pg/pg.h"
#include "stream/book.h"
#include "stream/reader.h"
#include "stream/reject.h"

enum {
	LOAD_SAMPLES = 10,    /* changed entities that a plan shows */
	LOAD_EXAMPLES = 5,    /* of keys, in a report */
	LOAD_PARTS = 4096,    /* partitions in one input */
	LOAD_SECTIONS = 4096, /* streams in one input, where the last row counts */
};

/* One stream of the input. */
struct load_section {
	char *source;
	struct book *upstream;
	size_t nupstream;
	struct book own;
	struct ledger_counts counts;
};

struct load_sample {
	char *key, *field, *before, *after; /* values as JSON; NULL: not there */
};

/* Another dataset of the type, as its last load left it in batch_datasets. */
struct load_peer {
	char id[16];
	bool enrich;
};

/* A rule that the type is a side of, and what its links are after the load. */
struct load_link {
	char rule[37];
	char *parent, *child, *label, *cardinality, *field; /* label and field may be NULL */
	bool required;
	bool of_child, of_parent; /* the type is the rule's child, its parent, or both */
	bool fresh, empty;        /* never linked like this; no link at all */
	uint64_t changed;         /* links written now */
	uint64_t linked, missing_parent, missing_required, crowded;
	char *examples; /* JSON */
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
	int part; /* place of the partition in the row, or -1 */

	struct dataset_list *datasets;
	struct dataset means;            /* what the dataset is to the type; borrows from it */
	char dataset_id[16];             /* empty: there is none, and nothing is written */
	char dataset[BOOK_DATASET_SIZE]; /* empty until the first header is read */
	char *owned;                     /* text[]: the fields that it brought before, or NULL */
	struct load_peer *peers;
	size_t npeers, cappeers;
	struct entity_index *ix;
	struct buf asked; /* SQL: the keys of a small input; empty: it is none */
	char **parts;     /* seen in the input */
	size_t nparts, capparts, last_part;

	struct fault_list *faults;
	struct reject_writer *rejects;
	struct buf prefix;         /* what every row of entities starts with, */
	struct buf run_tail;       /* and ends with, */
	struct buf source_tail;    /* and every row of entity_sources */
	struct buf copy;           /* rows on their way into entities */
	bool copying;              /* a COPY into entities is open */
	uint64_t copied;           /* rows sent by it */
	struct copy_spool fresh;   /* entity_sources: key, digest, part, run, dataset */
	struct copy_spool changed; /* rows for the merge */
	struct copy_spool lost;    /* keys for load_gone */
	uint64_t merged;           /* of the changed: entities that are there, */
	uint64_t restored;         /* that had gone, or are new (load_last.c), */
	uint64_t pending;          /* and that are not there yet */

	uint64_t covered, gone; /* keys that it had, and that it no longer has */
	uint64_t held;          /* of the first: kept because they were rejected */
	uint64_t retired;       /* of gone: no other dataset has them */
	const char *withheld;   /* why nothing was retired, or NULL */
	char *retired_examples; /* JSON */
	char same_as[40];       /* when this very source was loaded last, or empty */
	struct err older;   /* the source is older than the last: an error if anything changes */
	bool wrote;         /* some entity was */
	bool touched;       /* there is a table load_touched */
	size_t keys, bytes; /* the index's */
	struct load_link *links;
	size_t nlinks, caplinks;
	uint64_t cells, cells_kept; /* rows of the matrix: new, renamed */

	struct load_section **sections;
	size_t nsections, capsections;
	struct load_sample *samples;
	size_t nsamples, capsamples;
};

/* load_dataset.c */

/**
 * load_dataset(l, e):
 * At the first header: name the dataset, read what it means, find its row and its
 * peers', make the row.
 */
int load_dataset(struct load *l, struct err *e);

/**
 * load_dataset_fields(l, e):
 * When the columns are known: no other dataset may bring one of them for the
 * same keys; and they should be those of the last load.
 */
int load_dataset_fields(struct load *l, struct err *e);

/* load_known.c */

/**
 * load_known(l, e):
 * Read keys and digests from the database into l->ix: all, or those of l->asked where no other
 * matters, as nothing will be retired.
 */
int load_known(struct load *l, struct err *e);

/**
 * load_known_ahead(l, e):
 * Before the first event: where the input is small, read it once to fill l->asked.
 */
int load_known_ahead(struct load *l, struct err *e);

/* load_rows.c */

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

/* load_merge.c */

/* What becomes of a row of load_changed. */
enum load_act {
	LOAD_UPDATE = 'u',  /* the entity is there */
	LOAD_INSERT = 'i',  /* it is not */
	LOAD_PENDING = 'p', /* it is not, and the dataset only enriches */
};

/**
 * load_merge_table(l, e):
 * Make the temporary tables that the end of a load or a plan needs.
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
 * load_merge_exec(l, sql, params, n, rows, e):
 * Run ${sql} and set ${rows} (or NULL) to how many rows it changed.
 */
int load_merge_exec(struct load *l, const char *sql, const char *const *params, int n,
    uint64_t *rows, struct err *e);

/* load_last.c */

/**
 * load_last_note(l, content, same), load_last_is(note, content):
 * What the index keeps of a row in the present section, and whether that row had
 * ${content}.
 */
uint64_t load_last_note(const struct load *l, struct digest128 content, bool same);
bool load_last_is(uint64_t note, struct digest128 content);

/**
 * load_last_first(note, section, same):
 * Section and sameness of the key's first row, which every later note passes on.
 */
void load_last_first(uint64_t note, size_t *section, bool *same);
uint64_t load_last_next(uint64_t note, struct digest128 content);

/**
 * load_last_settle(l, e):
 * Leave of load_changed each key's last row, where it says something new, and
 * count.
 */
int load_last_settle(struct load *l, struct err *e);

/* load_retire.c */

/**
 * load_retire_part(l, f, e):
 * Note the partition of a row.
 */
int load_retire_part(struct load *l, const struct stream_field *f, struct err *e);

/**
 * load_retires(l):
 * Whether an entity that the input does not have may be retired.
 */
bool load_retires(const struct load *l);

/**
 * load_retire(l, e):
 * After the merge: take away the digests of what is missing, and retire what no
 * other dataset has.  With a plan, count it.
 */
int load_retire(struct load *l, struct err *e);

/* load_held.c */

/**
 * load_held(l):
 * Take every key in the reject files of the whole pipe for seen.  Where a file can't
 * be used, or has a reject without a key, set l->withheld.
 */
void load_held(struct load *l);

/* load_guard.c */

/**
 * load_guard(l, e):
 * When the COPY is over: is each stream's layout the one of the last load, and its source
 * none that was loaded before it?  Sets l->same_as and l->older.
 */
int load_guard(struct load *l, struct err *e);

/**
 * load_guard_older(l, e):
 * Whether the load changes something, and its source is older than the last: then -1 with
 * ${e} set.  After the merge, and again when it is known what is gone.
 */
int load_guard_older(const struct load *l, struct err *e);

/* load_touched.c */

/**
 * load_touched(l, e), load_touched_many(l):
 * Make the temporary table load_touched of the keys that this load has inserted, updated or
 * retired, analysed, where it is not there yet.  Whether they are so many that whole tables
 * had better be joined.
 */
int load_touched(struct load *l, struct err *e);
bool load_touched_many(const struct load *l);

/**
 * load_touched_entities(l, sql, e):
 * Append to ${sql} what stands behind FROM for those entities, as e.  Few are looked up one
 * by one, behind a fence: of tables that were just filled the server knows nothing, and would
 * go through one for each row of the other.
 */
int load_touched_entities(const struct load *l, struct buf *sql, struct err *e);

/**
 * load_touched_update(l, table, set, cond, params, n, rows, e):
 * UPDATE the rows o of ${table} that belong by ${cond} to an entity e that this load changed,
 * by looking them up (an index must serve), or by a join where many have changed.  ${rows}
 * gets their number.
 */
int load_touched_update(struct load *l, const char *table, const char *set, const char *cond,
    const char *const *params, int n, uint64_t *rows, struct err *e);

/**
 * load_touched_join(l, whole, e):
 * Whether the statements that follow join ${whole} tables, and must not loop over them.
 */
int load_touched_join(struct load *l, bool whole, struct err *e);

/* load_link.c */

/**
 * load_link_write(l, e):
 * Bring entity_links in step with the entities that this load changed, as children
 * and as parents, and count what is wrong with them.
 */
int load_link_write(struct load *l, struct err *e);

/**
 * load_link_free(l):
 * Forget the rules.
 */
void load_link_free(struct load *l);

/**
 * load_link_book(l, section, e):
 * Store what was counted.
 */
int load_link_book(struct load *l, unsigned long section, struct err *e);

/* load_matrix.c */

/**
 * load_matrix_write(l, e):
 * Rows of compliance_status for the tenant's own entities.
 */
int load_matrix_write(struct load *l, struct err *e);

/* load_book.c */

/**
 * load_book_seal(l, e):
 * At a stream's seal: its dataset and its books; close the reject file.
 */
int load_book_seal(struct load *l, struct err *e);

/**
 * load_book_check(l, e):
 * When all rows are counted: hold every book against the next, and the ceilings.
 */
int load_book_check(struct load *l, struct err *e);

/**
 * load_book_write(l, e):
 * Store run, sources, books and fault counts.
 */
int load_book_write(struct load *l, struct err *e);

/* load_report_json.c */
int load_report_json(const struct load *l, struct buf *out, struct err *e);

/**
 * load_report_totals(l):
 * Sums over the streams.
 */
struct ledger_counts load_report_totals(const struct load *l, uint64_t *rejected,
    uint64_t *pending);

#endif
