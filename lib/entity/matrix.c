/* pipelines/matrix.yaml: a tenant's own operators, and the domains of a type. */

#include "entity/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/home.h"
#include "base/num.h"

static const char *const matrix_top_keys[] = { "domains", "tenants", NULL };
static const char *const matrix_tenant_keys[] = { "tenant", "operators", NULL };

/* A list of words, none of them empty or longer than ${max}. */
static int
matrix_words(const struct conf *c, const struct conf_node *list, size_t max, char ***out, size_t *n,
    struct err *e)
{
	const struct conf_node *v;

	if (list->kind != CONF_LIST)
		return (conf_fail(c, list, e, "this must be a list"));
	free(*out);
	*out = xcalloc(list->n + 1, sizeof(**out));
	*n = 0;
	for (v = list->child; v != NULL; v = v->next) {
		if (v->kind != CONF_SCALAR || v->len == 0 || v->len > max ||
		    strlen(v->text) != v->len)
			return (conf_fail(c, v, e, "this must be a word of 1 to %zu bytes", max));
		(*out)[(*n)++] = xstrdup(v->text);
	}
	return (0);
}

/* Every part of the file is checked, whoever it is for. */
static int
matrix_domains(const struct conf *c, const struct conf_node *map, const char *type,
    struct matrix *m, struct err *e)
{
	const struct conf_node *v;

	if (map->kind != CONF_MAP)
		return (conf_fail(c, map, e, "'domains' must have a list for each type"));
	for (v = map->child; v != NULL; v = v->next) {
		struct matrix one = { NULL, 0, NULL, 0 };
		struct matrix *to = strcmp(v->key, type) == 0 ? m : &one;
		int rc = matrix_words(c, v, 50, &to->domains, &to->ndomains, e);

		while (one.ndomains > 0)
			free(one.domains[--one.ndomains]);
		free(one.domains);
		if (rc)
			return (-1);
	}
	return (0);
}

/* Check one tenant's entry, and keep its operators in ${m} only if it is the entry of ${tenant}.
 */
static int
matrix_tenant(const struct conf *c, const struct conf_node *map, const char *tenant,
    struct matrix *m, struct err *e)
{
	struct matrix one = { NULL, 0, NULL, 0 }, *to = &one;
	const struct conf_node *list;
	const char *name;
	char uuid[37];
	int rc;

	if (conf_only(c, map, matrix_tenant_keys, e) ||
	    (name = conf_text(c, map, "tenant", NULL, e)) == NULL)
		return (-1);
	if (num_uuid(uuid, name))
		return (conf_fail(c, conf_get(map, "tenant"), e, "'tenant' must be a UUID"));
	if ((list = conf_get(map, "operators")) == NULL)
		return (conf_fail(c, map, e, "'operators' is missing"));
	if (strcmp(uuid, tenant) == 0) {
		if (m->operators != NULL)
			return (conf_fail(c, map, e, "this tenant is listed twice"));
		to = m;
	}
	rc = matrix_words(c, list, 255, &to->operators, &to->noperators, e);
	while (one.noperators > 0)
		free(one.operators[--one.noperators]);
	free(one.operators);
	return (rc);
}

/* Check the whole file, and take the domains of ${type} and the operators of ${tenant} into ${m}.
 */
static int
matrix_parse(const struct conf *c, const char *tenant, const char *type, struct matrix *m,
    struct err *e)
{
	const struct conf_node *root = conf_root(c), *v;

	if (conf_only(c, root, matrix_top_keys, e))
		return (-1);
	if ((v = conf_get(root, "domains")) != NULL && matrix_domains(c, v, type, m, e))
		return (-1);
	if ((v = conf_get(root, "tenants")) == NULL)
		return (0);
	if (v->kind != CONF_LIST)
		return (conf_fail(c, v, e, "'tenants' must be a list"));
	for (v = v->child; v != NULL; v = v->next)
		if (matrix_tenant(c, v, tenant, m, e))
			return (-1);
	return (0);
}

struct matrix *
matrix_load(const char *path, const char *tenant, const char *type, struct err *e)
{
	struct matrix *m;
	char own[4096];
	struct conf *c;
	int rc;

	if (path == NULL) {
		if (home_config(own, sizeof(own), "matrix.yaml", e))
			return (NULL);
		path = own;
	}
	if ((c = conf_load(path, e)) == NULL)
		return (NULL);
	m = xcalloc(1, sizeof(*m));
	rc = matrix_parse(c, tenant, type, m, e);
	conf_free(c);
	if (rc) {
		matrix_free(m);
		return (NULL);
	}
	return (m);
}

void
matrix_free(struct matrix *m)
{
	size_t i;

	if (m == NULL)
		return;
	for (i = 0; i < m->noperators; i++)
		free(m->operators[i]);
	for (i = 0; i < m->ndomains; i++)
		free(m->domains[i]);
	free(m->operators);
	free(m->domains);
	free(m);
}
