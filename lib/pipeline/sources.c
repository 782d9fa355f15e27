/* Where a pipeline's sources come from. */

#include "pipeline/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/site.h"

/* A key of a source: what this machine's settings say of it, else the file. */
static const struct conf_node *
sources_key(const struct pipeline_read *r, const struct conf_node *map, const char *layout,
    const char *key, const struct conf **conf)
{
	const struct conf_node *source = site_get(r->given->site, "sources", layout, conf);
	const struct conf_node *n = conf_get(source, key);

	if (n != NULL)
		return (n);
	*conf = r->conf;
	return (conf_get(conf_get(map, layout), key));
}

/* Seconds of "10 days", "36 hours"; or 0. */
static uint64_t
sources_span(const char *text)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = { { "h", 3600 }, { "hour", 3600 }, { "hours", 3600 }, { "d", 86400 },
		{ "day", 86400 }, { "days", 86400 }, { "w", 604800 }, { "week", 604800 },
		{ "weeks", 604800 } };
	char *end;
	unsigned long n = strtoul(text, &end, 10);
	size_t i;

	while (*end == ' ')
		end++;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end != text && n > 0 && n < 10000 && strcmp(end, units[i].unit) == 0)
			return (n * units[i].seconds);
	return (0);
}

/* What the source must be: required, fresh, keep. */
static void
sources_terms(struct pipeline_read *r, const struct conf_node *map, struct pipeline_source *s)
{
	const struct conf *conf;
	const struct conf_node *n;

	if ((n = sources_key(r, map, s->layout, "required", &conf)) != NULL) {
		s->required = n->kind == CONF_SCALAR && strcmp(n->text, "true") == 0;
		if (n->kind != CONF_SCALAR || (!s->required && strcmp(n->text, "false") != 0))
			pipeline_fault(conf, r->faults, n, STATUS_CONFIG,
			    "'required' must be true or false");
	}
	if ((n = sources_key(r, map, s->layout, "fresh", &conf)) != NULL) {
		s->fresh = n->kind == CONF_SCALAR ? sources_span(n->text) : 0;
		if (s->fresh == 0)
			pipeline_fault(conf, r->faults, n, STATUS_CONFIG,
			    "'fresh' must be a span of time such as '10 days' or '36 hours'");
	}
	if ((n = sources_key(r, map, s->layout, "keep", &conf)) != NULL) {
		char *end;

		s->keep = n->kind == CONF_SCALAR ? strtoul(n->text, &end, 10) : 0;
		if (n->kind != CONF_SCALAR || n->len == 0 || *end != '\0' || s->keep > 10000)
			pipeline_fault(conf, r->faults, n, STATUS_CONFIG,
			    "'keep' must be a number of files");
	}
}

