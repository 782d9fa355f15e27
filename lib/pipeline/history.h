#ifndef AEGIS_PIPELINE_HISTORY_H
#define AEGIS_PIPELINE_HISTORY_H

#include <stdint.h>

#include "base/err.h"
#include "base/report.h"
#include "pg/pg.h"

/**
 * history_list(pg, pipeline, limit, r, e):
 * Describe in ${r} the last ${limit} runs, newest first, of ${pipeline} (NULL: of all).
 * Return 0, or -1 with ${e} set.
 */
int history_list(struct pg *pg, const char *pipeline, uint64_t limit, struct report *r,
    struct err *e);

/**
 * history_run(pg, prefix, r, e):
 * Describe in ${r} all that is known of the run whose UUID starts with ${prefix}: its steps
 * and stages, sources, books, rejects by code.  Return 0, or -1 with ${e} set:
 * STATUS_USAGE if that is not part of a UUID or fits several runs,
 * STATUS_NOINPUT if no run has it.
 */
int history_run(struct pg *pg, const char *prefix, struct report *r, struct err *e);

/**
 * history_html(pg, dir, pipeline, limit, e):
 * Write pages of the last ${limit} runs of ${pipeline} (NULL: of all) to ${dir}, which is made: RUN.html for
 * each, and index.html over all of them, with plots.  They need no server and nothing from elsewhere.
 * Return 0, or -1 with ${e} set.
 */
int history_html(struct pg *pg, const char *dir, const char *pipeline, uint64_t limit,
    struct err *e);

#endif
