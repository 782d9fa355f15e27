/* A pipeline as its file has it, and what is wrong with one. */

#include "pipeline/pipeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
pipeline_name_ok(const char *name)
{
	static const char first[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strlen(name);

	return (n > 0 && n <= PIPELINE_NAME_MAX && strchr(first, name[0]) != NULL &&
	    strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"._-") == n);
}

void
pipeline_fault(const struct conf *conf, struct pipeline_faults *faults,
    const struct conf_node *node, enum status status, const char *fmt, ...)
{
	struct err e = ERR_INIT;
	char msg[600], line[1100];
	va_list ap;
	size_t i, n;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	(void)conf_fail(conf, node, &e, "%s", msg);
	/* One line a fault, whatever the file holds. */
	n = (size_t)snprintf(line, sizeof(line), "%s", e.msg);
	for (i = 0; i < n && i < sizeof(line) - 1; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	(void)buf_addf(&faults->text, NULL, "%s\n", line);
	faults->n++;
	if (status == STATUS_NOINPUT)
		faults->noinput++;
}

/* Free the stage's arguments and program, but not ${s} itself. */
static void
pipeline_free_stage(struct pipeline_stage *s)
{
	size_t i;

	for (i = 0; i < s->nargs; i++) {
		free(s->args[i]);
		free(s->shown[i]);
	}
	free(s->args);
	free(s->shown);
	free(s->program);
}

struct pipeline_step *
pipeline_add_step(struct pipeline *p)
{

	if (p->nsteps == p->capsteps)
		p->steps = xgrow(p->steps, &p->capsteps, sizeof(*p->steps));
	memset(&p->steps[p->nsteps], 0, sizeof(*p->steps));
	return (&p->steps[p->nsteps++]);
}

struct pipeline_source *
pipeline_add_source(struct pipeline *p)
{

	if (p->nsources == p->capsources)
		p->sources = xgrow(p->sources, &p->capsources, sizeof(*p->sources));
	memset(&p->sources[p->nsources], 0, sizeof(*p->sources));
	return (&p->sources[p->nsources++]);
}

struct pipeline_source *
pipeline_source(const struct pipeline *p, const char *layout)
{
	size_t i;

	for (i = 0; i < p->nsources; i++)
		if (strcmp(p->sources[i].layout, layout) == 0)
			return (&p->sources[i]);
	return (NULL);
}

/* Free what a step imports. */
static void
pipeline_free_import(struct pipeline_import *i)
{

	if (i == NULL)
		return;
	free(i->layout);
	free(i->view);
	free(i->dataset);
	free(i->type);
	free(i->tenant);
	free(i->file);
	free(i->why);
	free(i);
}

void
pipeline_free(struct pipeline *p)
{
	size_t i, k;

	if (p == NULL)
		return;
	for (i = 0; i < p->nsteps; i++) {
		struct pipeline_step *s = &p->steps[i];

		for (k = 0; k < s->nstages; k++)
			pipeline_free_stage(&s->stages[k]);
		free(s->stages);
		free(s->after);
		free(s->order);
		pipeline_free_import(s->import);
		free(s->name);
		free(s->input);
		free(s->output);
	}
	for (i = 0; i < p->nsources; i++) {
		for (k = 0; k < p->sources[i].nfiles; k++)
			free(p->sources[i].files[k]);
		free(p->sources[i].files);
		free(p->sources[i].layout);
		free(p->sources[i].why);
	}
	free(p->sources);
	free(p->steps);
	free(p->name);
	free(p->tenant);
	free(p->description);
	conf_free(p->conf);
	free(p);
}
