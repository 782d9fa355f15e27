#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "table/bulk_state.h"
#include "table/copy_text.h"

enum { MERGE_SQL_MAX = 4 << 20 };

static int
bulk_merge_run(struct bulk *l, struct buf *sql, struct err *e)
{

	return (buf_str(sql, e) == NULL || pg_exec(l->pg, sql->p, e) ? -1 : 0);
}

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

static bool
bulk_merge_holds(const struct bulk *l, const struct table_key *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (stream_reader_find(l->r, k->columns[i]) < 0)
			return (false);
	return (true);
}

int
bulk_merge_key(struct bulk *l, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX);
	size_t i;
	int rc;

	l->key = NULL;
	for (i = 0; l->key == NULL && i < l->t->nkeys; i++)
		if (l->o->key != NULL ? bulk_merge_named(&l->t->keys[i], l->o->key) :
					bulk_merge_holds(l, &l->t->keys[i]))
			l->key = &l->t->keys[i];
	if (l->key == NULL) {
		(void)err_set(e, STATUS_CONFIG, "'%s' has not all columns of a key of table '%s'",
		    stream_reader_source(l->r), l->t->name);
		if (l->o->key != NULL)
			return (err_hint(e, "--key names the columns of a unique index"));
		return (l->t->nkeys == 0 ?
			-1 :
			err_hint(e, "its natural key is: %s", l->t->keys[0].target));
	}
	if (!bulk_merge_holds(l, l->key))
		return (err_set(e, STATUS_CONFIG, "'%s' lacks a column of the key %s",
		    stream_reader_source(l->r), l->key->target));
	rc = buf_addf(&sql, e,
		 "CREATE TEMPORARY TABLE aegis_stage (LIKE %s INCLUDING DEFAULTS INCLUDING"
		 " CONSTRAINTS) ON COMMIT DROP; ALTER TABLE aegis_stage ADD aegis_record bigint,"
		 " ADD aegis_offset bigint, ADD aegis_raw text",
		 l->t->quoted) ||
	    bulk_merge_run(l, &sql, e);
	buf_free(&sql);
	return (rc ? -1 : 0);
}

/* One row of aegis_bad: its place, bytes, reason. */
static int
bulk_merge_bad(struct bulk *l, const char *code, const struct stream_field *f, struct err *e)
{
	uint64_t record = 0, offset = 0;

	(void)num_u64(f[0].p, f[0].len, 0, UINT64_MAX, &record);
	(void)num_u64(f[1].p, f[1].len, 0, UINT64_MAX, &offset);
	fault_clear(l->faults);
	fault_add(l->faults, code, NULL, NULL, 0, "%.*s", (int)f[3].len, f[3].p);
	return (bulk_reject(l, record, offset, f[2].p, f[2].len, e));
}

/*
 * Set aside what ${from} selects of the staging table: its ctid and a reason.  They come back by
 * COPY, row by row, however many they are.
 */
static int
bulk_merge_reject(struct bulk *l, const char *code, const char *from, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX), text = BUF_INIT(BULK_BLOCK_MAX);
	struct stream_field f[4];
	const char *line;
	long n = -1;
	int rc = 0;

	if (buf_addf(&sql, e,
		"CREATE TEMPORARY TABLE aegis_bad ON COMMIT DROP AS %s; ANALYZE aegis_bad;"
		" CREATE TEMPORARY TABLE aegis_set_aside (record bigint, place bigint, raw text,"
		" reason text) ON COMMIT DROP;"
		" WITH gone AS (DELETE FROM aegis_stage g USING aegis_bad b WHERE g.ctid = b.id"
		" RETURNING g.aegis_record, g.aegis_offset, g.aegis_raw, b.reason)"
		" INSERT INTO aegis_set_aside SELECT * FROM gone",
		from) ||
	    bulk_merge_run(l, &sql, e) ||
	    pg_copy_out(l->pg, "COPY (SELECT * FROM aegis_set_aside ORDER BY 1) TO STDOUT", e))
		goto done;
	while ((n = pg_copy_get(l->pg, &line, e)) > 0)
		if (copy_text_fields(&text, line, (size_t)n - 1, f, 4, e) ||
		    bulk_merge_bad(l, code, f, e)) {
			n = -1;
			break;
		}
done:
	rc = n < 0 || pg_exec(l->pg, "DROP TABLE aegis_bad, aegis_set_aside", e);
	buf_free(&text);
	buf_free(&sql);
	return (rc ? -1 : 0);
}

