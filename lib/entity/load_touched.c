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

/*
 * Statements that join whole tables hash them, what the server believes of their size or not.
 */
int
load_touched_join(struct load *l, bool whole, struct err *e)
{

	return (pg_exec(l->pg,
	    whole ? "SET LOCAL enable_nestloop = off" : "SET LOCAL enable_nestloop TO DEFAULT", e));
}

int
load_touched_entities(const struct load *l, struct buf *sql, struct err *e)
{
	bool many = load_touched_many(l);

	return (
	    buf_addf(sql, e,
		many ? "load_touched t JOIN entities e ON e.tenant_id = '%s' AND e.type_key = " :
		       "load_touched t CROSS JOIN LATERAL (SELECT * FROM entities x"
		       " WHERE x.tenant_id = '%s' AND x.type_key = ",
		l->tenant) ||
	    pg_literal(sql, l->type, e) ||
	    buf_adds(sql,
		many ? " AND e.entity_key = t.entity_key" :
		       " AND x.entity_key = t.entity_key OFFSET 0) e",
		e));
}

int
load_touched_update(struct load *l, const char *table, const char *set, const char *cond,
    const char *const *params, int n, uint64_t *rows, struct err *e)
{
	bool many = load_touched_many(l);
	struct buf sql = BUF_INIT(16 << 10);
	int rc = -1;

	if (load_touched(l, e) ||
	    buf_addf(&sql, e, "UPDATE %s %s SET %s FROM ", table, many ? "o" : "u", set) ||
	    load_touched_entities(l, &sql, e) ||
	    (many ? buf_addf(&sql, e, " WHERE %s", cond) :
		    buf_addf(&sql, e,
			" CROSS JOIN LATERAL (SELECT o.*, o.ctid AS aegis_at, o.tableoid AS aegis_part"
			" FROM %s o WHERE %s OFFSET 0) o"
			" WHERE u.ctid = o.aegis_at AND u.tableoid = o.aegis_part",
			table, cond)) ||
	    buf_str(&sql, e) == NULL || load_touched_join(l, many, e))
		goto done;
	if (load_merge_exec(l, sql.p, params, n, rows, e) == 0)
		rc = load_touched_join(l, false, e);
done:
	buf_free(&sql);
	return (rc);
}
