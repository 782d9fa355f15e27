#ifndef AEGIS_RRC_LAYOUT_FIELD_H
#define AEGIS_RRC_LAYOUT_FIELD_H

#include "rrc/layout.h"

/**
 * layout_field_parse(l, s, list, e):
 * Read the fields of segment ${s} from ${list} and check them against each other
 * and the record.  Return 0, or -1 with ${e} naming line and column.
 */
int layout_field_parse(const struct layout *l, struct layout_segment *s,
    const struct conf_node *list, struct err *e);

#endif
