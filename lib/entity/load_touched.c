/* The keys of the entities that a load changes: what its links and cells are made again of. */

#include "entity/load_touched.h"

#include "entity/load_merge.h"

/* So many that looking them up one by one is the slower way. */
enum { TOUCHED_MANY = 20000 };

bool
load_touched_many(const struct load_touched *t)
{

	return (t->n >= TOUCHED_MANY);
}

int
load_touched(struct load_touched *t, struct err *e)
{

	if (t->made || t->first != NULL)
		return (0);
	/* The columns of entity_sources, since what is sent is its spool. */
	if (pg_exec(t->j->pg,
		"CREATE TEMPORARY TABLE load_touched ON COMMIT DROP AS SELECT " LOAD_SOURCES
		" FROM entity_sources WITH NO DATA",
		e) ||
	    copy_spool_send(t->fresh, t->j->pg,
		"COPY load_touched (" LOAD_SOURCES ") FROM STDIN WITH (FORMAT binary)", e) ||
	    pg_exec(t->j->pg,
		"INSERT INTO load_touched (entity_key)"
		" SELECT entity_key FROM load_changed WHERE act IN ('u', 'i')"
		" UNION ALL SELECT entity_key FROM load_gone;"
		" ANALYZE load_touched (entity_key)",
		e))
		return (-1);
	t->made = true;
	return (0);
}

int
load_touched_few(struct pg *pg, uint64_t n, struct err *e)
{

	return (n < TOUCHED_MANY &&
	    pg_exec(pg, "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off", e));
}

int
load_touched_any(struct pg *pg, struct err *e)
{

	return (pg_exec(pg,
	    "SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT", e));
}

/*
 * Statements that join whole tables hash them, what the server believes of their size or not.
 */
int
load_touched_join(struct pg *pg, bool whole, struct err *e)
{

	return (pg_exec(pg,
	    whole ? "SET LOCAL enable_nestloop = off" : "SET LOCAL enable_nestloop TO DEFAULT", e));
}

int
load_touched_entities(const struct load_touched *t, struct buf *sql, struct err *e)
{

	return ((t->first != NULL ?
			pg_sqlf(t->j->pg, sql, e,
			    "(SELECT " LOAD_SOURCES " FROM entity_sources WHERE dataset_id = %s)",
			    t->first) :
			buf_adds(sql, "load_touched", e)) ||
	    pg_sqlf(t->j->pg, sql, e,
		load_touched_many(t) ? " t JOIN entities e ON e.tenant_id = %L AND e.type_key = %L"
				       " AND e.entity_key = t.entity_key" :
				       " t CROSS JOIN LATERAL (SELECT * FROM entities x"
				       " WHERE x.tenant_id = %L AND x.type_key = %L"
				       " AND x.entity_key = t.entity_key OFFSET 0) e",
		t->j->tenant, t->j->type));
}

int
load_touched_update(struct load_touched *t, const char *table, const char *set, const char *cond,
    uint64_t *rows, struct err *e)
{
	bool many = load_touched_many(t);
	struct pg *pg = t->j->pg;
	struct buf sql = BUF_INIT(32 << 10);
	int rc;

	rc = load_touched(t, e) ||
	    pg_sqlf(pg, &sql, e, "UPDATE %s %s SET %s FROM ", table, many ? "o" : "u", set) ||
	    load_touched_entities(t, &sql, e) ||
	    (many ? pg_sqlf(pg, &sql, e, " WHERE %s", cond) :
		    pg_sqlf(pg, &sql, e,
			" CROSS JOIN LATERAL (SELECT o.*, o.ctid AS aegis_at, o.tableoid AS aegis_part"
			" FROM %s o WHERE %s OFFSET 0) o"
			" WHERE u.ctid = o.aegis_at AND u.tableoid = o.aegis_part",
			table, cond)) ||
	    load_touched_join(pg, many, e) || pg_execf(pg, rows, e, "%s", sql.p) ||
	    load_touched_join(pg, false, e);
	buf_free(&sql);
	return (rc);
}
