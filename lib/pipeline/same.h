#ifndef AEGIS_PIPELINE_SAME_H
#define AEGIS_PIPELINE_SAME_H

#include "pipeline/pipeline.h"

/*
 * An import step (rrc-decode FILE, entity-map, entity-load) of a source that was loaded already need not
 * run: entity-load --same tells.
 */

/**
 * same_step(s, ask):
 * Where ${s} is such a step, fill ${ask} with the one stage that tells: it ends with 0 where there is nothing
 * to do.  Its words are those of ${s}, but for ${ask}->stages, which same_free() frees.  Where ${s} has an option
 * of which it is not known that the answer does not depend on it, or is no such step, ${ask} has no stages.
 */
void same_step(const struct pipeline_step *s, struct pipeline_step *ask);
void same_free(struct pipeline_step *ask);

#endif
