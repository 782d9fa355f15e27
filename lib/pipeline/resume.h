#ifndef AEGIS_PIPELINE_RESUME_H
#define AEGIS_PIPELINE_RESUME_H

#include <stdbool.h>

#include "base/err.h"
#include "pg/pg.h"
#include "pipeline/pipeline.h"

/**
 * resume_steps(pg, p, run, kept, earlier, e):
 * Which steps of ${p} need not run again, as the pipeline's last run did them and then
 * failed: set kept[i] for each, and ${earlier} to that run's UUID (empty where the last
 * run did not fail, or there is none).  A step is kept where it ran the same args (but
 * for the run's own id), and no file that they or its input name has changed since
 * that run began; and where all steps that it comes after are kept.  Return 0, or -1 with
 * ${e} set.
 */
int resume_steps(struct pg *pg, const struct pipeline *p, const char *run, bool *kept,
    char earlier[37], struct err *e);

#endif
