#ifndef AEGIS_PIPELINE_PIPELINE_CHECK_H
#define AEGIS_PIPELINE_PIPELINE_CHECK_H

#include "pipeline/pipeline.h"

/**
 * pipeline_check_graph(p, faults):
 * Fill in every step's `after` from the file and note: unknown steps, a step
 * named twice, steps that wait for each other in a circle.
 */
void pipeline_check_graph(struct pipeline *p, struct pipeline_faults *faults);

/**
 * pipeline_check_files(p, run_dir, faults):
 * Note inputs that are not there, outputs that two steps share or whose
 * directory is missing, and an input that is the output of a step which this one
 * does not come after.  An input that an earlier step makes is marked
 * input_made and may be missing.  After pipeline_check_graph().
 */
void pipeline_check_files(struct pipeline *p, const char *run_dir, struct pipeline_faults *faults);

#endif
