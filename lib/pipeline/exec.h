#ifndef AEGIS_PIPELINE_EXEC_H
#define AEGIS_PIPELINE_EXEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "pipeline/pipeline.h"
#include "pipeline/result.h"

struct exec_options {
	const char *run_dir; /* exists; outputs without a name go there */
	size_t jobs;         /* steps that may run side by side */
	struct voice *voice; /* passes the stages' messages on, or NULL: as they are */
	bool progress;       /* draw the progress line on standard error */
	const bool *kept;    /* for each step: it is done already; or NULL */
	const bool *left;    /* for each step: this run leaves it out; or NULL */
	/* Called before a step or another try of it begins, or NULL: -1 ends the run with ${e}. */
	int (*may_begin)(void *cookie, struct err *e);
	/* Called when a step has ended, or NULL. */
	void (*ended)(void *cookie, const struct result *r);
	void *cookie;
};

/**
 * exec_catch(e):
 * From now on SIGINT, SIGTERM and SIGHUP (where they were not ignored) end the
 * next or the present exec_run() instead of the program.  Return 0, or -1 with
 * ${e} set.
 */
int exec_catch(struct err *e);

/**
 * exec_run(p, o, r, e):
 * Run the pipeline's steps: each one's stages are child processes in a process
 * group of their own, connected by pipes.  The stages' messages are passed on to
 * standard error.  ${r} is filled with what became of all of it and its status is
 * that of the run; the caller releases it with exec_free().  Return 0 wherever
 * the pipeline ran, also where it failed; -1 with ${e} set if it could not begin.
 * After exec_catch().
 */
int exec_run(const struct pipeline *p, const struct exec_options *o, struct result *r,
    struct err *e);
void exec_free(struct result *r);

#endif
