#ifndef AEGIS_RRC_IDENTIFY_H
#define AEGIS_RRC_IDENTIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/report.h"

/*
 * What is this file?  Its first bytes are tried with every layout of pipelines/layouts; what fits none
 * may be known by its first bytes as something else.
 */

struct identify;

/**
 * identify_new(), identify_free(id):
 * Load all layouts, once for however many files.  One that is broken is left out.
 */
struct identify *identify_new(void);
void identify_free(struct identify *id);

/**
 * identify_file(id, path, r, unknown, e):
 * Add to ${r} an object for ${path}, or one for each file inside of it where it is an archive or a
 * directory: dataset, encoding, record length, extract date, how sure and why; or what it is
 * instead.  Those that are not known are added to ${unknown}.  Return 0, or -1 with ${e} set where it
 * cannot be read.
 */
int identify_file(const struct identify *id, const char *path, struct report *r, size_t *unknown,
    struct err *e);

/**
 * identify_name(path, member, dst, size):
 * Write what ${path} seems to be, "daf802 (Drilling permit master)", or "" where that is not known.
 */
void identify_name(const char *path, const char *member, char *dst, size_t size);

#endif
