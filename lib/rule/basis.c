/* Which rules a filing is based on. */

#include "rule/basis.h"

#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "ledger/ledger.h"

static const char basis_force_on_sql[] =
#include "queries/basis_force_on.inc"
    ;

static const char basis_fields_sql[] =
#include "queries/basis_fields.inc"
    ;

/* Run a statement with ${n} parameters whose result is not needed. */
static int
basis_do(struct pg *pg, const char *sql, const char *const *params, int n, struct err *e)
{
	struct pg_result *r = pg_query(pg, sql, params, n, e);

	pg_result_free(r);
	return (r == NULL);
}

/* Which compliance domain stands on which domains of rules: the catalog's word. */
static int
basis_domains(struct pg *pg, const struct catalog *c, struct err *e)
{
	size_t i, k;

	if (pg_exec(pg,
		"CREATE TEMP TABLE basis_domain (filing varchar(50), rule varchar(50)) ON COMMIT DROP;"
		"CREATE TEMP TABLE basis_force (id uuid, domain varchar(50), field varchar(255))"
		" ON COMMIT DROP",
		e))
		return (-1);
	for (i = 0; i < c->nfilings; i++)
		for (k = 0; k < c->filings[i].ndomains; k++) {
			const char *params[2] = { c->filings[i].name, c->filings[i].domains[k] };

			if (basis_do(pg, "INSERT INTO basis_domain VALUES ($1, $2)", params, 2, e))
				return (-1);
		}
	return (0);
}

/* Create the temporary tables and fill basis_filing with the filings that the options select. */
static int
basis_filings(struct pg *pg, const struct basis_options *o, struct err *e)
{
	const char *params[5] = { o->tenant, o->filing, o->domain, o->closed ? "t" : "f",
		o->missing ? "t" : "f" };

	if (pg_exec(pg,
		"CREATE TEMP TABLE basis_filing (id uuid, entity_id varchar(255), entity_type varchar(50),"
		" domain varchar(50)) ON COMMIT DROP;"
		"CREATE TEMP TABLE basis_field (id uuid, field varchar(255)) ON COMMIT DROP;"
		"CREATE TEMP TABLE basis_rule (id uuid, version_id uuid, own boolean) ON COMMIT DROP",
		e) ||
	    basis_do(pg,
		"INSERT INTO basis_filing SELECT f.id, f.entity_id, f.entity_type, f.compliance_domain"
		" FROM filing_checklists f WHERE f.tenant_id = $1 AND ($2::uuid IS NULL OR f.id = $2::uuid)"
		" AND ($3::text IS NULL OR f.compliance_domain = $3) AND ($4::boolean OR f.status IN"
		"  ('draft', 'in_progress', 'ready_for_review', 'in_review'))"
		" AND NOT ($5::boolean AND EXISTS (SELECT FROM filing_rule_snapshots s"
		"  WHERE s.checklist_id = f.id))",
		params, 5, e))
		return (-1);
	return (pg_exec(pg, "ANALYZE basis_filing", e));
}

/*
 * A tenant of the entity type system is a UUID; filings of others know of no entities.  A field
 * is its own; a lease has one; a well's is its lease's, or the field that it is linked to.
 */
static int
basis_fields(struct pg *pg, const struct basis_options *o, struct err *e)
{
	char uuid[37];
	const char *params[1] = { uuid };

	if (pg_exec(pg,
		"INSERT INTO basis_field SELECT id, entity_id FROM basis_filing"
		" WHERE entity_id LIKE 'field:%'",
		e))
		return (-1);
	if (num_uuid(uuid, o->tenant) == 0 && basis_do(pg, basis_fields_sql, params, 1, e))
		return (-1);
	return (pg_exec(pg, "ANALYZE basis_field", e));
}

/*
 * The versions in force, now or on a day.  On a day it is the last version, of those known by
 * then, that had become effective and was in force at some time; one that ended without
 * another behind it only up to its end.
 */
static int
basis_force(struct pg *pg, const char *tenant, const char *as_of, const char *known_on,
    struct err *e)
{
	const char *params[3] = { tenant, as_of, known_on };

	if (as_of == NULL)
		return (basis_do(pg,
		    "INSERT INTO basis_force SELECT v.id, v.rule_domain, CASE WHEN v.rule_type ="
		    " 'field_specific' THEN coalesce(v.rule_data->>'field',"
		    " split_part(v.rule_identifier, '/', 1)) END FROM rule_versions v"
		    " WHERE v.tenant_id = $1 AND v.status = 'active'"
		    " AND v.rule_domain IN (SELECT rule FROM basis_domain)",
		    params, 1, e));
	return (basis_do(pg, basis_force_on_sql, params, 3, e));
}

int
basis_rules(struct pg *pg, const struct catalog *c, const char *tenant, const char *as_of,
    const char *known_on, struct err *e)
{

	if (basis_domains(pg, c, e) || basis_force(pg, tenant, as_of, known_on, e))
		return (-1);
	return (pg_exec(pg, "ANALYZE basis_domain; ANALYZE basis_force", e));
}

int
basis_lock(struct pg *pg, const char *tenant, struct err *e)
{
	struct buf name = BUF_INIT(1024);
	int rc = buf_addf(&name, e, "aegis rules %s", tenant) || buf_str(&name, e) == NULL ||
	    pg_advisory(pg, name.p, e);

	buf_free(&name);
	return (rc);
}

struct pg_result *
basis_tenants(struct pg *pg, const char *tenant, const char *filing, struct err *e)
{
	const char *params[2] = { tenant, filing };
	struct pg_result *r;

	if (tenant != NULL && filing == NULL)
		return (ledger_tenant(pg, tenant, e) ?
			NULL :
			pg_query(pg, "SELECT $1::text", params, 1, e));
	r = pg_query(pg,
	    "SELECT DISTINCT tenant_id FROM filing_checklists WHERE ($1::text IS NULL"
	    " OR tenant_id = $1) AND ($2::uuid IS NULL OR id = $2::uuid) ORDER BY 1",
	    params, 2, e);
	if (r != NULL && filing != NULL && pg_result_rows(r) == 0) {
		(void)err_set(e, STATUS_DATA, "filing %s%s%s does not exist", filing,
		    tenant ? " of tenant " : "", tenant ? tenant : "");
		pg_result_free(r);
		return (NULL);
	}
	return (r);
}

int
basis_tables(struct pg *pg, const struct catalog *c, const struct basis_options *o, struct err *e)
{

	if (basis_rules(pg, c, o->tenant, o->as_of, o->known_on, e) || basis_filings(pg, o, e) ||
	    basis_fields(pg, o, e))
		return (-1);
	return (pg_exec(pg,
	    "INSERT INTO basis_rule SELECT f.id, r.id, false FROM basis_filing f"
	    " JOIN basis_domain d ON d.filing = f.domain"
	    " JOIN basis_force r ON r.domain = d.rule AND r.field IS NULL;"
	    "INSERT INTO basis_rule SELECT f.id, r.id, true FROM basis_filing f"
	    " JOIN basis_field p ON p.id = f.id JOIN basis_domain d ON d.filing = f.domain"
	    " JOIN basis_force r ON r.domain = d.rule AND r.field = p.field;"
	    "ANALYZE basis_rule",
	    e));
}
