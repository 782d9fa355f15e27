#ifndef AEGIS_ENTITY_LOAD_SAME_H
#define AEGIS_ENTITY_LOAD_SAME_H

#include <stdbool.h>

#include "entity/load.h"

/**
 * load_same(o, file, since, e):
 * Is there nothing to do with ${file} (DESIGN 7, "same source")?  Where the latest load of o->dataset
 * (LAYOUT/VIEW) was of this very file, by the same layout, mapping and definitions, set ${since} to its
 * instant, else to "".  The file is read only where all else is the same; nothing is decoded and
 * nothing written.  Return 0, or -1 with ${e} set.
 */
int load_same(const struct load_options *o, const char *file, char since[32], struct err *e);

#endif
