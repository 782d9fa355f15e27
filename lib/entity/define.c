/* entity-define: a tenant's definitions in the database, brought in step with files. */

#include "entity/define.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "entity/definition_db.h"

enum { DEFINE_OPTIONS_MAX = 1 << 20 };

struct define {
	struct pg *pg;
	const struct define_options *o;
	struct define_counts *c;
	const char *tenant;   /* in small letters */
	char (*type_ids)[37]; /* of each file's type */
};

const char *
define_what_name(enum define_what what)
{
	static const char *const names[] = { "types", "fields", "mappings", "rules" };

	return (names[what]);
}

const char *
define_change_name(enum define_change change)
{
	static const char *const names[] = { "added", "changed", "unchanged", "removed", "stale" };

	return (names[change]);
}

static void define_note(struct define *d, enum define_what what, enum define_change change,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Count the change, and pass it to the caller's notice function unless it is DEFINE_UNCHANGED. */
static void
define_note(struct define *d, enum define_what what, enum define_change change, const char *fmt,
    ...)
{
	char name[600];
	va_list ap;

	d->c->n[what][change]++;
	if (change == DEFINE_UNCHANGED || d->o->notice == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	d->o->notice(d->o->cookie, what, change, name);
}

/*
 * Run an INSERT ... ON CONFLICT DO UPDATE ... WHERE something differs, which
 * returns (xmax = 0) of the row it wrote: no row means that all was right.
 */
static int
define_upsert(struct define *d, const char *sql, const char *const *params, int n,
    enum define_change *change, struct err *e)
{
	struct pg_result *r = pg_query(d->pg, sql, params, n, e);

	if (r == NULL)
		return (-1);
	*change = pg_result_rows(r) == 0             ? DEFINE_UNCHANGED :
	    strcmp(pg_result_get(r, 0, 0), "t") == 0 ? DEFINE_ADDED :
						       DEFINE_CHANGED;
	pg_result_free(r);
	return (0);
}

/* The only value of the only row into ${dst}, or STATUS_BUG. */
static int
define_id(struct define *d, const char *sql, const char *const *params, int n, char dst[37],
    struct err *e)
{
	struct pg_result *r = pg_query(d->pg, sql, params, n, e);
	int rc = 0;

	if (r == NULL)
		return (-1);
	if (pg_result_rows(r) != 1 || strlen(pg_result_get(r, 0, 0)) != 36)
		rc = err_set(e, STATUS_BUG, "no id for '%s'", params[1]);
	else
		(void)snprintf(dst, 37, "%s", pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (rc);
}

/* Write the type of file ${i} to the database if it differs, and keep its id in ${d}->type_ids. */
static int
define_type(struct define *d, size_t i, struct err *e)
{
	const struct definition_file *f = d->o->files[i];
	const char *const params[] = { d->tenant, f->def->type, f->display_name, f->icon, f->color,
		f->compliance_footprint ? "true" : "false" };
	enum define_change change;

	if (define_upsert(d,
		"INSERT INTO entity_type_definitions AS t"
		" (tenant_id, type_key, display_name, icon, color, compliance_footprint)"
		" VALUES ($1::uuid, $2, $3, $4, $5, $6::boolean)"
		" ON CONFLICT (tenant_id, type_key) DO UPDATE SET display_name ="
		" excluded.display_name, icon = excluded.icon, color = excluded.color,"
		" compliance_footprint = excluded.compliance_footprint"
		" WHERE (t.display_name, t.icon, t.color, t.compliance_footprint)"
		" IS DISTINCT FROM (excluded.display_name, excluded.icon, excluded.color,"
		" excluded.compliance_footprint) RETURNING (xmax = 0)",
		params, 6, &change, e) ||
	    define_id(d,
		"SELECT type_id FROM entity_type_definitions"
		" WHERE tenant_id = $1::uuid AND type_key = $2",
		params, 2, d->type_ids[i], e))
		return (-1);
	define_note(d, DEFINE_TYPES, change, "%s", f->def->type);
	return (0);
}

/* Write field ${i} of the file's type to the database if it differs; ${id} gets its field_id. */
static int
define_field(struct define *d, size_t file, size_t i, char id[37], struct err *e)
{
	const struct definition_file *f = d->o->files[file];
	const struct field_definition *fd = &f->def->fields[i];
	struct buf options = BUF_INIT(DEFINE_OPTIONS_MAX);
	const char *params[10];
	enum define_change change;
	char order[24];
	int rc = -1;

	if (definition_db_options(fd, &options, e) || buf_str(&options, e) == NULL)
		goto out;
	(void)snprintf(order, sizeof(order), "%zu", i + 1);
	params[0] = d->type_ids[file];
	params[1] = fd->key;
	params[2] = d->tenant;
	params[3] = f->fields[i].label;
	params[4] = fd->input_type;
	params[5] = fd->required ? "true" : "false";
	params[6] = fd->preset;
	params[7] = options.len > 0 ? options.p : NULL;
	params[8] = f->fields[i].group;
	params[9] = order;
	rc = define_upsert(d,
	    "INSERT INTO entity_field_definitions AS f"
	    " (type_id, field_key, tenant_id, label, input_type, required,"
	    " validation_preset, options, display_group, sort_order) VALUES"
	    " ($1::uuid, $2, $3::uuid, $4, $5, $6::boolean, $7, $8::jsonb, $9, $10::int)"
	    " ON CONFLICT (type_id, field_key) DO UPDATE SET tenant_id ="
	    " excluded.tenant_id, label = excluded.label, input_type ="
	    " excluded.input_type, required = excluded.required, validation_preset ="
	    " excluded.validation_preset, options = excluded.options, display_group ="
	    " excluded.display_group, sort_order = excluded.sort_order"
	    " WHERE (f.tenant_id, f.label, f.input_type, f.required,"
	    " f.validation_preset, f.options, f.display_group, f.sort_order)"
	    " IS DISTINCT FROM (excluded.tenant_id, excluded.label,"
	    " excluded.input_type, excluded.required, excluded.validation_preset,"
	    " excluded.options, excluded.display_group, excluded.sort_order)"
	    " RETURNING (xmax = 0)",
	    params, 10, &change, e);
	if (rc == 0)
		rc = define_id(d,
		    "SELECT field_id FROM entity_field_definitions"
		    " WHERE type_id = $1::uuid AND field_key = $2",
		    params, 2, id, e);
	if (rc == 0)
		define_note(d, DEFINE_FIELDS, change, "%s.%s", f->def->type, fd->key);
out:
	buf_free(&options);
	return (rc);
}

/* A mapping that we shipped once, and that nobody has changed, goes where the file says so. */
static int
define_shipped(struct define *d, size_t file, size_t i, const char *field_id, struct err *e)
{
	const struct definition_file *f = d->o->files[file];
	const char *const params[] = { d->tenant, d->type_ids[file], field_id, f->fields[i].was };
	struct pg_result *r;

	if (f->fields[i].was == NULL)
		return (0);
	r = pg_query(d->pg,
	    "DELETE FROM rrc_field_mappings WHERE tenant_id = $1::uuid AND type_id = $2::uuid"
	    " AND entity_field_id = $3::uuid AND rrc_field_key = $4 RETURNING mapping_id",
	    params, 4, e);
	if (r == NULL)
		return (-1);
	if (pg_result_rows(r) > 0)
		define_note(d, DEFINE_MAPPINGS, DEFINE_REMOVED, "%s.%s: %s", f->def->type,
		    f->def->fields[i].key, f->fields[i].was);
	pg_result_free(r);
	return (0);
}

/*
 * One row for a field: the right one where it is there, else the first is made
 * right.  What else feeds the field is left over, for define_stale().
 */
static int
define_mapping(struct define *d, size_t file, size_t i, const char *field_id, struct err *e)
{
	const struct entity_definition *def = d->o->files[file]->def;
	const struct field_definition *fd = &def->fields[i];
	const char *const params[] = { d->tenant, d->type_ids[file], field_id, fd->rrc_key };
	const char *id, *old;
	enum define_change change = DEFINE_ADDED;
	struct pg_result *r;
	int rc;

	if (define_shipped(d, file, i, field_id, e))
		return (-1);
	if (fd->rrc_key == NULL)
		return (0);
	r = pg_query(d->pg,
	    "SELECT mapping_id, rrc_field_key FROM rrc_field_mappings"
	    " WHERE tenant_id = $1::uuid AND type_id = $2::uuid AND entity_field_id = $3::uuid"
	    " ORDER BY rrc_field_key <> $4, mapping_id LIMIT 1",
	    params, 4, e);
	if (r == NULL)
		return (-1);
	if (pg_result_rows(r) == 0) {
		pg_result_free(r);
		r = pg_query(d->pg,
		    "INSERT INTO rrc_field_mappings"
		    " (tenant_id, type_id, entity_field_id, rrc_field_key)"
		    " VALUES ($1::uuid, $2::uuid, $3::uuid, $4)",
		    params, 4, e);
		rc = r == NULL;
		if (rc == 0)
			define_note(d, DEFINE_MAPPINGS, change, "%s.%s: %s", def->type, fd->key,
			    fd->rrc_key);
		pg_result_free(r);
		return (rc);
	}
	id = pg_result_get(r, 0, 0);
	old = pg_result_get(r, 0, 1);
	if (strcmp(old, fd->rrc_key) == 0) {
		define_note(d, DEFINE_MAPPINGS, DEFINE_UNCHANGED, "%s", fd->key);
		rc = 0;
	} else {
		const char *const set[] = { id, fd->rrc_key };
		struct pg_result *u = pg_query(d->pg,
		    "UPDATE rrc_field_mappings"
		    " SET rrc_field_key = $2 WHERE mapping_id = $1::uuid",
		    set, 2, e);

		rc = u == NULL;
		if (rc == 0)
			define_note(d, DEFINE_MAPPINGS, DEFINE_CHANGED, "%s.%s: %s -> %s",
			    def->type, fd->key, old, fd->rrc_key);
		pg_result_free(u);
	}
	pg_result_free(r);
	return (rc);
}

/* The id of the type ${key}, of the files or else of the database. */
static int
define_find_type(struct define *d, const char *key, char id[37], bool *found, struct err *e)
{
	const char *const params[] = { d->tenant, key };
	struct pg_result *r;
	size_t i;

	*found = false;
	for (i = 0; i < d->o->n && !*found; i++)
		if ((*found = strcmp(d->o->files[i]->def->type, key) == 0))
			memcpy(id, d->type_ids[i], 37);
	if (*found)
		return (0);
	r = pg_query(d->pg,
	    "SELECT type_id FROM entity_type_definitions"
	    " WHERE tenant_id = $1::uuid AND type_key = $2",
	    params, 2, e);
	if (r == NULL)
		return (-1);
	if ((*found = pg_result_rows(r) == 1))
		(void)snprintf(id, 37, "%s", pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (0);
}

/* Write the file's rules to the database if they differ; each parent type must be in a file or in
 * the database. */
static int
define_rules(struct define *d, size_t file, struct err *e)
{
	const struct definition_file *f = d->o->files[file];
	enum define_change change;
	char parent[37];
	bool found;
	size_t i;

	for (i = 0; i < f->nrules; i++) {
		const struct definition_rule *r = &f->rules[i];
		const char *const params[] = { d->tenant, parent, d->type_ids[file], r->cardinality,
			r->required ? "true" : "false", r->label };

		if (define_find_type(d, r->parent, parent, &found, e))
			return (-1);
		if (!found)
			return (err_set(e, STATUS_CONFIG,
			    "%s:%d:%d: the tenant has no type '%s', "
			    "which is to be the parent of '%s'",
			    f->path, r->line, r->column, r->parent, f->def->type));
		if (define_upsert(d,
			"INSERT INTO entity_relationship_rules AS r"
			" (tenant_id, parent_type_id, child_type_id, cardinality, required,"
			" display_label) VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5::boolean, $6)"
			" ON CONFLICT (tenant_id, parent_type_id, child_type_id) DO UPDATE SET"
			" cardinality = excluded.cardinality, required = excluded.required,"
			" display_label = excluded.display_label"
			" WHERE (r.cardinality, r.required, r.display_label) IS DISTINCT FROM"
			" (excluded.cardinality, excluded.required, excluded.display_label)"
			" RETURNING (xmax = 0)",
			params, 6, &change, e))
			return (-1);
		define_note(d, DEFINE_RULES, change, "%s -> %s", f->def->type, r->parent);
	}
	return (0);
}

/* Every ref of a file's type must point to a type that there is. */
static int
define_refs(struct define *d, size_t file, struct err *e)
{
	const struct definition_file *f = d->o->files[file];
	char id[37];
	bool found;
	size_t i;

	for (i = 0; i < f->def->n; i++) {
		const struct field_definition *fd = &f->def->fields[i];

		if (fd->ref == NULL)
			continue;
		if (define_find_type(d, fd->ref, id, &found, e))
			return (-1);
		if (!found)
			return (err_set(e, STATUS_CONFIG,
			    "%s: the field '%s' of '%s' refers to "
			    "the type '%s', which the tenant does not have",
			    f->path, fd->key, f->def->type, fd->ref));
	}
	return (0);
}

/*
 * What the database has of a type and its file does not: ${list} selects ids and
 * names by $1 tenant, $2 type and $3, the file's names as one text[]; ${drop}
 * deletes the row $1.
 */
static int
define_stale(struct define *d, enum define_what what, size_t file, const char *list,
    const char *drop, const char *names, struct err *e)
{
	const char *const params[] = { d->tenant, d->type_ids[file], names };
	struct pg_result *r = pg_query(d->pg, list, params, 3, e), *x;
	int i;

	if (r == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++) {
		const char *const id[] = { pg_result_get(r, i, 0) };

		if (d->o->prune) {
			if ((x = pg_query(d->pg, drop, id, 1, e)) == NULL) {
				pg_result_free(r);
				return (-1);
			}
			pg_result_free(x);
		}
		define_note(d, what, d->o->prune ? DEFINE_REMOVED : DEFINE_STALE, "%s%s%s",
		    d->o->files[file]->def->type, what == DEFINE_RULES ? " -> " : ".",
		    pg_result_get(r, i, 1));
	}
	pg_result_free(r);
	return (0);
}

/* Append ${s} to an array literal of PostgreSQL's, which the caller closes with '}'. */
static int
define_array(struct buf *b, const char *s, struct err *e)
{

	if (buf_adds(b, b->len == 0 ? "{\"" : ",\"", e))
		return (-1);
	for (; *s != '\0'; s++)
		if (((*s == '"' || *s == '\\') && buf_add(b, "\\", 1, e)) || buf_add(b, s, 1, e))
			return (-1);
	return (buf_add(b, "\"", 1, e));
}

/* Find mappings, fields and rules that the file does not have: delete them if pruning, else count
 * them as stale. */
static int
define_leftovers(struct define *d, size_t file, struct err *e)
{
	const struct definition_file *f = d->o->files[file];
	struct buf fields = BUF_INIT(DEFINE_OPTIONS_MAX), maps = BUF_INIT(DEFINE_OPTIONS_MAX);
	struct buf parents = BUF_INIT(DEFINE_OPTIONS_MAX), *all[] = { &fields, &maps, &parents };
	char pair[256];
	int rc = -1;
	size_t i;

	for (i = 0; i < f->def->n; i++) {
		const struct field_definition *fd = &f->def->fields[i];

		(void)snprintf(pair, sizeof(pair), "%s: %s", fd->key,
		    fd->rrc_key ? fd->rrc_key : "");
		if (define_array(&fields, fd->key, e) ||
		    (fd->rrc_key != NULL && define_array(&maps, pair, e)))
			goto out;
	}
	for (i = 0; i < f->nrules; i++)
		if (define_array(&parents, f->rules[i].parent, e))
			goto out;
	for (i = 0; i < 3; i++)
		if (buf_adds(all[i], all[i]->len == 0 ? "{}" : "}", e) ||
		    buf_str(all[i], e) == NULL)
			goto out;
	/* Mappings before fields, which take theirs with them. */
	if (define_stale(d, DEFINE_MAPPINGS, file,
		"SELECT m.mapping_id, n.name"
		"  FROM rrc_field_mappings m"
		"  JOIN entity_field_definitions f ON f.field_id = m.entity_field_id,"
		"  LATERAL (SELECT f.field_key || ': ' || m.rrc_field_key AS name) n"
		" WHERE m.tenant_id = $1::uuid AND m.type_id = $2::uuid"
		"   AND n.name <> ALL ($3::text[]) ORDER BY 2, 1",
		"DELETE FROM rrc_field_mappings WHERE mapping_id = $1::uuid", maps.p, e) ||
	    define_stale(d, DEFINE_FIELDS, file,
		"SELECT field_id, field_key"
		"  FROM entity_field_definitions WHERE tenant_id = $1::uuid AND type_id = $2::uuid"
		"   AND field_key <> ALL ($3::text[]) ORDER BY 2",
		"DELETE FROM entity_field_definitions WHERE field_id = $1::uuid", fields.p, e) ||
	    define_stale(d, DEFINE_RULES, file,
		"SELECT r.rule_id, t.type_key"
		"  FROM entity_relationship_rules r"
		"  JOIN entity_type_definitions t ON t.type_id = r.parent_type_id"
		" WHERE r.tenant_id = $1::uuid AND r.child_type_id = $2::uuid"
		"   AND t.type_key <> ALL ($3::text[]) ORDER BY 2",
		"DELETE FROM entity_relationship_rules WHERE rule_id = $1::uuid", parents.p, e))
		goto out;
	rc = 0;
out:
	for (i = 0; i < 3; i++)
		buf_free(all[i]);
	return (rc);
}

/* Write all types first, since refs and rules may name any of them, then fields, mappings and
 * rules. */
static int
define_all(struct define *d, struct err *e)
{
	char field_id[37];
	size_t file, i;

	for (file = 0; file < d->o->n; file++)
		if (define_type(d, file, e))
			return (-1);
	for (file = 0; file < d->o->n; file++) {
		for (i = 0; i < d->o->files[file]->def->n; i++)
			if (define_field(d, file, i, field_id, e) ||
			    define_mapping(d, file, i, field_id, e))
				return (-1);
		if (define_refs(d, file, e) || define_rules(d, file, e) ||
		    define_leftovers(d, file, e))
			return (-1);
	}
	return (0);
}

/* Take the tenant's advisory lock until the transaction ends; STATUS_TEMPFAIL if another
 * entity-define holds it. */
static int
define_lock(struct define *d, struct err *e)
{
	const char *const params[] = { d->tenant };
	struct pg_result *r = pg_query(d->pg,
	    "SELECT pg_try_advisory_xact_lock("
	    "hashtextextended('aegis entity-define ' || $1::text, 0))",
	    params, 1, e);
	int rc = 0;

	if (r == NULL)
		return (-1);
	if (strcmp(pg_result_get(r, 0, 0), "t") != 0)
		rc = err_set(e, STATUS_TEMPFAIL,
		    "another entity-define is running for the tenant %s", d->tenant);
	pg_result_free(r);
	return (rc);
}

int
define_run(struct pg *pg, const struct define_options *o, struct define_counts *c, struct err *e)
{
	struct define d = { pg, o, c, NULL, NULL };
	size_t i, k;
	int rc;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < o->n; i++)
		for (k = 0; k < i; k++)
			if (strcmp(o->files[i]->def->type, o->files[k]->def->type) == 0)
				return (err_set(e, STATUS_CONFIG,
				    "'%s' and '%s' both define the type '%s'", o->files[k]->path,
				    o->files[i]->path, o->files[i]->def->type));
	if (o->n == 0)
		return (err_set(e, STATUS_USAGE, "no file"));
	d.tenant = o->files[0]->def->tenant;
	if (pg_begin(pg, e))
		return (-1);
	d.type_ids = xcalloc(o->n, sizeof(*d.type_ids));
	rc = define_lock(&d, e);
	if (rc == 0)
		rc = define_all(&d, e);
	free(d.type_ids);
	if (rc == 0 && !o->plan)
		return (pg_commit(pg, e));
	pg_rollback(pg);
	return (rc);
}
