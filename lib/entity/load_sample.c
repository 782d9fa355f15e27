/* What a plan shows of the entities that would change. */

#include "entity/load_sample.h"

#include <stdlib.h>

/* A copy of the value, NULL where there is none; what is a person's is not shown. */
static char *
load_sample_value(const struct pg_result *r, int row, int column)
{

	if (pg_result_bool(r, row, 4) && pg_result_get(r, row, column) != NULL)
		return (xstrdup("\"" FAULT_HIDDEN "\""));
	return (pg_result_dup(r, row, column));
}

int
load_sample_read(const struct load_job *j, struct load_samples *s, struct err *e)
{
	struct buf owned = BUF_INIT(1 << 20);
	struct pg_result *r = NULL;
	int i;

	if (properties_owned(j->p, false, &owned, e) == 0 && buf_str(&owned, e) != NULL)
		r = pg_queryf(j->pg, e,
		    "SELECT c.entity_key, f.key, f.before::text, f.after::text, %L::boolean IS NOT TRUE"
		    " AND p.person <> 'false' AND (p.person = 'true' OR coalesce((e.properties ||"
		    " c.properties) ->> split_part(p.person, '=', 1)"
		    " = substr(p.person, strpos(p.person, '=') + 1), true))"
		    " FROM (SELECT * FROM load_changed WHERE act = 'u' ORDER BY seq LIMIT %d) c"
		    " JOIN entities e ON e.tenant_id = %L AND e.type_key = %L"
		    " AND e.entity_key = c.entity_key CROSS JOIN LATERAL"
		    " (SELECT coalesce(o.key, n.key) AS key, o.value AS before, n.value AS after"
		    " FROM (SELECT * FROM jsonb_each(e.properties) x WHERE x.key = ANY (%L::text[])) o"
		    " FULL JOIN jsonb_each(c.properties) n ON o.key = n.key) f"
		    " LEFT JOIN (SELECT d.field_key, d.options ->> 'person' AS person"
		    " FROM entity_field_definitions d JOIN entity_type_definitions t USING (type_id)"
		    " WHERE t.tenant_id = %L AND t.type_key = %L) p ON p.field_key = f.key"
		    " WHERE f.before IS DISTINCT FROM f.after ORDER BY 1, 2",
		    j->o->persons ? "t" : "f", (int)LOAD_SAMPLES, j->tenant, j->type, owned.p,
		    j->tenant, j->type);
	buf_free(&owned);
	if (r == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++) {
		struct load_sample *one;

		if (s->n == s->cap)
			s->v = xgrow(s->v, &s->cap, sizeof(*s->v));
		one = &s->v[s->n++];
		one->key = pg_result_dup(r, i, 0);
		one->field = pg_result_dup(r, i, 1);
		one->before = load_sample_value(r, i, 2);
		one->after = load_sample_value(r, i, 3);
	}
	pg_result_free(r);
	return (0);
}

void
load_sample_free(struct load_samples *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->v[i].key);
		free(s->v[i].field);
		free(s->v[i].before);
		free(s->v[i].after);
	}
	free(s->v);
}
