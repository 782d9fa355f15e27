/* run --resume: steps that need not run again. */

#include "pipeline/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/num.h"

struct resume {
	const struct pipeline *p;
	const char *run;
	char earlier[37];
	uint64_t began; /* seconds since 1970 */
};

/* The member ${key} of ${object}, which may be NULL, or NULL if there is none. */
static const struct json *
resume_member(const struct json *object, const char *key)
{
	const struct json *m;

	for (m = object != NULL ? object->child : NULL; m != NULL; m = m->next)
		if (m->key != NULL && strcmp(m->key, key) == 0)
			return (m);
	return (NULL);
}

/* Whether the member ${key} is the string ${word}. */
static bool
resume_says(const struct json *object, const char *key, const char *word)
{
	const struct json *m = resume_member(object, key);

	return (m != NULL && m->kind == JSON_STRING && strcmp(m->text, word) == 0);
}

/* The same word, but for the run's id in it. */
static bool
resume_word(const struct resume *x, const char *now, const char *then)
{
	size_t n = strlen(x->run);

	while (*now != '\0' && *then != '\0') {
		if (strncmp(now, x->run, n) == 0 && strncmp(then, x->earlier, n) == 0) {
			now += n;
			then += n;
		} else if (*now++ != *then++) {
			return (false);
		}
	}
	return (*now == *then);
}

/* No file that a word names has changed since the earlier run began. */
static bool
resume_unchanged(const struct resume *x, const char *word)
{
	struct stat st;

	return (word == NULL || stat(word, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mtime >= 0 && (uint64_t)st.st_mtime < x->began));
}

/* Whether the stage has the same arguments as then and none of them names a file changed since. */
static bool
resume_stage(const struct resume *x, const struct pipeline_stage *s, const struct json *then)
{
	const struct json *argv = resume_member(then, "argv"), *w;
	size_t i = 0;

	for (w = argv != NULL ? argv->child : NULL; w != NULL && i < s->nargs; w = w->next, i++)
		if (w->kind != JSON_STRING || !resume_word(x, s->shown[i], w->text) ||
		    !resume_unchanged(x, s->args[i]))
			return (false);
	return (w == NULL && i == s->nargs);
}

/* What is recorded of the step, or NULL. */
static const struct json *
resume_find(const struct pipeline_step *s, const struct json *all)
{
	const struct json *step;

	for (step = all->child; step != NULL && !resume_says(step, "step", s->name);)
		step = step->next;
	return (step);
}

/* Whether the step had the same stages then, and no file of theirs has changed since. */
static bool
resume_alike(const struct resume *x, const struct pipeline_step *s, const struct json *then)
{
	const struct json *stage = resume_member(then, "stages");
	size_t i = 0;

	for (stage = stage != NULL ? stage->child : NULL; stage != NULL && i < s->nstages;
	     stage = stage->next, i++)
		if (!resume_stage(x, &s->stages[i], stage))
			return (false);
	return (stage == NULL && i == s->nstages && resume_unchanged(x, s->input));
}

/* Whether the step ended well in the earlier run, with the same stages and unchanged files, and
 * need not run again. */
static bool
resume_step(const struct resume *x, const struct pipeline_step *s, const struct json *all)
{
	const struct json *then = resume_find(s, all);
	const struct pipeline_step *from =
	    s->import != NULL && s->import->from != SIZE_MAX ? &x->p->steps[s->import->from] : NULL;

	if (!resume_says(then, "state", "done") && !resume_says(then, "state", "findings") &&
	    !resume_says(then, "state", "kept"))
		return (false);
	/* Whose file it was is in the words of what decoded it. */
	return (resume_alike(x, s, then) &&
	    (from == NULL || resume_alike(x, from, resume_find(from, all))));
}

/* Whether something that step ${i} comes after runs again; of what decodes for others, one of them. */
static bool
resume_again(const struct pipeline *p, const bool *kept, size_t i)
{
	const struct pipeline_step *s = &p->steps[i];
	size_t k;

	for (k = 0; k < s->nafter; k++)
		if (!kept[s->after[k]])
			return (true);
	for (k = 0; k < s->norder; k++)
		/* What decodes for this one has no say in it. */
		if (!kept[s->order[k]] && (s->import == NULL || s->import->from != s->order[k]))
			return (true);
	for (k = 0; k < p->nsteps && s->import != NULL && s->import->view == NULL; k++)
		if (p->steps[k].import != NULL && p->steps[k].import->from == i && !kept[k])
			return (true);
	return (false);
}

int
resume_steps(struct pg *pg, const struct pipeline *p, const char *run, bool *kept, char earlier[37],
    struct err *e)
{
	const char *params[3] = { p->name, run, p->tenant };
	struct resume x = { p, run, "", 0 };
	struct json *all = NULL;
	struct pg_result *r;
	size_t i, pass;

	earlier[0] = '\0';
	if ((r = pg_query(pg,
		 "SELECT run_id, state, resources, floor(extract(epoch FROM started_at))::bigint"
		 " FROM batch_runs WHERE pipeline = $1 AND run_id <> $2::uuid AND tenant_id IS NOT DISTINCT FROM $3::uuid"
		 " AND resources <> '[]'"
		 " ORDER BY started_at DESC LIMIT 1",
		 params, 3, e)) == NULL)
		return (-1);
	if (pg_result_rows(r) == 1 && strcmp(pg_result_get(r, 0, 1), "failed") == 0) {
		const char *text = pg_result_get(r, 0, 2);

		(void)snprintf(x.earlier, sizeof(x.earlier), "%s", pg_result_get(r, 0, 0));
		x.began = pg_result_u64(r, 0, 3);
		if ((all = json_parse(text, strlen(text), e)) == NULL) {
			pg_result_free(r);
			return (-1);
		}
		memcpy(earlier, x.earlier, sizeof(x.earlier));
	}
	pg_result_free(r);
	for (i = 0; all != NULL && i < p->nsteps; i++)
		kept[i] = resume_step(&x, &p->steps[i], all);
	/* What comes after a step that runs again runs again too. */
	for (pass = 0; all != NULL && pass < p->nsteps; pass++)
		for (i = 0; i < p->nsteps; i++)
			kept[i] = kept[i] && !resume_again(p, kept, i);
	json_free(all);
	return (0);
}
