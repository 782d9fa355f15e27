/* What a step in short runs. */

#include "pipeline/short_build.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/home.h"

enum { SHORT_ARGS = 64 };

/* A stage's arguments while they are put together. */
struct short_args {
	char *v[SHORT_ARGS];
	size_t n;
	bool over; /* there were more */
};

/* Add an argument. */
static void
short_arg(struct short_args *a, const char *arg)
{

	if (a->n == SHORT_ARGS)
		a->over = true;
	else
		a->v[a->n++] = xstrdup(arg);
}

/* Add an option, and its value. */
static void
short_option(struct short_args *a, const char *option, const char *value)
{

	short_arg(a, option);
	short_arg(a, value);
}

/* Add --rejects RUN_DIR/STEP-SUFFIX.rej. */
static void
short_rejects(struct short_args *a, const struct pipeline_read *r, const struct pipeline_step *s,
    const char *suffix)
{
	char path[PATH_MAX + 128];

	(void)snprintf(path, sizeof(path), "%s/%s-%s.rej", r->given->run_dir, s->name, suffix);
	short_option(a, "--rejects", path);
}

/* Add the words that the file has for the stage under ${key}. */
static void
short_more(struct short_args *a, struct pipeline_read *r, const struct pipeline_step *s,
    const char *key)
{
	const struct conf_node *list = conf_get(s->node, key), *n;
	char *word, *shown;

	if (list == NULL)
		return;
	if (list->kind != CONF_LIST) {
		read_fault(r, list, "'%s' must be a list of arguments", key);
		return;
	}
	for (n = list->child; n != NULL; n = n->next) {
		read_expand(r, n, &word, &shown);
		if (word != NULL)
			short_arg(a, word);
		free(word);
		free(shown);
	}
}

/* What this run accepts of the step's load: --accept STEP=WHAT. */
static void
short_accept(struct short_args *a, const struct pipeline_read *r, const struct pipeline_step *s)
{
	const struct option_list *l = r->given->accept;
	size_t i, n = strlen(s->name);
	char option[40];

	for (i = 0; l != NULL && i < l->n; i++)
		if (strncmp(l->v[i], s->name, n) == 0 && l->v[i][n] == '=') {
			(void)snprintf(option, sizeof(option), "--accept-%.20s", l->v[i] + n + 1);
			short_arg(a, option);
		}
}

/* The step's next stage has these arguments. */
static void
short_put(struct pipeline_read *r, struct pipeline_step *s, struct short_args *a)
{
	struct pipeline_stage *stage = &s->stages[s->nstages++];
	size_t i;

	if (a->over)
		read_fault(r, s->node, "a stage of '%s' has more than %d arguments", s->name,
		    SHORT_ARGS);
	stage->args = xcalloc(a->n + 1, sizeof(*stage->args));
	stage->shown = xcalloc(a->n + 1, sizeof(*stage->shown));
	for (i = 0; i < a->n; i++) {
		stage->args[i] = a->v[i];
		stage->shown[i] = xstrdup(a->v[i]);
	}
	stage->nargs = a->n;
	a->n = 0;
	read_program(r, s->node, stage);
}

/* The directory of what is decoded of the source's file for others. */
static void
short_spools(const struct pipeline_read *r, const struct pipeline_import *i, char *dst, size_t size)
{
	const char *dir = r->given->spools != NULL ? r->given->spools : r->given->run_dir;

	if (i->part > 1)
		(void)snprintf(dst, size, "%s/%zu", dir, i->part);
	else
		(void)snprintf(dst, size, "%s", dir);
}

/* The stage that decodes the step's own source, or the file that another step makes of it. */
static void
short_source(struct pipeline_read *r, struct pipeline_step *s, struct short_args *a)
{
	const struct pipeline_import *i = s->import;
	char dir[PATH_MAX + 24], path[PATH_MAX + 256];

	if (i->from != SIZE_MAX) {
		short_spools(r, i, dir, sizeof(dir));
		(void)snprintf(path, sizeof(path), "%s/%s-%s.sealed", dir, i->layout, i->view);
		s->input = xstrdup(path);
		s->input_made = true;
		return;
	}
	short_arg(a, "rrc-decode");
	short_option(a, "--layout", i->layout);
	short_option(a, "--view", i->view);
	short_rejects(a, r, s, "decode");
	short_more(a, r, s, "decode");
	short_arg(a, i->file);
	short_put(r, s, a);
}

