/* The compliance matrix, as far as it follows from entities and links. */

#include "entity/load_matrix.h"

#include <string.h>

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

/*
 * Names, field and district of cells whose entity this load changed, and in their details
 * that it is retired.  Status, deadline and checklist are others', and so is all else
 * in details; what is not an object is left as it is.
 */
static int
load_matrix_names(struct load_touched *t, uint64_t *rows, struct err *e)
{
	const struct load_job *j = t->j;
	struct buf cond = BUF_INIT(16 << 10);
	bool any;
	int rc;

	rc = pg_boolf(j->pg, &any, e,
	    "SELECT EXISTS (SELECT FROM compliance_status WHERE tenant_id = %L AND entity_type = %L)",
	    j->tenant, j->type);
	if (rc == 0 && any)
		rc = pg_sqlf(j->pg, &cond, e,
			 "o.tenant_id = %L AND o.entity_id = e.entity_key AND o.entity_type = %L"
			 " AND (o.entity_name, o.entity_field, o.entity_district,"
			 " coalesce(o.details ? 'retired', false)) IS DISTINCT FROM"
			 " (e.name, e.field, e.district, e.retired_at IS NOT NULL)",
			 j->tenant, j->type) ||
		    load_touched_update(t, "compliance_status",
			"entity_name = e.name, entity_field = e.field, entity_district = e.district,"
			" details = CASE"
			" WHEN jsonb_typeof(coalesce(o.details, '{}')) <> 'object' THEN o.details"
			" WHEN e.retired_at IS NULL THEN o.details - 'retired'"
			" ELSE coalesce(o.details, '{}') || jsonb_build_object('retired', to_char("
			"e.retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')) END",
			cond.p, rows, e);
	buf_free(&cond);
	return (rc);
}

/*
 * Cells of the tenant's own entities that have none yet, each looked up behind a fence, as in
 * load_touched_entities().
 */
static int
load_matrix_cells(const struct load_job *j, const struct matrix *m, const char *rule,
    uint64_t *rows, struct err *e)
{
	struct buf operators = BUF_INIT(1 << 20), domains = BUF_INIT(1 << 20);
	int rc;

	rc = load_matrix_array(&operators, m->operators, m->noperators, e) ||
	    buf_str(&operators, e) == NULL ||
	    load_matrix_array(&domains, m->domains, m->ndomains, e) ||
	    buf_str(&domains, e) == NULL ||
	    pg_execf(j->pg, rows, e,
		"INSERT INTO compliance_status (tenant_id, entity_id, entity_type, entity_name,"
		" entity_field, entity_district, compliance_domain, status, details,"
		" last_assessed_at) SELECT %L, e.entity_key, %L, e.name, e.field, e.district, d,"
		" 'not_applicable', '{\"assessed\": false}', NULL FROM (SELECT child_key"
		" FROM entity_links WHERE rule_id = %L AND parent_key = ANY (%L::text[])"
		" OFFSET 0) k CROSS JOIN LATERAL (SELECT * FROM entities x"
		" WHERE x.tenant_id = %L AND x.type_key = %L AND x.entity_key = k.child_key"
		" AND x.retired_at IS NULL OFFSET 0) e CROSS JOIN unnest(%L::text[]) d"
		" LEFT JOIN LATERAL (SELECT true AS there FROM compliance_status x"
		" WHERE x.tenant_id = %L AND x.entity_id = e.entity_key"
		" AND x.compliance_domain = d OFFSET 0) s ON true WHERE s.there IS NULL"
		" ON CONFLICT (tenant_id, entity_id, compliance_domain) DO NOTHING",
		j->tenant, j->type, rule, operators.p, j->tenant, j->type, domains.p, j->tenant);
	buf_free(&operators);
	buf_free(&domains);
	return (rc);
}

/* The rule by which an entity of the type has an operator, or NULL. */
static const char *
load_matrix_rule(const struct load_job *j, const struct load_links *x)
{
	size_t i, k;

	for (i = 0; i < j->d->n; i++) {
		if (j->d->fields[i].role != ROLE_OPERATOR)
			continue;
		for (k = 0; k < x->n; k++)
			if (x->v[k].of_child && x->v[k].field != NULL &&
			    strcmp(x->v[k].field, j->d->fields[i].key) == 0)
				return (x->v[k].rule);
	}
	return (NULL);
}

int
load_matrix_write(struct load_touched *t, const struct load_links *x, struct load_cells *n,
    struct err *e)
{
	const struct load_job *j = t->j;
	const char *rule = load_matrix_rule(j, x);
	struct matrix *m;
	bool footprint;
	int rc;

	if (pg_boolf(j->pg, &footprint, e,
		"SELECT compliance_footprint FROM entity_type_definitions"
		" WHERE tenant_id = %L AND type_key = %L",
		j->tenant, j->type))
		return (-1);
	if (!footprint)
		return (0);
	if ((m = matrix_load(j->o->matrix, j->tenant, j->type, e)) == NULL)
		return (-1);
	rc = (x->wrote && load_matrix_names(t, &n->renamed, e)) ||
	    (rule != NULL && m->noperators > 0 && m->ndomains > 0 &&
		load_matrix_cells(j, m, rule, &n->made, e));
	matrix_free(m);
	return (rc);
}
