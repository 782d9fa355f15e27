/* What the source no longer has, and no other source either. */

#include "entity/load_retire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/notice.h"
#include "entity/load_change.h"
#include "entity/load_held.h"
#include "pg/copy_binary.h"

enum { LOAD_PARTS = 4096 }; /* partitions in one input */

void
load_retire_init(struct load_retire *t)
{

	memset(t, 0, sizeof(*t));
	t->part = -1;
	copy_spool_init(&t->lost, COPY_TEXT);
}

int
load_retire_part(struct load_retire *t, const struct load_dataset *d, const struct stream_field *f,
    struct err *e)
{
	const struct stream_field *v = &f[t->part < 0 ? 0 : t->part];
	size_t i;

	if (t->part < 0 || v->null)
		return (0);
	/* A file has one partition, or its rows stand in order. */
	for (i = 0; i <= t->nparts; i++) {
		const char *known =
		    t->parts != NULL ? t->parts[i > 0 ? i - 1 : t->last_part] : NULL;

		if (known == NULL || strlen(known) != v->len || memcmp(known, v->p, v->len) != 0)
			continue;
		t->last_part = i > 0 ? i - 1 : t->last_part;
		return (0);
	}
	if (t->nparts == LOAD_PARTS)
		return (err_set(e, STATUS_CONFIG,
		    "more than %d values of '%s', which is not a partition", LOAD_PARTS,
		    d->means.partition));
	if (t->nparts == t->capparts)
		t->parts = xgrow(t->parts, &t->capparts, sizeof(*t->parts));
	t->last_part = t->nparts;
	t->parts[t->nparts++] = xstrndup(v->p, v->len);
	return (0);
}

/* What is looked for: keys without a row. */
struct load_retire_search {
	struct load_retire *t;
	struct parts *k;
	bool first; /* of several rounds through the same keys */
};

/* One key that the dataset had, in what this input covers. */
static int
load_retire_known(void *cookie, const struct copy_binary_field *f, struct err *e)
{
	struct load_retire_search *x = cookie;
	struct copy_spool *lost = &x->t->lost;

	x->t->covered += x->first;
	if (!parts_is_unseen(x->k, digest_xxh128(f[0].p, f[0].len)))
		return (0);
	return (pg_copy_text(&lost->b, f[0].p, f[0].len, e) || buf_add(&lost->b, "\n", 1, e) ||
	    copy_spool_row(lost, e));
}

int
load_retire_find(struct load_retire *t, const struct load_job *j, const struct load_dataset *d,
    struct parts *k, struct err *e)
{
	struct load_retire_search x = { t, k, true };
	struct buf sql = BUF_INIT(16 << 20);
	size_t i;
	int rc, more;

	if (!load_dataset_retires(j, d) || (t->part >= 0 && t->nparts == 0))
		return (0);
	if (parts_held(k, &t->held, e))
		return (-1);
	if (parts_unseen(k) == 0)
		return (0);
	t->withheld = load_held(j, k);
	if (parts_held(k, &t->held, e))
		return (-1);
	if (parts_unseen(k) == 0)
		return (0);
	/* Where none may be retired it is enough how many they are. */
	if (t->withheld != NULL && !j->o->accept_shrink && t->part < 0) {
		t->gone = parts_unseen(k);
		return (pg_u64f(j->pg, &t->covered, e,
		    "SELECT count(*) FROM entity_sources WHERE dataset_id = %s", d->id));
	}
	/* Within the partitions that the input is of. */
	rc = pg_sqlf(j->pg, &sql, e, "SELECT entity_key FROM entity_sources WHERE dataset_id = %s",
	    d->id);
	for (i = 0; rc == 0 && t->part >= 0 && i < t->nparts; i++)
		rc = pg_sqlf(j->pg, &sql, e, i > 0 ? ", %L" : " AND part IN (%L", t->parts[i]);
	rc = rc || (t->part >= 0 && buf_adds(&sql, ")", e)) || buf_str(&sql, e) == NULL;
	for (; rc == 0 && (more = parts_round(k, e)) != 0; x.first = false)
		rc = more < 0 || copy_binary_read(j->pg, sql.p, load_retire_known, &x, e);
	buf_free(&sql);
	t->gone = t->lost.rows;
	if (t->gone == 0 || j->o->accept_shrink)
		t->withheld = NULL;
	return (rc);
}

