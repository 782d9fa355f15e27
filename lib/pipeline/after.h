#ifndef AEGIS_PIPELINE_AFTER_H
#define AEGIS_PIPELINE_AFTER_H

#include <stddef.h>

#include "base/err.h"

/* What an invocation of `aegis run` has come to. */
struct after {
	const char *name; /* of the pipeline, or its file */
	int status;
	const char *cause; /* or NULL */
	const char *text;  /* the report */
	size_t len;
};

/**
 * after_run(a, e):
 * Do what the pipeline's settings want when it is over: `metrics`; `on_failure` or `on_findings`, a command
 * that gets the report on its standard input, and AEGIS_PIPELINE, AEGIS_STATUS and AEGIS_CAUSE in its
 * environment.  Return 0, or -1 with ${e} set.
 */
int after_run(const struct after *a, struct err *e);

#endif
