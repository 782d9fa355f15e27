#ifndef AEGIS_BASE_INFILE_H
#define AEGIS_BASE_INFILE_H

#include "base/err.h"

/**
 * infile_open(path, e):
 * Open ${path} for reading, whatever it is (a FIFO waits for its writer), and note it as an
 * input of this process (base/samefile.h).  Return the descriptor, which closes on exec, or -1
 * with ${e} set to STATUS_NOINPUT (STATUS_NOPERM where it may not be read, STATUS_USAGE where it is
 * an output).
 */
int infile_open(const char *path, struct err *e);

/**
 * infile_regular(path, e):
 * Open the regular file ${path}; what was received from elsewhere may hold a FIFO or a device, on
 * which a program would wait for ever.  A link to a regular file is taken.  Return the descriptor,
 * or -1 with ${e} set: STATUS_NOINPUT, STATUS_NOPERM, or STATUS_DATA where it is something else.
 */
int infile_regular(const char *path, struct err *e);

/**
 * infile_inside(path, e):
 * As infile_regular() for a file inside a received directory: no link is followed.
 */
int infile_inside(const char *path, struct err *e);

#endif
