#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "entity/load_state.h"

/* The field by which a child names its parent: the first that refers to the type. */
static const char *
load_link_field(const struct entity_definition *d, const char *parent)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->fields[i].ref != NULL && strcmp(d->fields[i].ref, parent) == 0)
			return (d->fields[i].key);
	return (NULL);
}

/*
 * The tenant's rules that have the type on one side; the field by which the last load of the
 * child linked, and whether there is any link.
 */
static int
load_link_rules(struct load *l, struct err *e)
{
	const char *params[2] = { l->tenant, l->type };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT r.rule_id, p.type_key, c.type_key, r.display_label, r.cardinality, r.required,"
	    " (SELECT b.child_field FROM batch_links b JOIN batch_sources s"
	    " USING (run_id, dataset_id, section) WHERE b.rule_id = r.rule_id"
	    " ORDER BY s.loaded_at DESC LIMIT 1),"
	    " EXISTS (SELECT FROM entity_links k WHERE k.rule_id = r.rule_id)"
	    " FROM entity_relationship_rules r"
	    " JOIN entity_type_definitions p ON p.type_id = r.parent_type_id"
	    " JOIN entity_type_definitions c ON c.type_id = r.child_type_id"
	    " WHERE r.tenant_id = $1::uuid AND $2 IN (p.type_key, c.type_key)"
	    " ORDER BY c.type_key, p.type_key",
	    params, 2, e);
	int i;

	if (r == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++) {
		const char *label = pg_result_get(r, i, 3), *was = pg_result_get(r, i, 6), *field;
		struct load_link *k;

		if (l->nlinks == l->caplinks)
			l->links = xgrow(l->links, &l->caplinks, sizeof(*l->links));
		k = &l->links[l->nlinks++];
		memset(k, 0, sizeof(*k));
		(void)snprintf(k->rule, sizeof(k->rule), "%s", pg_result_get(r, i, 0));
		k->parent = xstrdup(pg_result_get(r, i, 1));
		k->child = xstrdup(pg_result_get(r, i, 2));
		k->label = label != NULL ? xstrdup(label) : NULL;
		k->cardinality = xstrdup(pg_result_get(r, i, 4));
		k->required = pg_result_get(r, i, 5)[0] == 't';
		k->of_child = strcmp(k->child, l->type) == 0;
		k->of_parent = strcmp(k->parent, l->type) == 0;
		k->empty = pg_result_get(r, i, 7)[0] != 't';
		field = k->of_child ? load_link_field(l->d, k->parent) : was;
		k->field = field != NULL ? xstrdup(field) : NULL;
		k->fresh = k->of_child && field != NULL && (was == NULL || strcmp(was, field) != 0);
		if (k->of_child && field == NULL)
			log_warning("no field of '%s' refers to '%s', as a rule wants it", l->type,
			    k->parent);
	}
	pg_result_free(r);
	return (0);
}

/*
 * The links that there should be, as rows of entity_links: of the children that this load
 * changed, or of ${all}.
 */
static int
load_link_select(struct load *l, const struct load_link *k, bool all, struct buf *sql,
    struct err *e)
{
	bool fence = !all && !load_touched_many(l);

	if (buf_addf(sql, e,
		"SELECT '%s'::uuid, c.entity_key, c.parent, p.entity_key IS NOT NULL, '%s'::uuid"
		" FROM (SELECT e.entity_key, e.properties ->> ",
		k->rule, l->run) ||
	    pg_literal(sql, k->field, e) || buf_adds(sql, " AS parent FROM ", e))
		return (-1);
	if (all ? buf_addf(sql, e,
		      "entities e WHERE e.tenant_id = '%s' AND e.type_key = ", l->tenant) ||
		    pg_literal(sql, k->child, e) || buf_adds(sql, " AND", e) :
		  load_touched_entities(l, sql, e) || buf_adds(sql, " WHERE", e))
		return (-1);
	return (buf_addf(sql, e,
		    " e.retired_at IS NULL OFFSET 0) c LEFT JOIN %s(SELECT p.entity_key"
		    " FROM entities p WHERE p.tenant_id = '%s' AND p.retired_at IS NULL"
		    " AND p.type_key = ",
		    fence ? "LATERAL " : "", l->tenant) ||
	    pg_literal(sql, k->parent, e) ||
	    buf_adds(sql,
		fence ? " AND p.entity_key = c.parent OFFSET 0) p ON true" :
			") p ON p.entity_key = c.parent",
		e) ||
	    buf_adds(sql, " WHERE c.parent IS NOT NULL", e));
}

