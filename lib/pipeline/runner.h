#ifndef AEGIS_PIPELINE_RUNNER_H
#define AEGIS_PIPELINE_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"

struct runner_options {
	const char *run; /* UUID */
	const char *run_dir;
	size_t jobs;
	struct voice *voice; /* or NULL */
	bool progress;
	bool resume;       /* take up the last run, where it failed */
	const bool *left;  /* for each step: this run leaves it out; or NULL */
	const char *asked; /* what the run was asked for, as JSON */
	uint64_t wait;     /* seconds to wait for another run of the pipeline */
	/* Called when the run is on record and its steps begin, or NULL. */
	void (*begun)(void *cookie, const struct pipeline *p);
	/* Called when all steps are over, before that is recorded, or NULL. */
	void (*judge)(void *cookie, const struct pipeline *p, struct result *r);
	void *cookie;
	const char *record; /* directory that takes the record, or NULL: the database */
};

/**
 * runner_run(p, o, r, dead, e):
 * Run a checked pipeline with all that belongs to it: lock, record, directory,
 * AEGIS_RUN in the environment, stages, messages kept, record again, after each step too.
 * ${dead} is the number of earlier runs whose runner had died, ${taken_up} the run
 * whose steps o->resume keeps, or empty.  Return 0 where the stages were
 * run: ${r} (to be released with exec_free()) has the outcome, also where ${e} is
 * set because its end could not be recorded.  Return -1 with ${e} set where nothing
 * was started.
 */
int runner_run(const struct pipeline *p, const struct runner_options *o, struct result *r,
    uint64_t *dead, char taken_up[37], struct err *e);

#endif
