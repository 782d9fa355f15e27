#ifndef AEGIS_BASE_SAMEFILE_H
#define AEGIS_BASE_SAMEFILE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * The regular files that this process reads and writes, by device and inode, so that none of
 * them becomes both: `stage --rejects F F` must not replace its own input.  Standard input and
 * standard output are among them.  Any thread.
 */

/**
 * samefile_add(fd, name, output, e):
 * Note the open file ${fd}.  Return 0, also where it is not a regular file; -1 with ${e} set to
 * STATUS_USAGE where it is noted already, and one of the two is an output.
 */
int samefile_add(int fd, const char *name, bool output, struct err *e);

/**
 * samefile_check(path, e):
 * Whether ${path}, which may become an output, is noted already: -1 with ${e} set.
 */
int samefile_check(const char *path, struct err *e);

/**
 * samefile_drop(fd):
 * The file is done with: others may use it.
 */
void samefile_drop(int fd);

#endif
