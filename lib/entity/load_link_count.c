/* What is wrong with links, counted. */

#include "entity/load_link_count.h"

#include <stdio.h>
#include <string.h>

/* linked, missing_parent, missing_required, cardinality, examples */
static void
load_link_take(struct load_link *k, const struct pg_result *r)
{

	k->linked = pg_result_u64(r, 0, 0);
	k->missing_parent = pg_result_u64(r, 0, 1);
	k->missing_required = pg_result_u64(r, 0, 2);
	k->crowded = pg_result_u64(r, 0, 3);
	k->examples = pg_result_dup(r, 0, 4);
}

static const char load_link_count_sql[] =
#include "queries/link_count.inc"
    ;

int
load_link_count(const struct load_job *j, struct load_link *k, struct err *e)
{
	size_t n = strlen(k->cardinality), tail = strlen("_to_one");
	bool one = n > tail && strcmp(k->cardinality + n - tail, "_to_one") == 0;
	char limit[16];
	const char *params[6] = { k->rule, j->tenant, k->child, k->required ? "t" : "f",
		one ? "t" : "f", limit };
	struct pg_result *r;

	(void)snprintf(limit, sizeof(limit), "%d", LOAD_EXAMPLES);
	if (load_touched_join(j->pg, true, e) ||
	    (r = pg_query(j->pg, load_link_count_sql, params, 6, e)) == NULL)
		return (-1);
	load_link_take(k, r);
	pg_result_free(r);
	return (load_touched_join(j->pg, false, e));
}

int
load_link_last(const struct load_job *j, struct load_link *k, struct err *e)
{
	struct pg_result *r = pg_queryf(j->pg, e,
	    "SELECT b.linked, b.missing_parent, b.missing_required, b.cardinality, b.examples"
	    " FROM batch_links b JOIN batch_sources s USING (run_id, dataset_id, section)"
	    " WHERE b.rule_id = %L ORDER BY s.loaded_at DESC LIMIT 1",
	    k->rule);

	if (r == NULL)
		return (-1);
	if (pg_result_rows(r) > 0)
		load_link_take(k, r);
	pg_result_free(r);
	return (0);
}

int
load_link_book(const struct load_links *x, const struct load_job *j, const struct intake_section *s,
    struct err *e)
{
	size_t i;

	for (i = 0; i < x->n; i++) {
		const struct load_link *k = &x->v[i];

		if (k->field == NULL || (!x->wrote && !k->fresh) ||
		    (!k->of_child && !k->of_parent && !k->of_via))
			continue;
		if (pg_execf(j->pg, NULL, e,
			"INSERT INTO batch_links (run_id, dataset_id, section, rule_id, parent_type,"
			" child_type, child_field, linked, missing_parent, missing_required,"
			" cardinality, examples) VALUES (%L, %s, %llu, %L, %L, %L, %L, %llu, %llu,"
			" %llu, %llu, %L)",
			s->run, s->dataset_id, (unsigned long long)s->number, k->rule, k->parent,
			k->child, k->field, (unsigned long long)k->linked,
			(unsigned long long)k->missing_parent,
			(unsigned long long)k->missing_required, (unsigned long long)k->crowded,
			k->examples))
			return (-1);
	}
	return (0);
}
