#ifndef AEGIS_RULE_COMPARE_H
#define AEGIS_RULE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/report.h"
#include "rule/rule_file.h"

/*
 * rule-diff: two sets of rules side by side.  Each is a file of rules, a day (what was in force
 * for the tenant), or the UUID of a snapshot or of a filing (its newest snapshots).
 */
struct compare_options {
	const char *conninfo;
	const char *tenant;  /* for days */
	const char *catalog; /* NULL: pipelines/rules.yaml */
	const char *known_on;
	const char *before, *after;
};

struct compare;

/**
 * compare_run(o, faults, e):
 * Read both sides.  Return them, freed by the caller with compare_free(), or NULL with ${e}
 * set; a file's faults are in ${faults}.
 */
struct compare *compare_run(const struct compare_options *o, struct rule_faults *faults,
    struct err *e);
void compare_free(struct compare *c);

/**
 * compare_report(c, r, n, e):
 * Describe the differences in ${r}; ${n} is of how many rules.
 */
int compare_report(const struct compare *c, struct report *r, size_t *n, struct err *e);

#endif
