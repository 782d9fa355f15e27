#ifndef AEGIS_PIPELINE_RUNLOG_H
#define AEGIS_PIPELINE_RUNLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"

/*
 * The record of a run in batch_runs, and the lock on its pipeline.
 */
struct runlog;

/**
 * runlog_open(p, run, asked, wait, e):
 * Connect as the environment says and lock the pipeline's name; where it is running, try for
 * ${wait} seconds.  ${asked}: what the run was asked for, as JSON.  Return the
 * record's handle, or NULL with ${e} set: STATUS_NODB without a database,
 * STATUS_TEMPFAIL where the pipeline is running, which is recorded.  All must stay valid.
 */
struct runlog *runlog_open(const struct pipeline *p, const char *run, const char *asked,
    uint64_t wait, struct err *e);

/**
 * runlog_start(l, dead, e):
 * Record that the run is running.  Earlier runs of the pipeline that are still
 * recorded as running cannot be, since we hold the lock: they are recorded as
 * failed, and ${dead} is how many they were.
 */
int runlog_start(struct runlog *l, uint64_t *dead, struct err *e);

/**
 * runlog_hold(l, e):
 * Before a step: see that we still hold the pipeline's lock, and take it again where it was lost with
 * its connection.  Return 0, or -1 with ${e} set to STATUS_TEMPFAIL where another run has it by now, or
 * no connection is to be had within a minute.
 */
int runlog_hold(struct runlog *l, struct err *e);

/**
 * runlog_resume(l, kept, earlier, e):
 * See resume_steps().
 */
int runlog_resume(struct runlog *l, bool *kept, char earlier[37], struct err *e);

/**
 * runlog_step(l, r, e):
 * Record how far the run has come.
 */
int runlog_step(struct runlog *l, const struct result *r, struct err *e);

/**
 * runlog_end(l, r, e):
 * Record what became of it; connects again where the connection was lost.
 * Return 0, or -1 with ${e} set to STATUS_TEMPFAIL.
 */
int runlog_end(struct runlog *l, const struct result *r, struct err *e);

/**
 * runlog_close(l):
 * Disconnect, which gives up the lock.
 */
void runlog_close(struct runlog *l);

#endif
