/* What the catalogues say of a schema: sql/queries/describe_*.sql. */

#include "pg/describe_sql.h"

const char describe_sql_server[] =
    "SELECT current_setting('server_version_num')::int / 10000,"
    " coalesce(current_setting('aegis.without', true), ''),"
    " to_regclass('ag_catalog.ag_graph') IS NOT NULL,"
    " to_regclass('public.batch_schema_files') IS NOT NULL";

const char *const describe_sql[DESCRIBE_PARTS] = {
	[DESCRIBE_RELATIONS] = (
#include "queries/describe_relations.inc"
	    ),
	[DESCRIBE_REST] = (
#include "queries/describe_rest.inc"
	    ),
	[DESCRIBE_GRAPH] = (
#include "queries/describe_graph.inc"
	    ),
	[DESCRIBE_FILES] =
	    "SELECT 'file', '', name::text, 'sha256 ' || sha256"
	    " FROM public.batch_schema_files",
};
