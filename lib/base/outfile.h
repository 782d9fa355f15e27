#ifndef AEGIS_BASE_OUTFILE_H
#define AEGIS_BASE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * A file that a program writes.  Where the target is a regular file or not there, it is written
 * beside, as PATH.partial, made exclusively, and gets its name when it is whole.  Anything else
 * (a device, a FIFO, a link) is opened through and written in place.  Of a process's inputs and
 * outputs none is the same file (base/samefile.h).  Its mode is 0640 at most.
 */
struct outfile;

/**
 * outfile_open(path, e):
 * Start the file; NULL with ${e} set: STATUS_OUTPUT, or STATUS_USAGE for a file that is in use.
 * A PATH.partial that an ended run has left is replaced.
 */
struct outfile *outfile_open(const char *path, struct err *e);

/**
 * outfile_fd(o), outfile_name(o):
 * Its descriptor, for writing, and of a regular file also for reading; what to call it in
 * messages: where it is being written.
 */
int outfile_fd(const struct outfile *o);
const char *outfile_name(const struct outfile *o);

/**
 * outfile_is_file(o):
 * Whether it is a regular file, which can be read back.
 */
bool outfile_is_file(const struct outfile *o);

/**
 * outfile_finish(o, e):
 * Sync and close it, give it its name, and free ${o}.  Return 0, or -1 with ${e} set.
 */
int outfile_finish(struct outfile *o, struct err *e);

/**
 * outfile_finish_all(o, n, e):
 * The same for ${n} files (NULL: none), of which none gets its name before all are synced.
 */
int outfile_finish_all(struct outfile *const *o, size_t n, struct err *e);

/**
 * outfile_abandon(o, keep):
 * Close it and free ${o}: what was written stays as PATH.partial where ${keep}, and is removed
 * elsewhere.
 */
void outfile_abandon(struct outfile *o, bool keep);

#endif