/* NULL is like no other NULL: such a row would be new each time. */
static int
bulk_merge_nulls(struct bulk *l, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX);
	int rc;

	rc = buf_addf(&sql, e,
		 "SELECT ctid AS id, 'a column of the key (%s) is NULL' AS reason FROM aegis_stage"
		 " WHERE NOT (ROW(%s) IS NOT NULL)",
		 l->key->target, l->key->target) ||
		buf_str(&sql, e) == NULL || bulk_merge_reject(l, "missing_required", sql.p, e) ?
	    -1 :
	    0;
	buf_free(&sql);
	return (rc);
}

/* The second row with a key goes, and all behind it. */
static int
bulk_merge_duplicates(struct bulk *l, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX);
	int rc;

	rc = buf_addf(&sql, e,
		 "SELECT id, 'the key (%s) stands in record ' || first || ' already' AS reason FROM"
		 " (SELECT ctid AS id, row_number() OVER w AS nth, first_value(aegis_record) OVER w"
		 " AS first FROM aegis_stage WINDOW w AS (PARTITION BY %s ORDER BY aegis_record)) d"
		 " WHERE nth > 1",
		 l->key->target, l->key->target) ||
		buf_str(&sql, e) == NULL || bulk_merge_reject(l, "duplicate_key", sql.p, e) ?
	    -1 :
	    0;
	buf_free(&sql);
	return (rc);
}

/* Rows whose parent is missing, a foreign key after the other.  With several
 * tables a deferrable one waits for the end. */
static int
bulk_merge_orphans(struct bulk *l, struct err *e)
{
	const char *params[] = { l->t->name, l->several ? "t" : "f" };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT format('SELECT s.ctid AS id, %L AS reason FROM aegis_stage s WHERE %s AND NOT"
	    " EXISTS (SELECT FROM %s p WHERE %s)', 'no row of ' || confrelid::regclass || ' has this ' ||"
	    " (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY n) FROM unnest(conkey) WITH"
	    " ORDINALITY k(c, n) JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = c),"
	    " (SELECT string_agg(format('s.%I IS NOT NULL', a.attname), ' AND ') FROM unnest(conkey)"
	    " k(c) JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = c),"
	    " confrelid::regclass,"
	    " (SELECT string_agg(format('p.%I = s.%I', b.attname, a.attname), ' AND ') FROM"
	    " unnest(conkey, confkey) k(c, f) JOIN pg_attribute a ON a.attrelid = conrelid AND"
	    " a.attnum = c JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = f))"
	    " FROM pg_constraint WHERE contype = 'f' AND confrelid <> conrelid"
	    " AND NOT (condeferrable AND $2::boolean)"
	    " AND conrelid = (SELECT oid FROM pg_class WHERE relname = $1 AND relnamespace ="
	    " 'public'::regnamespace) ORDER BY conname",
	    params, 2, e);
	int i, rc = r == NULL ? -1 : 0;

	for (i = 0; rc == 0 && i < pg_result_rows(r); i++)
		rc = bulk_merge_reject(l, "missing_parent", pg_result_get(r, i, 0), e);
	pg_result_free(r);
	return (rc);
}

static int
bulk_merge_upsert(struct bulk *l, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX), names = BUF_INIT(1 << 20),
		   set = BUF_INIT(1 << 20), was = BUF_INIT(1 << 20), now = BUF_INIT(1 << 20);
	struct pg_result *r = NULL;
	const char *const *list = l->columns;
	size_t i, k, changes = 0;
	int rc = -1;

	if (table_quote_list(&names, list, l->ncolumns, e))
		goto done;
	for (i = 0; i < l->ncolumns; i++) {
		for (k = 0; k < l->key->n && strcmp(l->key->columns[k], list[i]) != 0; k++)
			;
		/* An expression's column may change: lower(email) is the same for another spelling. */
		if (k < l->key->n && strchr(l->key->target, '(') == NULL)
			continue;
		if ((changes > 0 &&
			(buf_adds(&set, ", ", e) || buf_adds(&was, ", ", e) ||
			    buf_adds(&now, ", ", e))) ||
		    table_quote(&set, list[i], e) || buf_adds(&set, " = EXCLUDED.", e) ||
		    table_quote(&set, list[i], e) || buf_adds(&was, "t.", e) ||
		    table_quote(&was, list[i], e) || buf_adds(&now, "EXCLUDED.", e) ||
		    table_quote(&now, list[i], e))
			goto done;
		changes++;
	}
	if (buf_str(&names, e) == NULL || buf_str(&set, e) == NULL || buf_str(&was, e) == NULL ||
	    buf_str(&now, e) == NULL ||
	    buf_addf(&sql, e,
		"WITH m AS (INSERT INTO %s AS t (%s) SELECT %s FROM aegis_stage ORDER BY aegis_record"
		" ON CONFLICT (%s) DO ",
		l->t->quoted, names.p, names.p, l->key->target) ||
	    (changes == 0 ?
		    buf_adds(&sql, "NOTHING", e) :
		    buf_addf(&sql, e, "UPDATE SET %s WHERE ROW(%s) IS DISTINCT FROM ROW(%s)", set.p,
			was.p, now.p)) ||
	    buf_adds(&sql,
		" RETURNING (xmax = 0) AS fresh) SELECT count(*) FILTER (WHERE fresh), count(*) FILTER"
		" (WHERE NOT fresh), (SELECT count(*) FROM aegis_stage) - count(*) FROM m",
		e) ||
	    buf_str(&sql, e) == NULL || (r = pg_query(l->pg, sql.p, NULL, 0, e)) == NULL)
		goto done;
	l->now->counts.inserted = strtoull(pg_result_get(r, 0, 0), NULL, 10);
	l->now->counts.updated = strtoull(pg_result_get(r, 0, 1), NULL, 10);
	l->now->counts.unchanged = strtoull(pg_result_get(r, 0, 2), NULL, 10);
	rc = 0;
