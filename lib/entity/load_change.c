/* What a load changes, field by field. */

#include "entity/load_change.h"

/* The columns of batch_changes that every row has. */
#define LOAD_CHANGE_INTO                                                                               \
	"INSERT INTO batch_changes (tenant_id, type_key, entity_key, kind, fields, dataset_id, run_id" \
	", section, record, byte_offset, redefined) "

int
load_change_updated(const struct load_job *j, const struct load_dataset *d, const char *owned,
    struct err *e)
{

	if (d->first)
		return (0);
	return (pg_execf(j->pg, NULL, e,
	    LOAD_CHANGE_INTO
	    "SELECT e.tenant_id, e.type_key, e.entity_key,"
	    " CASE WHEN c.revived THEN 'revived' ELSE 'changed' END, coalesce(x.fields, '{}'),"
	    " %s, %L::uuid, c.at_section, c.record, c.byte_offset, %s FROM load_changed c"
	    " JOIN entities e ON e.tenant_id = %L AND e.type_key = %L"
	    " AND e.entity_key = c.entity_key CROSS JOIN LATERAL (SELECT batch_change_fields("
	    "e.properties, c.properties, ARRAY(SELECT unnest(%L::text[]) UNION"
	    " SELECT unnest(%L::text[]))) AS fields OFFSET 0) x"
	    " WHERE c.act = 'u' AND (c.revived OR x.fields IS NOT NULL) ORDER BY e.entity_key",
	    d->id, j->run, d->redefined ? "true" : "false", j->tenant, j->type, owned,
	    d->owned != NULL ? d->owned : "{}"));
}

int
load_change_inserted(const struct load_job *j, const struct load_dataset *d, struct load_touched *t,
    struct err *e)
{
	struct buf sql = BUF_INIT(16 << 10);
	int rc;

	if (d->first || t->inserted == 0)
		return (0);
	rc = load_touched(t, e) ||
	    pg_sqlf(j->pg, &sql, e,
		LOAD_CHANGE_INTO
		"SELECT e.tenant_id, e.type_key, e.entity_key, 'inserted', (SELECT jsonb_object_agg(key,"
		" jsonb_build_array(NULL, value)) FROM jsonb_each(e.properties)), %s, %L::uuid,"
		" coalesce(t.section, c.at_section), coalesce(t.record, c.record),"
		" coalesce(t.byte_offset, c.byte_offset), %s FROM ",
		d->id, j->run, d->redefined ? "true" : "false") ||
	    load_touched_entities(t, &sql, e) ||
	    pg_sqlf(j->pg, &sql, e,
		" LEFT JOIN load_changed c ON c.entity_key = t.entity_key AND c.act = 'i'"
		" WHERE t.digest IS NOT NULL OR c.entity_key IS NOT NULL ORDER BY e.entity_key") ||
	    load_touched_join(j->pg, load_touched_many(t), e) ||
	    pg_execf(j->pg, NULL, e, "%s", sql.p) || load_touched_join(j->pg, false, e);
	buf_free(&sql);
	return (rc);
}

int
load_change_retire(const struct load_job *j, const char *dataset, const char *from, uint64_t *rows,
    struct err *e)
{

	return (pg_execf(j->pg, rows, e,
	    "WITH gone AS (UPDATE entities e SET retired_at = now(), changed_run = %L %s"
	    " RETURNING e.tenant_id, e.type_key, e.entity_key) " LOAD_CHANGE_INTO
	    "SELECT tenant_id, type_key, entity_key, 'retired', '{}', %s, %L::uuid, NULL, NULL, NULL, false"
	    " FROM gone ORDER BY entity_key",
	    j->run, from, dataset != NULL ? dataset : "NULL", j->run));
}
