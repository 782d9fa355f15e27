#ifndef AEGIS_PIPELINE_ARRIVAL_H
#define AEGIS_PIPELINE_ARRIVAL_H

#include "base/err.h"
#include "inbox/inbox.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"
#include "pipeline/site.h"

/* What has come for a pipeline: its inbox, where it has one, and how old its sources are. */
struct arrival;

struct arrival_options {
	const char *inbox;       /* of the command line, or NULL */
	const struct site *site; /* may be NULL */
	const struct conf *file; /* the pipeline's; both are used by arrival_open() alone */
	uint64_t wait;           /* seconds for another run to leave it */
	bool look;               /* nothing is locked, waited for, moved */
};

/**
 * arrival_open(o, e):
 * Look into the inbox.  Return NULL with ${e} set where that cannot be done; closed by arrival_close().
 */
struct arrival *arrival_open(const struct arrival_options *o, struct err *e);
void arrival_close(struct arrival *a);

/**
 * arrival_inbox(a), arrival_sources(a), arrival_broken(a):
 * The inbox; what has come, LAYOUT=FILE, and what of it cannot be used, LAYOUT=WHY; NULL where there is no
 * inbox.
 */
const struct option_list *arrival_broken(const struct arrival *a);
const struct inbox *arrival_inbox(const struct arrival *a);
const struct option_list *arrival_sources(const struct arrival *a);

/**
 * arrival_judge(a, p, r):
 * When all steps of a run are over: note what came of each file, and in ${r} what is a finding: a source
 * older than `fresh`, a file that is broken or unknown.
 */
void arrival_judge(struct arrival *a, const struct pipeline *p, struct result *r);

/**
 * arrival_missed(a):
 * A run that should have read the files did not begin: the next one gets them again.
 */
void arrival_missed(struct arrival *a);

/**
 * arrival_settle(a, e):
 * When all runs are over: move the files.
 */
int arrival_settle(struct arrival *a, struct err *e);

#endif
