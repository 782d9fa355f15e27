#ifndef AEGIS_RULE_INTAKE_H
#define AEGIS_RULE_INTAKE_H

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
struct intake;

enum intake_status { INTAKE_ACTIVE, INTAKE_DRAFT, INTAKE_REVIEW };

struct intake *intake_new(const struct catalog *c);
void intake_free(struct intake *in);

/**
 * intake_make(in, r, e):
 * Render ${r}, which stays as it is until the next of the following is done.
 */
int intake_make(struct intake *in, const struct rule *r, enum intake_status status, struct err *e);

/**
 * intake_add(in, section, place, e):
 * Append the rule rendered last.  Return 0, or -1 with ${e} set.
 */
int intake_add(struct intake *in, size_t section, uint64_t place, struct err *e);

/**
 * intake_digest(in, r, status, writer, d, e):
 * Digest of all that ${writer} says by ${r}, a field rule of numbers; it depends on the catalog.
 */
int intake_digest(struct intake *in, const struct rule *r, enum intake_status status,
    const char *writer, struct digest128 *d, struct err *e);

/**
 * intake_version(in, tenant, effective, tail, out, e):
 * Append the rule rendered last to ${out} as a row of rule_versions by INTAKE_COLUMNS, the last
 * four of which are ${tail}, COPY text without a line end.
 */
#define INTAKE_COLUMNS                                                                 \
	"tenant_id, rule_type, rule_domain, rule_identifier, effective_date, status, " \
	"source_reference, rule_data, version, source, change_summary, detected_by"
int intake_version(struct intake *in, const char *tenant, const char *effective, const char *tail,
    struct buf *out, struct err *e);

/**
 * intake_send(in, pg, table, e):
 * COPY all of it into the table ${table}.
 */
int intake_send(struct intake *in, struct pg *pg, const char *table, struct err *e);

#endif
