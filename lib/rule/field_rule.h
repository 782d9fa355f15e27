#ifndef AEGIS_RULE_FIELD_RULE_H
#define AEGIS_RULE_FIELD_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "rule/catalog.h"
#include "rule/rule.h"
#include "stream/reader.h"
#include "stream/reject.h"

/*
 * RRC's record of a field as a rule of that field: of a row's columns field_number names the
 * field, and those called like a figure are the rule's figures.
 */
struct field_rule;

/**
 * field_rule_new(c, r, effective, e):
 * When the header of ${r} has been read.  ${effective} is the day from which the rules are
 * known to be in force, or NULL.  Return it, freed by the caller with field_rule_free(), or
 * NULL with ${e} set to STATUS_CONFIG where the catalog does not know the stream's dataset, or
 * the columns do not fit.
 */
struct field_rule *field_rule_new(const struct catalog *c, const struct stream_reader *r,
    const char *effective, struct err *e);
void field_rule_free(struct field_rule *f);

enum field_rule_found { FIELD_RULE_ONE, FIELD_RULE_NONE, FIELD_RULE_BAD };

/**
 * field_rule_row(f, r, faults):
 * The rule of the row last read, which field_rule_get() returns.  FIELD_RULE_NONE: every
 * figure is 0 or missing, and the statewide rule stands; FIELD_RULE_BAD: see ${faults}.
 */
enum field_rule_found field_rule_row(struct field_rule *f, const struct stream_reader *r,
    struct fault_list *faults);
const struct rule *field_rule_get(const struct field_rule *f);

#endif
