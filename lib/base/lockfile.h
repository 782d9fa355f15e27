#ifndef AEGIS_BASE_LOCKFILE_H
#define AEGIS_BASE_LOCKFILE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/**
 * lockfile_take(path, mode, wait_ms, waits, e):
 * Lock the file ${path}, which is made with ${mode}: a lock of the process's, which ends with it, or when
 * the descriptor is closed.  Where another process has it, wait for ${wait_ms} (UINT64_MAX: for ever), and
 * say so once by notice_say(), "${waits}; waiting for it", where that is not NULL.  Return the descriptor, or -1 with ${e} set:
 * STATUS_TEMPFAIL where another one has it, STATUS_OUTPUT where the file cannot be made or locked.
 */
int lockfile_take(const char *path, mode_t mode, uint64_t wait_ms, const char *waits,
    struct err *e);

#endif