done:
	pg_result_free(r);
	buf_free(&sql);
	buf_free(&names);
	buf_free(&set);
	buf_free(&was);
	buf_free(&now);
	return (rc);
}

/* The scope as SQL: what replace may look at. */
static int
bulk_merge_scope(const struct bulk *l, struct buf *b, struct err *e)
{
	const char *scope = l->o->scope, *eq = scope != NULL ? strchr(scope, '=') : NULL, *v;
	char *column;
	int rc;

	if (scope == NULL)
		return (buf_adds(b, "true", e));
	if (eq == NULL)
		return (err_set(e, STATUS_USAGE, "--scope takes COLUMN=VALUE, not '%s'", scope));
	column = xstrndup(scope, (size_t)(eq - scope));
	rc = table_find(l->t, column) < 0 ?
	    err_set(e, STATUS_USAGE, "table '%s' has no column '%s'", l->t->name, column) :
	    table_quote(b, column, e) || buf_adds(b, "::text = '", e);
	free(column);
	for (v = eq + 1; rc == 0 && *v != '\0'; v++)
		rc = (*v == '\'' && buf_adds(b, "'", e)) || buf_add(b, v, 1, e);
	return (rc || buf_adds(b, "'", e) ? -1 : 0);
}

/* Rows of other tables that would go, or lose their reference, with those of aegis_gone. */
static int
bulk_merge_dependents(struct bulk *l, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX);
	const char *params[] = { l->t->name };
	struct pg_result *r, *n = NULL;
	int i, rc = -1;

	if ((r = pg_query(l->pg,
		 "SELECT conrelid::regclass::text, (SELECT string_agg(format('c.%I = t.%I', a.attname,"
		 " b.attname), ' AND ') FROM unnest(conkey, confkey) k(c, f) JOIN pg_attribute a ON"
		 " a.attrelid = conrelid AND a.attnum = c JOIN pg_attribute b ON b.attrelid ="
		 " confrelid AND b.attnum = f) FROM pg_constraint WHERE contype = 'f' AND confdeltype IN"
		 " ('c', 'n', 'd') AND confrelid = (SELECT oid FROM pg_class WHERE relname = $1 AND"
		 " relnamespace = 'public'::regnamespace) ORDER BY 1",
		 params, 1, e)) == NULL)
		return (-1);
	for (i = 0, rc = 0; rc == 0 && i < pg_result_rows(r); i++) {
		sql.len = 0;
		if (buf_addf(&sql, e,
			"SELECT count(*) FROM %s c WHERE EXISTS (SELECT FROM %s t JOIN aegis_gone g"
			" ON t.ctid = g.id AND t.tableoid = g.part WHERE %s)",
			pg_result_get(r, i, 0), l->t->quoted, pg_result_get(r, i, 1)) ||
		    buf_str(&sql, e) == NULL || (n = pg_query(l->pg, sql.p, NULL, 0, e)) == NULL) {
			rc = -1;
		} else if (strcmp(pg_result_get(n, 0, 0), "0") != 0) {
			rc = err_set(e, STATUS_DATA,
			    "%s rows of table '%s' reference rows of '%s' that are missing from the input",
			    pg_result_get(n, 0, 0), pg_result_get(r, i, 0), l->t->name);
			(void)err_hint(e, "nothing was changed; --cascade lets them go too");
		}
		pg_result_free(n);
		n = NULL;
	}
	pg_result_free(r);
	buf_free(&sql);
	return (rc);
}

/*
 * Where the rows are whose keys the input lacks: as a join, since NOT IN asks row by row as soon as
 * the keys outgrow work_mem.  A key with a NULL in it is like no other, and stays.
 */
