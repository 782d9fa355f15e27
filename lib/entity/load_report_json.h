#ifndef AEGIS_ENTITY_LOAD_REPORT_JSON_H
#define AEGIS_ENTITY_LOAD_REPORT_JSON_H

#include "base/buf.h"
#include "entity/load_result.h"

/**
 * load_report_json(l, out, e):
 * Append the report as one JSON object with an LF after it.  Return 0, or -1 with ${e} set.
 */
int load_report_json(const struct load *l, struct buf *out, struct err *e);

#endif
