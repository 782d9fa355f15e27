#include <stdio.h>
#include <string.h>

#include "entity/load_state.h"

int
load_merge_literal(struct buf *b, const char *s, struct err *e)
{

	/* standard_conforming_strings is on: only the quote is special. */
	if (buf_add(b, "'", 1, e))
		return (-1);
	for (; *s != '\0'; s++)
		if ((*s == '\'' && buf_add(b, "'", 1, e)) || buf_add(b, s, 1, e))
			return (-1);
	return (buf_add(b, "'", 1, e));
}

/* Run ${sql} and compare how many rows it changed with what was counted. */
static int
load_merge_exec(struct load *l, const char *sql, const char *const *params, int n, uint64_t want,
    const char *what, struct err *e)
{
	struct pg_result *r = pg_query(l->pg, sql, params, n, e);
	uint64_t got;

	if (r == NULL)
		return (-1);
	got = pg_result_affected(r);
	pg_result_free(r);
	if (got == want)
		return (0);
	return (err_set(e, STATUS_TEMPFAIL,
	    "%s: %llu rows changed, not %llu: another "
	    "program writes the same entities",
	    what, (unsigned long long)got, (unsigned long long)want));
}

/*
 * act says what becomes of a row: 'u' update the entity and its digest, 'n' update an
 * entity that has no digest (that one is spooled apart), 'i' insert the entity again.
 */
int
load_merge_table(struct load *l, struct err *e)
{

	return (pg_exec(l->pg,
	    "CREATE TEMPORARY TABLE load_changed (entity_key text NOT NULL,"
	    " name text, field text, district text, properties jsonb NOT NULL,"
	    " digest bytea NOT NULL, act char(1) NOT NULL) ON COMMIT DROP",
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

/* Columns of entities that this stream has nothing to say of stay as they are. */
static int
load_merge_update(struct load *l, struct err *e)
{
	struct buf owned = BUF_INIT(1 << 20);
	const char *params[4] = { l->tenant, l->type, l->run, NULL };
	char sql[1024];
	int rc = -1;

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE entities e SET"
	    " properties = (e.properties - $4::text[]) || c.properties,"
	    " %s%s%s changed_run = $3::uuid FROM load_changed c"
	    " WHERE e.tenant_id = $1::uuid AND e.type_key = $2"
	    " AND e.entity_key = c.entity_key AND c.act <> 'i'",
	    l->name >= 0 ? "name = c.name, " : "", l->field >= 0 ? "field = c.field, " : "",
	    l->district >= 0 ? "district = c.district, " : "");
	if (properties_owned(l->p, &owned, e) == 0 && (params[3] = buf_str(&owned, e)) != NULL)
		rc = load_merge_exec(l, sql, params, 4, l->merged, "updating entities", e);
	buf_free(&owned);
	return (rc);
}

static int
load_merge_changed(struct load *l, struct err *e)
{
	const char *source[2] = { l->dataset_id, l->run };
	const char *entity[3] = { l->tenant, l->type, l->run };

	if (l->changed.rows == 0)
		return (0);
	if (load_merge_table(l, e) ||
	    load_spool_send(&l->changed, l->pg, "COPY load_changed FROM STDIN", e) ||
	    pg_exec(l->pg, "ANALYZE load_changed", e))
		return (-1);
	if (l->merged > 0 && load_merge_update(l, e))
		return (-1);
	if (l->restored > 0 &&
	    load_merge_exec(l,
		"INSERT INTO entities (tenant_id, type_key,"
		" entity_key, name, field, district, properties, changed_run)"
		" SELECT $1::uuid, $2, entity_key, name, field, district, properties, $3::uuid"
		" FROM load_changed WHERE act = 'i'",
		entity, 3, l->restored, "inserting entities", e))
		return (-1);
	return (load_merge_exec(l,
	    "UPDATE entity_sources s"
	    " SET digest = c.digest, seen_run = $2::uuid FROM load_changed c"
	    " WHERE s.dataset_id = $1::integer AND s.entity_key = c.entity_key"
	    " AND c.act <> 'n'",
	    source, 2, l->changed.rows - l->unsourced, "updating digests", e));
}

int
load_merge_write(struct load *l, struct err *e)
{

	if (load_merge_copy_end(l, e))
		return (-1);
	if (l->fresh.rows > 0 &&
	    load_spool_send(&l->fresh, l->pg,
		"COPY entity_sources"
		" (entity_key, digest, seen_run, dataset_id) FROM STDIN",
		e))
		return (-1);
	return (load_merge_changed(l, e));
}

int
load_merge_plan(struct load *l, struct err *e)
{
	static const char sql[] =
	    "SELECT c.entity_key, f.key, f.before::text, f.after::text FROM load_changed c"
	    " JOIN entities e ON e.tenant_id = $1::uuid AND e.type_key = $2"
	    " AND e.entity_key = c.entity_key CROSS JOIN LATERAL"
	    " (SELECT coalesce(o.key, n.key) AS key, o.value AS before, n.value AS after"
	    " FROM (SELECT * FROM jsonb_each(e.properties) x WHERE x.key = ANY ($3::text[])) o"
	    " FULL JOIN jsonb_each(c.properties) n ON o.key = n.key) f"
	    " WHERE f.before IS DISTINCT FROM f.after ORDER BY 1, 2";
	struct buf owned = BUF_INIT(1 << 20);
	const char *params[3] = { l->tenant, l->type, NULL }, *v;
	struct pg_result *r = NULL;
	int i, rc = -1;

	if (l->changed.rows == 0)
		return (0);
	if (load_spool_send(&l->changed, l->pg, "COPY load_changed FROM STDIN", e) ||
	    properties_owned(l->p, &owned, e) || (params[2] = buf_str(&owned, e)) == NULL ||
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
