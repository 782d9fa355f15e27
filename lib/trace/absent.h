#ifndef AEGIS_TRACE_ABSENT_H
#define AEGIS_TRACE_ABSENT_H

#include "base/report.h"
#include "trace/trace.h"

/**
 * absent_run(pg, o, keys, n, r, e):
 * Describe in ${r} what is known of a key, spelt in the ${n} ways of ${keys}, that no entity has: whether the
 * last load of a dataset has rejected it, and why, or none has ever seen it.  Return 0, or -1 with ${e} set.
 */
int absent_run(struct pg *pg, const struct trace_options *o, const char *const *keys, size_t n,
    struct report *r, struct err *e);

#endif
