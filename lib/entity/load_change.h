#ifndef AEGIS_ENTITY_LOAD_CHANGE_H
#define AEGIS_ENTITY_LOAD_CHANGE_H

#include "base/buf.h"
#include "entity/load_dataset.h"
#include "entity/load_touched.h"

/*
 * What a load changes, for batch_changes (sql/230_changes.sql): nothing of a dataset's first load, which
 * would be all of it.
 */

/**
 * load_change_updated(j, d, owned, e):
 * Before load_changed is merged: what its rows say otherwise than the entities.  ${owned} is the text[] of
 * the fields that the dataset brings.
 */
int load_change_updated(const struct load_job *j, const struct load_dataset *d, const char *owned,
    struct err *e);

/**
 * load_change_inserted(j, d, t, e):
 * After it: entities that are new.
 */
int load_change_inserted(const struct load_job *j, const struct load_dataset *d,
    struct load_touched *t, struct err *e);

/**
 * load_change_retire(j, dataset, from, rows, e):
 * Retire the entities e that ${from} (FROM ... WHERE ..., or WHERE ...) selects, and say so; ${dataset} is
 * its number, or NULL.  ${rows} is set to how many they are.
 */
int load_change_retire(const struct load_job *j, const char *dataset, const char *from,
    uint64_t *rows, struct err *e);

#endif
