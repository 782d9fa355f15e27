/* Versions, and what they take the place of. */

#include "rule/stale.h"
#include "rule/version_load.h"

/* What is passed: the versions that new ones take the place of, and those whose day is over. */
static int
version_write_supersede(struct version *v, struct err *e)
{

	return (pg_exec(v->pg,
	    "SELECT batch_rules_supersede(coalesce(array_agg(x.id), '{}'), coalesce(array_agg(x.day), '{}'))"
	    " FROM (SELECT a.active AS id, a.effective AS day FROM rule_act a WHERE a.active IS NOT NULL"
	    "  AND (a.act = 'expired' OR a.act = 'changed' AND a.status = 'active')"
	    /* A draft is not superseded; its date says that it is passed. */
	    " UNION ALL SELECT r.id, a.effective FROM rule_act a JOIN rule_versions r ON r.id = a.mine"
	    "  WHERE a.act IN ('changed', 'pending') AND r.status IN ('draft', 'pending_review')) x",
	    e));
}

/* Insert the versions that rule_act has as new, changed or pending. */
static int
version_write_new(struct version *v, struct err *e)
{

	return (pg_execf(v->pg, NULL, e,
	    "INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version,"
	    " effective_date, source, source_reference, rule_data, change_summary, detected_by, status)"
	    " SELECT %L, i.type, i.domain, i.identifier, a.version, a.effective, %L, i.reference,"
	    " i.data, coalesce(s.summary, 'first version'), %L, a.status FROM rule_act a"
	    " JOIN rule_in i USING (seq) LEFT JOIN rule_said s USING (seq)"
	    " WHERE a.act IN ('new', 'changed', 'pending')",
	    v->tenant, v->source, VERSION_WRITER));
}

int
version_write(struct version *v, struct err *e)
{

	/* Where nothing had to be judged, nothing was decided. */
	if (rule_copy_any(v->copy) && (version_write_supersede(v, e) || version_write_new(v, e)))
		return (-1);
	return (stale_mark(v->pg, v->tenant, &v->n.stale, e));
}
