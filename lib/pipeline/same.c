/* Import steps whose source was loaded already. */

#include "pipeline/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum {
	SAME_WORDS = 32,
	SAME_OWN = 9,     /* words before those that are passed on; */
	SAME_DATASET = 4, /* of them this one is allocated */
};

/* The options that are known of a stage, with what becomes of each. */
struct same_option {
	const char *name;
	/* 'l', 'v', 't', 'k': layout, view, tenant, type; 'p': passed on; '-': no matter, as is 'f', which has no
	 * value. */
	char what;
};

/* What is asked. */
struct same {
	char *layout, *view, *file, *tenant, *type; /* the step's words, as are these: */
	char *words[SAME_WORDS];
	size_t n;
};

static const struct same_option same_decode[] = { { "--layout", 'l' }, { "--view", 'v' },
	{ "--rejects", '-' }, { "--max-rejects", '-' }, { "--max-flaws", '-' }, { NULL, 0 } };
static const struct same_option same_map[] = { { "--tenant", 't' }, { "--type", 'k' },
	{ "--db", '-' }, { "--rejects", '-' }, { "--max-rejects", '-' }, { "--max-flaws", '-' },
	{ NULL, 0 } };
static const struct same_option same_load[] = { { "--tenant", 't' }, { "--type", 'k' },
	{ "--db", 'p' }, { "--datasets", 'p' }, { "--matrix", '-' }, { "--lock-wait", 'p' },
	{ "--rejects", '-' }, { "--max-rejects", '-' }, { "--max-flaws", '-' },
	{ "--max-retired", '-' }, { "--memory", '-' }, { "--accept-shrink", 'f' },
	{ "--accept-change", 'f' }, { "--accept-older", 'f' }, { "--persons", 'f' },
	{ "--format", 'p' }, { "--report", 'p' }, { NULL, 0 } };

static const struct same_option same_rules[] = { { "--tenant", 't' }, { "--db", 'p' },
	{ "--lock-wait", '-' }, { "--rejects", '-' }, { "--max-rejects", '-' },
	{ "--max-flaws", '-' }, { "--accept-older", 'f' }, { "--format", 'p' }, { "--report", 'p' },
	{ NULL, 0 } };

/* Take ${v} for ${*was}: another than before is one too many. */
static bool
same_take(char **was, char *v)
{

	if (*was != NULL)
		return (strcmp(*was, v) == 0);
	*was = v;
	return (true);
}

/* Is it an option without a value? */
static bool
same_flag(const struct same_option *known, const char *name)
{

	for (; known->name != NULL && strcmp(known->name, name) != 0; known++)
		;
	return (known->what == 'f');
}

/* One option with its value: false where the answer may depend on it. */
static bool
same_option(struct same *a, const struct same_option *known, char *name, char *value)
{

	for (; known->name != NULL && strcmp(known->name, name) != 0; known++)
		;
	switch (known->what) {
	case 'l':
		return (same_take(&a->layout, value));
	case 'v':
		return (same_take(&a->view, value));
	case 't':
		return (same_take(&a->tenant, value));
	case 'k':
		return (same_take(&a->type, value));
	case 'p':
		if (a->n + 2 > SAME_WORDS)
			return (false);
		a->words[a->n++] = name;
		a->words[a->n++] = value;
		return (true);
	case '-':
		return (true);
	default:
		return (false);
	}
}

/* The words of a stage; ${file} is where its operand goes, or NULL: it has none. */
static bool
same_stage(struct same *a, const struct pipeline_stage *s, const char *name,
    const struct same_option *known, char **file)
{
	size_t i;

	if (s->nargs == 0 || strcmp(s->args[0], name) != 0)
		return (false);
	for (i = 1; i < s->nargs; i++)
		if (same_flag(known, s->args[i])) {
			continue;
		} else if (s->args[i][0] == '-') {
			if (i + 1 == s->nargs || !same_option(a, known, s->args[i], s->args[i + 1]))
				return (false);
			i++;
		} else if (file == NULL || *file != NULL) {
			return (false);
		} else {
			*file = s->args[i];
		}
	return (true);
}

/* What the words of a step in full say: true where it is an import. */
static bool
same_read(struct same *a, const struct pipeline_step *s)
{

	return (s->nstages == 3 && s->input == NULL &&
	    same_stage(a, &s->stages[0], "rrc-decode", same_decode, &a->file) &&
	    same_stage(a, &s->stages[1], "entity-map", same_map, NULL) &&
	    same_stage(a, &s->stages[2], "entity-load", same_load, NULL) && a->layout != NULL &&
	    a->view != NULL && a->file != NULL && a->tenant != NULL && a->type != NULL);
}

/* The same of a step in short. */
static bool
same_import(struct same *a, const struct pipeline_step *s)
{
	const struct pipeline_import *i = s->import;
	const struct pipeline_stage *last = s->nstages > 0 ? &s->stages[s->nstages - 1] : NULL;
	char *operand = NULL;

	if (i == NULL || i->view == NULL || last == NULL)
		return (false);
	a->layout = i->layout;
	a->view = i->view;
	a->file = i->file;
	if (i->type == NULL)
		return ((s->nstages == 1 ||
			    same_stage(a, &s->stages[0], "rrc-decode", same_decode, &operand)) &&
		    same_stage(a, last, "rule-load", same_rules, NULL));
	return (i->from != SIZE_MAX && s->nstages == 2 &&
	    same_stage(a, &s->stages[0], "entity-map", same_map, NULL) &&
	    same_stage(a, last, "entity-load", same_load, NULL));
}

void
same_step(const struct pipeline_step *s, struct pipeline_step *ask)
{
	static char same[] = "--same", dataset[] = "--dataset", tenant[] = "--tenant",
		    type[] = "--type";
	const struct pipeline_stage *load;
	struct pipeline_stage *stage;
	struct same a;
	char *name;
	size_t n, own;

	memset(ask, 0, sizeof(*ask));
	memset(&a, 0, sizeof(a));
	if (!same_import(&a, s)) {
		memset(&a, 0, sizeof(a));
		if (!same_read(&a, s))
			return;
	}
	*ask = *s;
	ask->input = NULL;
	ask->nstages = 1;
	ask->stages = stage = xcalloc(1, sizeof(*stage));
	load = &s->stages[s->nstages - 1];
	stage->program = load->program;
	n = strlen(a.layout) + strlen(a.view) + 2;
	name = xcalloc(1, n);
	(void)snprintf(name, n, "%s/%s", a.layout, a.view);
	/* Rules have no type. */
	own = a.type != NULL ? SAME_OWN : SAME_OWN - 2;
	stage->nargs = own + a.n;
	stage->args = stage->shown = xcalloc(stage->nargs + 1, sizeof(*stage->args));
	memcpy(stage->args,
	    (char *[SAME_OWN]){ load->args[0], same, a.file, dataset, name, tenant, a.tenant, type,
		a.type },
	    own * sizeof(*stage->args));
	memcpy(stage->args + own, a.words, a.n * sizeof(*a.words));
}

void
same_free(struct pipeline_step *ask)
{

	if (ask->nstages == 0)
		return;
	free(ask->stages[0].args[SAME_DATASET]);
	free(ask->stages[0].args);
	free(ask->stages);
}
