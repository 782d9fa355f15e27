/* Links of an entity by the type's rules, kept in step with what a load changes. */

#include "entity/load_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/notice.h"
#include "entity/definition_file.h"
#include "entity/load_link_count.h"
#include "ledger/ground.h"

static const char load_link_rules_sql[] =
#include "queries/link_rules.inc"
    ;

/* A text of row ${i}, or NULL. */
static char *
load_link_text(const struct pg_result *r, int i, int column)
{

	return (pg_result_get(r, i, column) != NULL ? pg_result_dup(r, i, column) : NULL);
}

/* The type's fields that name the parent, "FIELD,FIELD", the first one first: further ones of the same role stand in
 * where it has no value.  NULL where there is none. */
static char *
load_link_names(const struct load_job *j, const char *parent)
{
	const struct field_definition *f, *first = NULL;
	struct buf b = BUF_INIT(8 << 10);
	struct err ignored = ERR_INIT;
	char *names = NULL;
	size_t i;

	for (i = 0; i < j->d->n; i++) {
		f = &j->d->fields[i];
		if (f->ref == NULL || strcmp(f->ref, parent) != 0 ||
		    (first != NULL && (f->role == ROLE_NONE || f->role != first->role)))
			continue;
		(void)buf_addf(&b, &ignored, "%s%s", first != NULL ? "," : "", f->key);
		first = first != NULL ? first : f;
	}
	if (first != NULL && buf_str(&b, &ignored) != NULL)
		names = xstrdup(b.p);
	buf_free(&b);
	return (names);
}

/* How books and reports call what names the parent: "FIELD", "FIELD,FIELD", or, by way of another entity,
 * "FIELD.ITS-FIELD"; NULL where nothing does. */
static char *
load_link_field(const struct load_link *k, const char *was)
{
	struct buf b = BUF_INIT(16 << 10);
	struct err ignored = ERR_INIT;
	char *name = NULL;

	if (!k->of_child && !k->of_via)
		return (was != NULL ? xstrdup(was) : NULL);
	if (k->names == NULL)
		return (NULL);
	if (buf_addf(&b, &ignored, "%s%s%s", k->via != NULL ? k->via_field : "",
		k->via != NULL ? "." : "", k->names) == 0 &&
	    buf_str(&b, &ignored) != NULL)
		name = xstrdup(b.p);
	buf_free(&b);
	return (name);
}

/* Append what the entity ${alias} names as its parent: of the fields the first that has a value. */
static int
load_link_value(const struct load_job *j, const struct load_link *k, const char *alias,
    struct buf *sql, struct err *e)
{
	const char *p = k->names;
	char key[4 * 64 + 1]; /* field_key is varchar(64) */
	size_t n;

	if (buf_adds(sql, "coalesce(", e))
		return (-1);
	for (;; p += n + 1) {
		n = strcspn(p, ",");
		if (n >= sizeof(key))
			return (err_set(e, STATUS_CONFIG, "the field '%s' has too long a key", p));
		memcpy(key, p, n);
		key[n] = '\0';
		if (pg_sqlf(j->pg, sql, e, "%s.properties ->> %L%s", alias, key,
			p[n] == '\0' ? ")" : ", "))
			return (-1);
		if (p[n] == '\0')
			return (0);
	}
}

/* Fill ${k} from row ${i} of the rules; warn if the load's type, as child, has no field for the
 * parent. */
