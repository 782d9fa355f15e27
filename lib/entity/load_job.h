#ifndef AEGIS_ENTITY_LOAD_JOB_H
#define AEGIS_ENTITY_LOAD_JOB_H

#include "entity/definition.h"
#include "entity/load.h"
#include "entity/properties.h"
#include "ledger/intake.h"
#include "pg/pg.h"

/*
 * What every room of a load knows: whose rows these are, and where they go.  A room reads it and
 * keeps a state of its own:
 *
 *   load.c          the transaction from BEGIN to COMMIT
 *   load_dataset.c  which dataset this is, and its place beside the others
 *   load_known.c    what the database has
 *   load_rows.c     one row after the other
 *   load_merge.c    new rows by COPY, changed ones by a merge
 *   load_last.c     of rows with one key the last one counts
 *   load_same.c     whether there is nothing to do at all
 *   load_retire.c   what the source no longer has
 *   load_orphan.c   entities of types that are gone
 *   load_held.c     what it may have after all: keys in reject files
 *   load_touched.c  the keys that the load changed
 *   load_link.c     links by rule
 *   load_link_count.c  what is wrong with them
 *   load_matrix.c   the compliance matrix
 *   load_sample.c   what a plan shows
 *   load_report.c
 */
struct load_job {
	const struct load_options *o; /* while the load runs */
	char tenant[37];
	char *type;
	char run[37]; /* the first stream's is every stream's */
	char started[32];
	unsigned long sections; /* streams of the dataset that the run has loaded before */
	struct pg *pg;
	struct intake *in;
	struct entity_definition *d;
	struct properties *p; /* from the first header on */
};

/* What becomes of a row that says something new of an entity that is not just new. */
enum load_act {
	LOAD_UPDATE = 'u',  /* the entity is there */
	LOAD_INSERT = 'i',  /* it is not, but the dataset had it once */
	LOAD_PENDING = 'p', /* it is not, and the dataset only enriches */
};

/* How many of each. */
struct load_acts {
	uint64_t updated, inserted, pending;
};

enum { LOAD_EXAMPLES = 5 }; /* of keys, in a report */

#endif
