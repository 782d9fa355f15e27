#ifndef AEGIS_PIPELINE_SITE_H
#define AEGIS_PIPELINE_SITE_H

#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"
#include "pipeline/pipeline.h"

/*
 * The settings of this machine (doc/formats/settings.md): PIPELINE.yaml and aegis.yaml in
 * /etc/aegis, of which either may be missing; the first one counts.
 */
struct site;

/**
 * site_open(pipeline, faults, e):
 * Read those of ${pipeline}, which is a pipeline's name.  Return NULL with ${e} set where one is not
 * YAML, and note unknown keys in ${faults}; freed by site_free().
 */
struct site *site_open(const char *pipeline, struct pipeline_faults *faults, struct err *e);
void site_free(struct site *s);

/**
 * site_of(file, faults, e):
 * The same for the pipeline in ${file}.
 */
struct site *site_of(const char *file, struct pipeline_faults *faults, struct err *e);

/**
 * site_get(s, map, key, conf):
 * The value of ${key}, of the map ${map} where that is not NULL; NULL where nobody says.  ${conf}
 * becomes the file that it is of.  ${s} may be NULL.
 */
const struct conf_node *site_get(const struct site *s, const char *map, const char *key,
    const struct conf **conf);

/**
 * site_pipeline(name, path, size, e):
 * Write the path of the pipeline that ${name} means: a path where it has a '/' or ends in ".yaml", else NAME.yaml of
 * this machine's settings, if it has steps, or of pipelines/.  Return 0, or -1 with ${e} set.
 */
int site_pipeline(const char *name, char *path, size_t size, struct err *e);

#endif
