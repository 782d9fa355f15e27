#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "entity/load_state.h"
#include "pg/copy_binary.h"

int
load_retire_part(struct load *l, const struct stream_field *f, struct err *e)
{
	const struct stream_field *v = &f[l->part < 0 ? 0 : l->part];
	size_t i;

	if (l->part < 0 || v->null)
		return (0);
	/* A file has one partition, or its rows stand in order. */
	for (i = 0; i <= l->nparts; i++) {
		const char *known =
		    l->parts != NULL ? l->parts[i > 0 ? i - 1 : l->last_part] : NULL;

		if (known == NULL || strlen(known) != v->len || memcmp(known, v->p, v->len) != 0)
			continue;
		l->last_part = i > 0 ? i - 1 : l->last_part;
		return (0);
	}
	if (l->nparts == LOAD_PARTS)
		return (
		    err_set(e, STATUS_CONFIG, "more than %d values of '%s', which is no partition",
			LOAD_PARTS, l->means.partition));
	if (l->nparts == l->capparts)
		l->parts = xgrow(l->parts, &l->capparts, sizeof(*l->parts));
	l->last_part = l->nparts;
	l->parts[l->nparts++] = xstrndup(v->p, v->len);
	return (0);
}

/* One key that the dataset had, in what this input covers. */
static int
load_retire_known(void *cookie, const struct copy_binary_field *f, struct err *e)
{
	struct load *l = cookie;
	struct buf *b = &l->lost.b;

	l->covered++;
	if (!index_is_unseen(l->ix, digest_xxh128(f[0].p, f[0].len)))
		return (0);
	if (pg_copy_text(b, f[0].p, f[0].len, e) || buf_add(b, "\n", 1, e))
		return (-1);
	return (copy_spool_row(&l->lost, e));
}

/* Find the keys that no row had, within the partitions that the input is of. */
static int
load_retire_find(struct load *l, struct err *e)
{
	struct buf sql = BUF_INIT(16 << 20);
	size_t i;
	int rc = -1;

	if (buf_addf(&sql, e, "SELECT entity_key FROM entity_sources WHERE dataset_id = %s",
		l->dataset_id))
		goto done;
	for (i = 0; l->part >= 0 && i < l->nparts; i++)
		if (buf_adds(&sql, i > 0 ? ", " : " AND part IN (", e) ||
		    pg_literal(&sql, l->parts[i], e))
			goto done;
	if ((l->part >= 0 && buf_adds(&sql, ")", e)) || buf_str(&sql, e) == NULL)
		goto done;
	rc = copy_binary_read(l->pg, sql.p, load_retire_known, l, e);
	l->gone = l->lost.rows;
done:
	buf_free(&sql);
	return (rc);
}

static int
load_retire_guard(struct load *l, struct err *e)
{
	const struct ceiling *c = &l->o->max_retired;
	char limit[32];

	if (l->o->accept_shrink || !num_exceeds(c, l->gone, l->covered))
		return (0);
	if (c->is_share)
		(void)snprintf(limit, sizeof(limit), "%g%%", c->share * 100);
	else
		(void)snprintf(limit, sizeof(limit), "%llu", (unsigned long long)c->count);
	(void)err_set(e, STATUS_DATA,
	    "%llu of the %llu entities that '%s' had are missing, and --max-retired is %s",
	    (unsigned long long)l->gone, (unsigned long long)l->covered, l->dataset, limit);
	return (err_hint(e,
	    "nothing was loaded; is the source whole? Where it is, say "
	    "--accept-shrink, or --delta where it has only some of the rows"));
}

/* Some of the keys, for the report. */
static int
load_retire_examples(struct load *l, struct err *e)
{
	char limit[16];
	const char *params[1] = { limit };
	struct pg_result *r;

	(void)snprintf(limit, sizeof(limit), "%d", LOAD_EXAMPLES);
	if ((r = pg_query(l->pg,
		 "SELECT json_agg(entity_key ORDER BY entity_key) FROM (SELECT entity_key"
		 " FROM load_gone ORDER BY entity_key LIMIT $1::integer) x",
		 params, 1, e)) == NULL)
		return (-1);
	if (pg_result_get(r, 0, 0) != NULL)
		l->retired_examples = xstrdup(pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (0);
}

/* An entity lives as long as one dataset that owns has it. */
#define LOAD_RETIRE_ALONE                                                                  \
	" e.tenant_id = $1::uuid AND e.type_key = $2 AND e.entity_key = g.entity_key"      \
	" AND e.retired_at IS NULL AND NOT EXISTS (SELECT FROM entity_sources s"           \
	" JOIN batch_datasets d ON d.dataset_id = s.dataset_id AND d.tenant_id = $1::uuid" \
	" AND d.type_key = $2 AND d.role = 'own' AND d.dataset_id <> $3::integer"          \
	" WHERE s.entity_key = e.entity_key)"

static int
load_retire_write(struct load *l, struct err *e)
{
	const char *source[1] = { l->dataset_id };
	const char *params[4] = { l->tenant, l->type, l->dataset_id, l->run };

	if (load_merge_exec(l,
		"DELETE FROM entity_sources s USING load_gone g"
		" WHERE s.dataset_id = $1::integer AND s.entity_key = g.entity_key",
		source, 1, NULL, e))
		return (-1);
	return (load_merge_exec(l,
	    "UPDATE entities e SET retired_at = now(), changed_run = $4::uuid"
	    " FROM load_gone g WHERE" LOAD_RETIRE_ALONE,
	    params, 4, &l->retired, e));
}

static int
load_retire_count(struct load *l, struct err *e)
{
	const char *params[3] = { l->tenant, l->type, l->dataset_id };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT count(*) FROM load_gone g JOIN entities e ON" LOAD_RETIRE_ALONE, params, 3, e);

	if (r == NULL)
		return (-1);
	l->retired = strtoull(pg_result_get(r, 0, 0), NULL, 10);
	pg_result_free(r);
	return (0);
}

bool
load_retires(const struct load *l)
{

	return (!l->o->delta && l->means.role == DATASET_OWN &&
	    l->means.coverage != DATASET_DELTA && l->dataset_id[0] != '\0');
}

int
load_retire(struct load *l, struct err *e)
{

	if (!load_retires(l) || index_unseen(l->ix) == 0 || (l->part >= 0 && l->nparts == 0))
		return (0);
	load_held(l);
	if (load_retire_find(l, e))
		return (-1);
	if (l->gone == 0 || l->o->accept_shrink)
		l->withheld = NULL;
	if (l->gone == 0)
		return (0);
	if (load_guard_older(l, e) || load_retire_guard(l, e))
		return (-1);
	if (l->withheld != NULL) {
		log_warning("%llu entities are missing in '%s' and are not retired: %s",
		    (unsigned long long)l->gone, l->dataset, l->withheld);
		return (0);
	}
	if (copy_spool_send(&l->lost, l->pg, "COPY load_gone FROM STDIN", e) ||
	    load_retire_examples(l, e) || (!l->plan && pg_exec(l->pg, "ANALYZE load_gone", e)))
		return (-1);
	return (l->plan ? load_retire_count(l, e) : load_retire_write(l, e));
}
