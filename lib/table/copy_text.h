#ifndef AEGIS_TABLE_COPY_TEXT_H
#define AEGIS_TABLE_COPY_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "stream/reader.h"

/**
 * copy_text_fields(b, p, len, f, n, e):
 * Take a line of COPY's text format (PostgreSQL manual, COPY) apart, without its LF, into the
 * ${n} fields ${f}, which point into ${b} until it is next used.  Return 0, or -1 with ${e} set:
 * STATUS_BUG where there are more or fewer.
 */
int copy_text_fields(struct buf *b, const char *p, size_t len, struct stream_field *f, size_t n,
    struct err *e);

#endif
