/* pipelines/datasets.yaml: what a dataset means to the type that it feeds. */

#include "entity/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/home.h"

static const char *const dataset_top_keys[] = { "datasets", NULL };
static const char *const dataset_keys[] = { "dataset", "type", "role", "coverage", "duplicates",
	"best", "partition", "keys", NULL };
static const char *const dataset_roles[] = { "own", "enrich", NULL };
static const char *const dataset_coverages[] = { "full", "part", "delta", NULL };
static const char *const dataset_duplicates[] = { "reject", "first", "last", "best", NULL };

/* The fields that say which row is the best, where that is what counts. */
static int
dataset_best(const struct conf *c, const struct conf_node *map, struct dataset *d, struct err *e)
{
	const struct conf_node *list = conf_get(map, "best"), *n;

	if ((list != NULL) != (d->duplicates == DATASET_BEST))
		return (conf_fail(c, map, e,
		    "'best' goes with 'duplicates: best', and that with 'best'"));
	if (list == NULL)
		return (0);
	if (list->kind != CONF_LIST || list->n == 0)
		return (conf_fail(c, list, e, "'best' must be a list of fields"));
	d->best = xcalloc(list->n, sizeof(*d->best));
	for (n = list->child; n != NULL; n = n->next) {
		if (n->kind != CONF_SCALAR || n->text[0] == '\0')
			return (conf_fail(c, n, e, "'best' must be a list of fields"));
		d->best[d->nbest++] = xstrdup(n->text);
	}
	return (0);
}

/* Read one entry of the list into ${d}, whose strings dataset_free() frees, also after an error.
 */
static int
dataset_parse(const struct conf *c, const struct conf_node *map, struct dataset *d, struct err *e)
{
	const char *name, *type, *slash, *partition, *keys;
	int role, coverage, duplicates;

	if (conf_only(c, map, dataset_keys, e) ||
	    (name = conf_text(c, map, "dataset", NULL, e)) == NULL ||
	    (type = conf_text(c, map, "type", NULL, e)) == NULL ||
	    conf_word(c, map, "role", dataset_roles, NULL, &role, e) ||
	    conf_word(c, map, "coverage", dataset_coverages, NULL, &coverage, e) ||
	    conf_word(c, map, "duplicates", dataset_duplicates, "reject", &duplicates, e) ||
	    (keys = conf_text(c, map, "keys", "", e)) == NULL)
		return (-1);
	slash = strchr(name, '/');
	if (slash == NULL || slash == name || slash[1] == '\0' || strlen(name) > 128)
		return (conf_fail(c, conf_get(map, "dataset"), e,
		    "'dataset' must be LAYOUT/VIEW, of up to 128 bytes"));
	d->name = xstrdup(name);
	d->type = xstrdup(type);
	d->keys = xstrdup(keys);
	d->role = (enum dataset_role)role;
	d->coverage = (enum dataset_coverage)coverage;
	d->duplicates = (enum dataset_duplicates)duplicates;
	if (dataset_best(c, map, d, e))
		return (-1);
	if ((conf_get(map, "partition") != NULL) != (d->coverage == DATASET_PART))
		return (conf_fail(c, map, e,
		    "'partition' goes with 'coverage: part', and that "
		    "with 'partition'"));
	if (d->coverage == DATASET_PART) {
		if ((partition = conf_text(c, map, "partition", NULL, e)) == NULL)
			return (-1);
		d->partition = xstrdup(partition);
	}
	return (0);
}

/* Read all entries into ${l}; each pair of dataset and type may be listed only once. */
static int
dataset_parse_all(const struct conf *c, struct dataset_list *l, struct err *e)
{
	const struct conf_node *root = conf_root(c), *list = conf_get(root, "datasets"), *n;
	size_t i;

	if (conf_only(c, root, dataset_top_keys, e))
		return (-1);
	if (list == NULL || list->kind != CONF_LIST)
		return (conf_fail(c, list ? list : root, e, "'datasets' must be a list"));
	l->v = xcalloc(list->n, sizeof(*l->v));
	for (n = list->child; n != NULL; n = n->next) {
		struct dataset *d = &l->v[l->n++];

		if (dataset_parse(c, n, d, e))
			return (-1);
		for (i = 0; i + 1 < l->n; i++)
			if (strcmp(l->v[i].name, d->name) == 0 &&
			    strcmp(l->v[i].type, d->type) == 0)
				return (conf_fail(c, n, e, "'%s' for '%s' is listed twice", d->name,
				    d->type));
	}
	return (0);
}

struct dataset_list *
dataset_load(const char *path, struct err *e)
{
	struct dataset_list *l;
	char own[4096];
	struct conf *c;
	int rc;

	if (path == NULL) {
		if (home_config(own, sizeof(own), "datasets.yaml", e))
			return (NULL);
		path = own;
	}
	if ((c = conf_load(path, e)) == NULL)
		return (NULL);
	l = xcalloc(1, sizeof(*l));
	rc = dataset_parse_all(c, l, e);
	conf_free(c);
	if (rc) {
		dataset_free(l);
		return (NULL);
	}
	return (l);
}

const struct dataset *
dataset_only(const struct dataset_list *l, const char *type)
{
	const struct dataset *found = NULL, *own = NULL;
	size_t i, n = 0, owners = 0;

	for (i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].type, type) != 0)
			continue;
		found = &l->v[i];
		n++;
		if (found->role == DATASET_OWN) {
			own = found;
			owners++;
		}
	}
	return (n == 1 ? found : owners == 1 ? own : NULL);
}

const struct dataset *
dataset_find(const struct dataset_list *l, const char *name, const char *type)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i].name, name) == 0 && strcmp(l->v[i].type, type) == 0)
			return (&l->v[i]);
	return (NULL);
}

void
dataset_free(struct dataset_list *l)
{
	size_t i, k;

	if (l == NULL)
		return;
	for (i = 0; i < l->n; i++) {
		for (k = 0; k < l->v[i].nbest; k++)
			free(l->v[i].best[k]);
		free(l->v[i].best);
		free(l->v[i].name);
		free(l->v[i].type);
		free(l->v[i].partition);
		free(l->v[i].keys);
	}
	free(l->v);
	free(l);
}
