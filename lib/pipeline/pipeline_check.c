/* A pipeline's steps: their order, their files. */

#include "pipeline/pipeline_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/short.h"

/* The number of the step called ${name}, or SIZE_MAX if there is none. */
static size_t
pipeline_check_step_named(const struct pipeline *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nsteps; i++)
		if (p->steps[i].name != NULL && strcmp(p->steps[i].name, name) == 0)
			return (i);
	return (SIZE_MAX);
}

/* Resolve the names in a step's 'after' to step numbers; unknown and repeated ones are faults. */
static void
pipeline_check_after(struct pipeline *p, size_t at, struct pipeline_faults *faults)
{
	struct pipeline_step *s = &p->steps[at];
	const struct conf_node *list = conf_get(s->node, "after"), *n;
	size_t i, k;

	/* What decodes for the step waits for nothing. */
	if (list == NULL || (s->import != NULL && s->import->view == NULL))
		return;
	if (list->kind != CONF_LIST) {
		pipeline_fault(p->conf, faults, list, STATUS_CONFIG,
		    "'after' must be a list of steps");
		return;
	}
	s->after = xcalloc(list->n, sizeof(*s->after));
	for (n = list->child; n != NULL; n = n->next) {
		if (n->kind != CONF_SCALAR ||
		    (k = pipeline_check_step_named(p, n->text)) == SIZE_MAX) {
			pipeline_fault(p->conf, faults, n, STATUS_CONFIG,
			    "step '%s' does not exist", n->kind == CONF_SCALAR ? n->text : "");
			continue;
		}
		for (i = 0; i < s->nafter && s->after[i] != k; i++)
			continue;
		if (i < s->nafter)
			pipeline_fault(p->conf, faults, n, STATUS_CONFIG,
			    "step '%s' is listed twice", n->text);
		else
			s->after[s->nafter++] = k;
	}
}

/* The ${k}th step that ${s} waits for, of both kinds. */
static size_t
pipeline_check_wait(const struct pipeline_step *s, size_t k)
{

	return (k < s->nafter ? s->after[k] : s->order[k - s->nafter]);
}

/* How many that are. */
static size_t
pipeline_check_waits(const struct pipeline_step *s)
{

	return (s->nafter + s->norder);
}

/* The first step that ${s} waits for and that is left; as many as there are waits: none. */
static size_t
pipeline_check_left(const struct pipeline_step *s, const bool *gone)
{
	size_t k;

	for (k = 0; k < pipeline_check_waits(s) && gone[pipeline_check_wait(s, k)]; k++)
		continue;
	return (k);
}

/* Take away, again and again, the steps that wait for none of the others left. */
static size_t
pipeline_check_peel(const struct pipeline *p, bool *gone)
{
	size_t left = p->nsteps, before, i;

	do {
		before = left;
		for (i = 0; i < p->nsteps; i++)
			if (!gone[i] &&
			    pipeline_check_left(&p->steps[i], gone) ==
				pipeline_check_waits(&p->steps[i])) {
				gone[i] = true;
				left--;
			}
	} while (left < before);
	return (left);
}

/*
 * From a step that is left, go on to one that it waits for and that is left too:
 * after nsteps moves we are inside a circle.  Then write the circle down.
 */
static void
pipeline_check_circle(const struct pipeline *p, const bool *gone, struct pipeline_faults *faults)
{
	struct buf text = BUF_INIT(400);
	const struct conf_node *n;
	size_t at = 0, start, i;

	while (gone[at])
		at++;
	for (i = 0; i < p->nsteps; i++)
		at = pipeline_check_wait(&p->steps[at], pipeline_check_left(&p->steps[at], gone));
	start = at;
	do {
		(void)buf_addf(&text, NULL, "%s -> ", p->steps[at].name);
		at = pipeline_check_wait(&p->steps[at], pipeline_check_left(&p->steps[at], gone));
	} while (at != start);
	n = conf_get(p->steps[start].node, "after");
	pipeline_fault(p->conf, faults, n != NULL ? n : p->steps[start].node, STATUS_CONFIG,
	    "steps wait for each other: %.*s%s", (int)text.len, text.len ? text.p : "",
	    p->steps[start].name);
	buf_free(&text);
}

void
pipeline_check_graph(struct pipeline *p, struct pipeline_faults *faults)
{
	bool *gone = xcalloc(p->nsteps, sizeof(*gone));
	size_t i;

	for (i = 0; i < p->nsteps; i++) {
		const char *name = p->steps[i].name;
		size_t first = name != NULL ? pipeline_check_step_named(p, name) : i;

		if (first != i)
			pipeline_fault(p->conf, faults,
			    short_is(p->steps[i].node) ? p->steps[i].node :
							 conf_get(p->steps[i].node, "name"),
			    STATUS_CONFIG, "a second step '%s' (the first is in line %d)", name,
			    p->steps[first].node->line);
		pipeline_check_after(p, i, faults);
	}
	if (pipeline_check_peel(p, gone) > 0)
		pipeline_check_circle(p, gone, faults);
	free(gone);
}

/* Whether ${at} comes after ${k}, over any number of steps between. */
static bool
pipeline_check_reaches(const struct pipeline *p, size_t at, size_t k, bool *seen)
{
	size_t i;

	if (seen[at])
		return (false);
	seen[at] = true;
	for (i = 0; i < p->steps[at].nafter; i++)
		if (p->steps[at].after[i] == k ||
		    pipeline_check_reaches(p, p->steps[at].after[i], k, seen))
			return (true);
	return (false);
}