static void
load_link_rule(struct load_link *k, const struct load_job *j, const struct pg_result *r, int i)
{
	const struct field_definition *own;
	const char *was = pg_result_get(r, i, 6);

	memset(k, 0, sizeof(*k));
	pg_result_copy(r, i, 0, k->rule, sizeof(k->rule));
	k->parent = pg_result_dup(r, i, 1);
	k->child = pg_result_dup(r, i, 2);
	k->label = pg_result_dup(r, i, 3);
	k->cardinality = pg_result_dup(r, i, 4);
	k->required = pg_result_bool(r, i, 5);
	k->of_child = strcmp(k->child, j->type) == 0;
	k->of_parent = strcmp(k->parent, j->type) == 0;
	k->empty = !pg_result_bool(r, i, 7);
	k->via = load_link_text(r, i, 8);
	k->via_field = load_link_text(r, i, 9);
	k->names = k->via != NULL ? load_link_text(r, i, 10) :
				    (k->of_child ? load_link_names(j, k->parent) : NULL);
	k->via_rule = load_link_text(r, i, 11);
	k->of_via = k->via != NULL && strcmp(k->via, j->type) == 0;
	k->field = load_link_field(k, was);
	k->fresh = k->of_child && k->field != NULL && (was == NULL || strcmp(was, k->field) != 0);
	/* Until the child has been linked like this, there is nothing to follow. */
	if (k->of_via && !k->of_child)
		k->of_via = was != NULL && strcmp(was, k->field) == 0;
	if (k->of_child && !definition_cardinality_known(k->cardinality))
		notice_say(
		    "the cardinality '%s' of the rule from '%s' to '%s' is not known: it limits nothing",
		    k->cardinality, k->child, k->parent);
	own = k->of_child && k->via == NULL && k->field != NULL ?
	    definition_find(j->d, definition_refers(j->d, k->parent)) :
	    NULL;
	if (own != NULL && own->through != NULL && own->rrc_key == NULL)
		notice_say("no rule of '%s' goes to '%s', by way of which it has its '%s'", j->type,
		    definition_find(j->d, own->through) != NULL ?
			definition_find(j->d, own->through)->ref :
			own->through,
		    own->key);
	if (k->of_child && k->field == NULL)
		notice_say("no field of '%s' refers to '%s', as a rule wants it", j->type,
		    k->parent);
}

/*
 * The tenant's rules that have the type on one side, or between; the field by which the last load of
 * the child linked, and whether there is any link.
 */
static int
load_link_rules(struct load_links *x, const struct load_job *j, struct err *e)
{
	const char *const params[] = { j->tenant, j->type };
	struct pg_result *r = pg_query(j->pg, load_link_rules_sql, params, 2, e);
	int i;

	if (r == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++) {
		if (x->n == x->cap)
			x->v = xgrow(x->v, &x->cap, sizeof(*x->v));
		load_link_rule(&x->v[x->n++], j, r, i);
	}
	pg_result_free(r);
	return (0);
}

/* Join the entity between, as l, to the child e: it is there, and names the parent. */
static int
load_link_between(const struct load_job *j, const struct load_link *k, bool fence, struct buf *sql,
    struct err *e)
{

	if (k->via == NULL)
		return (0);
	return (
	    pg_sqlf(j->pg, sql, e,
		" LEFT JOIN %s(SELECT x.entity_key, x.properties FROM entities x WHERE x.tenant_id = %L"
		" AND x.type_key = %L AND x.retired_at IS NULL%s",
		fence ? "LATERAL " : "", j->tenant, k->via,
		fence ? " AND x.entity_key = e.properties ->> " : "") ||
	    (fence ? pg_sqlf(j->pg, sql, e, "%L OFFSET 0) l ON true", k->via_field) :
		     pg_sqlf(j->pg, sql, e, ") l ON l.entity_key = e.properties ->> %L",
			 k->via_field)));
}

/* Join the parent, as p, to what names it as c.parent. */
static int
load_link_to(const struct load_job *j, const struct load_link *k, bool fence, struct buf *sql,
    struct err *e)
{

	return (pg_sqlf(j->pg, sql, e,
	    " LEFT JOIN %s(SELECT p.entity_key"
	    " FROM entities p WHERE p.tenant_id = %L AND p.retired_at IS NULL"
	    " AND p.type_key = %L%s WHERE c.parent IS NOT NULL",
	    fence ? "LATERAL " : "", j->tenant, k->parent,
	    fence ? " AND p.entity_key = c.parent OFFSET 0) p ON true" :
		    ") p ON p.entity_key = c.parent"));
}

/*
 * The links that there should be, as rows of entity_links: of the children that this load
 * changed, or of ${all}.
 */
static int
load_link_select(const struct load_touched *t, const struct load_link *k, bool all, struct buf *sql,
    struct err *e)
{
	bool fence = !all && !load_touched_many(t);
	const struct load_job *j = t->j;

	return (pg_sqlf(j->pg, sql, e,
		    "SELECT %L::uuid, c.entity_key, c.parent, p.entity_key IS NOT NULL, %L::uuid"
		    " FROM (SELECT e.entity_key, ",
		    k->rule, j->run) ||
	    load_link_value(j, k, k->via != NULL ? "l" : "e", sql, e) ||
	    buf_adds(sql, " AS parent FROM ", e) ||
	    (all ? buf_adds(sql, "entities e", e) : load_touched_entities(t, sql, e)) ||
	    load_link_between(j, k, fence, sql, e) ||
	    (all ? pg_sqlf(j->pg, sql, e, " WHERE e.tenant_id = %L AND e.type_key = %L AND",
		       j->tenant, k->child) :
		   buf_adds(sql, " WHERE", e)) ||
	    buf_adds(sql, " e.retired_at IS NULL OFFSET 0) c", e) ||
	    load_link_to(j, k, fence, sql, e));
}