/*
 * A rule without a link yet: the rows go through here and back by COPY, which the server
 * takes in faster than what it selects itself.
 */
static int
load_link_first(struct load *l, struct load_link *k, struct err *e)
{
	struct buf sql = BUF_INIT(16 << 10);
	struct copy_spool s;
	const char *p;
	int rc = -1;
	long n = -1;

	copy_spool_init(&s);
	if (buf_adds(&sql, "COPY (", e) || load_link_select(l, k, true, &sql, e) ||
	    buf_adds(&sql, ") TO STDOUT", e) || buf_str(&sql, e) == NULL ||
	    load_touched_join(l, true, e) || pg_copy_out(l->pg, sql.p, e))
		goto done;
	while ((n = pg_copy_get(l->pg, &p, e)) > 0)
		if (buf_add(&s.b, p, (size_t)n, e) || copy_spool_row(&s, e))
			goto done;
	if (n < 0 || load_touched_join(l, false, e))
		goto done;
	k->changed = s.rows;
	rc = s.rows == 0 ? 0 :
			   copy_spool_send(&s, l->pg,
			       "COPY entity_links (rule_id, child_key, parent_key, resolved,"
			       " changed_run) FROM STDIN",
			       e);
done:
	copy_spool_free(&s);
	buf_free(&sql);
	return (rc);
}

/* Links for the children that this load changed, or for all where the rule's field is another. */
static int
load_link_insert(struct load *l, struct load_link *k, struct err *e)
{
	struct buf sql = BUF_INIT(16 << 10);
	uint64_t rows = 0;
	int rc = -1;

	if (buf_adds(&sql,
		"INSERT INTO entity_links AS k (rule_id, child_key, parent_key, resolved,"
		" changed_run) ",
		e) ||
	    load_link_select(l, k, k->fresh, &sql, e) ||
	    buf_adds(&sql,
		" ON CONFLICT (rule_id, child_key) DO UPDATE"
		" SET parent_key = EXCLUDED.parent_key, resolved = EXCLUDED.resolved,"
		" changed_run = EXCLUDED.changed_run WHERE (k.parent_key, k.resolved)"
		" IS DISTINCT FROM (EXCLUDED.parent_key, EXCLUDED.resolved)",
		e) ||
	    buf_str(&sql, e) == NULL || load_touched_join(l, k->fresh || load_touched_many(l), e) ||
	    load_merge_exec(l, sql.p, NULL, 0, &rows, e) || load_touched_join(l, false, e))
		goto done;
	k->changed += rows;
	rc = 0;
done:
	buf_free(&sql);
	return (rc);
}

#define UNLINK "parent_key = NULL, resolved = false, changed_run = $2::uuid"
#define UNLINKED                                                                           \
	"o.rule_id = $1::uuid AND o.child_key = e.entity_key AND o.parent_key IS NOT NULL" \
	" AND (e.retired_at IS NOT NULL OR e.properties ->> $3::text IS NULL)"

/* Children that are retired, or name no parent any more. */
static int
load_link_unlink(struct load *l, struct load_link *k, struct err *e)
{
	const char *params[5] = { k->rule, l->run, k->field, l->tenant, l->type };
	uint64_t rows = 0;

	if (!k->fresh) {
		if (load_touched_update(l, "entity_links", UNLINK, UNLINKED, params, 3, &rows, e))
			return (-1);
	} else if (load_touched_join(l, true, e) ||
	    load_merge_exec(l,
		"UPDATE entity_links o SET " UNLINK " FROM entities e WHERE " UNLINKED
		" AND e.tenant_id = $4::uuid AND e.type_key = $5",
		params, 5, &rows, e) ||
	    load_touched_join(l, false, e))
		return (-1);
	k->changed += rows;
	return (0);
}

