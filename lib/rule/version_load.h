#ifndef AEGIS_RULE_VERSION_LOAD_H
#define AEGIS_RULE_VERSION_LOAD_H

/*
 * A load of rules at work; for version*.c only.
 *
 *   version.c         the transaction from BEGIN to COMMIT
 *   version_count.c   what came of each rule
 *   version_take.c    files, into the temporary table rule_in
 *   version_stream.c  streams: what is new straight into rule_versions, the rest into rule_in
 *   version_judge.c   what becomes of each rule: the temporary table rule_act
 *   version_write.c   versions, what they supersede, the snapshots on those
 *   version_report.c
 */

#include "ledger/intake.h"
#include "pg/pg.h"
#include "rule/catalog.h"
#include "rule/rule_copy.h"
#include "rule/version.h"

/* rule_versions.detected_by of our versions. */
#define VERSION_WRITER "aegis rule-load"

enum { VERSION_SAMPLES = 20, VERSION_ODD = 20 };

/* What becomes of a rule, as it stands in rule_act.act. */
enum version_act {
	VERSION_NEW,     /* version 1 */
	VERSION_CHANGED, /* version n + 1 */
	VERSION_PENDING, /* version n + 1, which waits: another writer's is in force */
	VERSION_SAME,    /* as this writer said before */
	VERSION_AGREES,  /* as the version in force, which another writer made */
	VERSION_EARLY,   /* not in force yet */
	VERSION_EXPIRED, /* its last day has passed: superseded by none */
	VERSION_PAST,    /* that happened before */
	VERSION_ACTS
};

struct version_sample {
	char *identifier, *version, *act, *status, *summary;
};

/* What came of all rules together. */
struct version_counts {
	uint64_t acts[VERSION_ACTS];
	uint64_t odds;    /* remarks */
	uint64_t drafts;  /* versions made as draft, */
	uint64_t reviews; /* and as pending_review */
	uint64_t stale;   /* snapshots marked */
};

struct version {
	const struct version_options *o; /* while version_run() runs */
	bool plan;
	char tenant[37], run[37], started[32];
	char source[51], today[11];
	struct catalog *c;
	struct pg *pg;
	struct intake *in;      /* a section for each file or stream */
	struct rule_copy *copy; /* rules on their way into rule_in */
	struct version_counts n;
	char **odd; /* the first VERSION_ODD remarks */
	size_t nodd, capodd;
	struct version_sample *samples;
	size_t nsamples, capsamples;
};

/* version_count.c */

/**
 * version_count(v, s, act, n):
 * Count ${n} rules of the section that end so.
 */
void version_count(struct version *v, struct intake_section *s, enum version_act act, uint64_t n);

/**
 * version_count_odd(v, s, place, what):
 * Remark on a rule that can be as it is, but hardly is.
 */
void version_count_odd(struct version *v, struct intake_section *s, const char *place,
    const char *what);

/**
 * version_count_sample(v, identifier, version, act, status, summary):
 * Add one to those that the report shows; ${summary} may be NULL.
 */
void version_count_sample(struct version *v, const char *identifier, const char *version,
    const char *act, const char *status, const char *summary);

/* version_take.c */

/**
 * version_take_files(v, faults, e):
 * Check all files; with a fault in one of them nothing is taken.
 */
int version_take_files(struct version *v, struct rule_faults *faults, struct err *e);

/* version_stream.c */

/**
 * version_stream_take_all(v, e):
 * Read the input's streams to their end.
 */
int version_stream_take_all(struct version *v, struct err *e);

/* version_judge.c */

/**
 * version_judge_tables(v, e):
 * The temporary tables of the load.
 */
int version_judge_tables(struct version *v, struct err *e);

/**
 * version_judge(v, e):
 * When all rules are in: decide on each, count, and say what changed.
 */
int version_judge(struct version *v, struct err *e);

/* version_write.c */

/**
 * version_write(v, e):
 * Do what was decided.
 */
int version_write(struct version *v, struct err *e);

#endif
