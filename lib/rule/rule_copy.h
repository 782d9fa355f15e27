#ifndef AEGIS_RULE_RULE_COPY_H
#define AEGIS_RULE_RULE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "pg/copy_spool.h"
#include "rule/catalog.h"
#include "rule/rule.h"

/*
 * The rules of a load on their way into its temporary table, as COPY text:
 *   seq, section, place, identifier, type, domain, effective, expires, status, reference, data
 * with one section for each file or stream, and the line or record as place.
 */
struct rule_copy;

enum rule_copy_status { RULE_COPY_ACTIVE, RULE_COPY_DRAFT, RULE_COPY_REVIEW };

struct rule_copy *rule_copy_new(const struct catalog *c);
void rule_copy_free(struct rule_copy *in);

/**
 * rule_copy_make(in, r, e):
 * Render ${r}, which stays as it is until the next of the following is done.
 */
int rule_copy_make(struct rule_copy *in, const struct rule *r, enum rule_copy_status status,
    struct err *e);

/**
 * rule_copy_add(in, section, place, e):
 * Append the rule rendered last.  Return 0, or -1 with ${e} set.
 */
int rule_copy_add(struct rule_copy *in, size_t section, uint64_t place, struct err *e);

/**
 * rule_copy_digest(in, r, status, writer, d, e):
 * Digest of all that ${writer} says by ${r}, a field rule of numbers; it depends on the catalog.
 */
int rule_copy_digest(struct rule_copy *in, const struct rule *r, enum rule_copy_status status,
    const char *writer, struct digest128 *d, struct err *e);

/* What all first versions of a load have in common. */
struct rule_copy_first {
	const char *tenant;
	int32_t effective; /* days since 2000-01-01, as PostgreSQL counts them */
	const char *source, *writer;
};

/**
 * rule_copy_first(f, tenant, effective, source, writer, e):
 * Fill ${f}; ${effective} is a date (2026-12-01); the others are not copied.
 */
int rule_copy_first(struct rule_copy_first *f, const char *tenant, const char *effective,
    const char *source, const char *writer, struct err *e);

/**
 * rule_copy_version(in, f, out, e):
 * Append the rule rendered last, as its first version, to ${out}: a binary row (copy_row()) of
 * rule_versions by RULE_COPY_COLUMNS.  Its id is made here: uuid-ossp asks the kernel for each.
 */
#define RULE_COPY_COLUMNS                                                                  \
	"id, tenant_id, rule_type, rule_domain, rule_identifier, effective_date, status, " \
	"source_reference, rule_data, version, source, change_summary, detected_by"
int rule_copy_version(struct rule_copy *in, const struct rule_copy_first *f, struct buf *out,
    struct err *e);

/**
 * rule_copy_any(in):
 * Was any rule added?
 */
bool rule_copy_any(const struct rule_copy *in);

/**
 * rule_copy_send(in, pg, table, e):
 * COPY all of it into the table ${table}.
 */
int rule_copy_send(struct rule_copy *in, struct pg *pg, const char *table, struct err *e);

#endif
