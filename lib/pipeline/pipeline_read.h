#ifndef AEGIS_PIPELINE_PIPELINE_READ_H
#define AEGIS_PIPELINE_PIPELINE_READ_H

#include "pipeline/expand.h"
#include "pipeline/pipeline.h"

/*
 * A pipeline's file while it is read; for pipeline_load.c, short.c and sources.c only.  What is wrong
 * is noted in r->faults, and the reading goes on.
 */
struct pipeline_read {
	struct conf *conf;
	struct expand names;
	struct pipeline_faults *faults;
	const struct pipeline_names *given;
	struct pipeline *p;
};

/**
 * read_note(r, e), read_fault(r, node, fmt, ...):
 * Note what a conf_*() call found; what is wrong at ${node}.
 */
void read_note(struct pipeline_read *r, const struct err *e);
#define read_fault(r, node, ...) \
	pipeline_fault((r)->conf, (r)->faults, (node), STATUS_CONFIG, __VA_ARGS__)

/**
 * read_keys(r, map, keys, what):
 * Note every key of ${map} that is not among ${keys}; false if it is not a map.
 */
bool read_keys(struct pipeline_read *r, const struct conf_node *map, const char *const *keys,
    const char *what);

/**
 * read_u64(r, map, key, min, max, out):
 * An optional number; ${out} holds the default.
 */
void read_u64(struct pipeline_read *r, const struct conf_node *map, const char *key, uint64_t min,
    uint64_t max, uint64_t *out);

/**
 * read_expand(r, n, word, shown):
 * Fill in the names in ${n}; both results, the caller's to free, are NULL where that failed.
 */
void read_expand(struct pipeline_read *r, const struct conf_node *n, char **word, char **shown);

/**
 * read_program(r, node, s):
 * Find the program of a stage whose arguments are there.
 */
void read_program(struct pipeline_read *r, const struct conf_node *node, struct pipeline_stage *s);

/**
 * read_step_limits(r, n, s):
 * Read retries, retry_wait and timeout, whose defaults ${s} holds.
 */
void read_step_limits(struct pipeline_read *r, const struct conf_node *n, struct pipeline_step *s);

/**
 * read_name(r, map, key):
 * A step's or pipeline's name under ${key}, as its copy; NULL where it is missing or bad.
 */
char *read_name(struct pipeline_read *r, const struct conf_node *map, const char *key);

#endif
