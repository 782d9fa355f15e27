/* Which fields and columns of a layout are a person's. */

#include "rrc/persons.h"

#include <fnmatch.h>
#include <string.h>

/* Is a field or a column of the layout called so? */
static bool
persons_known(const struct layout *l, const char *pattern)
{
	const struct conf_node *views = conf_get(conf_root(l->conf), "views"), *v, *n;
	size_t i, k;

	for (i = 0; i < l->nsegments; i++)
		for (k = 0; k < l->segments[i].nfields; k++)
			if (fnmatch(pattern, l->segments[i].fields[k].name, 0) == 0)
				return (true);
	for (v = views != NULL ? views->child : NULL; v != NULL; v = v->next) {
		const struct conf_node *columns = conf_get(v, "columns");

		for (n = columns != NULL ? columns->child : NULL; n != NULL; n = n->next) {
			const struct conf_node *name = conf_get(n, "name");

			if (name != NULL && name->kind == CONF_SCALAR &&
			    fnmatch(pattern, name->text, 0) == 0)
				return (true);
		}
	}
	return (false);
}

int
persons_parse(struct layout *l, struct err *e)
{
	const struct conf_node *list = conf_get(conf_root(l->conf), "persons"), *n;

	if (list == NULL)
		return (0);
	if (list->kind != CONF_LIST)
		return (conf_fail(l->conf, list, e, "'persons' must be a list of fields"));
	for (n = list->child; n != NULL; n = n->next)
		if (n->kind != CONF_SCALAR || !persons_known(l, n->text))
			return (conf_fail(l->conf, n, e,
			    "'persons': no field and no column is called so"));
	l->persons = list;
	return (0);
}

bool
persons_has(const void *layout, const char *column)
{
	const struct layout *l = layout;
	const struct conf_node *n;

	for (n = l->persons != NULL ? l->persons->child : NULL; n != NULL; n = n->next)
		if (fnmatch(n->text, column, 0) == 0)
			return (true);
	return (false);
}

bool
persons_key(const struct layout *l, const char *view)
{
	const struct conf_node *v, *key, *n;

	if (view == NULL || (v = conf_get(conf_root(l->conf), "views")) == NULL ||
	    (v = conf_get(v, view)) == NULL || (key = conf_get(v, "key")) == NULL)
		return (false);
	for (n = key->child; n != NULL; n = n->next)
		if (persons_has(l, n->text))
			return (true);
	return (false);
}
