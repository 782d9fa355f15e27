#ifndef AEGIS_PG_INTEGRITY_H
#define AEGIS_PG_INTEGRITY_H

#include "base/err.h"
#include "pg/pg.h"

/**
 * integrity_findings(pg, tenant, e):
 * What does not resolve among agents, skills and personas, of ${tenant} (a UUID) or,
 * where that is NULL, of all: a result with the columns tenant, kind, subject (the
 * agent's or skill's slug), slug and reason, sorted.  Kinds:
 *
 *	root_skill  an active agent names a skill that its tenant has not
 *	persona     an active agent names a persona that its root skill has not
 *	prompt      a persona has both a text and a template, or neither
 *	template    a persona's template is none of its tenant's
 *
 * Slugs are the tenant's own: another tenant's skill of that name does not count.  An
 * agent without a root skill is in general mode, one without a persona takes the
 * skill's default, else the platform's.  NULL with ${e} set.
 */
struct pg_result *integrity_findings(struct pg *pg, const char *tenant, struct err *e);

#endif
