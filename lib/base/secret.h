#ifndef AEGIS_BASE_SECRET_H
#define AEGIS_BASE_SECRET_H

#include <stddef.h>

#include "base/err.h"

/*
 * Files that hold a key.  What they hold goes into memory of the caller's, who wipes it
 * (os_wipe()); it stands in no message, no argument and no environment.
 */

enum { SECRET_MAX = 16 << 10 };

/**
 * secret_read(path, dst, size, n, e):
 * Read the whole file ${path} into ${dst} and set ${n} to its length.  Return 0, or -1 with
 * ${e} set: STATUS_NOPERM where anybody but its owner may read or write it (below
 * $CREDENTIALS_DIRECTORY its group may read it), or where it is
 * neither the caller's nor root's; STATUS_NOINPUT where it is not there; STATUS_CONFIG where
 * it is no regular file, or larger than ${size}.  From then on this process leaves no core
 * file, and no other process of its user may look into it.
 */
int secret_read(const char *path, void *dst, size_t size, size_t *n, struct err *e);

#endif
