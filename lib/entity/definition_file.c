/* Definitions, read from pipelines/entities/. */

#include "entity/definition_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"

/* What the columns of the entity type tables take, in bytes. */
enum { FILE_KEY_MAX = 64, FILE_TEXT_MAX = 128, FILE_TYPE_MAX = 32, FILE_RRC_MAX = 128 };

static const char *const definition_file_keys[] = { "type", "display_name", "icon", "color",
	"compliance_footprint", "fields", "rules", NULL };
static const char *const definition_file_field_keys[] = { "key", "label", "input_type", "required",
	"preset", "choices", "role", "order", "ref", "through", "hash", "person", "group", "rrc",
	"was", NULL };
static const char *const definition_file_rule_keys[] = { "parent", "cardinality", "required",
	"label", NULL };
static const char *const definition_cardinalities[] = { "one_to_one", "one_to_many", "many_to_one",
	"many_to_many", NULL };

bool
definition_cardinality_known(const char *s)
{
	size_t i;

	for (i = 0; definition_cardinalities[i] != NULL; i++)
		if (strcmp(definition_cardinalities[i], s) == 0)
			return (true);
	return (false);
}

/* A copy of the text under ${key} into ${out}; NULL where it is missing and may be. */
static int
definition_file_text(const struct conf *c, const struct conf_node *map, const char *key,
    bool needed, size_t max, char **out, struct err *e)
{
	const struct conf_node *n = conf_get(map, key);

	if (n == NULL)
		return (needed ? conf_fail(c, map, e, "'%s' is missing", key) : 0);
	if (n->kind != CONF_SCALAR || n->len == 0)
		return (conf_fail(c, n, e, "'%s' must be a text, and not empty", key));
	if (n->len > max)
		return (conf_fail(c, n, e, "'%s' is longer than %zu bytes", key, max));
	*out = xstrndup(n->text, n->len);
	return (0);
}

/* Copy the choices under ${list}, which may be NULL, into ${f}. */
static int
definition_file_choices(const struct conf *c, const struct conf_node *list,
    struct field_definition *f, struct err *e)
{
	const struct conf_node *n;

	if (list == NULL)
		return (0);
	if (list->kind != CONF_LIST)
		return (conf_fail(c, list, e, "'choices' must be a list"));
	f->choices = xcalloc(list->n, sizeof(*f->choices));
	for (n = list->child; n != NULL; n = n->next) {
		if (n->kind != CONF_SCALAR || n->len == 0)
			return (conf_fail(c, n, e, "a choice must be a text, and not empty"));
		f->choices[f->nchoices++] = xstrndup(n->text, n->len);
	}
	return (0);
}

/* Read one field: what the definition needs into ${f}, its label and group into ${more}. */
static int
definition_file_field(const struct conf *c, const struct conf_node *map, struct field_definition *f,
    struct definition_field *more, struct err *e)
{
	const struct conf_node *role;
	uint64_t order = 0;

	if (conf_only(c, map, definition_file_field_keys, e) ||
	    definition_file_text(c, map, "key", true, FILE_KEY_MAX, &f->key, e) ||
	    definition_file_text(c, map, "label", true, FILE_TEXT_MAX, &more->label, e) ||
	    definition_file_text(c, map, "input_type", true, FILE_TYPE_MAX, &f->input_type, e) ||
	    definition_file_text(c, map, "preset", false, FILE_KEY_MAX, &f->preset, e) ||
	    definition_file_text(c, map, "ref", false, FILE_KEY_MAX, &f->ref, e) ||
	    definition_file_text(c, map, "through", false, FILE_KEY_MAX, &f->through, e) ||
	    definition_file_text(c, map, "person", false, FILE_TEXT_MAX, &f->person, e) ||
	    definition_file_text(c, map, "group", false, FILE_KEY_MAX, &more->group, e) ||
	    definition_file_text(c, map, "was", false, FILE_RRC_MAX, &more->was, e) ||
	    conf_bool(c, map, "hash", &f->hashed, e) ||
	    definition_file_text(c, map, "rrc", false, FILE_RRC_MAX, &f->rrc_key, e) ||
	    conf_bool(c, map, "required", &f->required, e) ||
	    conf_u64(c, map, "order", 0, 1000, &order, e) ||
	    definition_file_choices(c, conf_get(map, "choices"), f, e))
		return (-1);
	f->order = (int)order;
	if (f->person != NULL && strcmp(f->person, "true") != 0 && strchr(f->person, '=') == NULL)
		return (conf_fail(c, conf_get(map, "person"), e,
		    "field '%s': 'person' must be true, or FIELD=VALUE for when it is", f->key));
	if ((role = conf_get(map, "role")) != NULL &&
	    (role->kind != CONF_SCALAR || definition_role(role->text, &f->role)))
		return (conf_fail(c, role, e,
		    "field '%s': 'role' must be identity, name, field, "
		    "district or operator",
		    f->key));
	return (0);
}

