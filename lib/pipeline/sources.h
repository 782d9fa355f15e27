#ifndef AEGIS_PIPELINE_SOURCES_H
#define AEGIS_PIPELINE_SOURCES_H

#include "pipeline/pipeline_read.h"

/**
 * sources_read(r, map):
 * Where the sources of the imports come from, and what is asked of them: by the command line, this
 * machine's settings, the file's ${map} (which may be NULL).  Before short_finish().
 */
void sources_read(struct pipeline_read *r, const struct conf_node *map);

#endif
