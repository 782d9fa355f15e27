#ifndef AEGIS_RRC_OBJECTS_H
#define AEGIS_RRC_OBJECTS_H

#include "base/err.h"
#include "rrc/frame.h"
#include "rrc/layout.h"
#include "rrc/text.h"
#include "stream/reject.h"

/*
 * The objects of a JSON file: a field is the value of its key, "A/B" that of key B in the object
 * under A, or in the first of a list of them; an object or a list is its JSON text.  A key that
 * is missing is an empty value, and one that no field names is left alone.
 */
struct objects;

/**
 * objects_open(l, f, c, name):
 * Read objects of layout ${l}, which has one segment, from ${f}, whose head has been read; ${c}
 * becomes the layout's character set.  All stay the caller's.
 */
struct objects *objects_open(const struct layout *l, struct framer *f, struct charset *c,
    const char *name);

/**
 * objects_next(o, fr, segment, faults, e):
 * As text_next().
 */
enum text_result objects_next(struct objects *o, struct frame *fr, int *segment,
    struct fault_list *faults, struct err *e);
void objects_free(struct objects *o);

#endif
