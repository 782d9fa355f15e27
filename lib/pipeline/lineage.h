#ifndef AEGIS_PIPELINE_LINEAGE_H
#define AEGIS_PIPELINE_LINEAGE_H

#include "base/err.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"

/**
 * lineage_write(path, p, run, r, e):
 * Append an event of OpenLineage (openlineage.io, spec 2-0-2) to ${path}, a line of JSON: START where ${r}
 * is NULL, else COMPLETE, FAIL or ABORT with what the run loaded: its sources as inputs, with their
 * SHA-256, the entities as output, its books as a facet.  Connects as the environment says.  Return 0, or
 * -1 with ${e} set.
 */
int lineage_write(const char *path, const struct pipeline *p, const char *run,
    const struct result *r, struct err *e);

#endif
