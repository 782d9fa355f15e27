#ifndef AEGIS_RULE_DELTA_H
#define AEGIS_RULE_DELTA_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/*
 * What differs between two rule_data: member by member, of the figures figure by figure.
 * A figure {"value": 467, "unit": "ft"} reads "467 ft"; what is no figure reads as its JSON,
 * a text without quotes.
 */

/**
 * delta_text(before, after, out, e):
 * Write "lease_line: 467 ft -> 330 ft; …" into ${out}, for two texts of JSON; either may be
 * NULL.
 */
int delta_text(const char *before, const char *after, struct buf *out, struct err *e);

/**
 * delta_json(before, after, w, e):
 * Write the same as [{"name":…, "before":…, "after":…}, …].
 */
int delta_json(const char *before, const char *after, struct json_writer *w, struct err *e);

#endif
