#ifndef AEGIS_RRC_LAYOUT_LOAD_H
#define AEGIS_RRC_LAYOUT_LOAD_H

#include "rrc/layout.h"

/**
 * layout_load(path, e):
 * Read and check the layout file ${path}.  Return the layout, which the caller
 * releases with layout_free(), or NULL with ${e} set: "FILE:LINE:COLUMN: ..." and
 * STATUS_CONFIG for a fault in it, STATUS_NOINPUT where it cannot be read.
 */
struct layout *layout_load(const char *path, struct err *e);

/**
 * layout_parse(name, p, len, e):
 * As layout_load(), from memory; ${name} stands for the file in messages.
 */
struct layout *layout_parse(const char *name, const void *p, size_t len, struct err *e);
/**
 * layout_find(name, e):
 * Load the layout ${name}: a path where it has a '/' or ends in ".yaml", else
 * pipelines/layouts/NAME.yaml of the project's home.  As layout_load(); STATUS_USAGE
 * where there is none of the name.
 */
struct layout *layout_find(const char *name, struct err *e);

#endif
