#ifndef AEGIS_PIPELINE_START_H
#define AEGIS_PIPELINE_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/report.h"
#include "pipeline/asked.h"
#include "pipeline/pipeline.h"
#include "pipeline/voice.h"

enum start_mode { START_RUN, START_CHECK, START_PLAN };

struct start_options {
	const char *name; /* of a pipeline, or its file */
	enum start_mode mode;
	struct asked asked;
	struct option_list tenants; /* or none: as the settings have it */
	const char *inbox;          /* or NULL: likewise */
	size_t jobs;
	uint64_t wait;          /* seconds for another run to end */
	enum voice_level level; /* what is said while it works */
	const char *log; /* file that all of it is appended to, or NULL: as the settings have it */
	bool progress, resume;
	void (*cause)(const char *text, int status); /* told why a run ended so, or NULL */
	const char *record; /* directory that takes the records, or NULL: the database */
};

/**
 * start_run(o, faults, report, e):
 * Find the pipeline and its settings, and run it, or check or plan it, for each of its tenants, one
 * after the other; what one of them does not do is not the others' matter.  Describe all in
 * ${report}.  Return the status of the first that failed, else 1 where there were findings, else 0;
 * -1 with ${e} set where nothing was started.  ${e} may be set besides: an end could not be recorded.
 */
int start_run(struct start_options *o, struct pipeline_faults *faults, struct report *report,
    struct err *e);

#endif