/* Check that a step's input is made by a step it comes after, or is a file that can be opened. */
static void
pipeline_check_input(struct pipeline *p, size_t at, struct pipeline_faults *faults)
{
	struct pipeline_step *s = &p->steps[at];
	const struct conf_node *n = conf_get(s->node, "input");
	struct stat st;
	bool *seen;
	size_t k;
	int fd;

	for (k = 0; k < p->nsteps; k++) {
		if (p->steps[k].output == NULL || strcmp(p->steps[k].output, s->input) != 0)
			continue;
		seen = xcalloc(p->nsteps, sizeof(*seen));
		s->input_made = k != at && pipeline_check_reaches(p, at, k, seen);
		free(seen);
		if (!s->input_made)
			pipeline_fault(p->conf, faults, n, STATUS_CONFIG,
			    "'%s' is made by step '%s', which 'after' must list", s->input,
			    p->steps[k].name ? p->steps[k].name : "?");
		return;
	}
	/* O_NONBLOCK: a FIFO without a writer must not hold the check up. */
	if ((fd = open(s->input, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0) {
		pipeline_fault(p->conf, faults, n, STATUS_NOINPUT, "cannot open '%s': %s", s->input,
		    strerror(errno));
		return;
	}
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		pipeline_fault(p->conf, faults, n, STATUS_NOINPUT, "'%s' is a directory", s->input);
	(void)close(fd);
}

/* Check that no earlier step has the same output and that its directory exists or is the run's
 * own. */
static void
pipeline_check_output(const struct pipeline *p, size_t at, const char *run_dir,
    struct pipeline_faults *faults)
{
	const struct pipeline_step *s = &p->steps[at];
	const struct conf_node *n = conf_get(s->node, "output");
	struct stat st;
	char *dir, *slash;
	size_t k;

	for (k = 0; k < at; k++)
		if (p->steps[k].output != NULL && strcmp(p->steps[k].output, s->output) == 0)
			pipeline_fault(p->conf, faults, n, STATUS_CONFIG,
			    "'%s' is the output of step '%s' already", s->output,
			    p->steps[k].name ? p->steps[k].name : "?");
	if (stat(s->output, &st) == 0 && S_ISDIR(st.st_mode))
		pipeline_fault(p->conf, faults, n, STATUS_CONFIG, "'%s' is a directory", s->output);
	dir = xstrdup(s->output);
	if ((slash = strrchr(dir, '/')) != NULL)
		slash[slash == dir] = '\0';
	/* The run's own directory is made when the run starts. */
	if (slash == NULL || strcmp(dir, run_dir) != 0)
		if (stat(slash == NULL ? "." : dir, &st) || !S_ISDIR(st.st_mode))
			pipeline_fault(p->conf, faults, n, STATUS_CONFIG,
			    "'%s' cannot be created: directory '%s' does not exist", s->output,
			    slash == NULL ? "." : dir);
	free(dir);
}

/* Options whose values are files that must be there. */
static const char *const pipeline_check_options[] = { "--definitions", "--catalog", "--datasets",
	"--matrix", "--profile", "--keys", "--keyring", "--key", "--policy", "--hmac-keys", NULL };

/* Stages whose operands are files that they read. */
static const char *const pipeline_check_readers[] = { "rrc-decode", "rule-load", "entity-define",
	NULL };

/* Whether ${word} is in the list. */
static bool
pipeline_check_in(const char *const *list, const char *word)
{

	for (; *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return (true);
	return (false);
}

/* Is the file that a word names made by another step? */
static bool
pipeline_check_made(const struct pipeline *p, const char *word)
{
	size_t k;

	for (k = 0; k < p->nsteps; k++)
		if (p->steps[k].output != NULL && strcmp(p->steps[k].output, word) == 0)
			return (true);
	return (false);
}

/* Note the files in a stage's words that cannot be read. */
static void
pipeline_check_words(const struct pipeline *p, const struct pipeline_step *s,
    struct pipeline_faults *faults)
{
	size_t i, k;

	/* The sources of short steps were looked at. */
	for (i = 0; i < s->nstages && !short_is(s->node); i++) {
		const struct pipeline_stage *stage = &s->stages[i];

		for (k = 1; k < stage->nargs; k++) {
			const char *word = stage->args[k], *before = stage->args[k - 1];
			/* A word without a '/' may be a name: of a profile, a layout. */
			bool file = word[0] != '-' && strchr(word, '/') != NULL &&
			    pipeline_check_in(before[0] == '-' ? pipeline_check_options :
								 pipeline_check_readers,
				before[0] == '-' ? before : stage->args[0]);

			if (file && !pipeline_check_made(p, word) && access(word, R_OK) != 0)
				pipeline_fault(p->conf, faults, s->node, STATUS_NOINPUT,
				    "%s: cannot open '%s': %s", stage->args[0], word,
				    strerror(errno));
		}
	}
}

void
pipeline_check_files(struct pipeline *p, const char *run_dir, struct pipeline_faults *faults)
{
	size_t i;

	for (i = 0; i < p->nsteps; i++) {
		if (p->steps[i].output != NULL)
			pipeline_check_output(p, i, run_dir, faults);
		if (p->steps[i].input != NULL && !p->steps[i].input_made)
			pipeline_check_input(p, i, faults);
		pipeline_check_words(p, &p->steps[i], faults);
	}
}
