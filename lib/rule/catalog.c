/* pipelines/rules.yaml: values, units, ranges, and which filings are based on what. */

#include "rule/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/home.h"

static const char *const catalog_keys[] = { "filings", "figures", "order", "datasets", NULL };
static const char *const catalog_figure_keys[] = { "domain", "unit", "min", "max", NULL };
static const char *const catalog_dataset_keys[] = { "dataset", "domain", "part", "cite", NULL };

int
catalog_find(const struct catalog *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nfigures; i++)
		if (strcmp(c->figures[i].name, name) == 0)
			return ((int)i);
	return (-1);
}

/* Whether ${word} is one of the ${n} strings in ${v}. */
static bool
catalog_has(char *const *v, size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(v[i], word) == 0)
			return (true);
	return (false);
}

bool
catalog_domain(const struct catalog *c, const char *domain)
{
	size_t i;

	for (i = 0; i < c->nfilings; i++)
		if (catalog_has(c->filings[i].domains, c->filings[i].ndomains, domain))
			return (true);
	return (false);
}

bool
catalog_belongs(const struct catalog_figure *f, const char *domain)
{

	return (catalog_has(f->domains, f->ndomains, domain));
}

const struct catalog_dataset *
catalog_dataset(const struct catalog *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->ndatasets; i++)
		if (strcmp(c->datasets[i].name, name) == 0)
			return (&c->datasets[i]);
	return (NULL);
}

/* A word, or a list of words. */
static int
catalog_words(const struct conf *f, const struct conf_node *n, char ***v, size_t *nv, struct err *e)
{
	const struct conf_node *one;

	if (n->kind == CONF_MAP || (n->kind == CONF_LIST && n->n == 0))
		return (conf_fail(f, n, e, "this must be a word or a list of words"));
	*v = xcalloc(n->kind == CONF_LIST ? n->n : 1, sizeof(**v));
	for (one = n->kind == CONF_LIST ? n->child : n; one != NULL;
	     one = n->kind == CONF_LIST ? one->next : NULL) {
		if (one->kind != CONF_SCALAR || one->len == 0 || one->len > 50)
			return (conf_fail(f, one, e, "this must be a word of up to 50 bytes"));
		(*v)[(*nv)++] = xstrndup(one->text, one->len);
	}
	return (0);
}

/* Read 'filings': for each compliance domain, the domains of rules that it is based on. */
static int
catalog_filings(const struct conf *f, const struct conf_node *map, struct catalog *c, struct err *e)
{
	const struct conf_node *n;

	if (map == NULL || map->kind != CONF_MAP)
		return (conf_fail(f, map ? map : conf_root(f), e, "'filings' must be a map"));
	c->filings = xcalloc(map->n, sizeof(*c->filings));
	for (n = map->child; n != NULL; n = n->next) {
		struct catalog_filing *g = &c->filings[c->nfilings++];

		g->name = xstrdup(n->key);
		if (catalog_words(f, n, &g->domains, &g->ndomains, e))
			return (-1);
	}
	return (0);
}

/* Read the required bound ${key}, a number from 0 to 1e15, into ${out}. */
static int
catalog_limit(const struct conf *f, const struct conf_node *map, const char *key, double *out,
    struct err *e)
{
	const char *text = conf_text(f, map, key, NULL, e);
	char *end;

	if (text == NULL)
		return (-1);
	*out = strtod(text, &end);
	if (*end != '\0' || end == text || !(*out >= 0 && *out <= 1e15))
		return (conf_fail(f, conf_get(map, key), e, "'%s' must be a number from 0 to 1e15",
		    key));
	return (0);
}

/* Read one value's unit, domains and bounds into ${g}; only a number has, and needs, 'min' and
 * 'max'. */
static int
catalog_figure(const struct conf *f, const struct conf_node *n, struct catalog *c,
    struct catalog_figure *g, struct err *e)
{
	const struct conf_node *domain;
	const char *unit;
	size_t i;

	g->name = xstrdup(n->key);
	if (conf_only(f, n, catalog_figure_keys, e) ||
	    (unit = conf_text(f, n, "unit", NULL, e)) == NULL)
		return (-1);
	g->unit = xstrdup(unit);
	g->kind = strcmp(unit, "text") == 0 ? CATALOG_TEXT :
	    strcmp(unit, "date") == 0       ? CATALOG_DATE :
	    strcmp(unit, "list") == 0       ? CATALOG_LIST :
					      CATALOG_NUMBER;
	if ((domain = conf_get(n, "domain")) == NULL)
		return (conf_fail(f, n, e, "'domain' is missing"));
	if (catalog_words(f, domain, &g->domains, &g->ndomains, e))
		return (-1);
	for (i = 0; i < g->ndomains; i++)
		if (!catalog_domain(c, g->domains[i]))
			return (conf_fail(f, domain, e, "no filing is based on the domain '%s'",
			    g->domains[i]));
	if (g->kind != CATALOG_NUMBER) {
		if (conf_get(n, "min") != NULL || conf_get(n, "max") != NULL)
			return (conf_fail(f, n, e, "only a number has 'min' and 'max'"));
		return (0);
	}
	if (catalog_limit(f, n, "min", &g->min, e) || catalog_limit(f, n, "max", &g->max, e))
		return (-1);
	return (g->min <= g->max ? 0 : conf_fail(f, n, e, "'min' is more than 'max'"));
}

