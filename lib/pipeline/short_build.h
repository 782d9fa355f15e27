#ifndef AEGIS_PIPELINE_SHORT_BUILD_H
#define AEGIS_PIPELINE_SHORT_BUILD_H

#include "pipeline/pipeline_read.h"

/**
 * short_stages(r, s):
 * What the short step ${s} runs, when it is known where its source is and who decodes it.
 */
void short_stages(struct pipeline_read *r, struct pipeline_step *s);

/**
 * short_decode(r, s, from):
 * The same for a step that decodes the source of steps after it, whose import->from is ${from}.
 */
void short_decode(struct pipeline_read *r, struct pipeline_step *s, size_t from);

#endif
