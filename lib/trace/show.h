#ifndef AEGIS_TRACE_SHOW_H
#define AEGIS_TRACE_SHOW_H

#include "base/json.h"
#include "base/report.h"
#include "trace/remake.h"
#include "trace/said.h"
#include "trace/trace.h"

/**
 * show_hides(o, d, field):
 * May what ${field} (NULL: none) says be a person's, by ${d} (or NULL), and is that to be hidden?
 */
bool show_hides(const struct trace_options *o, const struct entity_definition *d,
    const char *field);

/**
 * show_said(o, s, d, m, stored, r, e):
 * Describe what a dataset said: where it stands, who read it when, and of each field of the row ${m}, or of
 * the one that is asked for, the value and the bytes.  ${stored} is what the database has (NULL: nothing), ${d}
 * the type's definition (NULL: a rule's).  ${differs} is set where that is not what a proved row says.
 * Return 0, or -1 with ${e} set.
 */
int show_said(const struct trace_options *o, const struct said *s,
    const struct entity_definition *d, struct remake *m, const struct json *stored,
    struct report *r, bool *differs, struct err *e);

#endif
