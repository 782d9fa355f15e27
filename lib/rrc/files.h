#ifndef AEGIS_RRC_FILES_H
#define AEGIS_RRC_FILES_H

#include "base/err.h"
#include "rrc/decode.h"

/*
 * The files that a decoding reads: one, and, where the view's rows belong to rows of other files of
 * a zip, a tar or a directory, those.
 */
struct files;

/**
 * files_open(o, path, member, e):
 * Open ${path} ("-": standard input) for what ${o} names: of an archive or a directory the file
 * ${member}, or where that is NULL the one that the layout names for the segment, or the only one.
 * Set o->source where it is NULL, and o->above.  Return the files, which outlive the decoding and are
 * closed by files_close(), or NULL with ${e} set.
 */
struct files *files_open(struct decode_options *o, const char *path, const char *member,
    struct err *e);

/**
 * files_uses(o, s, uses, e):
 * Set ${uses} to whether a column of the view that ${o} names comes from segment ${s} or from one above it.
 * Return 0, or -1 with ${e} set where the layout has no such view.
 */
int files_uses(const struct decode_options *o, int s, bool *uses, struct err *e);

/**
 * files_input(f):
 * What decode_run() reads.  Its digest is that of the source; of several files of a directory that
 * of the lines that sha256sum(1) prints for them, in the order in which they were read.
 */
const struct decode_input *files_input(const struct files *f);
void files_close(struct files *f);

#endif
