#ifndef AEGIS_PIPELINE_ASKED_H
#define AEGIS_PIPELINE_ASKED_H

#include "base/buf.h"
#include "base/err.h"
#include "base/program.h"
#include "inbox/inbox.h"
#include "pg/pg.h"

/* What the person or timer who starts a run asks of it; kept with the run (batch_runs.asked). */
struct asked {
	struct option_list set, sources, accept; /* NAME=VALUE, LAYOUT=FILE, STEP=WHAT */
	struct option_list steps;                /* run these alone; none: all */
	const char *from;                        /* run this one and those after it, or NULL */
};

/**
 * asked_json(a, inbox, out, e):
 * Append it to ${out} as JSON, with the user who asks and where, and what the ${inbox} had, which may be
 * NULL.
 */
int asked_json(const struct asked *a, const struct inbox *inbox, struct buf *out, struct err *e);

/**
 * asked_again(pg, pipeline, tenant, a, e):
 * Add to ${a} the settings and sources of the pipeline's last run, where that failed, but for those
 * that ${a} has already.  The texts are never freed.
 */
int asked_again(struct pg *pg, const char *pipeline, const char *tenant, struct asked *a,
    struct err *e);

#endif