static int
load_link_children(struct load *l, struct load_link *k, struct err *e)
{

	if (k->empty)
		return (load_link_first(l, k, e));
	if (!k->fresh && load_touched(l, e))
		return (-1);
	return (load_link_insert(l, k, e) || load_link_unlink(l, k, e) ? -1 : 0);
}

/* Links to the parents that this load changed: they have come, or gone. */
static int
load_link_parents(struct load *l, struct load_link *k, struct err *e)
{
	const char *params[2] = { k->rule, l->run };
	uint64_t rows = 0;

	if (load_touched_update(l, "entity_links",
		"resolved = e.retired_at IS NULL, changed_run = $2::uuid",
		"o.rule_id = $1::uuid AND o.parent_key = e.entity_key"
		" AND o.resolved IS DISTINCT FROM (e.retired_at IS NULL)",
		params, 2, &rows, e))
		return (-1);
	k->changed += rows;
	return (0);
}

static uint64_t
load_link_number(const struct pg_result *r, int col)
{

	return (strtoull(pg_result_get(r, 0, col), NULL, 10));
}

/* linked, missing_parent, missing_required, cardinality, examples */
static void
load_link_take(struct load_link *k, const struct pg_result *r)
{

	k->linked = load_link_number(r, 0);
	k->missing_parent = load_link_number(r, 1);
	k->missing_required = load_link_number(r, 2);
	k->crowded = load_link_number(r, 3);
	k->examples = xstrdup(pg_result_get(r, 0, 4));
}

/* What is wrong with a rule's links, of all children, and some of them by name. */
static int
load_link_count(struct load *l, struct load_link *k, struct err *e)
{
	static const char sql[] =
	    "WITH all_of AS (SELECT count(*) FILTER (WHERE resolved) AS linked,"
	    " count(*) FILTER (WHERE NOT resolved AND parent_key IS NOT NULL) AS lost"
	    " FROM entity_links WHERE rule_id = $1::uuid),"
	    " bare AS (SELECT e.entity_key FROM entities e WHERE $4::boolean"
	    " AND e.tenant_id = $2::uuid AND e.type_key = $3 AND e.retired_at IS NULL"
	    " AND NOT EXISTS (SELECT FROM entity_links k WHERE k.rule_id = $1::uuid"
	    " AND k.child_key = e.entity_key AND k.parent_key IS NOT NULL)),"
	    " crowd AS (SELECT parent_key, count(*) AS n FROM entity_links WHERE $5::boolean"
	    " AND rule_id = $1::uuid AND parent_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1)"
	    " SELECT a.linked, a.lost, (SELECT count(*) FROM bare),"
	    " (SELECT coalesce(sum(n - 1), 0) FROM crowd), json_strip_nulls(json_build_object("
	    "'missing_parent', (SELECT json_agg(json_build_object('child', child_key, 'parent',"
	    " parent_key) ORDER BY child_key) FROM (SELECT child_key, parent_key FROM entity_links"
	    " WHERE a.lost > 0 AND rule_id = $1::uuid AND NOT resolved AND parent_key IS NOT NULL"
	    " ORDER BY child_key LIMIT $6::integer) x),"
	    "'missing_required', (SELECT json_agg(entity_key ORDER BY entity_key) FROM"
	    " (SELECT * FROM bare ORDER BY entity_key LIMIT $6::integer) x),"
	    "'cardinality', (SELECT json_agg(json_build_object('parent', parent_key, 'children', n)"
	    " ORDER BY parent_key) FROM (SELECT * FROM crowd ORDER BY parent_key"
	    " LIMIT $6::integer) x))) FROM all_of a";
	size_t n = strlen(k->cardinality), tail = strlen("_to_one");
	bool one = n > tail && strcmp(k->cardinality + n - tail, "_to_one") == 0;
	char limit[16];
	const char *params[6] = { k->rule, l->tenant, k->child, k->required ? "t" : "f",
		one ? "t" : "f", limit };
	struct pg_result *r;

	(void)snprintf(limit, sizeof(limit), "%d", LOAD_EXAMPLES);
	if (load_touched_join(l, true, e) || (r = pg_query(l->pg, sql, params, 6, e)) == NULL)
		return (-1);
	load_link_take(k, r);
	pg_result_free(r);
	return (load_touched_join(l, false, e));
}