/* A rule without a link yet: into a partition of their own, which gets its indexes behind them. */
static int
load_link_first(struct load_touched *t, struct load_link *k, struct err *e)
{
	struct buf sql = BUF_INIT(16 << 10);
	struct pg *pg = t->j->pg;
	struct ground g;
	int rc;

	rc = ground_open(&g, pg, "entity_links", t->j->tenant, k->rule, e) ||
	    pg_sqlf(pg, &sql, e,
		"INSERT INTO %I (rule_id, child_key, parent_key, resolved, changed_run) ",
		g.fresh[0] != '\0' ? g.fresh : g.table) ||
	    load_link_select(t, k, true, &sql, e) || load_touched_join(pg, true, e) ||
	    pg_execf(pg, &k->changed, e, "%s", sql.p) || load_touched_join(pg, false, e) ||
	    ground_close(&g, pg, e);
	buf_free(&sql);
	return (rc);
}

/*
 * Links of children that are all new, so that they have none: without a look at whether they have.  Set ${put} to
 * whether it went so: where somebody has taken entities away, and not their links, it does not.
 */
static int
load_link_add(struct load_touched *t, struct load_link *k, const char *sql, bool *put,
    struct err *e)
{
	struct pg *pg = t->j->pg;
	struct err why = ERR_INIT;
	uint64_t rows = 0;

	*put = false;
	if (ground_ready(pg, "entity_links", t->j->tenant, k->rule, e) ||
	    load_touched_join(pg, load_touched_many(t), e) || pg_exec(pg, "SAVEPOINT load_link", e))
		return (-1);
	*put =
	    pg_execf(pg, &rows, &why,
		"INSERT INTO entity_links (rule_id, child_key, parent_key, resolved, changed_run) %s",
		sql) == 0;
	if (!*put && strcmp(pg_error_state(pg), "23505" /* unique_violation */) != 0)
		return (err_set(e, why.status, "%s", why.msg));
	k->changed += rows;
	return ((!*put && pg_exec(pg, "ROLLBACK TO SAVEPOINT load_link", e)) ||
	    pg_exec(pg, "RELEASE SAVEPOINT load_link", e) || load_touched_join(pg, false, e));
}

/* Write the links that ${sql} selects, where they are others than those that are there. */
static int
load_link_put(struct load_touched *t, struct load_link *k, const char *sql, bool join,
    struct err *e)
{
	struct pg *pg = t->j->pg;
	uint64_t rows = 0;
	int rc;

	rc = ground_ready(pg, "entity_links", t->j->tenant, k->rule, e) ||
	    load_touched_join(pg, join, e) ||
	    pg_execf(pg, &rows, e,
		"INSERT INTO entity_links AS k (rule_id, child_key, parent_key, resolved,"
		" changed_run) %s ON CONFLICT (rule_id, child_key) DO UPDATE"
		" SET parent_key = EXCLUDED.parent_key, resolved = EXCLUDED.resolved,"
		" changed_run = EXCLUDED.changed_run WHERE (k.parent_key, k.resolved)"
		" IS DISTINCT FROM (EXCLUDED.parent_key, EXCLUDED.resolved)",
		sql) ||
	    load_touched_join(pg, false, e);
	k->changed += rows;
	return (rc);
}

/* Update the rule's links that belong to what this load changed, and count them. */
static int
load_link_update(struct load_touched *t, struct load_link *k, const struct buf *set,
    const struct buf *cond, struct err *e)
{
	uint64_t rows = 0;
	int rc = load_touched_update(t, "entity_links", set->p, cond->p, &rows, e);

	k->changed += rows;
	return (rc);
}

/* What becomes of a link without a parent, for UPDATE. */
static int
load_link_clear(const struct load_job *j, struct buf *set, struct err *e)
{

	return (pg_sqlf(j->pg, set, e, "parent_key = NULL, resolved = false, changed_run = %L",
	    j->run));
}

