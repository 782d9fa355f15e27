#ifndef AEGIS_PIPELINE_HISTORY_H
#define AEGIS_PIPELINE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "pg/pg.h"

/**
 * history_list(pg, pipeline, limit, json, out, e):
 * Append the last ${limit} runs, newest first, of ${pipeline} (NULL: of all), as a
 * table or as a JSON list.  Return 0, or -1 with ${e} set.
 */
int history_list(struct pg *pg, const char *pipeline, uint64_t limit, bool json, struct buf *out,
    struct err *e);

/**
 * history_run(pg, prefix, json, out, e):
 * Append all that is known of the run whose UUID starts with ${prefix}: its steps
 * and stages, sources, books, rejects by code.  Return 0, or -1 with ${e} set:
 * STATUS_USAGE where that is no part of a UUID or fits several runs,
 * STATUS_NOINPUT where there is none.
 */
int history_run(struct pg *pg, const char *prefix, bool json, struct buf *out, struct err *e);

#endif
