#ifndef AEGIS_RULE_VERSION_H
#define AEGIS_RULE_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/num.h"
#include "base/report.h"
#include "rule/rule_file.h"

/*
 * rule-load: what a source states of its rules becomes versions in rule_versions, in one
 * transaction, or nothing does (DESIGN 8, doc/formats/rules.md).
 *
 * Versions are told by who wrote them: source and detected_by.  A rule is held against the
 * newest version of the same writer; where that is as it was, nothing happens, whatever
 * others have written since.  Where it differs, and another writer's version has been in force
 * since, the new one waits as pending_review.
 */
struct version_options {
	const char *conninfo; /* of libpq, or NULL: see pg_connect() */
	const char *tenant;   /* UUID */
	const char *source;   /* of rule_versions, or NULL: "manual" of files, "rrc_ingestion" */
	const char *catalog;  /* NULL: pipelines/rules.yaml */
	char *const *files;   /* of rules; none: streams of field rules on ${fd} */
	size_t nfiles;
	int fd;
	const char *name;      /* of the input, for messages */
	const char *effective; /* day of field rules in force, or NULL: today */
	const char *rejects;
	struct ceiling max_rejects, max_flaws;
	bool accept_older;
	bool check; /* look at the files, and at nothing else */
	bool plan;
};

struct version;

/**
 * version_run(o, faults, e):
 * Load.  Return what was done, committed (with o->plan: rolled back), freed by the caller with
 * version_free(); or NULL with ${e} set and nothing changed: STATUS_DATA (a fault in a file;
 * all of them are in ${faults}; seal, ceiling, guard), STATUS_CONFIG, STATUS_TEMPFAIL (the
 * connection was lost, or another writer was faster).
 */
struct version *version_run(const struct version_options *o, struct rule_faults *faults,
    struct err *e);
void version_free(struct version *v);

/**
 * version_odd(v, i):
 * The ${i}th remark on a rule that cannot be quite right, or NULL.
 */
const char *version_odd(const struct version *v, size_t i);

/**
 * version_findings(v):
 * Whether somebody has to look: versions were made that wait for a review.
 */
bool version_findings(const struct version *v);

/**
 * version_report(v, r):
 * Describe the load in ${r}.
 */
void version_report(const struct version *v, struct report *r);

#endif
