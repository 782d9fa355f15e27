/* Pipelines from their files. */

#include "pipeline/pipeline_load.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/home.h"
#include "pipeline/pipeline_check.h"
#include "pipeline/pipeline_read.h"
#include "pipeline/short.h"
#include "pipeline/site.h"
#include "pipeline/sources.h"
#include "pipeline/stage.h"

static const char *const pipeline_reserved[] = { "run", "run_dir", "home", "var", NULL };

void
read_note(struct pipeline_read *r, const struct err *e)
{

	(void)buf_addf(&r->faults->text, NULL, "%s\n", e->msg);
	r->faults->n++;
}

/* Whether ${word} is in the NULL-terminated list ${args}. */
static bool
pipeline_in(const char *const *args, const char *word)
{

	for (; *args != NULL; args++)
		if (strcmp(*args, word) == 0)
			return (true);
	return (false);
}

bool
read_keys(struct pipeline_read *r, const struct conf_node *map, const char *const *keys,
    const char *what)
{
	const struct conf_node *k;

	if (map->kind != CONF_MAP) {
		pipeline_fault(r->conf, r->faults, map, STATUS_CONFIG,
		    "%s must be a map of keys and values", what);
		return (false);
	}
	for (k = map->child; k != NULL; k = k->next)
		if (!pipeline_in(keys, k->key))
			pipeline_fault(r->conf, r->faults, k, STATUS_CONFIG,
			    "unknown key '%s' in %s", k->key, what);
	return (true);
}

void
read_expand(struct pipeline_read *r, const struct conf_node *n, char **word, char **shown)
{
	struct err e = ERR_INIT;

	*word = *shown = NULL;
	if (n->kind != CONF_SCALAR)
		pipeline_fault(r->conf, r->faults, n, STATUS_CONFIG, "must be one word or text");
	else if (expand_word(&r->names, n->text, word, shown, &e))
		pipeline_fault(r->conf, r->faults, n, STATUS_CONFIG, "%s", e.msg);
}

/* The value that --set gives ${name}, the last one if several do, or NULL; owned by ${set}. */
static const char *
pipeline_set_value(const struct option_list *set, const char *name)
{
	const char *value = NULL;
	size_t i, len = strlen(name);

	for (i = 0; set != NULL && i < set->n; i++)
		if (strncmp(set->v[i], name, len) == 0 && set->v[i][len] == '=')
			value = set->v[i] + len + 1;
	return (value);
}

/* Is it written as nothing? */
static bool
pipeline_null(const struct conf_node *n)
{

	return (n->kind == CONF_SCALAR && n->plain &&
	    (n->len == 0 || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0));
}

/* A setting that the file leaves open, and nobody has filled in. */
static void
pipeline_open_setting(struct pipeline_read *r, const struct conf_node *k)
{

	read_fault(r, k, "setting '%s' has no value: --set %s=VALUE, or settings: in %s", k->key,
	    k->key, "/etc/aegis/aegis.yaml");
	expand_set(&r->names, k->key, "", "");
}

/* One setting: of the command line, else of this machine, else of the file. */
static void
pipeline_setting(struct pipeline_read *r, const struct conf_node *k)
{
	const struct conf *conf = r->conf;
	const struct conf_node *n = site_get(r->given->site, "settings", k->key, &conf);
	const char *given = pipeline_set_value(r->given->set, k->key);
	struct err e = ERR_INIT;
	char *word = NULL, *shown = NULL;

	if (given == NULL && strcmp(k->key, "tenant") == 0)
		given = r->given->tenant;
	if (n == NULL)
		n = k;
	if (given != NULL)
		expand_set(&r->names, k->key, given, given);
	else if (pipeline_null(n))
		pipeline_open_setting(r, k);
	else if (n->kind != CONF_SCALAR)
		pipeline_fault(conf, r->faults, n, STATUS_CONFIG, "must be one word or text");
	else if (expand_word(&r->names, n->text, &word, &shown, &e))
		pipeline_fault(conf, r->faults, n, STATUS_CONFIG, "%s", e.msg);
	if (given == NULL)
		/* Where that failed its users need not be reported as well. */
		expand_set(&r->names, k->key, word ? word : "", shown ? shown : "");
	free(word);
	free(shown);
}

/* The file's settings in their order: each may use those before it. */
static void
pipeline_settings(struct pipeline_read *r, const struct conf_node *map)
{
	const struct conf_node *k;

	if (map == NULL)
		return;
	if (map->kind != CONF_MAP) {
		read_fault(r, map, "'settings' must be a map of names and values");
		return;
	}
	for (k = map->child; k != NULL; k = k->next)
		if (!expand_name_ok(k->key) || pipeline_in(pipeline_reserved, k->key))
			read_fault(r, k, "a setting cannot be called '%s'", k->key);
		else
			pipeline_setting(r, k);
}

