#ifndef AEGIS_PIPELINE_SHORT_H
#define AEGIS_PIPELINE_SHORT_H

#include "pipeline/pipeline_read.h"

/*
 * Steps in short (doc/formats/pipelines.md): what they import, not how.
 *
 *   import: olf001/lease          a dataset, or a list of them: each becomes a step that decodes, maps
 *                                 and loads its source, after those above that load the same type
 *   rules: gsf001/density         field rules from a dataset; or files of pipelines/rules, in one step
 *   stage: graph-sync             one stage, after all steps above it
 *
 * A source that several steps read, or several runs, is decoded once, by a step of its own.
 */

/**
 * short_is(n):
 * Is the step written so?
 */
bool short_is(const struct conf_node *n);

/**
 * short_step(r, n):
 * Add the steps that ${n} stands for to r->p; what they run is filled in by short_finish().
 */
void short_step(struct pipeline_read *r, const struct conf_node *n);

/**
 * short_finish(r):
 * When all steps and sources are known: what runs, what decodes for whom, and in which order.
 */
void short_finish(struct pipeline_read *r);

#endif
