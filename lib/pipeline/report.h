#ifndef AEGIS_PIPELINE_REPORT_H
#define AEGIS_PIPELINE_REPORT_H

#include "base/buf.h"
#include "base/err.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"

/**
 * report_resources(p, r, out, e):
 * Append what batch_runs.resources holds: a JSON list of the steps, with state,
 * exit status, cause, tries, wall time, and for each stage its words, exit status,
 * wall and CPU seconds, peak memory (doc/formats/pipelines.md).
 */
int report_resources(const struct pipeline *p, const struct result *r, struct buf *out,
    struct err *e);

/**
 * report_text(p, run, r, out, e), report_json(p, run, r, out, e):
 * Append the report of a run: a table for people with the last stages' own
 * reports, or a JSON object.
 */
int report_text(const struct pipeline *p, const char *run, const struct result *r, struct buf *out,
    struct err *e);
int report_json(const struct pipeline *p, const char *run, const struct result *r, struct buf *out,
    struct err *e);

/**
 * report_output(path, out, indent, e):
 * Append the beginning of a step's output, indented; nothing where there is none.
 */
int report_output(const char *path, struct buf *out, int indent, struct err *e);

/**
 * report_run_state(r):
 * The word for a run's state, as batch_runs has it.
 */
const char *report_run_state(const struct result *r);

#endif