/* Fail if more entities are missing than --max-retired allows, unless --accept-shrink is given. */
static int
load_retire_guard(const struct load_retire *t, const struct load_job *j,
    const struct load_dataset *d, struct err *e)
{
	const struct ceiling *c = &j->o->max_retired;
	char limit[32];

	if (j->o->accept_shrink || !num_exceeds(c, t->gone, t->covered))
		return (0);
	(void)err_set(e, STATUS_DATA,
	    "%llu of the %llu entities that '%s' had are missing, and --max-retired is %s",
	    (unsigned long long)t->gone, (unsigned long long)t->covered, d->name,
	    num_ceiling_text(c, limit, sizeof(limit)));
	return (err_hint(e,
	    "nothing was loaded; if the source is complete: "
	    "--accept-shrink; if it has only some of the rows: --delta"));
}

/* An entity lives as long as one dataset that owns has it: tenant, type, tenant, type, dataset. */
#define LOAD_RETIRE_ALONE                                                            \
	" e.tenant_id = %L AND e.type_key = %L AND e.entity_key = g.entity_key"      \
	" AND e.retired_at IS NULL AND NOT EXISTS (SELECT FROM entity_sources s"     \
	" JOIN batch_datasets d ON d.dataset_id = s.dataset_id AND d.tenant_id = %L" \
	" AND d.type_key = %L AND d.role = 'own' AND d.dataset_id <> %s"             \
	" WHERE s.entity_key = e.entity_key)"

int
load_retire_write(struct load_retire *t, const struct load_job *j, const struct load_dataset *d,
    struct err *e)
{
	struct buf from = BUF_INIT(4096);
	int rc;

	if (t->gone == 0)
		return (0);
	if (load_retire_guard(t, j, d, e))
		return (-1);
	if (t->withheld != NULL) {
		notice_say("%llu entities are missing in '%s' and are not retired: %s",
		    (unsigned long long)t->gone, d->name, t->withheld);
		return (0);
	}
	if (copy_spool_send(&t->lost, j->pg, "COPY load_gone FROM STDIN", e) ||
	    pg_textf(j->pg, &t->examples, e,
		"SELECT json_agg(entity_key ORDER BY entity_key) FROM (SELECT entity_key"
		" FROM load_gone ORDER BY entity_key LIMIT %d) x",
		(int)LOAD_EXAMPLES))
		return (-1);
	if (j->o->plan)
		return (pg_u64f(j->pg, &t->retired, e,
		    "SELECT count(*) FROM load_gone g JOIN entities e ON" LOAD_RETIRE_ALONE,
		    j->tenant, j->type, j->tenant, j->type, d->id));
	rc = pg_exec(j->pg, "ANALYZE load_gone", e) ||
	    pg_execf(j->pg, NULL, e,
		"DELETE FROM entity_sources s USING load_gone g"
		" WHERE s.dataset_id = %s AND s.entity_key = g.entity_key",
		d->id) ||
	    pg_sqlf(j->pg, &from, e, "FROM load_gone g WHERE" LOAD_RETIRE_ALONE, j->tenant, j->type,
		j->tenant, j->type, d->id) ||
	    load_change_retire(j, d->id, from.p, &t->retired, e);
	buf_free(&from);
	return (rc);
}

void
load_retire_finish(struct load_retire *t)
{
	size_t i;

	copy_spool_free(&t->lost);
	for (i = 0; i < t->nparts; i++)
		free(t->parts[i]);
	free(t->parts);
	t->parts = NULL;
	t->nparts = 0;
}
