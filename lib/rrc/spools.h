#ifndef AEGIS_RRC_SPOOLS_H
#define AEGIS_RRC_SPOOLS_H

#include "base/program.h"
#include "rrc/decode.h"

/**
 * spools_write(o, views, dir, in, each, cookie, e):
 * Decode ${in} as ${o} says, in one pass, each of the ${views} to DIR/LAYOUT-VIEW.sealed, its rejects to
 * DIR/LAYOUT-VIEW.rej; the directory is made.  A view that fails leaves no stream, and the others are
 * written.  Return 0, or -1 with ${e} set to the first error.
 */
int spools_write(const struct decode_options *o, const struct option_list *views, const char *dir,
    const struct decode_input *in, decode_each_fn *each, void *cookie, struct err *e);

#endif