/* Read one rule and its place in the file; whether the parent type exists is not checked here. */
static int
definition_file_rule(const struct conf *c, const struct conf_node *map, struct definition_rule *r,
    struct err *e)
{
	const struct conf_node *n = conf_get(map, "label");

	r->line = map->line;
	r->column = map->column;
	if (conf_only(c, map, definition_file_rule_keys, e) ||
	    definition_file_text(c, map, "parent", true, FILE_KEY_MAX, &r->parent, e) ||
	    definition_file_text(c, map, "cardinality", true, 16, &r->cardinality, e) ||
	    definition_file_text(c, map, "label", false, FILE_TEXT_MAX, &r->label, e) ||
	    conf_bool(c, map, "required", &r->required, e))
		return (-1);
	if (!definition_cardinality_known(r->cardinality))
		return (conf_fail(c, conf_get(map, "cardinality"), e,
		    "'cardinality' must be "
		    "one_to_one, one_to_many, many_to_one or many_to_many"));
	/* The label becomes the name of an edge in the graph. */
	if (r->label != NULL &&
	    (strspn(r->label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(r->label) ||
		strlen(r->label) > 60 || r->label[0] < 'A' || r->label[0] > 'Z'))
		return (conf_fail(c, n, e,
		    "'label' must be an edge's name, such as "
		    "OPERATED_BY, of up to 60 characters"));
	return (0);
}

/* Read the rules under ${list}, which may be NULL; each parent may have only one. */
static int
definition_file_rules(const struct conf *c, const struct conf_node *list, struct definition_file *f,
    struct err *e)
{
	const struct conf_node *n;
	size_t i;

	if (list == NULL)
		return (0);
	if (list->kind != CONF_LIST)
		return (conf_fail(c, list, e, "'rules' must be a list"));
	f->rules = xcalloc(list->n, sizeof(*f->rules));
	for (n = list->child; n != NULL; n = n->next) {
		struct definition_rule *r = &f->rules[f->nrules++];

		if (definition_file_rule(c, n, r, e))
			return (-1);
		for (i = 0; i + 1 < f->nrules; i++)
			if (strcmp(f->rules[i].parent, r->parent) == 0)
				return (conf_fail(c, n, e, "a second rule for the parent '%s'",
				    r->parent));
	}
	return (0);
}

/* Check that the color, if there is one, is '#' and six hex digits. */
static int
definition_file_color(const struct conf *c, const struct conf_node *map,
    const struct definition_file *f, struct err *e)
{

	if (f->color != NULL &&
	    (f->color[0] != '#' || strlen(f->color) != 7 ||
		strspn(f->color + 1, "0123456789abcdefABCDEF") != 6))
		return (conf_fail(c, conf_get(map, "color"), e,
		    "'color' must be a hex colour such as '#1f6feb'"));
	return (0);
}

/* A value by way of another entity: both fields name one. */
static int
definition_file_through(const struct conf *c, const struct conf_node *fields,
    const struct definition_file *file, struct err *e)
{
	const struct entity_definition *d = file->def;
	const struct conf_node *n = fields->child;
	const struct field_definition *via;
	size_t i, k;

	for (i = 0; i < d->n; i++, n = n->next) {
		const struct field_definition *f = &d->fields[i];

		if (f->through == NULL)
			continue;
		via = definition_find(d, f->through);
		if (f->ref == NULL || via == NULL || via == f || via->ref == NULL)
			return (conf_fail(c, conf_get(n, "through"), e,
			    "field '%s': 'through' must name another field with a ref, and needs one",
			    f->key));
		for (k = 0; k < file->nrules; k++)
			if (strcmp(file->rules[k].parent, via->ref) == 0)
				break;
		if (k == file->nrules)
			return (conf_fail(c, conf_get(n, "through"), e,
			    "field '%s': 'through' goes by a rule with the parent '%s'", f->key,
			    via->ref));
	}
	return (0);
}

/* Read the whole file into ${f}, which the caller frees, also after an error. */
static int
definition_file_parse(const struct conf *c, const char *tenant, struct definition_file *f,
    struct err *e)
{
	const struct conf_node *root = conf_root(c), *fields = conf_get(root, "fields"), *n;
	struct err why = ERR_INIT;
	const char *type;
	size_t i = 0;

