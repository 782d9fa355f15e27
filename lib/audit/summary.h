#ifndef AEGIS_AUDIT_SUMMARY_H
#define AEGIS_AUDIT_SUMMARY_H

#include "archive/manifest.h"
#include "audit/tally.h"
#include "base/buf.h"
#include "base/err.h"

/**
 * summary_html(name, m, sha256, t, out, e):
 * Append a page in HTML that shows what the archive ${name} holds: counts by verdict, tenant,
 * event type and day.  ${sha256} is its manifest's digest.  ${t} is put in order.  The page
 * stands alone: no script, no style or font from elsewhere; every value is escaped.
 */
int summary_html(const char *name, const struct manifest *m, const char *sha256, struct tally *t,
    struct buf *out, struct err *e);

#endif
