#ifndef AEGIS_AUDIT_INSPECT_REPORT_H
#define AEGIS_AUDIT_INSPECT_REPORT_H

#include "audit/inspect.h"
#include "base/report.h"

/**
 * inspect_report(k, r):
 * Describe in ${r} what was checked, and what was found.
 */
void inspect_report(const struct inspect *k, struct report *r);

#endif
