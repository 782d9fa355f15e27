/* From the staging table into the table. */

#include "table/bulk_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "table/bulk_block.h"
#include "table/copy_text.h"

enum { MERGE_SQL_MAX = 4 << 20 };

/* Whether the key's columns are the list "a,b", in any order. */
static bool
bulk_merge_named(const struct table_key *k, const char *list)
{
	size_t i, n = 0, len;

	for (; *list != '\0'; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		for (i = 0; i < k->n; i++)
			if (strlen(k->columns[i]) == len && memcmp(k->columns[i], list, len) == 0)
				break;
		if (i == k->n)
			return (false);
		n++;
	}
	return (n == k->n);
}

/* Whether the stream has all columns of the key. */
static bool
bulk_merge_holds(const struct stream_reader *r, const struct table_key *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (stream_reader_find(r, k->columns[i]) < 0)
			return (false);
	return (true);
}

int
bulk_merge_key(struct bulk_target *g, struct err *e)
{
	const struct stream_reader *r = intake_reader(g->in);
	const struct table *t = g->t;
	size_t i;

	g->key = NULL;
	for (i = 0; g->key == NULL && i < t->nkeys; i++)
		if (g->o->key != NULL ? bulk_merge_named(&t->keys[i], g->o->key) :
					bulk_merge_holds(r, &t->keys[i]))
			g->key = &t->keys[i];
	if (g->key == NULL) {
		(void)err_set(e, STATUS_CONFIG, "'%s' has not all columns of a key of table '%s'",
		    stream_reader_source(r), t->name);
		if (g->o->key != NULL)
			return (err_hint(e, "--key names the columns of a unique index"));
		return (
		    t->nkeys == 0 ? -1 : err_hint(e, "its natural key is: %s", t->keys[0].target));
	}
	if (!bulk_merge_holds(r, g->key))
		return (err_set(e, STATUS_CONFIG, "'%s' lacks a column of the key %s",
		    stream_reader_source(r), g->key->target));
	return (pg_execf(g->pg, NULL, e,
	    "CREATE TEMPORARY TABLE aegis_stage (LIKE %s INCLUDING DEFAULTS INCLUDING"
	    " CONSTRAINTS) ON COMMIT DROP; ALTER TABLE aegis_stage ADD aegis_record bigint,"
	    " ADD aegis_offset bigint, ADD aegis_raw text",
	    t->quoted));
}

/* One row of aegis_bad: its place, bytes, reason. */
static int
bulk_merge_bad(const struct bulk_target *g, const char *code, const struct stream_field *f,
    struct err *e)
{
	struct reject_at at = { 0, 0, NULL, 0 };

	(void)num_u64(f[0].p, f[0].len, 0, UINT64_MAX, &at.record);
	(void)num_u64(f[1].p, f[1].len, 0, UINT64_MAX, &at.offset);
	fault_clear(intake_faults(g->in));
	fault_add(intake_faults(g->in), code, NULL, NULL, 0, "%.*s", (int)f[3].len, f[3].p);
	return (intake_reject_at(g->in, &at, f[2].p, f[2].len, e));
}

/*
 * Set aside what ${from} selects of the staging table: its ctid and a reason.  They come back by
 * COPY, row by row, however many they are.
 */
static int
bulk_merge_reject(const struct bulk_target *g, const char *code, const char *from, struct err *e)
{
	struct buf text = BUF_INIT(BULK_BLOCK_MAX);
	struct stream_field f[4];
	const char *line;
	long n = 0;
	int rc;

	rc = pg_execf(g->pg, NULL, e,
		 "CREATE TEMPORARY TABLE aegis_bad ON COMMIT DROP AS %s; ANALYZE aegis_bad;"
		 " CREATE TEMPORARY TABLE aegis_set_aside (record bigint, place bigint, raw text,"
		 " reason text) ON COMMIT DROP;"
		 " WITH gone AS (DELETE FROM aegis_stage g USING aegis_bad b WHERE g.ctid = b.id"
		 " RETURNING g.aegis_record, g.aegis_offset, g.aegis_raw, b.reason)"
		 " INSERT INTO aegis_set_aside SELECT * FROM gone",
		 from) ||
	    pg_copy_out(g->pg, "COPY (SELECT * FROM aegis_set_aside ORDER BY 1) TO STDOUT", e);
	while (rc == 0 && (n = pg_copy_get(g->pg, &line, e)) > 0)
		rc = copy_text_fields(&text, line, (size_t)n - 1, f, 4, e) ||
		    bulk_merge_bad(g, code, f, e);
	buf_free(&text);
	return (rc || n < 0 || pg_exec(g->pg, "DROP TABLE aegis_bad, aegis_set_aside", e));
}

