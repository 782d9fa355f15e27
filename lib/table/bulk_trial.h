#ifndef AEGIS_TABLE_BULK_TRIAL_H
#define AEGIS_TABLE_BULK_TRIAL_H

#include "table/bulk_block.h"
#include "table/bulk_target.h"

/**
 * bulk_trial(g, made, b, from, to, refused, e):
 * Bring the block's rows [${from}, ${to}) in, each tried for itself; set ${refused} to how many bad
 * ones were set aside.  ${made}: the statement of the stream, which is written at the first call
 * (empty then) and freed by the caller.
 */
int bulk_trial(const struct bulk_target *g, struct buf *made, const struct bulk_block *b,
    size_t from, size_t to, size_t *refused, struct err *e);

/**
 * bulk_trial_dropped(t, sent, arrived, e):
 * Say that a trigger drops rows.  Return -1.
 */
int bulk_trial_dropped(const struct table *t, size_t sent, size_t arrived, struct err *e);

#endif
