#ifndef AEGIS_PIPELINE_OUTCOME_H
#define AEGIS_PIPELINE_OUTCOME_H

#include "base/buf.h"
#include "base/err.h"
#include "base/report.h"
#include "inbox/inbox.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"

/**
 * outcome_resources(p, r, out, e):
 * Append what batch_runs.resources holds: a JSON list of the steps, with state,
 * exit status, cause, tries, wall time, and for each stage its arguments, exit status,
 * wall and CPU seconds, peak memory (doc/formats/pipelines.md).
 */
int outcome_resources(const struct pipeline *p, const struct result *r, struct buf *out,
    struct err *e);

/**
 * outcome_report(p, run, r, inbox, report):
 * Describe a run in ${report}: its steps and stages, with the last stages' own reports, and what was in
 * its ${inbox}, which may be NULL.
 */
void outcome_report(const struct pipeline *p, const char *run, const struct result *r,
    const struct inbox *inbox, struct report *report);

/**
 * outcome_output(path, report):
 * The beginning of a step's output: text only; nothing if there is none.
 */
void outcome_output(const char *path, struct report *report);

/**
 * outcome_state(r):
 * The word for a run's state, as batch_runs has it.
 */
const char *outcome_state(const struct result *r);

#endif
