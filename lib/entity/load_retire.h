#ifndef AEGIS_ENTITY_LOAD_RETIRE_H
#define AEGIS_ENTITY_LOAD_RETIRE_H

#include "entity/load_dataset.h"
#include "ledger/parts.h"
#include "pg/copy_spool.h"

/* What the source no longer has. */
struct load_retire {
	uint64_t covered, gone; /* keys that it had, and that it no longer has */
	uint64_t held;          /* of the first: kept because they were rejected */
	uint64_t retired;       /* of gone: no other dataset has them */
	const char *withheld;   /* why nothing was retired, or NULL */
	char *examples;         /* JSON */
	int part;               /* place of the partition in the row, or -1 */
	char **parts;           /* seen in the input */
	size_t nparts, capparts, last_part;
	struct copy_spool lost; /* keys for load_gone */
};

void load_retire_init(struct load_retire *t);

/**
 * load_retire_part(t, d, f, e):
 * Note the partition of a row.
 */
int load_retire_part(struct load_retire *t, const struct load_dataset *d,
    const struct stream_field *f, struct err *e);

/**
 * load_retire_find(t, j, d, k, e):
 * After the merge, where any may be retired: find the keys that no row had.
 */
int load_retire_find(struct load_retire *t, const struct load_job *j, const struct load_dataset *d,
    struct parts *k, struct err *e);

/**
 * load_retire_write(t, j, d, e):
 * Put those keys into load_gone, take away their digests, and retire what no other dataset has.
 * With a plan, count it.  -1 with ${e} set to STATUS_DATA where it is more than --max-retired.
 */
int load_retire_write(struct load_retire *t, const struct load_job *j, const struct load_dataset *d,
    struct err *e);

/**
 * load_retire_finish(t):
 * Free all but t->examples, which is the caller's then.
 */
void load_retire_finish(struct load_retire *t);

#endif