/* Links for the children that this load changed, or for all where the rule's field is another.  ${added}: they had
 * none before. */
static int
load_link_insert(struct load_touched *t, struct load_link *k, bool *added, struct err *e)
{
	struct buf sql = BUF_INIT(16 << 10);
	int rc = load_link_select(t, k, k->fresh, &sql, e);

	*added = false;
	if (rc == 0 && !k->fresh && t->n == t->fresh->rows)
		rc = load_link_add(t, k, sql.p, added, e);
	if (rc == 0 && !*added)
		rc = load_link_put(t, k, sql.p, k->fresh || load_touched_many(t), e);
	buf_free(&sql);
	return (rc);
}

/* The condition that a child e names no parent any more: it is retired, or its field is empty, or there
 * is nobody between who names one. */
static int
load_link_parted(const struct load_job *j, const struct load_link *k, struct buf *cond,
    struct err *e)
{

	if (pg_sqlf(j->pg, cond, e,
		"o.rule_id = %L AND o.child_key = e.entity_key AND o.parent_key IS NOT NULL"
		" AND (e.retired_at IS NOT NULL OR ",
		k->rule))
		return (-1);
	if (k->via == NULL)
		return (
		    load_link_value(j, k, "e", cond, e) || pg_sqlf(j->pg, cond, e, " IS NULL)"));
	return (
	    pg_sqlf(j->pg, cond, e,
		"NOT EXISTS (SELECT FROM entities l WHERE l.tenant_id = %L AND l.type_key = %L"
		" AND l.entity_key = e.properties ->> %L AND l.retired_at IS NULL"
		/* Without a word of o the server would ask once for all of them (PostgreSQL 17). */
		" AND o.child_key IS NOT NULL AND ",
		j->tenant, k->via, k->via_field) ||
	    load_link_value(j, k, "l", cond, e) || pg_sqlf(j->pg, cond, e, " IS NOT NULL))"));
}

/* Children that are retired, or name no parent any more. */
static int
load_link_unlink(struct load_touched *t, struct load_link *k, struct err *e)
{
	const struct load_job *j = t->j;
	struct buf set = BUF_INIT(1 << 10), cond = BUF_INIT(16 << 10);
	uint64_t rows = 0;
	int rc;

	rc = load_link_clear(j, &set, e) || load_link_parted(j, k, &cond, e);
	if (rc == 0 && !k->fresh)
		rc = load_link_update(t, k, &set, &cond, e);
	else if (rc == 0)
		rc = load_touched_join(j->pg, true, e) ||
		    pg_execf(j->pg, &rows, e,
			"UPDATE entity_links o SET %s FROM entities e WHERE %s"
			" AND e.tenant_id = %L AND e.type_key = %L",
			set.p, cond.p, j->tenant, j->type) ||
		    load_touched_join(j->pg, false, e);
	k->changed += rows;
	buf_free(&set);
	buf_free(&cond);
	return (rc);
}

/*
 * Links of the children of what this load changed between them and their parent: those that name it by
 * the rule between.  A lease has another operator, and its wells follow.
 */
static int
load_link_follow(struct load_touched *t, struct load_link *k, struct err *e)
{
	const struct load_job *j = t->j;
	const bool many = load_touched_many(t);
	struct buf sql = BUF_INIT(16 << 10), set = BUF_INIT(1 << 10), cond = BUF_INIT(16 << 10);
	int rc;

	rc = load_touched(t, e) ||
	    pg_sqlf(j->pg, &sql, e,
		"SELECT %L::uuid, c.child_key, c.parent, p.entity_key IS NOT NULL, %L::uuid FROM"
		" (SELECT w.child_key, ",
		k->rule, j->run) ||
	    load_link_value(j, k, "e", &sql, e) || buf_adds(&sql, " AS parent FROM ", e) ||
	    load_touched_entities(t, &sql, e) ||
	    pg_sqlf(j->pg, &sql, e,
		many ?
		    " JOIN entity_links w ON w.rule_id = %L AND w.parent_key = e.entity_key"
		    " WHERE e.retired_at IS NULL OFFSET 0) c" :
		    " CROSS JOIN LATERAL (SELECT x.child_key FROM entity_links x WHERE x.rule_id = %L"
		    " AND x.parent_key = e.entity_key OFFSET 0) w WHERE e.retired_at IS NULL OFFSET 0) c",
		k->via_rule) ||
	    load_link_to(j, k, !many, &sql, e) || load_link_put(t, k, sql.p, many, e) ||
	    load_link_clear(j, &set, e) ||
	    pg_sqlf(j->pg, &cond, e,
		"o.rule_id = %L AND o.parent_key IS NOT NULL AND (e.retired_at IS NOT NULL"
		" OR ",
		k->rule) ||
	    load_link_value(j, k, "e", &cond, e) ||
	    pg_sqlf(j->pg, &cond, e,
		" IS NULL) AND o.child_key IN (SELECT w.child_key"
		" FROM entity_links w WHERE w.rule_id = %L AND w.parent_key = e.entity_key)",
		k->via_rule) ||
	    load_link_update(t, k, &set, &cond, e);
	buf_free(&sql);
	buf_free(&set);
	buf_free(&cond);
	return (rc);
}

