#ifndef AEGIS_RULE_BASIS_H
#define AEGIS_RULE_BASIS_H

#include <stdbool.h>

#include "base/err.h"
#include "pg/pg.h"
#include "rule/catalog.h"

/*
 * Which rules a filing stands on: those of its compliance domain's rule domains, statewide and
 * of its field.  The field is the entity's own, or that of an entity that it is linked to (a
 * well's lease).
 */
struct basis_options {
	const char *tenant;
	const char *filing, *domain; /* NULL: all */
	bool closed;                 /* also filings that are decided: approved, filed, ... */
	bool missing;                /* only those without any snapshot */
	const char *as_of;    /* rules in force on that day; NULL: those that are active now */
	const char *known_on; /* of these, what had been detected by then; NULL: all */
};

/**
 * basis_lock(pg, tenant, e):
 * Until the transaction ends nobody else of ours makes versions or snapshots of the tenant;
 * who does is waited for, up to ten minutes.
 */
int basis_lock(struct pg *pg, const char *tenant, struct err *e);

/**
 * basis_tenants(pg, tenant, filing, e):
 * One column with the tenants to work on: ${tenant}; where it is NULL that of ${filing}; where
 * that is NULL too, every tenant with filings.  NULL with ${e} set: STATUS_DATA where there is
 * no such filing.
 */
struct pg_result *basis_tenants(struct pg *pg, const char *tenant, const char *filing,
    struct err *e);

/**
 * basis_rules(pg, c, tenant, as_of, known_on, e):
 * Make the temporary table basis_force (id, domain, field): the tenant's versions in force,
 * field NULL where they are statewide.  ${as_of} and ${known_on} as in basis_options.
 */
int basis_rules(struct pg *pg, const struct catalog *c, const char *tenant, const char *as_of,
    const char *known_on, struct err *e);

/**
 * basis_tables(pg, c, o, e):
 * Make the temporary tables, dropped at COMMIT:
 *   basis_filing (id, entity_id, entity_type, domain)    the filings
 *   basis_field  (id, field)                             fields of each
 *   basis_rule   (id, version_id, own)                   rules of each; own: of its field
 * and that of basis_rules().  Return 0, or -1 with ${e} set.
 */
int basis_tables(struct pg *pg, const struct catalog *c, const struct basis_options *o,
    struct err *e);

#endif
