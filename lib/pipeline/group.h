#ifndef AEGIS_PIPELINE_GROUP_H
#define AEGIS_PIPELINE_GROUP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "pipeline/judge.h"
#include "pipeline/monitor.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"
#include "pipeline/tail.h"

/*
 * One try of a step: its stages as processes in one process group.
 *
 * When a stage fails, the others get a moment to end by themselves, because a
 * process closes its pipes before its end can be seen: the neighbour that dies of
 * it may be seen first.  After a failure that looks like a closed pipe they get
 * longer, since its cause is still to come.  Then SIGTERM, then SIGKILL.
 */
enum {
	GROUP_SETTLE_MS = 250,       /* from a failure to SIGTERM */
	GROUP_SETTLE_PIPE_MS = 5000, /* where it looks like a closed pipe */
	GROUP_TERM_MS = 5000,        /* from SIGTERM to SIGKILL */
};

struct group_stage;

struct group {
	const struct pipeline_step *step;
	struct result_step *r;
	struct monitor *monitor; /* or NULL */
	size_t number;           /* the step's, for the monitor */
	struct group_stage *st;
	bool question; /* it asks whether the step need run: what it says the step says again */
	size_t live;   /* children that have not been reaped */
	pid_t pgid;
	enum judge_end why;                     /* they were sent SIGTERM */
	uint64_t term_ns, kill_ns, deadline_ns; /* os_now_ns(), 0: not set */
	struct tail_ring ring;
	struct err start;     /* what kept the try from starting, or later from ending */
	struct outfile *file; /* of an output that the step names, or NULL */
	int out;
};

/**
 * group_start(g, step, r, monitor, voice, number):
 * Start a try of ${step}, ${r} getting its results.  The last stage writes to
 * r->output; where the step itself names that file, to OUTPUT.partial, which gets
 * its name when the step has succeeded.  What fails here comes out of
 * group_close().
 */
void group_start(struct group *g, const struct pipeline_step *step, struct result_step *r,
    struct monitor *monitor, struct voice *voice, size_t number);

/**
 * group_fds(g, fds):
 * Write what to poll(2) for into ${fds}, which has room for two a stage.  Return
 * how many.
 */
size_t group_fds(const struct group *g, struct pollfd *fds);

/**
 * group_work(g):
 * Without waiting: read what the stages said, reap those that have ended, send
 * the signals that are due.
 */
void group_work(struct group *g);

/**
 * group_due(g):
 * Return when group_work() must be called next, whatever poll(2) says; 0: never.
 */
uint64_t group_due(const struct group *g);

/**
 * group_end(g, why):
 * Send the stages SIGTERM, and SIGKILL later; ${why} of the first call counts.
 */
void group_end(struct group *g, enum judge_end why);

/**
 * group_kill(g):
 * Send them SIGKILL.
 */
void group_kill(struct group *g);

/**
 * group_close(g):
 * The try is over (live is 0): judge it, give the output its name where it went
 * well, and set the result's state, status, cause and messages.
 */
void group_close(struct group *g);

#endif