static int
bulk_merge_gone(struct bulk *l, uint64_t *missing, uint64_t *all, struct err *e)
{
	struct buf scope = BUF_INIT(64 << 10), sql = BUF_INIT(MERGE_SQL_MAX);
	struct pg_result *r = NULL;
	int rc = -1;

	if (bulk_merge_scope(l, &scope, e) == 0 && buf_str(&scope, e) != NULL &&
	    buf_addf(&sql, e,
		"CREATE TEMPORARY TABLE aegis_gone ON COMMIT DROP AS SELECT t.part, t.id FROM"
		" (SELECT tableoid AS part, ctid AS id, ROW(%s) AS k FROM %s WHERE %s) t LEFT JOIN"
		" (SELECT ROW(%s) AS k FROM aegis_stage) s ON s.k = t.k"
		" WHERE s.k IS NULL AND t.k IS NOT NULL; ANALYZE aegis_gone",
		l->key->target, l->t->quoted, scope.p, l->key->target) == 0 &&
	    bulk_merge_run(l, &sql, e) == 0) {
		sql.len = 0;
		if (buf_addf(&sql, e,
			"SELECT (SELECT count(*) FROM aegis_gone), (SELECT count(*) FROM %s WHERE %s)",
			l->t->quoted, scope.p) == 0 &&
		    buf_str(&sql, e) != NULL && (r = pg_query(l->pg, sql.p, NULL, 0, e)) != NULL) {
			*missing = strtoull(pg_result_get(r, 0, 0), NULL, 10);
			*all = strtoull(pg_result_get(r, 0, 1), NULL, 10);
			rc = 0;
		}
	}
	pg_result_free(r);
	buf_free(&scope);
	buf_free(&sql);
	return (rc);
}

static int
bulk_merge_delete(struct bulk *l, struct err *e)
{
	struct buf sql = BUF_INIT(MERGE_SQL_MAX);
	struct pg_result *r = NULL;
	uint64_t missing = 0, all = 0;
	int rc = -1;

	if (bulk_merge_gone(l, &missing, &all, e))
		goto done;
	if (num_exceeds(&l->o->max_deleted, missing, all)) {
		(void)err_set(e, STATUS_DATA,
		    "would delete %llu of %llu rows of table '%s', more than --max-deleted allows",
		    (unsigned long long)missing, (unsigned long long)all, l->t->name);
		(void)err_hint(e, "nothing was changed; if it is right: --max-deleted 100%%");
		goto done;
	}
	if (!l->o->cascade && bulk_merge_dependents(l, e))
		goto done;
	if (buf_addf(&sql, e,
		"DELETE FROM %s t USING aegis_gone g WHERE t.ctid = g.id AND t.tableoid = g.part",
		l->t->quoted) ||
	    buf_str(&sql, e) == NULL || (r = pg_query(l->pg, sql.p, NULL, 0, e)) == NULL)
		goto done;
	if (pg_result_affected(r) != missing) {
		(void)err_set(e, STATUS_TEMPFAIL,
		    "%llu rows of table '%s' were deleted, not %llu: another program writes it",
		    (unsigned long long)pg_result_affected(r), l->t->name,
		    (unsigned long long)missing);
		goto done;
	}
	l->now->counts.retired = missing;
	rc = pg_exec(l->pg, "DROP TABLE aegis_gone", e);
done:
	pg_result_free(r);
	buf_free(&sql);
	return (rc);
}

/* A row outside of the scope would be merged, and is not what was asked for. */
static int
bulk_merge_outside(struct bulk *l, struct err *e)
{
	struct buf scope = BUF_INIT(64 << 10), sql = BUF_INIT(MERGE_SQL_MAX);
	int rc;

	if (l->o->scope == NULL)
		return (0);
	rc = bulk_merge_scope(l, &scope, e) || buf_str(&scope, e) == NULL ||
		buf_addf(&sql, e,
		    "SELECT ctid AS id, 'is outside of --scope' AS reason FROM aegis_stage WHERE (%s)"
		    " IS NOT TRUE",
		    scope.p) ||
		buf_str(&sql, e) == NULL || bulk_merge_reject(l, "out_of_scope", sql.p, e) ?
	    -1 :
	    0;
	buf_free(&scope);
	buf_free(&sql);
	return (rc);
}

int
bulk_merge_write(struct bulk *l, struct err *e)
{

	if (pg_exec(l->pg, "ANALYZE aegis_stage", e) || bulk_merge_outside(l, e) ||
	    bulk_merge_nulls(l, e) || bulk_merge_duplicates(l, e) || bulk_merge_orphans(l, e) ||
	    bulk_merge_upsert(l, e))
		return (-1);
	/* A row that was set aside may be one that is there: nothing goes for its sake. */
	if (l->o->mode == TABLE_REPLACE && l->now->rejected == 0 && bulk_merge_delete(l, e))
		return (-1);
	return (pg_exec(l->pg, "DROP TABLE aegis_stage", e));
}
