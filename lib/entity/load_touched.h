#ifndef AEGIS_ENTITY_LOAD_TOUCHED_H
#define AEGIS_ENTITY_LOAD_TOUCHED_H

#include "entity/load_job.h"
#include "pg/copy_spool.h"

/* The keys of the entities that a load changes: what its links and cells are made again of. */
struct load_touched {
	const struct load_job *j;
	uint64_t n;               /* how many */
	uint64_t inserted;        /* of them */
	struct copy_spool *fresh; /* load_merge_fresh() */
	bool made;                /* there is a table load_touched, or no need of one: */
	const char
	    *first; /* the dataset, where all that it has said is what this load has inserted */
};

/**
 * load_touched(t, e), load_touched_many(t):
 * Make the temporary table load_touched of the keys that this load has inserted, updated or
 * retired, analysed, where it is not there yet and entity_sources does not have them alone.  Whether they are so many that whole tables
 * had better be joined.
 */
int load_touched(struct load_touched *t, struct err *e);
bool load_touched_many(const struct load_touched *t);

/**
 * load_touched_entities(t, sql, e):
 * Append to ${sql} what stands behind FROM for those entities, as e.  Few are looked up one
 * by one, behind a fence: of tables that were just filled the server knows nothing, and would
 * go through one for each row of the other.
 */
int load_touched_entities(const struct load_touched *t, struct buf *sql, struct err *e);

/**
 * load_touched_update(t, table, set, cond, rows, e):
 * UPDATE the rows o of ${table} that belong by ${cond} to an entity e that this load changed,
 * by looking them up (an index must serve), or by a join where many have changed.  ${rows}
 * gets their number.
 */
int load_touched_update(struct load_touched *t, const char *table, const char *set,
    const char *cond, uint64_t *rows, struct err *e);

/**
 * load_touched_few(pg, n, e), load_touched_any(pg, e):
 * The statements that follow look up ${n} rows: where these are few, one by one, by an index; and: by whatever the
 * server thinks best.
 */
int load_touched_few(struct pg *pg, uint64_t n, struct err *e);
int load_touched_any(struct pg *pg, struct err *e);

/**
 * load_touched_join(pg, whole, e):
 * Whether the statements that follow join ${whole} tables, and must not loop over them.
 */
int load_touched_join(struct pg *pg, bool whole, struct err *e);

#endif
