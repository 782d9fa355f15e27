#ifndef AEGIS_RULE_SNAPSHOT_H
#define AEGIS_RULE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/report.h"

/*
 * rule-snapshot: freeze the rules that filings stand on into filing_rule_snapshots (DESIGN 8).
 */
struct snapshot_options {
	const char *conninfo;
	const char *tenant;  /* NULL: of --filing, or every tenant that has filings */
	const char *filing;  /* UUID, or NULL: all of the tenant that are open and have none */
	const char *domain;  /* compliance domain, or NULL */
	const char *catalog; /* NULL: pipelines/rules.yaml */
	const char *as_of;   /* YYYY-MM-DD, or NULL: the versions that are active */
	const char *known_on;
	bool refresh; /* also filings that have snapshots: of the versions that they lack */
	bool plan;
};

/* Of one tenant. */
struct snapshot_totals {
	char tenant[51];
	uint64_t filings;    /* looked at */
	uint64_t frozen;     /* of these: that got snapshots */
	uint64_t without;    /* of these: to which no rule applies */
	uint64_t no_field;   /* of these: whose field is not known */
	uint64_t snapshots;  /* rows made, */
	uint64_t field_rows; /* of these: of field rules */
	uint64_t stale;      /* rows marked */
};

struct snapshot;

/**
 * snapshot_run(o, e):
 * Freeze, each tenant in a transaction of its own.  Return what was done, freed by the caller
 * with snapshot_free(); or NULL with ${e} set.
 */
struct snapshot *snapshot_run(const struct snapshot_options *o, struct err *e);
void snapshot_free(struct snapshot *s);

/**
 * snapshot_report(s, r):
 * Describe in ${r} what was frozen.
 */
void snapshot_report(const struct snapshot *s, struct report *r);

#endif