/* Nothing has changed: what the last load that counted said is still so. */
static int
load_link_last(struct load *l, struct load_link *k, struct err *e)
{
	const char *params[1] = { k->rule };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT b.linked, b.missing_parent, b.missing_required, b.cardinality, b.examples"
	    " FROM batch_links b JOIN batch_sources s USING (run_id, dataset_id, section)"
	    " WHERE b.rule_id = $1::uuid ORDER BY s.loaded_at DESC LIMIT 1",
	    params, 1, e);

	if (r == NULL)
		return (-1);
	if (pg_result_rows(r) > 0)
		load_link_take(k, r);
	pg_result_free(r);
	return (0);
}

/*
 * Loads of other types do the same, maybe now: the last thing of a load is to wait for the
 * tenant's lock, behind which each sees the others' entities, or they its links.
 */
static int
load_link_lock(struct load *l, struct err *e)
{
	char name[80];

	(void)snprintf(name, sizeof(name), "aegis entity-links %s", l->tenant);
	return (pg_advisory(l->pg, name, e));
}

void
load_link_free(struct load *l)
{
	size_t i;

	for (i = 0; i < l->nlinks; i++) {
		free(l->links[i].parent);
		free(l->links[i].child);
		free(l->links[i].label);
		free(l->links[i].cardinality);
		free(l->links[i].field);
		free(l->links[i].examples);
	}
	l->nlinks = 0;
}

/* The rules, and behind the lock where something is to be written: which of them have links. */
static int
load_link_begin(struct load *l, struct err *e)
{
	bool fresh = false;
	size_t i;

	if (l->wrote)
		return (load_link_lock(l, e) || load_link_rules(l, e));
	if (load_link_rules(l, e))
		return (-1);
	for (i = 0; i < l->nlinks; i++)
		fresh = fresh || l->links[i].fresh;
	if (!fresh)
		return (0);
	load_link_free(l);
	return (load_link_lock(l, e) || load_link_rules(l, e));
}

int
load_link_write(struct load *l, struct err *e)
{
	size_t i;

	if (load_link_begin(l, e))
		return (-1);
	for (i = 0; i < l->nlinks; i++) {
		struct load_link *k = &l->links[i];

		if (!l->wrote && !k->fresh) {
			if (load_link_last(l, k, e))
				return (-1);
			continue;
		}
		if (k->of_child && k->field != NULL && load_link_children(l, k, e))
			return (-1);
		if (k->of_parent && l->wrote && !(k->empty && !k->of_child) &&
		    load_link_parents(l, k, e))
			return (-1);
		if (load_link_count(l, k, e))
			return (-1);
	}
	return (0);
}

int
load_link_book(struct load *l, unsigned long section, struct err *e)
{
	char text[5][24];
	size_t i;

	for (i = 0; i < l->nlinks; i++) {
		const struct load_link *k = &l->links[i];
		const char *params[12] = { l->run, l->dataset_id, text[0], k->rule, k->parent,
			k->child, k->field, text[1], text[2], text[3], text[4], k->examples };

		if (k->field == NULL || (!l->wrote && !k->fresh))
			continue;
		(void)snprintf(text[0], sizeof(text[0]), "%lu", section);
		(void)snprintf(text[1], sizeof(text[1]), "%llu", (unsigned long long)k->linked);
		(void)snprintf(text[2], sizeof(text[2]), "%llu",
		    (unsigned long long)k->missing_parent);
		(void)snprintf(text[3], sizeof(text[3]), "%llu",
		    (unsigned long long)k->missing_required);
		(void)snprintf(text[4], sizeof(text[4]), "%llu", (unsigned long long)k->crowded);
		if (load_merge_exec(l,
			"INSERT INTO batch_links (run_id, dataset_id, section, rule_id, parent_type,"
			" child_type, child_field, linked, missing_parent, missing_required,"
			" cardinality, examples) VALUES ($1::uuid, $2::integer, $3::integer,"
			" $4::uuid, $5, $6, $7, $8::bigint, $9::bigint, $10::bigint, $11::bigint,"
			" $12::jsonb)",
			params, 12, NULL, e))
			return (-1);
	}
	return (0);
}
