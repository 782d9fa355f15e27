/* Steps in short, as the file has them. */

#include "pipeline/short.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/home.h"
#include "entity/dataset.h"
#include "pipeline/short_build.h"

static const char *const short_kinds[] = { "import", "rules", "stage", NULL };

/* Which of the kinds the step is, or NULL. */
static const char *
short_kind(const struct conf_node *n)
{
	size_t i;

	for (i = 0; n->kind == CONF_MAP && short_kinds[i] != NULL; i++)
		if (conf_get(n, short_kinds[i]) != NULL)
			return (short_kinds[i]);
	return (NULL);
}

bool
short_is(const struct conf_node *n)
{

	return (short_kind(n) != NULL);
}

/* The limits that the pipeline gives all its short steps. */
static void
short_defaults(struct pipeline_read *r, struct pipeline_step *s)
{
	static const char *const keys[] = { "retries", "retry_wait", "timeout", NULL };
	const struct conf_node *map = conf_get(conf_root(r->conf), "defaults");

	if (map == NULL)
		return;
	/* Said once, at the first step. */
	if (r->p->nsteps > 1 || read_keys(r, map, keys, "'defaults'"))
		read_step_limits(r, map, s);
}

/* A step with the limits of an import, or those that ${n} gives it. */
static struct pipeline_step *
short_add(struct pipeline_read *r, const struct conf_node *n, const char *name)
{
	struct pipeline_step *s = pipeline_add_step(r->p);

	s->node = n;
	s->retries = 2;
	s->retry_wait = 60;
	s->timeout = 21600;
	short_defaults(r, s);
	read_step_limits(r, n, s);
	if (conf_get(n, "name") != NULL)
		s->name = read_name(r, n, "name");
	else
		s->name = xstrdup(name);
	return (s);
}

/* LAYOUT/VIEW in two parts; false where it is something else. */
static bool
short_split(const char *dataset, struct pipeline_import *i)
{
	const char *slash = strchr(dataset, '/');

	if (slash == NULL || slash == dataset || slash[1] == '\0' || strchr(slash + 1, '/') != NULL)
		return (false);
	i->layout = xstrndup(dataset, (size_t)(slash - dataset));
	i->view = xstrdup(slash + 1);
	i->dataset = xstrdup(dataset);
	return (true);
}

/* The one type that a dataset feeds, or NULL. */
static const char *
short_type(const struct dataset_list *l, const char *dataset)
{
	size_t i;

	for (i = 0; l != NULL && i < l->n; i++)
		if (strcmp(l->v[i].name, dataset) == 0)
			return (l->v[i].type);
	return (NULL);
}

/* A step that reads the dataset that ${item} names. */
static void
short_dataset(struct pipeline_read *r, const struct conf_node *n, const struct conf_node *item,
    const struct dataset_list *types)
{
	struct pipeline_import *import = xcalloc(1, sizeof(*import));
	struct pipeline_step *s;
	const char *type = NULL;
	char name[PIPELINE_NAME_MAX + 1];
	size_t i;

	import->from = SIZE_MAX;
	if (item->kind != CONF_SCALAR || !short_split(item->text, import))
		read_fault(r, item, "must be a dataset, LAYOUT/VIEW");
	else if (types != NULL && (type = short_type(types, import->dataset)) == NULL)
		read_fault(r, item, "'%s' feeds no type of pipelines/datasets.yaml", item->text);
	(void)snprintf(name, sizeof(name), "%s", item->kind == CONF_SCALAR ? item->text : "?");
	for (i = 0; name[i] != '\0'; i++)
		if (name[i] == '/')
			name[i] = '-';
	s = short_add(r, n, name);
	s->import = import;
	import->type = type != NULL ? xstrdup(type) : NULL;
}

/* The steps of an import: of one dataset, or of each of a list. */
static void
short_import(struct pipeline_read *r, const struct conf_node *n, const char *kind)
{
	const struct conf_node *v = conf_get(n, kind), *item;
	struct dataset_list *types = NULL;
	struct err e = ERR_INIT;

	if (strcmp(kind, "import") == 0 && (types = dataset_load(NULL, &e)) == NULL) {
		read_note(r, &e);
		return;
	}
	if (v->kind == CONF_SCALAR)
		short_dataset(r, n, v, types);
	else if (v->kind != CONF_LIST || v->n == 0)
		read_fault(r, v, "'%s' must be a dataset or a list of them", kind);
	else if (v->n > 1 && conf_get(n, "name") != NULL)
		read_fault(r, v, "'name' is for one step, and these are %zu", v->n);
	else
		for (item = v->child; item != NULL; item = item->next)
			short_dataset(r, n, item, types);
	dataset_free(types);
}

/* Is it a file of rules, and not a dataset? */
static bool
short_rule_file(const struct conf_node *item)
{

	return (item->kind == CONF_SCALAR && item->len > 5 &&
	    strcmp(item->text + item->len - 5, ".yaml") == 0);
}

/* A step of rules: of files, all in one, or of datasets. */
static void
short_rules(struct pipeline_read *r, const struct conf_node *n)
{
	const struct conf_node *v = conf_get(n, "rules");

	if (short_rule_file(v) || (v->kind == CONF_LIST && v->n > 0 && short_rule_file(v->child)))
		(void)short_add(r, n, "rules");
	else
		short_import(r, n, "rules");
}

/* A step of one stage, which is named after it. */
static void
short_stage(struct pipeline_read *r, const struct conf_node *n)
{
	const struct conf_node *v = conf_get(n, "stage"), *first;

	first = v->kind == CONF_LIST ? v->child : v;
	if (first == NULL || first->kind != CONF_SCALAR)
		read_fault(r, v, "'stage' must be a stage's name, or a list of its arguments");
	else
		(void)short_add(r, n, first->text);
}

void
short_step(struct pipeline_read *r, const struct conf_node *n)
{
	static const char *const keys[] = { "import", "rules", "stage", "name", "after", "retries",
		"retry_wait", "timeout", "decode", "map", "load", NULL };
	const char *kind = short_kind(n);

	if (!read_keys(r, n, keys, "a short step"))
		return;
	if (strcmp(kind, "import") == 0)
		short_import(r, n, kind);
	else if (strcmp(kind, "rules") == 0)
		short_rules(r, n);
	else
		short_stage(r, n);
}
