/* rule-snapshot: the rules that a filing is based on, frozen. */

#include "rule/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "base/os.h"
#include "ledger/ledger.h"
#include "pg/pg.h"
#include "rule/basis.h"
#include "rule/catalog.h"
#include "rule/stale.h"

struct snapshot {
	bool plan;
	char run[37], started[32];
	struct snapshot_totals *tenants;
	size_t n, cap;
};

/*
 * The rules of the filings' fields, or those of all.  With --refresh, a filing that has snapshots
 * gets one of each rule of which its newest is of another version; the old ones stay as they are.
 */
static int
snapshot_insert_some(struct pg *pg, bool refresh, bool own, uint64_t *n, struct err *e)
{
	static const char
	    all[] =
		"INSERT INTO filing_rule_snapshots (checklist_id, rule_version_id, rule_data_at_snapshot)"
		" SELECT r.id, v.id, v.rule_data FROM basis_rule r JOIN rule_versions v"
		"  ON v.id = r.version_id WHERE r.own = $1::boolean",
	    lacking[] =
		" AND v.id IS DISTINCT FROM (SELECT s.rule_version_id FROM filing_rule_snapshots s"
		"  JOIN rule_versions w ON w.id = s.rule_version_id WHERE s.checklist_id = r.id"
		"  AND w.rule_identifier = v.rule_identifier"
		"  ORDER BY s.snapshotted_at DESC, w.version DESC LIMIT 1)";
	const char *params[1] = { own ? "t" : "f" };
	struct buf sql = BUF_INIT(4096);
	struct pg_result *r = NULL;

	if (buf_adds(&sql, all, e) == 0 && (!refresh || buf_adds(&sql, lacking, e) == 0) &&
	    buf_str(&sql, e) != NULL && (r = pg_query(pg, sql.p, params, 1, e)) != NULL)
		*n = pg_result_affected(r);
	pg_result_free(r);
	buf_free(&sql);
	return (r == NULL);
}

/* Field rules first. */
static int
snapshot_insert(struct pg *pg, const struct snapshot_options *o, struct snapshot_totals *t,
    struct err *e)
{
	struct pg_result *r;
	uint64_t wide = 0;

	if (snapshot_insert_some(pg, o->refresh, true, &t->field_rows, e) ||
	    snapshot_insert_some(pg, o->refresh, false, &wide, e))
		return (-1);
	t->snapshots = t->field_rows + wide;
	t->frozen = t->filings - t->without;
	if (!o->refresh)
		return (0);
	/* What this transaction made has its time. */
	if ((r = pg_query(pg,
		 "SELECT count(DISTINCT checklist_id) FROM filing_rule_snapshots s"
		 " WHERE snapshotted_at = now() AND checklist_id IN (SELECT id FROM basis_filing)",
		 NULL, 0, e)) == NULL)
		return (-1);
	t->frozen = pg_result_u64(r, 0, 0);
	pg_result_free(r);
	return (0);
}

/* Count the filings selected, those without a rule, and those without a field, into ${t}. */
static int
snapshot_count(struct pg *pg, struct snapshot_totals *t, struct err *e)
{
	struct pg_result *r = pg_query(pg,
	    "SELECT count(*), count(*) FILTER (WHERE r.id IS NULL), count(*) FILTER (WHERE p.id IS NULL)"
	    " FROM basis_filing f LEFT JOIN (SELECT DISTINCT id FROM basis_rule) r ON r.id = f.id"
	    " LEFT JOIN (SELECT DISTINCT id FROM basis_field) p ON p.id = f.id",
	    NULL, 0, e);

	if (r == NULL)
		return (-1);
	t->filings = pg_result_u64(r, 0, 0);
	t->without = pg_result_u64(r, 0, 1);
	t->no_field = pg_result_u64(r, 0, 2);
	pg_result_free(r);
	return (0);
}

/* Tenants of the entity type system have books; others have no UUID to file them under. */
static int
snapshot_book(struct pg *pg, const struct snapshot *s, const struct catalog *c,
    const struct snapshot_totals *t, struct err *e)
{
	struct ledger g = { pg, "rule-snapshot", s->run, s->started, "", true };
	struct ledger_counts counts = { t->snapshots, 0, 0, 0, 0, 0 };
	struct book own;
	char uuid[37], config[DIGEST_SHA256_HEX + 1];
	unsigned long section;

	if (num_uuid(uuid, t->tenant))
		return (0);
	book_init(&own, "rule-snapshot");
	(void)snprintf(own.dataset, sizeof(own.dataset), "filings");
	memcpy(own.config_sha256, c->sha256, sizeof(own.config_sha256));
	own.read = t->filings;
	own.used = t->frozen;
	own.skipped = t->filings - t->frozen;
	own.rows = t->snapshots;
	ledger_config(NULL, 0, &own, config);
	if (book_balances(&own, e) ||
	    ledger_dataset(pg, uuid, "rule", "filings", g.dataset_id, sizeof(g.dataset_id), e) ||
	    ledger_run(&g, e) || ledger_section(g.pg, g.run, g.dataset_id, &section, e))
		return (-1);
	return (ledger_stream(&g, section, "filing_checklists", config, NULL, 0, &own, &counts, e));
}

