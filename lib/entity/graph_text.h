#ifndef AEGIS_ENTITY_GRAPH_TEXT_H
#define AEGIS_ENTITY_GRAPH_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/**
 * graph_text_label(type, out, size):
 * The vertex label of an entity type: "flaring_event" is FlaringEvent.  Return 0, or -1
 * where that is no label.
 */
int graph_text_label(const char *type, char *out, size_t size);

/**
 * graph_text_is_name(s):
 * Whether ${s} can be a label of AGE, without quotes in it.
 */
bool graph_text_is_name(const char *s);

/**
 * graph_text_agtype(out, p, len, e):
 * Append the ${len} bytes ${p}, JSON as PostgreSQL prints jsonb and in COPY's text form, as
 * agtype in the same form.  A number that an int8 or a float8 does not hold digit for
 * digit (more than 15 significant digits) becomes a string; zeros behind the last digit of a fraction,
 * which a float8 does not give back, go; everything else stays.
 */
int graph_text_agtype(struct buf *out, const char *p, size_t len, struct err *e);

#endif