/* Every NAME=VALUE that was given must be one of the file's settings. */
static int
pipeline_check_set(const struct conf_node *root, const struct option_list *set, struct err *e)
{
	const struct conf_node *map = conf_get(root, "settings");
	char name[80];
	size_t i, n;

	for (i = 0; set != NULL && i < set->n; i++) {
		n = strcspn(set->v[i], "=");
		if (set->v[i][n] != '=' || n == 0 || n >= sizeof(name))
			return (err_set(e, STATUS_USAGE, "--set takes NAME=VALUE, not '%s'",
			    set->v[i]));
		memcpy(name, set->v[i], n);
		name[n] = '\0';
		if (conf_get(map, name) == NULL)
			return (err_set(e, STATUS_USAGE, "the pipeline has no setting '%s'", name));
	}
	return (0);
}

void
read_program(struct pipeline_read *r, const struct conf_node *node, struct pipeline_stage *s)
{
	char path[PATH_MAX];

	if (s->nargs == 0)
		return;
	if (stage_find(s->args[0], path, sizeof(path)) == 0)
		s->program = xstrdup(path);
	else
		read_fault(r, node, "stage '%s' does not exist", s->args[0]);
}

/* Read a stage's arguments with names filled in, and find its program; faults are noted. */
static void
pipeline_stage(struct pipeline_read *r, const struct conf_node *list, struct pipeline_stage *s)
{
	const struct conf_node *n;
	bool named = false; /* the first word is known */

	if (list->kind != CONF_LIST || list->n == 0) {
		pipeline_fault(r->conf, r->faults, list, STATUS_CONFIG,
		    "a stage must be a list of arguments");
		return;
	}
	s->args = xcalloc(list->n + 1, sizeof(*s->args));
	s->shown = xcalloc(list->n + 1, sizeof(*s->shown));
	for (n = list->child; n != NULL; n = n->next, s->nargs++) {
		read_expand(r, n, &s->args[s->nargs], &s->shown[s->nargs]);
		/* The list ends at the first NULL: none may stand inside. */
		if (n == list->child)
			named = s->args[0] != NULL;
		if (s->args[s->nargs] == NULL) {
			s->args[s->nargs] = xstrdup("");
			s->shown[s->nargs] = xstrdup("");
		}
	}
	if (named)
		read_program(r, list->child, s);
}

/* The list of 1 to ${most} ${what} under ${key}; NULL after noting what is wrong with it. */
static const struct conf_node *
pipeline_list(struct pipeline_read *r, const struct conf_node *map, const char *key,
    const char *what, size_t most)
{
	const struct conf_node *list = conf_get(map, key);

	if (list == NULL || list->kind != CONF_LIST || list->n == 0)
		pipeline_fault(r->conf, r->faults, list ? list : map, STATUS_CONFIG,
		    "'%s' must be a list of %s, and not empty", key, what);
	else if (list->n > most)
		pipeline_fault(r->conf, r->faults, list, STATUS_CONFIG, "'%s' has more than %zu %s",
		    key, most, what);
	else
		return (list);
	return (NULL);
}

/* Read the stages of a step's 'pipe' into ${s}; faults are noted. */
static void
pipeline_pipe(struct pipeline_read *r, const struct conf_node *step, struct pipeline_step *s)
{
	const struct conf_node *pipe =
	    pipeline_list(r, step, "pipe", "stages", PIPELINE_STAGES_MAX);
	const struct conf_node *n;

	if (pipe == NULL)
		return;
	s->stages = xcalloc(pipe->n, sizeof(*s->stages));
	for (n = pipe->child; n != NULL; n = n->next)
		pipeline_stage(r, n, &s->stages[s->nstages++]);
}

/* A file name under ${key}, or NULL. */
static char *
pipeline_file(struct pipeline_read *r, const struct conf_node *step, const char *key)
{
	const struct conf_node *n = conf_get(step, key);
	char *word, *shown;

	if (n == NULL)
		return (NULL);
	read_expand(r, n, &word, &shown);
	free(shown);
	if (word != NULL && word[0] == '\0') {
		pipeline_fault(r->conf, r->faults, n, STATUS_CONFIG, "'%s' is empty", key);
		free(word);
		word = NULL;
	}
	return (word);
}

void
read_u64(struct pipeline_read *r, const struct conf_node *map, const char *key, uint64_t min,
    uint64_t max, uint64_t *out)
{
	struct err e = ERR_INIT;

	if (conf_u64(r->conf, map, key, min, max, out, &e))
		read_note(r, &e);
}