/* Freeze one tenant's filings in a transaction of its own, which a plan rolls back. */
static int
snapshot_tenant(struct pg *pg, const struct snapshot_options *o, const struct catalog *c,
    struct snapshot *s, const char *tenant, struct err *e)
{
	const char *as_of = o->as_of ? o->as_of : o->known_on;
	const struct basis_options basis = { tenant, o->filing, o->domain, o->filing != NULL,
		!o->refresh, as_of, o->known_on };
	struct snapshot_totals *t;

	if (s->n == s->cap)
		s->tenants = xgrow(s->tenants, &s->cap, sizeof(*s->tenants));
	t = &s->tenants[s->n++];
	memset(t, 0, sizeof(*t));
	(void)snprintf(t->tenant, sizeof(t->tenant), "%s", tenant);
	if (pg_begin_load(pg, "", e) || basis_lock(pg, tenant, e) ||
	    basis_tables(pg, c, &basis, e) || snapshot_count(pg, t, e) ||
	    snapshot_insert(pg, o, t, e) || stale_mark(pg, tenant, &t->stale, e))
		return (-1);
	if (o->plan) {
		pg_rollback(pg);
		return (0);
	}
	return (snapshot_book(pg, s, c, t, e) || pg_commit(pg, e));
}

/* Freeze tenant by tenant and stop at the first failure; tenants already done stay committed. */
static int
snapshot_all(struct pg *pg, const struct snapshot_options *o, const struct catalog *c,
    struct snapshot *s, struct err *e)
{
	struct pg_result *r = basis_tenants(pg, o->tenant, o->filing, e);
	int row, rc = 0;

	if (r == NULL)
		return (-1);
	for (row = 0; row < pg_result_rows(r) && rc == 0; row++)
		rc = snapshot_tenant(pg, o, c, s, pg_result_get(r, row, 0), e);
	pg_result_free(r);
	return (rc);
}

struct snapshot *
snapshot_run(const struct snapshot_options *o, struct err *e)
{
	struct snapshot *s = xcalloc(1, sizeof(*s));
	const char *run = getenv("AEGIS_RUN");
	struct catalog *c;
	struct pg *pg;
	int rc = -1;

	s->plan = o->plan;
	(void)os_utc(s->started, sizeof(s->started), time(NULL));
	if (run == NULL || num_uuid(s->run, run))
		os_uuid(s->run);
	if ((c = catalog_load(o->catalog, e)) != NULL &&
	    (pg = pg_connect(o->conninfo, "aegis-rule-snapshot", e)) != NULL) {
		rc = snapshot_all(pg, o, c, s, e);
		pg_close(pg);
	}
	catalog_free(c);
	if (rc == 0)
		return (s);
	snapshot_free(s);
	return (NULL);
}

void
snapshot_free(struct snapshot *s)
{

	if (s == NULL)
		return;
	free(s->tenants);
	free(s);
}

void
snapshot_report(const struct snapshot *s, struct report *r)
{
	size_t i;

	report_open(r, NULL);
	report_bool(r, "plan", s->plan);
	report_text(r, "run", NULL, s->run);
	report_table(r, "tenants");
	for (i = 0; i < s->n; i++) {
		const struct snapshot_totals *t = &s->tenants[i];

		report_row(r);
		report_text(r, "tenant", "tenant", t->tenant);
		report_count(r, "filings", "filings", t->filings);
		report_count(r, "frozen", "frozen", t->frozen);
		report_rare(r, "without_rule", "no rule", t->without);
		report_rare(r, "without_field", "no field", t->no_field);
		report_count(r, "snapshots", "rows", t->snapshots);
		report_rare(r, "of_field", "of field", t->field_rows);
		report_rare(r, "stale", "stale", t->stale);
		report_close(r);
	}
	report_close(r);
	if (s->plan)
		report_line(r, "a plan: nothing was written");
	report_close(r);
}
