#ifndef AEGIS_PIPELINE_METRICS_H
#define AEGIS_PIPELINE_METRICS_H

#include "base/err.h"

/**
 * metrics_write(path, e):
 * Write what the database says of runs, loads and what waits to ${path}, for the textfile collector of
 * Prometheus's node-exporter, beside and renamed.  Metrics: doc/formats/settings.md.  Connects as the
 * environment says.  Return 0, or -1 with ${e} set.
 */
int metrics_write(const char *path, struct err *e);

#endif