char *
read_name(struct pipeline_read *r, const struct conf_node *map, const char *key)
{
	const struct conf_node *n = conf_get(map, key);

	if (n == NULL)
		pipeline_fault(r->conf, r->faults, map, STATUS_CONFIG, "'%s' is missing", key);
	else if (n->kind != CONF_SCALAR || !pipeline_name_ok(n->text))
		pipeline_fault(r->conf, r->faults, n, STATUS_CONFIG,
		    "'%s' must be letters, digits, '.', '_' and '-', up to %d", key,
		    PIPELINE_NAME_MAX);
	else
		return (xstrdup(n->text));
	return (NULL);
}

void
read_step_limits(struct pipeline_read *r, const struct conf_node *n, struct pipeline_step *s)
{

	read_u64(r, n, "retries", 0, 100, &s->retries);
	read_u64(r, n, "retry_wait", 0, 86400, &s->retry_wait);
	read_u64(r, n, "timeout", 1, 30 * 86400, &s->timeout);
}

/* Read one step of the file, with default values for what is not given; faults are noted. */
static void
pipeline_step(struct pipeline_read *r, const struct conf_node *n)
{
	static const char *const keys[] = { "name", "input", "pipe", "after", "retries",
		"retry_wait", "timeout", "output", NULL };
	struct pipeline_step *s;

	if (short_is(n)) {
		short_step(r, n);
		return;
	}
	s = pipeline_add_step(r->p);
	s->node = n;
	s->retry_wait = 60;
	if (!read_keys(r, n, keys, "a step"))
		return;
	s->name = read_name(r, n, "name");
	s->input = pipeline_file(r, n, "input");
	s->output = pipeline_file(r, n, "output");
	read_step_limits(r, n, s);
	pipeline_pipe(r, n, s);
}

/* Read the list of steps; a missing, empty or overlong one is a fault. */
static void
pipeline_steps(struct pipeline_read *r, const struct conf_node *root)
{
	const struct conf_node *list = pipeline_list(r, root, "steps", "steps", PIPELINE_STEPS_MAX);
	const struct conf_node *n;

	if (list == NULL)
		return;
	for (n = list->child; n != NULL; n = n->next)
		pipeline_step(r, n);
	sources_read(r, conf_get(root, "sources"));
	short_finish(r);
}

/* Read the whole file into ${p} and check its graph and files; all faults are collected in ${r}.
 */
static void
pipeline_read(struct pipeline_read *r, const struct conf_node *root,
    const struct pipeline_names *names, struct pipeline *p)
{
	static const char *const keys[] = { "pipeline", "description", "settings", "steps",
		"sources", "tenants", "inbox", "database", "on_failure", "on_findings", "metrics",
		"lineage", "log", "defaults", NULL };
	struct err e = ERR_INIT;
	const char *text;
	char var[PATH_MAX];

	if (!read_keys(r, root, keys, "a pipeline"))
		return;
	expand_set(&r->names, "run", names->run, names->run);
	expand_set(&r->names, "run_dir", names->run_dir, names->run_dir);
	expand_set(&r->names, "home", names->home, names->home);
	if (home_var(var, sizeof(var), "", &e) == 0)
		expand_set(&r->names, "var", var, var);
	p->name = read_name(r, root, "pipeline");
	p->tenant = names->tenant != NULL ? xstrdup(names->tenant) : NULL;
	if (names->tenant != NULL)
		expand_set(&r->names, "tenant", names->tenant, names->tenant);
	if ((text = conf_text(r->conf, root, "description", "", &e)) == NULL)
		read_note(r, &e);
	else if (text[0] != '\0')
		p->description = xstrdup(text);
	pipeline_settings(r, conf_get(root, "settings"));
	pipeline_steps(r, root);
	pipeline_check_graph(p, r->faults);
	pipeline_check_files(p, names->run_dir, r->faults);
}

struct pipeline *
pipeline_parse(struct conf *conf, const struct pipeline_names *names,
    struct pipeline_faults *faults, struct err *e)
{
	struct pipeline *p = xcalloc(1, sizeof(*p));
	struct pipeline_read r = { conf, EXPAND_INIT, faults, names, p };
	const struct conf_node *root = conf_root(conf);

	p->conf = conf;
	if (pipeline_check_set(root, names->set, e))
		goto err1;
	pipeline_read(&r, root, names, p);
	expand_free(&r.names);
	if (faults->n > 0) {
		(void)err_set(e, faults->noinput == faults->n ? STATUS_NOINPUT : STATUS_CONFIG,
		    "%zu fault%s, nothing was started", faults->n, faults->n > 1 ? "s" : "");
		goto err1;
	}
	return (p);
err1:
	pipeline_free(p);
	return (NULL);
}

struct pipeline *
pipeline_load(const char *path, const struct pipeline_names *names, struct pipeline_faults *faults,
    struct err *e)
{
	struct pipeline *p;
	struct conf *conf;

	if ((conf = conf_load(path, e)) == NULL)
		return (NULL);
	if ((p = pipeline_parse(conf, names, faults, e)) == NULL)
		(void)err_prefix(e, "'%s'", path);
	return (p);
}