	if (conf_only(c, root, definition_file_keys, e) ||
	    (type = conf_text(c, root, "type", NULL, e)) == NULL)
		return (-1);
	if (fields == NULL || fields->kind != CONF_LIST || fields->n == 0)
		return (conf_fail(c, fields ? fields : root, e, "'fields' must be a list"));
	if ((f->def = definition_new(tenant, type, fields->n, &why)) == NULL) {
		if (why.status == STATUS_CONFIG)
			return (conf_fail(c, conf_get(root, "type"), e, "%s", why.msg));
		return (err_set(e, why.status, "%s", why.msg));
	}
	f->fields = xcalloc(fields->n, sizeof(*f->fields));
	f->nfields = fields->n;
	if (definition_file_text(c, root, "display_name", true, FILE_TEXT_MAX, &f->display_name,
		e) ||
	    definition_file_text(c, root, "icon", false, FILE_KEY_MAX, &f->icon, e) ||
	    definition_file_text(c, root, "color", false, FILE_KEY_MAX, &f->color, e) ||
	    definition_file_color(c, root, f, e) ||
	    conf_bool(c, root, "compliance_footprint", &f->compliance_footprint, e))
		return (-1);
	for (n = fields->child; n != NULL; n = n->next, i++)
		if (definition_file_field(c, n, &f->def->fields[i], &f->fields[i], e))
			return (-1);
	if (definition_finish(f->def, &i, &why)) {
		for (n = fields->child; i > 0; i--)
			n = n->next;
		(void)conf_fail(c, n, e, "%s", why.msg);
		return (why.hint[0] ? err_hint(e, "%s", why.hint) : -1);
	}
	return (definition_file_rules(c, conf_get(root, "rules"), f, e) ||
	    definition_file_through(c, fields, f, e));
}

struct definition_file *
definition_file_load(const char *path, const char *tenant, struct err *e)
{
	struct definition_file *f;
	struct conf *c;
	int rc;

	if ((c = conf_load(path, e)) == NULL)
		return (NULL);
	f = xcalloc(1, sizeof(*f));
	f->path = xstrdup(path);
	rc = definition_file_parse(c, tenant, f, e);
	conf_free(c);
	if (rc) {
		definition_file_free(f);
		return (NULL);
	}
	return (f);
}

void
definition_file_free(struct definition_file *f)
{
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < f->nfields; i++) {
		free(f->fields[i].label);
		free(f->fields[i].group);
		free(f->fields[i].was);
	}
	for (i = 0; i < f->nrules; i++) {
		free(f->rules[i].parent);
		free(f->rules[i].cardinality);
		free(f->rules[i].label);
	}
	free(f->fields);
	free(f->rules);
	definition_free(f->def);
	free(f->display_name);
	free(f->icon);
	free(f->color);
	free(f->path);
	free(f);
}

struct entity_definition *
definition_file_read(const char *path, const char *tenant, const char *type, struct err *e)
{
	struct definition_file *file;
	struct entity_definition *d = NULL;

	if ((file = definition_file_load(path, tenant, e)) == NULL)
		return (NULL);
	if (strcmp(file->def->type, type) != 0) {
		(void)err_set(e, STATUS_CONFIG, "'%s' defines the type '%s', not '%s'", path,
		    file->def->type, type);
	} else {
		d = file->def;
		file->def = NULL;
	}
	definition_file_free(file);
	return (d);
}
