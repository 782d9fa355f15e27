#ifndef AEGIS_AUDIT_INSPECT_REPORT_H
#define AEGIS_AUDIT_INSPECT_REPORT_H

#include "audit/inspect.h"
#include "base/json.h"

/**
 * inspect_report_text(k, out, e), inspect_report_json(k, w):
 * What was checked, and what was found, for people; as a value of ${w}.
 */
int inspect_report_text(const struct inspect *k, struct buf *out, struct err *e);
void inspect_report_json(const struct inspect *k, struct json_writer *w);

#endif
