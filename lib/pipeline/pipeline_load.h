#ifndef AEGIS_PIPELINE_PIPELINE_LOAD_H
#define AEGIS_PIPELINE_PIPELINE_LOAD_H

#include "pipeline/pipeline.h"

/**
 * pipeline_load(path, names, faults, e):
 * Read and check the file ${path}.  Return the pipeline, which the caller
 * releases with pipeline_free(), or NULL with ${e} set: STATUS_NOINPUT where the
 * file, or nothing but input files, are missing, STATUS_USAGE where a name that
 * was set is not the file's, else STATUS_CONFIG.  ${faults} lists what was found
 * (nothing where the file is not YAML: then ${e} alone has it).
 */
struct pipeline *pipeline_load(const char *path, const struct pipeline_names *names,
    struct pipeline_faults *faults, struct err *e);

/**
 * pipeline_parse(conf, names, faults, e):
 * The same from a tree that was read already; ${conf} is released with the
 * result, also where that is NULL.
 */
struct pipeline *pipeline_parse(struct conf *conf, const struct pipeline_names *names,
    struct pipeline_faults *faults, struct err *e);

#endif
