#ifndef AEGIS_PIPELINE_RUNFILE_H
#define AEGIS_PIPELINE_RUNFILE_H

#include "base/err.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"

/*
 * The record of a run in a directory, where no database can take it (a standby): RUN.json, as
 * batch_runs would have it, and PIPELINE.lock, which one run of a pipeline at a time holds.
 */
struct runfile;

/**
 * runfile_open(dir, p, run, e):
 * Make ${dir} where it is not there, and lock the pipeline in it, of its tenant
 * where it has one.  Return the record, or NULL with
 * ${e} set: STATUS_TEMPFAIL where the pipeline is running.  All must stay valid.
 */
struct runfile *runfile_open(const char *dir, const struct pipeline *p, const char *run,
    struct err *e);

/**
 * runfile_write(f, r, ended, e):
 * Write how far the run has come (${r} NULL: it has begun), or what became of it, ${ended}.
 */
int runfile_write(struct runfile *f, const struct result *r, bool ended, struct err *e);

/**
 * runfile_close(f):
 * Give up the lock.
 */
void runfile_close(struct runfile *f);

#endif
