#ifndef AEGIS_STREAM_MEMBERS_H
#define AEGIS_STREAM_MEMBERS_H

#include <stddef.h>

#include "base/err.h"

/* The files inside of an archive, for those who look before they read. */
struct members {
	char **names; /* as source_open() takes them */
	size_t n, cap;
};

/**
 * members_list(path, m, e):
 * List the files of ${path}: a zip, a tar (also in gzip or zstd), a directory; none of what is none of
 * these.  Return 0, or -1 with ${e} set.  The caller calls members_release() either way.
 */
int members_list(const char *path, struct members *m, struct err *e);
void members_release(struct members *m);

#endif
