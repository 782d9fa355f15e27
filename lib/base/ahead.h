#ifndef AEGIS_BASE_AHEAD_H
#define AEGIS_BASE_AHEAD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * A thread that goes on reading a pipe while its owner is busy with something else, so that whoever
 * writes to it need not wait.
 */
struct ahead;

/**
 * ahead_start(fd, limit, e):
 * Read on from ${fd}, which stays the caller's, holding up to ${limit} bytes.  Return it, ended by
 * ahead_stop(); or NULL with ${e} set.
 */
struct ahead *ahead_start(int fd, size_t limit, struct err *e);

/**
 * ahead_read(a, p, n, name, e):
 * As io_read(): up to ${n} bytes of what was read, 0 at the end, -1 with ${e} set, which names ${name}.
 */
ssize_t ahead_read(struct ahead *a, void *p, size_t n, const char *name, struct err *e);
void ahead_stop(struct ahead *a);

#endif
