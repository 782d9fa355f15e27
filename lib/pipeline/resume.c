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

/* Whether the step ended well in the earlier run, with the same stages and unchanged files, and
 * need not run again. */
static bool
resume_step(const struct resume *x, const struct pipeline_step *s, const struct json *all)
{
	const struct json *step, *stage;
	size_t i = 0;

	for (step = all->child; step != NULL; step = step->next)
		if (resume_says(step, "step", s->name))
			break;
	if (!resume_says(step, "state", "done") && !resume_says(step, "state", "findings") &&
	    !resume_says(step, "state", "kept"))
		return (false);
	stage = resume_member(step, "stages");
	for (stage = stage != NULL ? stage->child : NULL; stage != NULL && i < s->nstages;
	     stage = stage->next, i++)
		if (!resume_stage(x, &s->stages[i], stage))
			return (false);
	return (stage == NULL && i == s->nstages && resume_unchanged(x, s->input));
}

int
resume_steps(struct pg *pg, const struct pipeline *p, const char *run, bool *kept, char earlier[37],
    struct err *e)
{
	const char *params[2] = { p->name, run };
	struct resume x = { p, run, "", 0 };
	struct json *all = NULL;
	struct pg_result *r;
	size_t i, k, pass;

	earlier[0] = '\0';
	if ((r = pg_query(pg,
		 "SELECT run_id, state, resources, floor(extract(epoch FROM started_at))::bigint"
		 " FROM batch_runs WHERE pipeline = $1 AND run_id <> $2::uuid"
		 " ORDER BY started_at DESC LIMIT 1",
		 params, 2, e)) == NULL)
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
			for (k = 0; k < p->steps[i].nafter; k++)
				kept[i] = kept[i] && kept[p->steps[i].after[k]];
	json_free(all);
	return (0);
}
