#ifndef AEGIS_PIPELINE_RUNDIR_H
#define AEGIS_PIPELINE_RUNDIR_H

#include <stddef.h>

#include "base/err.h"

/*
 * A run's own directory, var/runs/RUN: reject files, outputs, messages.
 */

/**
 * rundir_path(dst, size, run, e):
 * Write the path of the run's directory.  Return 0, or -1 with ${e} set.
 */
int rundir_path(char *dst, size_t size, const char *run, struct err *e);

/**
 * rundir_make(path, e):
 * Make it, for the owner and his group only.
 */
int rundir_make(const char *path, struct err *e);

/**
 * rundir_write(path, name, suffix, text, e):
 * Make the file NAME.SUFFIX in it with the string ${text}.
 */
int rundir_write(const char *path, const char *name, const char *suffix, const char *text,
    struct err *e);

/**
 * rundir_tidy(path):
 * Remove files that say nothing: empty ones, reject files without a reject.
 */
void rundir_tidy(const char *path);

/**
 * rundir_remove(path, e):
 * Remove it with everything in it; links are not followed.
 */
int rundir_remove(const char *path, struct err *e);

#endif
