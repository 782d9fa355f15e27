#include <stdio.h>
#include <string.h>

#include "entity/load_state.h"

int
load_merge_exec(struct load *l, const char *sql, const char *const *params, int n, uint64_t *rows,
    struct err *e)
{
	struct pg_result *r = pg_query(l->pg, sql, params, n, e);

	if (r == NULL)
		return (-1);
	if (rows != NULL)
		*rows = pg_result_affected(r);
	pg_result_free(r);
	return (0);
}

/* Run ${sql} and compare how many rows it changed with what was counted. */
static int
load_merge_counted(struct load *l, const char *sql, const char *const *params, int n, uint64_t want,
    const char *what, struct err *e)
{
	uint64_t got;

	if (load_merge_exec(l, sql, params, n, &got, e))
		return (-1);
	if (got == want)
		return (0);
	return (err_set(e, STATUS_TEMPFAIL,
	    "%s: %llu rows changed, not %llu: another "
	    "program writes the same entities",
	    what, (unsigned long long)got, (unsigned long long)want));
}

/*
 * load_changed: act is an enum load_act; revived, an update of an entity that was retired;
 * seq, section and same serve load_last.c.  load_gone: keys that the dataset no longer has.
 */
int
load_merge_table(struct load *l, struct err *e)
{

	return (pg_exec(l->pg,
	    "CREATE TEMPORARY TABLE load_changed (entity_key varchar(255) NOT NULL,"
	    " properties jsonb NOT NULL, digest bytea NOT NULL, part varchar(64),"
	    " act char(1) NOT NULL, revived boolean NOT NULL, seq bigint NOT NULL,"
	    " section integer NOT NULL, same boolean NOT NULL) ON COMMIT DROP;"
	    " CREATE TEMPORARY TABLE load_gone (entity_key varchar(255) NOT NULL) ON COMMIT DROP",
	    e));
}

static int
load_merge_copy_end(struct load *l, struct err *e)
{
	uint64_t rows;

	if (!l->copying)
		return (0);
	if (l->copy.len > 0 && pg_copy_put(l->pg, l->copy.p, l->copy.len, e))
		return (-1);
	l->copying = false;
	if (pg_copy_end(l->pg, &rows, e))
		return (-1);
	if (rows != l->copied)
		return (err_set(e, STATUS_BUG, "the server took %llu new entities of %llu",
		    (unsigned long long)rows, (unsigned long long)l->copied));
	return (0);
}

/* Append "EXPR ->> 'key'", with a comma before it where it is not the first. */
static int
load_merge_member(struct buf *b, bool *any, const char *expr, const char *key, struct err *e)
{

	if (buf_addf(b, e, "%s%s ->> ", *any ? ", " : "coalesce(", expr) || pg_literal(b, key, e))
		return (-1);
	*any = true;
	return (0);
}

/*
 * The columns of entities that come from fields with a role: " name = coalesce(...),".  The
 * first such field with a value counts, whichever dataset brings it; ${mine} is what to
 * ask for a field of this stream, ${others} for one of another's.  A type
 * without such a field leaves its column to others.
 */
static int
load_merge_roles(struct load *l, struct buf *b, const char *mine, const char *others, bool assign,
    struct err *e)
{
	static const struct {
		enum field_role role;
		const char *column;
	} roles[] = { { ROLE_NAME, "name" }, { ROLE_FIELD, "field" },
		{ ROLE_DISTRICT, "district" } };
	size_t i, k;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		size_t start = b->len;
		bool any = false;

		if (assign && buf_addf(b, e, " %s = ", roles[i].column))
			return (-1);
		for (k = 0; k < l->d->n; k++) {
			const struct field_definition *f = &l->d->fields[k];
			const char *expr = properties_find(l->p, f->key) >= 0 ? mine : others;

			if (f->role == roles[i].role && expr != NULL &&
			    load_merge_member(b, &any, expr, f->key, e))
				return (-1);
		}
		if (any &&
		    buf_addf(b, e, "%s),", roles[i].role == ROLE_NAME ? ", e.entity_key" : ""))
			return (-1);
		if (!any && assign)
			b->len = start;
		if (!any && !assign &&
		    buf_adds(b, roles[i].role == ROLE_NAME ? " e.entity_key," : " NULL,", e))
			return (-1);
	}
	return (0);
}

