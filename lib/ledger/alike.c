/* Forms of a layout's file that decode alike: a new release is no other layout. */

#include "ledger/alike.h"

#include <string.h>

#include "base/conf.h"
#include "base/home.h"

/* Does the list have the digest? */
static bool
alike_has(const struct conf_node *list, const char *digest)
{
	const struct conf_node *n;

	for (n = list->child; n != NULL; n = n->next)
		if (n->kind == CONF_SCALAR && strcmp(n->text, digest) == 0)
			return (true);
	return (false);
}

/* Is each of the lists under the layout's name in order, and has one of them both? */
static int
alike_find(const struct conf *c, const char *layout, const char *a, const char *b, bool *alike,
    struct err *e)
{
	static const char *const keys[] = { "layouts", NULL };
	static const char *const entry_keys[] = { "layout", "alike", NULL };
	const struct conf_node *list = conf_get(conf_root(c), "layouts"), *n, *digests;
	const char *name;

	if (conf_only(c, conf_root(c), keys, e))
		return (-1);
	if (list == NULL || list->kind != CONF_LIST)
		return (conf_fail(c, list ? list : conf_root(c), e, "'layouts' must be a list"));
	for (n = list->child; n != NULL; n = n->next) {
		if (conf_only(c, n, entry_keys, e) ||
		    (name = conf_text(c, n, "layout", NULL, e)) == NULL)
			return (-1);
		digests = conf_get(n, "alike");
		if (digests == NULL || digests->kind != CONF_LIST)
			return (conf_fail(c, digests ? digests : n, e,
			    "'alike' must be a list of SHA-256 digests"));
		*alike |=
		    strcmp(name, layout) == 0 && alike_has(digests, a) && alike_has(digests, b);
	}
	return (0);
}

int
alike_layouts(const char *dataset, const char *a, const char *b, bool *alike, struct err *e)
{
	char path[4096], layout[128];
	size_t n = strcspn(dataset, "/");
	struct conf *c;
	int rc;

	*alike = false;
	if (n >= sizeof(layout))
		return (0);
	memcpy(layout, dataset, n);
	layout[n] = '\0';
	if (home_path(path, sizeof(path), "pipelines/layouts.yaml", e) ||
	    (c = conf_load(path, e)) == NULL)
		return (-1);
	rc = alike_find(c, layout, a, b, alike, e);
	conf_free(c);
	return (rc);
}
