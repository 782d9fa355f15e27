#ifndef AEGIS_RRC_CONDITION_H
#define AEGIS_RRC_CONDITION_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/layout.h"
#include "rrc/record.h"

/* "where: {FIELD: set | unset | CODE | [CODE, ...]}": which records of a segment are meant. */
struct condition;

/**
 * condition_parse(l, c, s, node, e):
 * Compile the map ${node} for records of segment ${s} of ${l} in character set ${c}.  Return it,
 * freed by condition_free(), or NULL with ${e} naming line and column.
 */
struct condition *condition_parse(const struct layout *l, const struct charset *c,
    const struct layout_segment *s, const struct conf_node *node, struct err *e);

/**
 * condition_holds(k, rec):
 * Return true if each field is as the condition says; NULL asks for nothing.  "set" is a field that
 * is neither empty nor all zeros.
 */
bool condition_holds(const struct condition *k, const struct record *rec);
void condition_free(struct condition *k);

#endif