/* What the dataset said before, of fields that it no longer brings, goes with the rest. */
static int
load_merge_update(struct load *l, struct err *e)
{
	struct buf owned = BUF_INIT(1 << 20), sql = BUF_INIT(1 << 20);
	const char *params[5] = { l->tenant, l->type, l->run, NULL,
		l->owned != NULL ? l->owned : "{}" };
	int rc = -1;

	if (properties_owned(l->p, false, &owned, e) || (params[3] = buf_str(&owned, e)) == NULL ||
	    buf_adds(&sql,
		"UPDATE entities e SET properties = (e.properties - $4::text[] - $5::text[])"
		" || c.properties,",
		e) ||
	    load_merge_roles(l, &sql, "c.properties", "(e.properties - $5::text[])", true, e) ||
	    buf_adds(&sql,
		" retired_at = CASE WHEN NOT c.revived THEN e.retired_at END,"
		" changed_run = $3::uuid FROM load_changed c"
		" WHERE e.tenant_id = $1::uuid AND e.type_key = $2"
		" AND e.entity_key = c.entity_key AND c.act = 'u'",
		e) ||
	    buf_str(&sql, e) == NULL)
		goto done;
	rc = load_merge_counted(l, sql.p, params, 5, l->merged, "updating entities", e);
done:
	buf_free(&owned);
	buf_free(&sql);
	return (rc);
}

/*
 * Entities that were not there.  What other datasets once said of them went with the
 * entity: without its digest it is said again.
 */
static int
load_merge_insert(struct load *l, struct err *e)
{
	const char *params[3] = { l->tenant, l->type, l->run };
	const char *others[3] = { l->tenant, l->type, l->dataset_id };
	struct buf sql = BUF_INIT(1 << 20);
	int rc = -1;

	if (buf_adds(&sql,
		"INSERT INTO entities (tenant_id, type_key, entity_key, name, field, district,"
		" properties, changed_run) SELECT $1::uuid, $2, e.entity_key,",
		e) ||
	    load_merge_roles(l, &sql, "e.properties", NULL, false, e) ||
	    buf_adds(&sql, " e.properties, $3::uuid FROM load_changed e WHERE e.act = 'i'", e) ||
	    buf_str(&sql, e) == NULL ||
	    load_merge_counted(l, sql.p, params, 3, l->restored, "inserting entities", e))
		goto done;
	rc = load_merge_exec(l,
	    "DELETE FROM entity_sources s USING load_changed c, batch_datasets d"
	    " WHERE c.act = 'i' AND s.entity_key = c.entity_key"
	    " AND s.dataset_id = d.dataset_id AND d.tenant_id = $1::uuid AND d.type_key = $2"
	    " AND d.dataset_id <> $3::integer AND NOT EXISTS (SELECT FROM entity_pending p"
	    " WHERE p.dataset_id = s.dataset_id AND p.entity_key = s.entity_key)",
	    others, 3, NULL, e);
done:
	buf_free(&sql);
	return (rc);
}

/* Rows that wait for their entity. */
static int
load_merge_pending(struct load *l, struct err *e)
{
	const char *params[1] = { l->dataset_id };

	return (load_merge_counted(l,
	    "INSERT INTO entity_pending (dataset_id, entity_key, properties)"
	    " SELECT $1::integer, entity_key, properties FROM load_changed WHERE act = 'p'"
	    " ON CONFLICT (dataset_id, entity_key) DO UPDATE SET properties = EXCLUDED.properties",
	    params, 1, l->pending, "keeping rows whose entity is not there yet", e));
}

static int
load_merge_changed(struct load *l, struct err *e)
{
	const char *source[2] = { l->dataset_id, l->run };
	uint64_t rows;

	if (l->changed.rows == 0)
		return (0);
	if (copy_spool_send(&l->changed, l->pg, "COPY load_changed FROM STDIN", e) ||
	    (l->means.duplicates == DATASET_LAST && load_last_settle(l, e)) ||
	    pg_exec(l->pg, "ANALYZE load_changed", e))
		return (-1);
	rows = l->merged + l->restored + l->pending;
	if ((l->merged > 0 && load_merge_update(l, e)) ||
	    (l->restored > 0 && load_merge_insert(l, e)) ||
	    (l->pending > 0 && load_merge_pending(l, e)))
		return (-1);
	if (rows == 0)
		return (0);
	return (load_merge_counted(l,
	    "INSERT INTO entity_sources (dataset_id, entity_key, digest, seen_run, part)"
	    " SELECT $1::integer, entity_key, digest, $2::uuid, part FROM load_changed"
	    " ON CONFLICT (dataset_id, entity_key) DO UPDATE SET digest = EXCLUDED.digest,"
	    " seen_run = EXCLUDED.seen_run, part = EXCLUDED.part",
	    source, 2, rows, "updating digests", e));
}

