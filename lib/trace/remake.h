#ifndef AEGIS_TRACE_REMAKE_H
#define AEGIS_TRACE_REMAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "entity/definition.h"
#include "rrc/excerpt.h"
#include "stream/reader.h"
#include "trace/said.h"
#include "trace/trace.h"

/* A row made again from its source, to be held against what was stored. */
struct remake;

/* What came of it. */
enum remake_result {
	REMAKE_NONE,    /* there is no row: remake_why() says why */
	REMAKE_PROVED,  /* its digest is the one that was stored */
	REMAKE_CHANGED, /* it is not, and neither are the definitions the ones of then */
	REMAKE_SHOWN,   /* a rule's row, of which no such digest is stored */
	REMAKE_OTHER, /* it is not, or no row begins there, though this is the source: remake_why() */
};

/**
 * remake_new(o, s, d, e):
 * Look for the source of ${s} and make the row again, by the definition ${d} (NULL: of a rule, or
 * there is none any more); all stay the
 * caller's.  Return it, freed by remake_free(), or NULL with ${e} set where something fails that has nothing
 * to do with the source.
 */
struct remake *remake_new(const struct trace_options *o, const struct said *s,
    const struct entity_definition *d, struct err *e);
enum remake_result remake_result(const struct remake *m);
const char *remake_why(const struct remake *m);

/**
 * remake_file(m):
 * The file that was read, or NULL.
 */
const char *remake_file(const struct remake *m);

/**
 * remake_fields(m), remake_field(m, i, f, column, v):
 * How many fields the row has, and the ${i}th: its definition (NULL: of a rule), the view's column, and the
 * value, valid as long as ${m}.
 */
size_t remake_fields(const struct remake *m);
void remake_field(const struct remake *m, size_t i, const struct field_definition **f,
    const char **column, struct stream_field *v);

/**
 * remake_parts(m, column, each, cookie, e):
 * As excerpt_parts().
 */
int remake_parts(struct remake *m, const char *column, excerpt_fn *each, void *cookie,
    struct err *e);
void remake_free(struct remake *m);

#endif
