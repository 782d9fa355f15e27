#ifndef AEGIS_RRC_LOCATE_H
#define AEGIS_RRC_LOCATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "rrc/layout.h"
#include "rrc/record.h"
#include "stream/seek.h"

enum { LOCATE_MAX = 1 << 17 }; /* bytes of a row of text that are looked at */

/**
 * locate_field(l, f, rec, in, offset, at, raw, placed, e):
 * Find the value of field ${f} of the record ${rec} of layout ${l}, which begins at byte ${offset} of ${in}:
 * set ${placed} to true, ${at} to the value's first byte in ${in} and ${raw} to what stands there, with its
 * quotes where it has some, without blanks behind a short line's end.  ${placed} is false where the value is
 * not there as it was read: in JSON, in lines that were joined.  Return 0, or -1 with ${e} set.
 */
int locate_field(const struct layout *l, const struct layout_field *f, const struct record *rec,
    struct seek *in, uint64_t offset, uint64_t *at, struct buf *raw, bool *placed, struct err *e);

#endif
