#ifndef AEGIS_PIPELINE_STAGE_H
#define AEGIS_PIPELINE_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/**
 * stage_find(name, dst, size):
 * Write the path of the program of stage ${name}: aegis-NAME in the running
 * program's own directory, else in one of those that AEGIS_STAGE_PATH lists
 * (with ':' between them).  Return 0, or -1 where there is none that may be run.
 */
int stage_find(const char *name, char *dst, size_t size);

/**
 * stage_knows(program, option, known, e):
 * Set ${known} to whether the program's --help lists ${option} ("--plan").
 * Return 0, or -1 with ${e} set where it cannot be asked or does not answer
 * within five seconds.
 */
int stage_knows(const char *program, const char *option, bool *known, struct err *e);

#endif