/* What enriching datasets said of entities that have come now. */
static int
load_merge_arrived(struct load *l, struct err *e)
{
	const char *params[4] = { l->tenant, l->type, l->run, NULL };
	struct buf sql = BUF_INIT(1 << 20);
	size_t i;
	int rc = -1;

	if (buf_adds(&sql,
		"WITH p AS (DELETE FROM entity_pending p USING entities e"
		" WHERE p.dataset_id = $4::integer AND e.tenant_id = $1::uuid"
		" AND e.type_key = $2 AND e.entity_key = p.entity_key"
		" RETURNING p.entity_key, p.properties) UPDATE entities e"
		" SET properties = e.properties || p.properties,",
		e) ||
	    load_merge_roles(l, &sql, "(e.properties || p.properties)",
		"(e.properties || p.properties)", true, e) ||
	    buf_adds(&sql,
		" changed_run = $3::uuid FROM p WHERE e.tenant_id = $1::uuid"
		" AND e.type_key = $2 AND e.entity_key = p.entity_key",
		e) ||
	    buf_str(&sql, e) == NULL)
		goto done;
	for (i = 0; i < l->npeers; i++) {
		if (!l->peers[i].enrich)
			continue;
		params[3] = l->peers[i].id;
		if (load_merge_exec(l, sql.p, params, 4, NULL, e))
			goto done;
	}
	rc = 0;
done:
	buf_free(&sql);
	return (rc);
}

int
load_merge_write(struct load *l, struct err *e)
{
	bool last = l->means.duplicates == DATASET_LAST;

	if ((!last && load_book_check(l, e)) || load_merge_copy_end(l, e) || load_guard(l, e) ||
	    load_merge_table(l, e))
		return (-1);
	if (l->fresh.rows > 0 &&
	    copy_spool_send(&l->fresh, l->pg,
		"COPY entity_sources"
		" (entity_key, digest, part, seen_run, dataset_id) FROM STDIN",
		e))
		return (-1);
	if (load_merge_changed(l, e) || load_guard_older(l, e) || (last && load_book_check(l, e)))
		return (-1);
	return (l->copied + l->restored > 0 ? load_merge_arrived(l, e) : 0);
}

int
load_merge_plan(struct load *l, struct err *e)
{
	static const char sql[] =
	    "SELECT c.entity_key, f.key, f.before::text, f.after::text"
	    " FROM (SELECT * FROM load_changed WHERE act = 'u' ORDER BY seq LIMIT 10) c"
	    " JOIN entities e ON e.tenant_id = $1::uuid AND e.type_key = $2"
	    " AND e.entity_key = c.entity_key CROSS JOIN LATERAL"
	    " (SELECT coalesce(o.key, n.key) AS key, o.value AS before, n.value AS after"
	    " FROM (SELECT * FROM jsonb_each(e.properties) x WHERE x.key = ANY ($3::text[])) o"
	    " FULL JOIN jsonb_each(c.properties) n ON o.key = n.key) f"
	    " WHERE f.before IS DISTINCT FROM f.after ORDER BY 1, 2";
	struct buf owned = BUF_INIT(1 << 20);
	const char *params[3] = { l->tenant, l->type, NULL }, *v;
	bool last = l->means.duplicates == DATASET_LAST;
	struct pg_result *r = NULL;
	int i, rc = -1;

	if (load_guard(l, e))
		return (-1);
	if (l->changed.rows == 0)
		return (load_book_check(l, e));
	if (copy_spool_send(&l->changed, l->pg, "COPY load_changed FROM STDIN", e) ||
	    (last && load_last_settle(l, e)) || load_guard_older(l, e) || load_book_check(l, e) ||
	    properties_owned(l->p, false, &owned, e) || (params[2] = buf_str(&owned, e)) == NULL ||
	    (r = pg_query(l->pg, sql, params, 3, e)) == NULL)
		goto done;
	for (i = 0; i < pg_result_rows(r); i++) {
		struct load_sample *s;

		if (l->nsamples == l->capsamples)
			l->samples = xgrow(l->samples, &l->capsamples, sizeof(*l->samples));
		s = &l->samples[l->nsamples++];
		s->key = xstrdup(pg_result_get(r, i, 0));
		s->field = xstrdup(pg_result_get(r, i, 1));
		s->before = (v = pg_result_get(r, i, 2)) != NULL ? xstrdup(v) : NULL;
		s->after = (v = pg_result_get(r, i, 3)) != NULL ? xstrdup(v) : NULL;
	}
	rc = 0;
done:
	pg_result_free(r);
	buf_free(&owned);
	return (rc);
}
