/* Whether a source of rules was loaded already, and last. */

#include "rule/version_same.h"

#include "ledger/same.h"
#include "pg/pg.h"
#include "rule/catalog.h"

static const char version_same_sql[] =
#include "queries/rule_same.inc"
    ;

int
version_same(const struct version_options *o, const char *file, const char *dataset, char since[32],
    struct err *e)
{
	char layout[DIGEST_SHA256_HEX + 1], last[DIGEST_SHA256_HEX + 1] = "";
	struct catalog *c = catalog_load(o->catalog, e);
	const char *params[4] = { o->tenant, dataset, layout, c != NULL ? c->sha256 : "" };
	struct pg_result *r = NULL;
	struct pg *pg = NULL;
	int rc;

	since[0] = '\0';
	rc = c == NULL || same_layout(dataset, layout, e) ||
	    (pg = pg_connect(o->conninfo, "aegis-rule-load", e)) == NULL ||
	    (r = pg_query(pg, version_same_sql, params, 4, e)) == NULL;
	if (rc == 0 && pg_result_rows(r) == 1) {
		pg_result_copy(r, 0, 0, last, sizeof(last));
		pg_result_copy(r, 0, 1, since, 32);
	}
	pg_result_free(r);
	pg_close(pg);
	catalog_free(c);
	return (rc || same_file(file, last, since, e));
}
