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

/* What a source is. */
struct identify_what {
	char layout[64];            /* or "": none fits */
	char named[11], newest[11]; /* days, YYYY-MM-DD: in its name; the newest in it; or "" */
	char why[300];              /* what it is instead */
};

/**
 * identify_what(id, path, out, e):
 * Set ${out} to what ${path} is; an archive or a directory is of the layout of its files, of which those
 * that fit none do not count.  Return 0, or -1 with ${e} set: STATUS_DATA where it is broken; its layout may
 * be known all the same.
 */
int identify_what(const struct identify *id, const char *path, struct identify_what *out,
    struct err *e);

/**
 * identify_name(path, member, dst, size):
 * Write what ${path} seems to be, "daf802 (Drilling permit master)", or "" where that is not known.
 */
void identify_name(const char *path, const char *member, char *dst, size_t size);

#endif