/* Update links from the child side: of all children if there are none yet or the field changed,
 * else of those touched. */
static int
load_link_children(struct load_touched *t, struct load_link *k, struct err *e)
{
	bool added;

	/* One that was linked by before, and has none, has none of those that have not changed. */
	if (k->empty && k->fresh)
		return (load_link_first(t, k, e));
	return ((!k->fresh && load_touched(t, e)) || load_link_insert(t, k, &added, e) ||
	    (!added && load_link_unlink(t, k, e)));
}

/* Links to the parents that this load changed: they have come, or gone. */
static int
load_link_parents(struct load_touched *t, struct load_link *k, struct err *e)
{
	struct buf set = BUF_INIT(1 << 10), cond = BUF_INIT(1 << 10);
	int rc;

	rc = pg_sqlf(t->j->pg, &set, e, "resolved = e.retired_at IS NULL, changed_run = %L",
		 t->j->run) ||
	    pg_sqlf(t->j->pg, &cond, e,
		"o.rule_id = %L AND o.parent_key = e.entity_key"
		" AND o.resolved IS DISTINCT FROM (e.retired_at IS NULL)",
		k->rule) ||
	    load_link_update(t, k, &set, &cond, e);
	buf_free(&set);
	buf_free(&cond);
	return (rc);
}

/*
 * Loads of other types do the same, maybe now: the last thing of a load is to wait for the
 * tenant's lock, behind which each sees the others' entities, or they its links.
 */
static int
load_link_lock(const struct load_job *j, struct err *e)
{
	char name[80];

	(void)snprintf(name, sizeof(name), "aegis entity-links %s", j->tenant);
	return (pg_advisory(j->pg, name, e));
}

void
load_link_free(struct load_links *x)
{
	size_t i;

	for (i = 0; i < x->n; i++) {
		free(x->v[i].parent);
		free(x->v[i].child);
		free(x->v[i].label);
		free(x->v[i].cardinality);
		free(x->v[i].via);
		free(x->v[i].via_field);
		free(x->v[i].names);
		free(x->v[i].via_rule);
		free(x->v[i].field);
		free(x->v[i].examples);
	}
	free(x->v);
	x->v = NULL;
	x->n = x->cap = 0;
}

/* The rules, and behind the lock where something is to be written: which of them have links. */
static int
load_link_begin(struct load_links *x, const struct load_job *j, struct err *e)
{
	bool fresh = false;
	size_t i;

	if (x->wrote)
		return (load_link_lock(j, e) || load_link_rules(x, j, e));
	if (load_link_rules(x, j, e))
		return (-1);
	for (i = 0; i < x->n; i++)
		fresh = fresh || x->v[i].fresh;
	if (!fresh)
		return (0);
	load_link_free(x);
	return (load_link_lock(j, e) || load_link_rules(x, j, e));
}

int
load_link_write(struct load_links *x, struct load_touched *t, struct err *e)
{
	size_t i;

	if (load_link_begin(x, t->j, e))
		return (-1);
	for (i = 0; i < x->n; i++) {
		struct load_link *k = &x->v[i];

		if (!x->wrote && !k->fresh) {
			if (load_link_last(t->j, k, e))
				return (-1);
			continue;
		}
		if ((k->of_child && k->field != NULL && load_link_children(t, k, e)) ||
		    (k->of_via && x->wrote && load_link_follow(t, k, e)) ||
		    (k->of_parent && x->wrote && !(k->empty && !k->of_child) &&
			load_link_parents(t, k, e)) ||
		    load_link_count(t->j, k, e))
			return (-1);
	}
	return (0);
}
