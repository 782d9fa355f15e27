/* run --plan: what would run, and each stage's own plan. */

#include "pipeline/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/exec.h"
#include "pipeline/report.h"
#include "pipeline/rundir.h"
#include "pipeline/stage.h"
#include "pipeline/text.h"

static int
plan_step_words(const struct pipeline *p, const struct pipeline_step *s, struct buf *out,
    struct err *e)
{
	size_t i, k;

	if (buf_addf(out, e, "step %s:", s->name))
		return (-1);
	for (i = 0; i < s->nafter; i++)
		if (buf_addf(out, e, "%s needs %s's result", i ? "," : "",
			p->steps[s->after[i]].name))
			return (-1);
	if (buf_adds(out, "\n", e))
		return (-1);
	for (i = 0; i < s->nstages; i++) {
		if (buf_adds(out, i ? "    | aegis" : "    aegis", e))
			return (-1);
		for (k = 0; k < s->stages[i].nwords; k++)
			if (buf_adds(out, " ", e) || text_word(out, s->stages[i].shown[k], e))
				return (-1);
		if (i == 0 && s->input != NULL &&
		    (buf_adds(out, " < ", e) || text_word(out, s->input, e)))
			return (-1);
		if (i + 1 == s->nstages && s->output != NULL &&
		    (buf_adds(out, " > ", e) || text_word(out, s->output, e)))
			return (-1);
		if (buf_adds(out, "\n", e))
			return (-1);
	}
	return (0);
}

int
plan_words(const struct pipeline *p, struct buf *out, struct err *e)
{
	size_t i;

	for (i = 0; i < p->nsteps; i++)
		if (plan_step_words(p, &p->steps[i], out, e))
			return (-1);
	return (0);
}

/* Run one step with --plan behind its last stage's words. */
static int
plan_try(const struct pipeline_step *step, const char *run_dir, struct result *r, struct err *e)
{
	struct exec_options o = { run_dir, 1, false, NULL, NULL, NULL };
	struct pipeline one;
	struct pipeline_step s = *step;
	struct pipeline_stage *stages, *last;
	char **words, *word = xstrdup("--plan");
	int rc;

	/* Copies of what is changed; everything else is the pipeline's own. */
	stages = xcalloc(s.nstages, sizeof(*stages));
	memcpy(stages, s.stages, s.nstages * sizeof(*stages));
	last = &stages[s.nstages - 1];
	words = xcalloc(last->nwords + 2, sizeof(*words));
	memcpy(words, last->words, last->nwords * sizeof(*words));
	words[last->nwords] = word;
	last->words = words;
	s.stages = stages;
	s.nafter = 0;
	s.retries = 0;
	s.output = NULL;
	memset(&one, 0, sizeof(one));
	one.steps = &s;
	one.nsteps = 1;
	rc = exec_run(&one, &o, r, e);
	free(words);
	free(word);
	free(stages);
	return (rc);
}

/* Return 1 where the runner was told to stop. */
static int
plan_step(const struct pipeline *p, const struct pipeline_step *s, const char *run_dir, int *status,
    struct buf *out, struct err *e)
{
	const struct pipeline_stage *last = &s->stages[s->nstages - 1];
	struct result r;
	bool known = false;
	int rc = 0;

	if (plan_step_words(p, s, out, e) || stage_knows(last->program, "--plan", &known, e))
		return (-1);
	if (!known)
		return (buf_addf(out, e, "  not run: %s has no --plan\n", last->shown[0]));
	if (s->input_made)
		return (buf_adds(out, "  not run: its input is not made yet\n", e));
	if (s->nafter > 0 && buf_adds(out, "  as things stand now:\n", e))
		return (-1);
	if (plan_try(s, run_dir, &r, e))
		return (-1);
	if (r.status != STATUS_OK && (*status == STATUS_OK || *status == STATUS_FINDINGS))
		*status = r.status;
	if (r.cause[0] != '\0')
		rc = buf_addf(out, e, "  failed with %d: %s\n", r.status, r.cause);
	if (rc == 0)
		rc = report_output(r.steps[0].output, out, 2, e);
	if (rc == 0 && r.stopped != 0)
		rc = 1;
	exec_free(&r);
	return (rc);
}

int
plan_run(const struct pipeline *p, const char *run, const char *run_dir, int *status,
    struct buf *out, struct err *e)
{
	size_t i;
	int rc = 0;

	*status = STATUS_OK;
	if (setenv("AEGIS_RUN", run, 1))
		return (err_sys(e, STATUS_TEMPFAIL, "cannot set the environment"));
	if (rundir_make(run_dir, e))
		return (-1);
	rc = exec_catch(e);
	for (i = 0; rc == 0 && i < p->nsteps; i++)
		rc = plan_step(p, &p->steps[i], run_dir, status, out, e);
	if (rundir_remove(run_dir, rc < 0 ? NULL : e))
		rc = -1;
	return (rc < 0);
}
