#ifndef AEGIS_TABLE_BULK_RULE_H
#define AEGIS_TABLE_BULK_RULE_H

#include "table/bulk_target.h"

/* How a row of the stream becomes one of the table. */
struct bulk_rule;

/**
 * bulk_rule_new(g, e):
 * See what the table asks of its rows; g->columns get those that go to the server.  NULL with ${e} set
 * where the stream's columns do not do.
 */
struct bulk_rule *bulk_rule_new(struct bulk_target *g, struct err *e);

/**
 * bulk_rule_row(rule, f, out, e):
 * The fields to send instead of ${f}, valid until the next call: 0 to go on, 1 where a fault was noted
 * in intake_faults(), -1 with ${e} set.
 */
int bulk_rule_row(struct bulk_rule *rule, const struct stream_field *f,
    const struct stream_field **out, struct err *e);

/**
 * bulk_rule_raw(rule, f, raw, len, out, e):
 * Append to ${out} the row's bytes ${raw} as a reject file may have them: no password.
 */
int bulk_rule_raw(struct bulk_rule *rule, const struct stream_field *f, const char *raw, size_t len,
    struct buf *out, struct err *e);
void bulk_rule_free(struct bulk_rule *rule);

#endif