/* NULL is like no other NULL: such a row would be new each time. */
static int
bulk_merge_nulls(const struct bulk_target *g, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX);
	int rc;

	rc = pg_sqlf(g->pg, &sql, e,
		 "SELECT ctid AS id, 'a column of the key (' || %L || ') is NULL' AS reason"
		 " FROM aegis_stage WHERE NOT (ROW(%s) IS NOT NULL)",
		 g->key->target, g->key->target) ||
	    bulk_merge_reject(g, "missing_required", sql.p, e);
	buf_free(&sql);
	return (rc);
}

/* The second row with a key goes, and all after it. */
static int
bulk_merge_duplicates(const struct bulk_target *g, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX);
	int rc;

	rc = pg_sqlf(g->pg, &sql, e,
		 "SELECT id, 'the key (' || %L || ') is already in record ' || first"
		 " AS reason FROM (SELECT ctid AS id, row_number() OVER w AS nth,"
		 " first_value(aegis_record) OVER w AS first FROM aegis_stage"
		 " WINDOW w AS (PARTITION BY %s ORDER BY aegis_record)) d WHERE nth > 1",
		 g->key->target, g->key->target) ||
	    bulk_merge_reject(g, "duplicate_key", sql.p, e);
	buf_free(&sql);
	return (rc);
}

static const char bulk_merge_orphans_sql[] =
#include "queries/bulk_orphans.inc"
    ;

/* Rows whose parent is missing, a foreign key after the other.  With several
 * tables a deferrable one waits for the end. */
static int
bulk_merge_orphans(const struct bulk_target *g, struct err *e)
{
	const char *params[] = { g->t->name, g->several ? "t" : "f" };
	struct pg_result *r = pg_query(g->pg, bulk_merge_orphans_sql, params, 2, e);
	int i, rc = r == NULL;

	for (i = 0; rc == 0 && i < pg_result_rows(r); i++)
		rc = bulk_merge_reject(g, "missing_parent", pg_result_get(r, i, 0), e);
	pg_result_free(r);
	return (rc);
}

/* For each column that an update may change: "c = EXCLUDED.c", "t.c", "EXCLUDED.c", in lists. */
struct merge_lists {
	struct buf set, was, now;
	size_t n;
};

/* Fill ${m} with the columns that an update may change; those of a plain key are left out. */
static int
bulk_merge_lists(const struct bulk_target *g, struct merge_lists *m, struct err *e)
{
	size_t i, k;

	for (i = 0; i < g->ncolumns; i++) {
		const char *name = g->columns[i], *comma = m->n > 0 ? ", " : "";

		for (k = 0; k < g->key->n && strcmp(g->key->columns[k], name) != 0; k++)
			;
		/* An expression's column may change: lower(email) is the same for another spelling. */
		if (k < g->key->n && strchr(g->key->target, '(') == NULL)
			continue;
		if (pg_sqlf(g->pg, &m->set, e, "%s%I = EXCLUDED.%I", comma, name, name) ||
		    pg_sqlf(g->pg, &m->was, e, "%st.%I", comma, name) ||
		    pg_sqlf(g->pg, &m->now, e, "%sEXCLUDED.%I", comma, name))
			return (-1);
		m->n++;
	}
	return (0);
}

/* Rows of aegis_stage whose key the table does not have: of a partitioned one the server does not say
 * what became of a row. */
static int
bulk_merge_new(const struct bulk_target *g, uint64_t *n, struct err *e)
{
	struct buf same = BUF_INIT(1 << 20);
	size_t i;
	int rc = 0;

	*n = 0;
	for (i = 0; rc == 0 && i < g->key->n; i++)
		rc = pg_sqlf(g->pg, &same, e, "%st.%I = s.%I", i > 0 ? " AND " : "",
		    g->key->columns[i], g->key->columns[i]);
	if (rc == 0 && g->t->partitioned)
		rc = pg_u64f(g->pg, n, e,
		    "SELECT count(*) FROM aegis_stage s WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)",
		    g->t->quoted, same.p);
	buf_free(&same);
	return (rc);
}

