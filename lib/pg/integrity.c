/* integrity-check: keys that do not resolve. */

#include "pg/integrity.h"

#include <stddef.h>

/* A template's slug is "slug" or "namespace:slug" (aegis-facts: agents:rule_37_...). */
static const char integrity_sql[] =
#include "queries/integrity.inc"
    ;

struct pg_result *
integrity_findings(struct pg *pg, const char *tenant, struct err *e)
{
	const char *params[] = { tenant };
	struct pg_result *r;

	if (pg_begin_whole(pg, "READ ONLY", e))
		return (NULL);
	r = pg_query(pg, integrity_sql, params, 1, e);
	pg_rollback(pg);
	return (r);
}
