#ifndef AEGIS_RRC_PERSONS_H
#define AEGIS_RRC_PERSONS_H

#include <stdbool.h>

#include "base/err.h"
#include "rrc/layout.h"

/*
 * "persons" of a layout: patterns, as the shell has them, of fields and columns whose values may say
 * who or where a person is.  Programs print no such value unless they are asked to.
 */

/**
 * persons_parse(l, e):
 * Take the patterns, of which each must be that of a field or a column.  Return 0, or -1 with ${e} set.
 */
int persons_parse(struct layout *l, struct err *e);

/**
 * persons_has(layout, column):
 * Is the field or column a person's?  ${layout} is a struct layout (a fault_person_fn).
 */
bool persons_has(const void *layout, const char *column);

/**
 * persons_key(l, view):
 * Does the key of the view, a column of which may be a person's, name one?
 */
bool persons_key(const struct layout *l, const char *view);

#endif