/* Insert or update the table from aegis_stage, and count rows inserted, updated and unchanged. */
static int
bulk_merge_upsert(const struct bulk_target *g, struct err *e)
{
	struct merge_lists m = { BUF_INIT(1 << 20), BUF_INIT(1 << 20), BUF_INIT(1 << 20), 0 };
	struct buf names = BUF_INIT(1 << 20), action = BUF_INIT(MERGE_SQL_MAX);
	struct ledger_counts *c = &intake_now(g->in)->counts;
	struct pg_result *r = NULL;
	uint64_t fresh;

	if (pg_names(g->pg, &names, g->columns, g->ncolumns, e) == 0 &&
	    bulk_merge_lists(g, &m, e) == 0 && bulk_merge_new(g, &fresh, e) == 0 &&
	    (m.n == 0 ? pg_sqlf(g->pg, &action, e, "NOTHING") :
			pg_sqlf(g->pg, &action, e,
			    "UPDATE SET %s WHERE ROW(%s) IS DISTINCT FROM ROW(%s)", m.set.p,
			    m.was.p, m.now.p)) == 0)
		r = pg_queryf(g->pg, e,
		    "WITH m AS (INSERT INTO %s AS t (%s) SELECT %s FROM aegis_stage"
		    " ORDER BY aegis_record ON CONFLICT (%s) DO %s RETURNING %s AS fresh)"
		    " SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh),"
		    " (SELECT count(*) FROM aegis_stage) - count(*) FROM m",
		    g->t->quoted, names.p, names.p, g->key->target, action.p,
		    g->t->partitioned ? "false" : "(xmax = 0)");
	if (r != NULL) {
		c->inserted = pg_result_u64(r, 0, 0) + fresh;
		c->updated = pg_result_u64(r, 0, 1) - fresh;
		c->unchanged = pg_result_u64(r, 0, 2);
	}
	buf_free(&m.set);
	buf_free(&m.was);
	buf_free(&m.now);
	buf_free(&names);
	buf_free(&action);
	pg_result_free(r);
	return (r == NULL);
}

/* The scope as SQL: what replace may look at. */
static int
bulk_merge_scope(const struct bulk_target *g, struct buf *b, struct err *e)
{
	const char *scope = g->o->scope, *eq = scope != NULL ? strchr(scope, '=') : NULL;
	char *column;
	int rc;

	if (scope == NULL)
		return (pg_sqlf(g->pg, b, e, "true"));
	if (eq == NULL)
		return (err_set(e, STATUS_USAGE, "--scope takes COLUMN=VALUE, not '%s'", scope));
	column = xstrndup(scope, (size_t)(eq - scope));
	rc = table_find(g->t, column) < 0 ?
	    err_set(e, STATUS_USAGE, "table '%s' has no column '%s'", g->t->name, column) :
	    pg_sqlf(g->pg, b, e, "%I::text = %L", column, eq + 1);
	free(column);
	return (rc);
}

/* Rows of other tables that would go, or lose their reference, with those of aegis_gone. */
static int
bulk_merge_dependents(const struct bulk_target *g, struct err *e)
{
	struct pg_result *r = pg_queryf(g->pg, e,
	    "SELECT conrelid::regclass::text, (SELECT string_agg(format('c.%%I = t.%%I', a.attname,"
	    " b.attname), ' AND ') FROM unnest(conkey, confkey) k(c, f) JOIN pg_attribute a ON"
	    " a.attrelid = conrelid AND a.attnum = c JOIN pg_attribute b ON b.attrelid ="
	    " confrelid AND b.attnum = f) FROM pg_constraint WHERE contype = 'f' AND confdeltype IN"
	    " ('c', 'n', 'd') AND confrelid = (SELECT oid FROM pg_class WHERE relname = %L AND"
	    " relnamespace = 'public'::regnamespace) ORDER BY 1",
	    g->t->name);
	uint64_t n;
	int i, rc = r == NULL;

	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		rc = pg_u64f(g->pg, &n, e,
		    "SELECT count(*) FROM %s c WHERE EXISTS (SELECT FROM %s t JOIN aegis_gone g"
		    " ON t.ctid = g.id AND t.tableoid = g.part WHERE %s)",
		    pg_result_get(r, i, 0), g->t->quoted, pg_result_get(r, i, 1));
		if (rc == 0 && n > 0) {
			(void)err_set(e, STATUS_DATA,
			    "%llu rows of table '%s' reference rows of '%s' that are missing from the input",
			    (unsigned long long)n, pg_result_get(r, i, 0), g->t->name);
			rc = err_hint(e, "nothing was changed; to delete them, too: --cascade");
		}
	}
	pg_result_free(r);
	return (rc);
}