/* Decode, map, load. */
static void
short_entities(struct pipeline_read *r, struct pipeline_step *s, const char *tenant)
{
	struct short_args a = { .n = 0 };

	short_source(r, s, &a);
	short_arg(&a, "entity-map");
	short_option(&a, "--tenant", tenant);
	short_option(&a, "--type", s->import->type);
	short_rejects(&a, r, s, "map");
	short_more(&a, r, s, "map");
	short_put(r, s, &a);
	short_arg(&a, "entity-load");
	short_option(&a, "--tenant", tenant);
	short_option(&a, "--type", s->import->type);
	short_rejects(&a, r, s, "load");
	short_more(&a, r, s, "load");
	short_accept(&a, r, s);
	short_put(r, s, &a);
}

/* A file of rules: as it is written, or of this machine, or of those that come along. */
static void
short_rule_path(struct pipeline_read *r, const struct conf_node *n, struct short_args *a)
{
	char *word, *shown, path[PATH_MAX], rel[300];
	struct err e = ERR_INIT;

	read_expand(r, n, &word, &shown);
	free(shown);
	if (word == NULL)
		return;
	if (strchr(word, '/') != NULL) {
		short_arg(a, word);
	} else {
		(void)snprintf(rel, sizeof(rel), "rules/%.200s", word);
		if (home_config(path, sizeof(path), rel, &e))
			read_note(r, &e);
		else if (access(path, R_OK) != 0)
			pipeline_fault(r->conf, r->faults, n, STATUS_NOINPUT,
			    "file of rules '%s' does not exist", word);
		else
			short_arg(a, path);
	}
	free(word);
}

/* Rules from files, or from a dataset. */
static void
short_rules(struct pipeline_read *r, struct pipeline_step *s, const char *tenant)
{
	const struct conf_node *v = conf_get(s->node, "rules"), *n;
	struct short_args a = { .n = 0 };

	if (s->import != NULL)
		short_source(r, s, &a);
	short_arg(&a, "rule-load");
	short_option(&a, "--tenant", tenant);
	if (s->import != NULL)
		short_rejects(&a, r, s, "load");
	short_more(&a, r, s, "load");
	short_accept(&a, r, s);
	if (s->import == NULL && v->kind == CONF_LIST)
		for (n = v->child; n != NULL; n = n->next)
			short_rule_path(r, n, &a);
	else if (s->import == NULL)
		short_rule_path(r, v, &a);
	short_put(r, s, &a);
}

/* One stage: its arguments as they are, or its name, and then whose tenant's. */
static void
short_one(struct pipeline_read *r, struct pipeline_step *s, const char *tenant)
{
	const struct conf_node *v = conf_get(s->node, "stage");
	struct short_args a = { .n = 0 };

	if (v->kind == CONF_LIST) {
		short_more(&a, r, s, "stage");
	} else {
		short_arg(&a, v->text);
		short_option(&a, "--tenant", tenant);
	}
	if (a.n > 0)
		short_put(r, s, &a);
}

/* The tenant whose data it is, from the settings. */
static char *
short_tenant(struct pipeline_read *r, const struct pipeline_step *s)
{
	struct err e = ERR_INIT;
	char *word, *shown;

	if (expand_word(&r->names, "${tenant}", &word, &shown, &e)) {
		read_fault(r, s->node, "a short step needs the setting 'tenant'");
		return (NULL);
	}
	free(shown);
	return (word);
}

void
short_stages(struct pipeline_read *r, struct pipeline_step *s)
{
	const struct conf_node *stage = conf_get(s->node, "stage");
	char *tenant;

	s->stages = xcalloc(3, sizeof(*s->stages));
	if (stage != NULL && stage->kind == CONF_LIST) {
		short_one(r, s, "");
		return;
	}
	if ((tenant = short_tenant(r, s)) == NULL)
		return;
	if (s->import != NULL)
		s->import->tenant = xstrdup(tenant);
	if (s->import != NULL && s->import->file == NULL)
		free(tenant); /* absent: nothing to run */
	else {
		if (stage != NULL)
			short_one(r, s, tenant);
		else if (conf_get(s->node, "rules") != NULL)
			short_rules(r, s, tenant);
		else if (s->import->type != NULL)
			short_entities(r, s, tenant);
		free(tenant);
	}
}

void
short_decode(struct pipeline_read *r, struct pipeline_step *s, size_t from)
{
	struct short_args a = { .n = 0 };
	char dir[PATH_MAX + 24];
	size_t i;

	short_spools(r, s->import, dir, sizeof(dir));
	s->stages = xcalloc(1, sizeof(*s->stages));
	short_arg(&a, "rrc-decode");
	short_option(&a, "--layout", s->import->layout);
	for (i = 0; i < r->p->nsteps; i++)
		if (r->p->steps[i].import != NULL && r->p->steps[i].import->from == from)
			short_option(&a, "--view", r->p->steps[i].import->view);
	short_arg(&a, "--frames");
	short_option(&a, "--into", dir);
	short_arg(&a, s->import->file);
	short_put(r, s, &a);
}
