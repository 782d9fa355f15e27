#ifndef AEGIS_PIPELINE_PLAN_H
#define AEGIS_PIPELINE_PLAN_H

#include "base/err.h"
#include "base/report.h"
#include "pipeline/pipeline.h"

/**
 * plan_words(p, report, e):
 * Describe what the pipeline would run: each step with its arguments filled in.
 */
int plan_words(const struct pipeline *p, struct report *report, struct err *e);

/**
 * plan_run(p, run, run_dir, status, report, e):
 * Describe the plan of every step: what it would run, and what its pipe reports with
 * --plan after the arguments of its last stage, if that stage knows --plan; other
 * steps are not run, nor those whose input an earlier step makes.  Nothing is
 * recorded or locked; outputs go to ${run_dir}, which is removed.  ${status} is the
 * first failed step's, else 1 where a step had findings, else 0.  Return 0, or -1
 * with ${e} set.
 */
int plan_run(const struct pipeline *p, const char *run, const char *run_dir, int *status,
    struct report *report, struct err *e);

#endif