/*
 * Where the rows are whose keys the input lacks: as a join, since NOT IN asks row by row as soon as
 * the keys outgrow work_mem.  A key with a NULL in it is like no other, and stays.
 */
static int
bulk_merge_gone(const struct bulk_target *g, uint64_t *missing, uint64_t *all, struct err *e)
{
	struct buf scope = BUF_INIT(64 << 10);
	struct pg_result *r = NULL;

	if (bulk_merge_scope(g, &scope, e) == 0 &&
	    pg_execf(g->pg, NULL, e,
		"CREATE TEMPORARY TABLE aegis_gone ON COMMIT DROP AS SELECT t.part, t.id FROM"
		" (SELECT tableoid AS part, ctid AS id, ROW(%s) AS k FROM %s WHERE %s) t LEFT JOIN"
		" (SELECT ROW(%s) AS k FROM aegis_stage) s ON s.k = t.k"
		" WHERE s.k IS NULL AND t.k IS NOT NULL; ANALYZE aegis_gone",
		g->key->target, g->t->quoted, scope.p, g->key->target) == 0)
		r = pg_queryf(g->pg, e,
		    "SELECT (SELECT count(*) FROM aegis_gone), (SELECT count(*) FROM %s WHERE %s)",
		    g->t->quoted, scope.p);
	if (r != NULL) {
		*missing = pg_result_u64(r, 0, 0);
		*all = pg_result_u64(r, 0, 1);
	}
	pg_result_free(r);
	buf_free(&scope);
	return (r == NULL);
}

/* Delete the rows that the stream lacks and count them as retired; more than --max-deleted allows
 * is an error. */
static int
bulk_merge_delete(const struct bulk_target *g, struct err *e)
{
	uint64_t missing, all, rows;

	if (bulk_merge_gone(g, &missing, &all, e))
		return (-1);
	if (num_exceeds(&g->o->max_deleted, missing, all)) {
		(void)err_set(e, STATUS_DATA,
		    "would delete %llu of %llu rows of table '%s', more than --max-deleted allows",
		    (unsigned long long)missing, (unsigned long long)all, g->t->name);
		return (err_hint(e, "nothing was changed; if it is right: --max-deleted 100%%"));
	}
	if ((!g->o->cascade && bulk_merge_dependents(g, e)) ||
	    pg_execf(g->pg, &rows, e,
		"DELETE FROM %s t USING aegis_gone g WHERE t.ctid = g.id AND t.tableoid = g.part",
		g->t->quoted))
		return (-1);
	if (rows != missing)
		return (err_set(e, STATUS_TEMPFAIL,
		    "%llu rows of table '%s' were deleted, not %llu: another program writes it",
		    (unsigned long long)rows, g->t->name, (unsigned long long)missing));
	intake_now(g->in)->counts.retired = missing;
	return (pg_exec(g->pg, "DROP TABLE aegis_gone", e));
}

/* A row outside of the scope would be merged, and is not what was asked for. */
static int
bulk_merge_outside(const struct bulk_target *g, struct err *e)
{
	struct buf scope = BUF_INIT(64 << 10), sql = BUF_INIT(MERGE_SQL_MAX);
	int rc;

	if (g->o->scope == NULL)
		return (0);
	rc = bulk_merge_scope(g, &scope, e) ||
	    pg_sqlf(g->pg, &sql, e,
		"SELECT ctid AS id, 'is outside of --scope' AS reason FROM aegis_stage WHERE (%s)"
		" IS NOT TRUE",
		scope.p) ||
	    bulk_merge_reject(g, "out_of_scope", sql.p, e);
	buf_free(&scope);
	buf_free(&sql);
	return (rc);
}

int
bulk_merge_write(const struct bulk_target *g, struct err *e)
{

	/* A row that was set aside may be one that is there: nothing goes for its sake. */
	return (pg_exec(g->pg, "ANALYZE aegis_stage", e) || bulk_merge_outside(g, e) ||
	    bulk_merge_nulls(g, e) || bulk_merge_duplicates(g, e) || bulk_merge_orphans(g, e) ||
	    bulk_merge_upsert(g, e) ||
	    (g->o->mode == TABLE_REPLACE && intake_now(g->in)->own.rejected == 0 &&
		bulk_merge_delete(g, e)) ||
	    pg_exec(g->pg, "DROP TABLE aegis_stage", e));
}
