#include <string.h>

#include "entity/load_state.h"
#include "entity/matrix.h"

/* Append ${n} words as a text[] literal of PostgreSQL. */
static int
load_matrix_array(struct buf *b, char *const *v, size_t n, struct err *e)
{
	size_t i;

	if (buf_add(b, "{", 1, e))
		return (-1);
	for (i = 0; i < n; i++)
		if ((i > 0 && buf_add(b, ",", 1, e)) || pg_array_word(b, v[i], e))
			return (-1);
	return (buf_add(b, "}", 1, e));
}

static int
load_matrix_footprint(struct load *l, bool *footprint, struct err *e)
{
	const char *params[2] = { l->tenant, l->type };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT compliance_footprint FROM entity_type_definitions"
	    " WHERE tenant_id = $1::uuid AND type_key = $2",
	    params, 2, e);

	if (r == NULL)
		return (-1);
	*footprint = pg_result_rows(r) > 0 && pg_result_get(r, 0, 0)[0] == 't';
	pg_result_free(r);
	return (0);
}

static int
load_matrix_any(struct load *l, bool *any, struct err *e)
{
	const char *params[2] = { l->tenant, l->type };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT EXISTS (SELECT FROM compliance_status WHERE tenant_id = $1 AND entity_type = $2)",
	    params, 2, e);

	if (r == NULL)
		return (-1);
	*any = pg_result_get(r, 0, 0)[0] == 't';
	pg_result_free(r);
	return (0);
}

/*
 * Names, field and district of cells whose entity this load changed, and in their details
 * that it is retired.  Status, deadline and checklist are others', and so is all else
 * in details; what is no object is left as it is.
 */
static int
load_matrix_names(struct load *l, struct err *e)
{
	const char *params[2] = { l->tenant, l->type };
	bool any;

	if (!l->wrote)
		return (0);
	if (load_matrix_any(l, &any, e))
		return (-1);
	if (!any)
		return (0);
	return (load_touched_update(l, "compliance_status",
	    "entity_name = e.name, entity_field = e.field, entity_district = e.district,"
	    " details = CASE"
	    " WHEN jsonb_typeof(coalesce(o.details, '{}')) <> 'object' THEN o.details"
	    " WHEN e.retired_at IS NULL THEN o.details - 'retired'"
	    " ELSE coalesce(o.details, '{}') || jsonb_build_object('retired', to_char("
	    "e.retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')) END",
	    "o.tenant_id = $1 AND o.entity_id = e.entity_key AND o.entity_type = $2"
	    " AND (o.entity_name, o.entity_field, o.entity_district,"
	    " coalesce(o.details ? 'retired', false)) IS DISTINCT FROM"
	    " (e.name, e.field, e.district, e.retired_at IS NOT NULL)",
	    params, 2, &l->cells_kept, e));
}

/*
 * Cells of the tenant's own entities that have none yet, each looked up behind a fence, as in
 * load_touched_entities().
 */
static int
load_matrix_cells(struct load *l, const struct matrix *m, const char *rule, struct err *e)
{
	struct buf operators = BUF_INIT(1 << 20), domains = BUF_INIT(1 << 20);
	const char *params[6] = { l->tenant, l->type, rule, NULL, NULL, l->tenant };
	int rc = -1;

	if (load_matrix_array(&operators, m->operators, m->noperators, e) ||
	    (params[3] = buf_str(&operators, e)) == NULL ||
	    load_matrix_array(&domains, m->domains, m->ndomains, e) ||
	    (params[4] = buf_str(&domains, e)) == NULL)
		goto done;
	rc = load_merge_exec(l,
	    "INSERT INTO compliance_status (tenant_id, entity_id, entity_type, entity_name,"
	    " entity_field, entity_district, compliance_domain, status, details,"
	    " last_assessed_at) SELECT $6::text, e.entity_key, $2::text, e.name, e.field, e.district, d,"
	    " 'not_applicable', '{\"assessed\": false}', NULL FROM (SELECT child_key"
	    " FROM entity_links WHERE rule_id = $3::uuid AND parent_key = ANY ($4::text[])"
	    " OFFSET 0) k CROSS JOIN LATERAL (SELECT * FROM entities x"
	    " WHERE x.tenant_id = $1::uuid AND x.type_key = $2 AND x.entity_key = k.child_key"
	    " AND x.retired_at IS NULL OFFSET 0) e CROSS JOIN unnest($5::text[]) d"
	    " LEFT JOIN LATERAL (SELECT true AS there FROM compliance_status x"
	    " WHERE x.tenant_id = $6::text AND x.entity_id = e.entity_key"
	    " AND x.compliance_domain = d OFFSET 0) s ON true WHERE s.there IS NULL"
	    " ON CONFLICT (tenant_id, entity_id, compliance_domain) DO NOTHING",
	    params, 6, &l->cells, e);
done:
	buf_free(&operators);
	buf_free(&domains);
	return (rc);
}

/* The rule by which an entity of the type has an operator, or NULL. */
static const char *
load_matrix_rule(const struct load *l)
{
	size_t i, k;

	for (i = 0; i < l->d->n; i++) {
		if (l->d->fields[i].role != ROLE_OPERATOR)
			continue;
		for (k = 0; k < l->nlinks; k++)
			if (l->links[k].of_child && l->links[k].field != NULL &&
			    strcmp(l->links[k].field, l->d->fields[i].key) == 0)
				return (l->links[k].rule);
	}
	return (NULL);
}

int
load_matrix_write(struct load *l, struct err *e)
{
	const char *rule = load_matrix_rule(l);
	struct matrix *m;
	bool footprint;
	int rc = 0;

	if (load_matrix_footprint(l, &footprint, e))
		return (-1);
	if (!footprint)
		return (0);
	if ((m = matrix_load(l->o->matrix, l->tenant, l->type, e)) == NULL)
		return (-1);
	if (load_matrix_names(l, e) ||
	    (rule != NULL && m->noperators > 0 && m->ndomains > 0 &&
		load_matrix_cells(l, m, rule, e)))
		rc = -1;
	matrix_free(m);
	return (rc);
}
