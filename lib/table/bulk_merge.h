#ifndef AEGIS_TABLE_BULK_MERGE_H
#define AEGIS_TABLE_BULK_MERGE_H

#include "table/bulk_target.h"

/**
 * bulk_merge_key(g, e):
 * Choose the key, which the stream's columns must hold, and make the staging table.
 */
int bulk_merge_key(struct bulk_target *g, struct err *e);

/**
 * bulk_merge_write(g, e):
 * All rows are staged: set aside those whose fault only the set shows, merge the
 * rest, delete what is missing (replace), and drop the staging table.
 */
int bulk_merge_write(const struct bulk_target *g, struct err *e);

#endif
