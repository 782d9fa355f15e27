/* What the catalogues say of a schema: sql/queries/describe_*.sql. */

#include "pg/describe_sql.h"

const char *const describe_sql[DESCRIBE_PARTS] = {
	[DESCRIBE_RELATIONS] = (
#include "queries/describe_relations.inc"
	    ),
	[DESCRIBE_TRIGGERS] = (
#include "queries/describe_triggers.inc"
	    ),
	[DESCRIBE_REST] = (
#include "queries/describe_rest.inc"
	    ),
	[DESCRIBE_GRANTS] = (
#include "queries/describe_grants.inc"
	    ),
	[DESCRIBE_GRAPH] = (
#include "queries/describe_graph.inc"
	    ),
	[DESCRIBE_FILES] =
	    "SELECT 'file', '', f.name::text, CASE WHEN to_jsonb(f) ->> 'adopted' = 'true' THEN"
	    " 'adopted' ELSE 'sha256 ' || f.sha256 END FROM public.batch_schema_files f",
};
