#ifndef AEGIS_RRC_COLLECT_H
#define AEGIS_RRC_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/condition.h"
#include "rrc/layout.h"
#include "rrc/record.h"
#include "rrc/value.h"
#include "stream/reject.h"
#include "stream/writer.h"

/*
 * A column that is made of all records of a segment below a row: whether there is one, how many,
 * the least or greatest value, each value once, or a JSON list of objects.
 */
struct collect;

/* The keys of such a column beside those of its conversion and "where". */
#define COLLECT_KEYS "join", "items"

enum { COLLECT_MAX = 64 << 10 }; /* bytes of a column */

/**
 * collect_is(pick):
 * Return true if "pick: ${pick}" makes a collected column: any, min, max, all.
 */
bool collect_is(const char *pick);

/**
 * collect_parse(l, c, s, node, name, pick, e):
 * Compile the column ${name} that ${node} describes, of segment ${s}.  Return it, freed by
 * collect_free(), or NULL with ${e} naming line and column.
 */
struct collect *collect_parse(const struct layout *l, const struct charset *c,
    const struct layout_segment *s, const struct conf_node *node, const char *name,
    const char *pick, struct err *e);

/**
 * collect_add(g, rec, faults):
 * A record that counts has come.  What is wrong with it is added to ${faults}, and its value is
 * NULL.
 */
void collect_add(struct collect *g, const struct record *rec, struct fault_list *faults);

/**
 * collect_put(g, w, faults):
 * Write what was collected as the next column, and begin again.
 */
void collect_put(struct collect *g, struct stream_writer *w, struct fault_list *faults);

/**
 * collect_fields(g, rec, each, cookie):
 * As value_fields(), of all conversions that collect_add() makes of ${rec}; none where only records count.
 */
void collect_fields(const struct collect *g, const struct record *rec, value_field_fn *each,
    void *cookie);
void collect_free(struct collect *g);

#endif
