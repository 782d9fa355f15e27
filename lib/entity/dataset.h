#ifndef AEGIS_ENTITY_DATASET_H
#define AEGIS_ENTITY_DATASET_H

#include <stddef.h>

#include "base/err.h"

/*
 * pipelines/datasets.yaml: what a dataset means to the type it feeds
 * (doc/formats/entities.md).
 */
enum dataset_role {
	DATASET_OWN,    /* inserts, updates, retires */
	DATASET_ENRICH, /* updates entities that are there, and nothing else */
};

enum dataset_coverage {
	DATASET_FULL,  /* has every entity: what is missing is gone */
	DATASET_PART,  /* has every entity of its partition */
	DATASET_DELTA, /* has what is new or changed: nothing follows from a gap */
};

enum dataset_duplicates { /* of rows with the same key in one load */
	DATASET_REJECT,   /* every row but the first is a reject */
	DATASET_FIRST,    /* the first one stands, the others are counted */
	DATASET_LAST,     /* the last one stands */
	DATASET_BEST,     /* the best one stands; of equals the first */
};

struct dataset {
	char *name; /* LAYOUT/VIEW */
	char *type; /* entity type */
	enum dataset_role role;
	enum dataset_coverage coverage;
	enum dataset_duplicates duplicates;
	char **best; /* DATASET_BEST: fields that decide, the first one first; else NULL */
	size_t nbest;
	char *partition; /* DATASET_PART: field whose value names the partition; else NULL */
	char *keys;      /* what all its entity keys begin with; "": anything */
};

struct dataset_list {
	struct dataset *v;
	size_t n;
};

/**
 * dataset_load(path, e):
 * Read ${path}, or pipelines/datasets.yaml of the home where it is NULL.  Return
 * the list, freed by the caller with dataset_free(), or NULL with ${e} set:
 * STATUS_NOINPUT, or STATUS_CONFIG with file, line and column.
 */
struct dataset_list *dataset_load(const char *path, struct err *e);

/**
 * dataset_only(l, type):
 * The one dataset that feeds ${type}, or, of several, the one that owns; NULL where that is none, or
 * several.
 */
const struct dataset *dataset_only(const struct dataset_list *l, const char *type);

/**
 * dataset_find(l, name, type):
 * What ${name} ("dbf900/well") means to ${type}, or NULL.
 */
const struct dataset *dataset_find(const struct dataset_list *l, const char *name,
    const char *type);
void dataset_free(struct dataset_list *l);

#endif
