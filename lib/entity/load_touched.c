/* The keys of the entities that a load changes: what its links and cells are made anew of. */

#include "entity/load_state.h"

/* So many that looking them up one by one is the slower way. */
enum { TOUCHED_MANY = 20000 };

bool
load_touched_many(const struct load *l)
{

	return (l->copied + l->restored + l->merged + l->gone >= TOUCHED_MANY);
}

int
load_touched(struct load *l, struct err *e)
{

	if (l->touched)
		return (0);
	/* The columns of entity_sources, since what is sent is its spool. */
	if (pg_exec(l->pg,
		"CREATE TEMPORARY TABLE load_touched (entity_key varchar(255) NOT NULL,"
		" digest bytea, part varchar(64), seen_run uuid, dataset_id integer)"
		" ON COMMIT DROP",
		e) ||
	    (l->fresh.rows > 0 &&
		copy_spool_send(&l->fresh, l->pg,
		    "COPY load_touched (entity_key, digest, part, seen_run, dataset_id) FROM STDIN",
		    e)) ||
	    pg_exec(l->pg,
		"INSERT INTO load_touched (entity_key)"
		" SELECT entity_key FROM load_changed WHERE act IN ('u', 'i')"
		" UNION ALL SELECT entity_key FROM load_gone;"
		" ANALYZE load_touched (entity_key)",
		e))
		return (-1);
	l->touched = true;
	return (0);
}