/* Read 'figures', the values that rules may have; the filings must have been read before. */
static int
catalog_figures(const struct conf *f, const struct conf_node *map, struct catalog *c, struct err *e)
{
	const struct conf_node *n;

	if (map == NULL || map->kind != CONF_MAP)
		return (conf_fail(f, map ? map : conf_root(f), e, "'figures' must be a map"));
	c->figures = xcalloc(map->n, sizeof(*c->figures));
	for (n = map->child; n != NULL; n = n->next)
		if (catalog_figure(f, n, c, &c->figures[c->nfigures++], e))
			return (-1);
	return (0);
}

/* Read 'order', if given: pairs of numbers of which the first should not exceed the second. */
static int
catalog_orders(const struct conf *f, const struct conf_node *list, struct catalog *c, struct err *e)
{
	const struct conf_node *n, *one;
	int at[2], i;

	if (list == NULL)
		return (0);
	if (list->kind != CONF_LIST)
		return (conf_fail(f, list, e, "'order' must be a list"));
	c->orders = xcalloc(list->n, sizeof(*c->orders));
	for (n = list->child; n != NULL; n = n->next) {
		if (n->kind != CONF_LIST || n->n != 2)
			return (conf_fail(f, n, e, "this must be two values: [LESS, MORE]"));
		for (i = 0, one = n->child; one != NULL; one = one->next, i++)
			if (one->kind != CONF_SCALAR || (at[i] = catalog_find(c, one->text)) < 0 ||
			    c->figures[at[i]].kind != CATALOG_NUMBER)
				return (conf_fail(f, one, e, "this is not a value with a unit"));
		c->orders[c->norders].less = (size_t)at[0];
		c->orders[c->norders++].more = (size_t)at[1];
	}
	return (0);
}

/* Read 'datasets', if given: the domain, part and citation for rules from each dataset. */
static int
catalog_datasets(const struct conf *f, const struct conf_node *list, struct catalog *c,
    struct err *e)
{
	const char *name, *domain, *part, *cite;
	const struct conf_node *n;

	if (list == NULL)
		return (0);
	if (list->kind != CONF_LIST)
		return (conf_fail(f, list, e, "'datasets' must be a list"));
	c->datasets = xcalloc(list->n, sizeof(*c->datasets));
	for (n = list->child; n != NULL; n = n->next) {
		struct catalog_dataset *d = &c->datasets[c->ndatasets];

		if (conf_only(f, n, catalog_dataset_keys, e) ||
		    (name = conf_text(f, n, "dataset", NULL, e)) == NULL ||
		    (domain = conf_text(f, n, "domain", NULL, e)) == NULL ||
		    (part = conf_text(f, n, "part", NULL, e)) == NULL ||
		    (cite = conf_text(f, n, "cite", NULL, e)) == NULL)
			return (-1);
		if (!catalog_domain(c, domain))
			return (conf_fail(f, conf_get(n, "domain"), e,
			    "no filing is based on the domain '%s'", domain));
		if (strlen(part) > 20 || strlen(cite) > 200)
			return (conf_fail(f, n, e, "'part' or 'cite' is too long"));
		if (catalog_dataset(c, name) != NULL)
			return (conf_fail(f, n, e, "'%s' is listed twice", name));
		c->ndatasets++;
		d->name = xstrdup(name);
		d->domain = xstrdup(domain);
		d->part = xstrdup(part);
		d->cite = xstrdup(cite);
	}
	return (0);
}

struct catalog *
catalog_load(const char *path, struct err *e)
{
	const struct conf_node *root;
	struct catalog *c;
	char own[4096];
	struct conf *f;

	if (path == NULL) {
		if (home_config(own, sizeof(own), "rules.yaml", e))
			return (NULL);
		path = own;
	}
	if ((f = conf_load(path, e)) == NULL)
		return (NULL);
	c = xcalloc(1, sizeof(*c));
	memcpy(c->sha256, conf_sha256(f), sizeof(c->sha256));
	root = conf_root(f);
	if (conf_only(f, root, catalog_keys, e) ||
	    catalog_filings(f, conf_get(root, "filings"), c, e) ||
	    catalog_figures(f, conf_get(root, "figures"), c, e) ||
	    catalog_orders(f, conf_get(root, "order"), c, e) ||
	    catalog_datasets(f, conf_get(root, "datasets"), c, e)) {
		catalog_free(c);
		c = NULL;
	}
	conf_free(f);
	return (c);
}

/* Free a list of ${n} words with the words themselves; NULL is allowed if ${n} is 0. */
static void
catalog_free_words(char **v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

void
catalog_free(struct catalog *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->nfigures; i++) {
		free(c->figures[i].name);
		free(c->figures[i].unit);
		catalog_free_words(c->figures[i].domains, c->figures[i].ndomains);
	}
	for (i = 0; i < c->ndatasets; i++) {
		free(c->datasets[i].name);
		free(c->datasets[i].domain);
		free(c->datasets[i].part);
		free(c->datasets[i].cite);
	}
	for (i = 0; i < c->nfilings; i++) {
		free(c->filings[i].name);
		catalog_free_words(c->filings[i].domains, c->filings[i].ndomains);
	}
	free(c->figures);
	free(c->orders);
	free(c->datasets);
	free(c->filings);
	free(c);
}