/* Add a file to the source, unless it cannot be read. */
static void
sources_add(struct pipeline_read *r, struct pipeline_source *s, const char *file,
    const struct conf *conf, const struct conf_node *n)
{
	int fd;

	if ((fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0) {
		pipeline_fault(conf, r->faults, n, STATUS_NOINPUT,
		    "source %s: cannot open '%s': %s", s->layout, file, strerror(errno));
		return;
	}
	(void)close(fd);
	if (s->nfiles == s->capfiles)
		s->files = xgrow(s->files, &s->capfiles, sizeof(*s->files));
	s->files[s->nfiles++] = xstrdup(file);
}

/* Add the files that ${list} has for the layout, LAYOUT=FILE: are there any? */
static bool
sources_given(struct pipeline_read *r, struct pipeline_source *s, const struct option_list *list)
{
	size_t i, n = strlen(s->layout);
	bool any = false;

	for (i = 0; list != NULL && i < list->n; i++) {
		if (strncmp(list->v[i], s->layout, n) != 0 || list->v[i][n] != '=')
			continue;
		any = true;
		if (list->v[i][n + 1] != '\0')
			sources_add(r, s, list->v[i] + n + 1, r->conf, conf_root(r->conf));
	}
	return (any);
}

/* Where the source's files are: by the command line, in the inbox, as the settings or the file say. */
static void
sources_files(struct pipeline_read *r, const struct conf_node *map, struct pipeline_source *s)
{
	const struct conf *conf = r->conf;
	const struct conf_node *n;
	struct err e = ERR_INIT;
	char *file = NULL, *shown = NULL;

	if (sources_given(r, s, r->given->sources) || sources_given(r, s, r->given->inbox) ||
	    (n = sources_key(r, map, s->layout, "file", &conf)) == NULL)
		return;
	if (n->kind != CONF_SCALAR)
		pipeline_fault(conf, r->faults, n, STATUS_CONFIG,
		    "'file' must be the name of a file");
	else if (expand_word(&r->names, n->text, &file, &shown, &e))
		pipeline_fault(conf, r->faults, n, STATUS_CONFIG, "%s", e.msg);
	else
		sources_add(r, s, file, conf, n);
	free(file);
	free(shown);
}

/* What is wrong with a file of the source that has come, where none could be used. */
static void
sources_broken(const struct pipeline_read *r, struct pipeline_source *s)
{
	const struct option_list *l = r->given->broken;
	size_t i, n = strlen(s->layout);

	for (i = 0; l != NULL && s->nfiles == 0 && s->why == NULL && i < l->n; i++)
		if (strncmp(l->v[i], s->layout, n) == 0 && l->v[i][n] == '=')
			s->why = xstrdup(l->v[i] + n + 1);
}

/* The sources that the map has: each must be read by a step. */
static void
sources_check(struct pipeline_read *r, const struct conf_node *map)
{
	static const char *const keys[] = { "file", "required", "fresh", "keep", NULL };
	const struct conf_node *n;

	if (map == NULL)
		return;
	if (map->kind != CONF_MAP) {
		read_fault(r, map, "'sources' must be a map of layouts");
		return;
	}
	for (n = map->child; n != NULL; n = n->next) {
		if (!read_keys(r, n, keys, "a source"))
			continue;
		if (pipeline_source(r->p, n->key) == NULL)
			read_fault(r, n, "no step reads source '%s'", n->key);
	}
}

/* A step like ${was} for file ${k} of its source: NAME.2 and so on. */
static void
sources_step(struct pipeline *p, const struct pipeline_step *was, size_t k, const char *file)
{
	struct pipeline_step *s = pipeline_add_step(p);
	const struct pipeline_import *from = was->import;
	struct pipeline_import *i = xcalloc(1, sizeof(*i));
	size_t size = strlen(was->name) + 24;

	s->name = xcalloc(1, size);
	(void)snprintf(s->name, size, "%s.%zu", was->name, k);
	s->node = was->node;
	s->retries = was->retries;
	s->retry_wait = was->retry_wait;
	s->timeout = was->timeout;
	s->import = i;
	i->layout = xstrdup(from->layout);
	i->view = xstrdup(from->view);
	i->dataset = xstrdup(from->dataset);
	i->type = from->type != NULL ? xstrdup(from->type) : NULL;
	i->file = xstrdup(file);
	i->part = k;
	i->required = from->required;
	i->from = SIZE_MAX;
}

/* A step for each file of its source. */
static void
sources_steps(struct pipeline *p)
{
	struct pipeline_step *old = p->steps;
	size_t n = p->nsteps, i, k;

	p->steps = NULL;
	p->nsteps = p->capsteps = 0;
	for (i = 0; i < n; i++) {
		struct pipeline_import *import = old[i].import;
		const struct pipeline_source *s = NULL;

		*pipeline_add_step(p) = old[i];
		if (import == NULL || import->layout == NULL)
			continue;
		s = pipeline_source(p, import->layout);
		import->required = s->required;
		import->part = 1;
		if (s->nfiles > 0)
			import->file = xstrdup(s->files[0]);
		else if (s->why != NULL)
			import->why = xstrdup(s->why);
		for (k = 1; k < s->nfiles && old[i].name != NULL; k++)
			sources_step(p, &old[i], k + 1, s->files[k]);
	}
	free(old);
}

/* What the command line names must be read by a step. */
static void
sources_known(struct pipeline_read *r)
{
	const struct option_list *given = r->given->sources;
	size_t i;

	for (i = 0; given != NULL && i < given->n; i++) {
		char layout[PIPELINE_NAME_MAX + 1];
		size_t n = strcspn(given->v[i], "=");

		if (n >= sizeof(layout))
			n = sizeof(layout) - 1;
		memcpy(layout, given->v[i], n);
		layout[n] = '\0';
		if (given->v[i][n] != '=')
			read_fault(r, conf_root(r->conf), "--source takes LAYOUT=FILE, not '%s'",
			    given->v[i]);
		else if (pipeline_source(r->p, layout) == NULL)
			read_fault(r, conf_root(r->conf), "no step reads source '%s'", layout);
	}
}

void
sources_read(struct pipeline_read *r, const struct conf_node *map)
{
	struct pipeline *p = r->p;
	size_t i;

	for (i = 0; i < p->nsteps; i++) {
		const struct pipeline_import *import = p->steps[i].import;
		struct pipeline_source *s;

		if (import == NULL || import->layout == NULL ||
		    pipeline_source(p, import->layout) != NULL)
			continue;
		s = pipeline_add_source(p);
		s->layout = xstrdup(import->layout);
		sources_terms(r, map, s);
		sources_files(r, map, s);
		sources_broken(r, s);
	}
	sources_steps(p);
	sources_check(r, map);
	sources_known(r);
}
