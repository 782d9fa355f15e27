/* run --plan: what would run, and each stage's own plan. */

#include "pipeline/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/exec.h"
#include "pipeline/outcome.h"
#include "pipeline/rundir.h"
#include "pipeline/stage.h"
#include "pipeline/text.h"

/* A step's commands as a shell takes them: they are for copying, and not wrapped. */
static int
plan_stage_words(const struct pipeline_step *s, size_t i, struct report *report, struct err *e)
{
	struct buf line = BUF_INIT(1 << 20);
	size_t k;
	int rc;

	rc = buf_adds(&line, i ? "    | aegis" : "    aegis", e);
	for (k = 0; rc == 0 && k < s->stages[i].nargs; k++)
		rc = buf_adds(&line, " ", e) || text_word(&line, s->stages[i].shown[k], e);
	if (rc == 0 && i == 0 && s->input != NULL)
		rc = buf_adds(&line, " < ", e) || text_word(&line, s->input, e);
	if (rc == 0 && i + 1 == s->nstages && s->output != NULL)
		rc = buf_adds(&line, " > ", e) || text_word(&line, s->output, e);
	if (rc == 0 && buf_str(&line, e) != NULL)
		report_finding(report, "%s", line.p);
	buf_free(&line);
	return (e->status != STATUS_OK);
}

/* Open an object that the caller closes. */
static int
plan_step_words(const struct pipeline *p, const struct pipeline_step *s, struct report *report,
    struct err *e)
{
	struct buf needs = BUF_INIT(1 << 16);
	size_t i, k;

	report_open(report, NULL);
	report_text(report, "step", NULL, s->name);
	report_list(report, "after");
	for (i = 0; i < s->nafter; i++) {
		report_item(report, p->steps[s->after[i]].name);
		(void)buf_addf(&needs, e, "%s needs %s's result", i ? "," : "",
		    p->steps[s->after[i]].name);
	}
	report_close(report);
	if (buf_str(&needs, e) != NULL)
		report_title(report, "step %s:%s", s->name, needs.p);
	buf_free(&needs);
	if (s->nstages == 0 && s->import != NULL)
		report_finding(report, "    source '%s' did not come", s->import->layout);
	report_list(report, "stages");
	for (i = 0; i < s->nstages; i++) {
		if (plan_stage_words(s, i, report, e))
			return (-1);
		report_list(report, NULL);
		for (k = 0; k < s->stages[i].nargs; k++)
			report_item(report, s->stages[i].shown[k]);
		report_close(report);
	}
	report_close(report);
	return (e->status != STATUS_OK);
}

int
plan_words(const struct pipeline *p, struct report *report, struct err *e)
{
	size_t i;

	report_list(report, NULL);
	for (i = 0; i < p->nsteps; i++) {
		if (plan_step_words(p, &p->steps[i], report, e))
			return (-1);
		report_close(report);
	}
	report_close(report);
	return (0);
}

/* Run one step with --plan behind its last stage's args. */
static int
plan_try(const struct pipeline_step *step, const char *run_dir, struct result *r, struct err *e)
{
	struct exec_options o = { .run_dir = run_dir, .jobs = 1 };
	struct pipeline one;
	struct pipeline_step s = *step;
	struct pipeline_stage *stages, *last;
	char **args, *word = xstrdup("--plan");
	int rc;

	/* Copies of what is changed; everything else is the pipeline's own. */
	stages = xcalloc(s.nstages, sizeof(*stages));
	memcpy(stages, s.stages, s.nstages * sizeof(*stages));
	last = &stages[s.nstages - 1];
	args = xcalloc(last->nargs + 2, sizeof(*args));
	memcpy(args, last->args, last->nargs * sizeof(*args));
	args[last->nargs] = word;
	last->args = args;
	s.stages = stages;
	s.nafter = s.norder = 0;
	s.retries = 0;
	s.output = NULL;
	memset(&one, 0, sizeof(one));
	one.steps = &s;
	one.nsteps = 1;
	rc = exec_run(&one, &o, r, e);
	free(args);
	free(word);
	free(stages);
	return (rc);
}

/* Return 1 if the runner was told to stop. */
static int
plan_step(const struct pipeline *p, const struct pipeline_step *s, const char *run_dir, int *status,
    struct report *report, struct err *e)
{
	const struct pipeline_stage *last;
	struct result r;
	bool known = false;
	int rc;

	if (s->nstages == 0) {
		if (plan_step_words(p, s, report, e))
			return (-1);
		report_null(report, "status");
		return (0);
	}
	last = &s->stages[s->nstages - 1];
	if (plan_step_words(p, s, report, e) || stage_knows(last->program, "--plan", &known, e))
		return (-1);
	if (!known || s->input_made) {
		report_null(report, "status");
		report_finding(report, "  not run: %s%s",
		    known ? "its input is not made yet" : last->shown[0],
		    known ? "" : " has no --plan");
		return (0);
	}
	if (s->nafter > 0)
		report_finding(report, "  as things stand now:");
	if (plan_try(s, run_dir, &r, e))
		return (-1);
	if (r.status != STATUS_OK && (*status == STATUS_OK || *status == STATUS_FINDINGS))
		*status = r.status;
	report_integer(report, "status", NULL, r.status);
	report_text(report, "cause", NULL, r.cause[0] != '\0' ? r.cause : NULL);
	if (r.cause[0] != '\0')
		report_finding(report, "  failed with %d: %s", r.status, r.cause);
	outcome_output(r.steps[0].output, report);
	rc = r.stopped != 0;
	exec_free(&r);
	return (rc);
}

int
plan_run(const struct pipeline *p, const char *run, const char *run_dir, int *status,
    struct report *report, struct err *e)
{
	size_t i;
	int rc = 0;

	*status = STATUS_OK;
	if (setenv("AEGIS_RUN", run, 1))
		return (err_sys(e, STATUS_TEMPFAIL, "cannot set the environment"));
	if (rundir_make(run_dir, e))
		return (-1);
	rc = exec_catch(e);
	report_list(report, NULL);
	for (i = 0; rc == 0 && i < p->nsteps; i++) {
		rc = plan_step(p, &p->steps[i], run_dir, status, report, e);
		report_close(report);
	}
	report_close(report);
	if (rundir_remove(run_dir, rc < 0 ? NULL : e))
		rc = -1;
	return (rc < 0);
}
