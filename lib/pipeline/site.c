/* The settings of this machine. */

#include "pipeline/site.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/home.h"

enum { SITE_FILES = 2 };

struct site {
	char dir[PATH_MAX];
	struct conf *conf[SITE_FILES]; /* the pipeline's, and that of all; or NULL */
};

static const char *const site_keys[] = { "pipeline", "description", "steps", "settings", "sources",
	"tenants", "inbox", "database", "on_failure", "on_findings", "metrics", "lineage", "log",
	"defaults", NULL };

/* Note every key that means nothing. */
static void
site_check(const struct conf *c, struct pipeline_faults *faults)
{
	const struct conf_node *root = conf_root(c), *k;
	size_t i;

	if (root->kind != CONF_MAP) {
		pipeline_fault(c, faults, root, STATUS_CONFIG,
		    "settings must be a map of keys and values");
		return;
	}
	for (k = root->child; k != NULL; k = k->next) {
		for (i = 0; site_keys[i] != NULL && strcmp(site_keys[i], k->key) != 0; i++)
			;
		if (site_keys[i] == NULL)
			pipeline_fault(c, faults, k, STATUS_CONFIG, "unknown key '%s'", k->key);
	}
}

/* Read DIR/NAME.yaml where there is such a file. */
static int
site_read(struct site *s, size_t i, const char *name, struct pipeline_faults *faults, struct err *e)
{
	char path[PATH_MAX + 100];

	(void)snprintf(path, sizeof(path), "%s/%.64s.yaml", s->dir, name);
	if (access(path, F_OK) != 0)
		return (0);
	if ((s->conf[i] = conf_load(path, e)) == NULL)
		return (-1);
	site_check(s->conf[i], faults);
	return (0);
}

struct site *
site_open(const char *pipeline, struct pipeline_faults *faults, struct err *e)
{
	struct site *s = xcalloc(1, sizeof(*s));

	if (home_etc(s->dir, sizeof(s->dir), e) == 0 &&
	    (s->dir[0] == '\0' ||
		((strcmp(pipeline, "aegis") == 0 || site_read(s, 0, pipeline, faults, e) == 0) &&
		    site_read(s, 1, "aegis", faults, e) == 0)))
		return (s);
	site_free(s);
	return (NULL);
}

struct site *
site_of(const char *file, struct pipeline_faults *faults, struct err *e)
{
	struct conf *c = conf_load(file, e);
	const char *name = c != NULL ? conf_text(c, conf_root(c), "pipeline", "", e) : NULL;
	struct site *s = NULL;

	/* What is wrong with a name is said when the file is read. */
	if (name != NULL)
		s = site_open(pipeline_name_ok(name) ? name : "aegis", faults, e);
	conf_free(c);
	return (s);
}

void
site_free(struct site *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < SITE_FILES; i++)
		conf_free(s->conf[i]);
	free(s);
}

const struct conf_node *
site_get(const struct site *s, const char *map, const char *key, const struct conf **conf)
{
	const struct conf_node *n;
	size_t i;

	for (i = 0; s != NULL && i < SITE_FILES; i++) {
		if (s->conf[i] == NULL)
			continue;
		n = conf_root(s->conf[i]);
		if (map != NULL)
			n = conf_get(n, map);
		if ((n = conf_get(n, key)) == NULL)
			continue;
		*conf = s->conf[i];
		return (n);
	}
	return (NULL);
}

/* Whether the settings' file is a whole pipeline. */
static int
site_steps(const char *path, bool *steps, struct err *e)
{
	struct conf *c;

	*steps = false;
	if (access(path, F_OK) != 0)
		return (0);
	if ((c = conf_load(path, e)) == NULL)
		return (-1);
	*steps = conf_get(conf_root(c), "steps") != NULL;
	conf_free(c);
	return (0);
}

int
site_pipeline(const char *name, char *path, size_t size, struct err *e)
{
	size_t n = strlen(name);
	char dir[PATH_MAX], rel[120];
	bool steps;

	if (strchr(name, '/') != NULL || !pipeline_name_ok(name) ||
	    (n > 5 && strcmp(name + n - 5, ".yaml") == 0)) {
		if (snprintf(path, size, "%s", name) >= (int)size)
			return (err_set(e, STATUS_CONFIG, "'%s' is too long", name));
		return (0);
	}
	if (home_etc(dir, sizeof(dir), e))
		return (-1);
	if (dir[0] != '\0' && snprintf(path, size, "%s/%s.yaml", dir, name) < (int)size) {
		if (site_steps(path, &steps, e))
			return (-1);
		if (steps)
			return (0);
	}
	(void)snprintf(rel, sizeof(rel), "pipelines/%s.yaml", name);
	if (home_path(path, size, rel, e))
		return (-1);
	if (access(path, F_OK) == 0 || access(name, F_OK) == 0)
		return (access(path, F_OK) == 0 ? 0 : snprintf(path, size, "%s", name) < 0);
	return (err_set(e, STATUS_NOINPUT, "pipeline '%s' does not exist", name));
}
