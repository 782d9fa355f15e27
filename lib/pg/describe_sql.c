#include "pg/describe_sql.h"

const char describe_sql_server[] =
    "SELECT current_setting('server_version_num')::int / 10000,"
    " coalesce(current_setting('aegis.without', true), ''),"
    " to_regclass('ag_catalog.ag_graph') IS NOT NULL,"
    " to_regclass('public.batch_schema_files') IS NOT NULL";

/* What belongs to an extension is the extension's. */
#define DESCRIBE_REL                                                                               \
	"WITH rel AS (SELECT c.*, n.nspname || '.' || c.relname AS name FROM pg_class c"           \
	"   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'oilgas')" \
	"   AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (SELECT FROM pg_depend" \
	"   WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'))"

/* A foreign key whose triggers are off is not kept: the catalogue calls it valid all the same. */
#define DESCRIBE_OFF                                                                  \
	"CASE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = c.oid AND" \
	"   t.tgisinternal AND t.tgenabled <> 'O') THEN ', its triggers are not enabled' ELSE '' END"

static const char describe_relations[] = DESCRIBE_REL
    " SELECT 'table', name, name, CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN"
    "   'partitioned table' WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' ELSE 'view ' ||"
    "   regexp_replace(pg_get_viewdef(oid), '\\s+', ' ', 'g') END ||"
    "   CASE WHEN relpersistence = 'u' THEN ', unlogged' ELSE '' END ||"
    "   CASE WHEN relrowsecurity THEN ', row security' ELSE '' END ||"
    "   CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END ||"
    "   coalesce(', ' || array_to_string(reloptions, ' '), '') ||"
    "   coalesce(', inherits ' || (SELECT string_agg(inhparent::regclass::text, ' ' ORDER BY"
    "   inhseqno) FROM pg_inherits WHERE inhrelid = rel.oid), '') ||"
    "   coalesce((SELECT ', ' || format_type(seqtypid, NULL) || ' from ' || seqstart || ' by ' ||"
    "   seqincrement || ' between ' || seqmin || ' and ' || seqmax || CASE WHEN seqcycle THEN"
    "   ', cycle' ELSE '' END FROM pg_sequence WHERE seqrelid = rel.oid), '') FROM rel"
    " UNION ALL SELECT 'column', name, name || '.' || attname, format_type(atttypid, atttypmod) ||"
    "   CASE WHEN attnotnull THEN ' not null' ELSE '' END ||"
    "   CASE WHEN attgenerated <> '' THEN ' generated as ' ELSE ' default ' END ||"
    "   coalesce(pg_get_expr(adbin, adrelid), 'none') ||"
    "   CASE WHEN attidentity <> '' THEN ' identity ' || attidentity::text ELSE '' END ||"
    "   CASE WHEN attcollation <> typcollation THEN ' collate ' ||"
    "   attcollation::regcollation::text ELSE '' END"
    "   FROM rel JOIN pg_attribute ON attrelid = rel.oid AND attnum > 0 AND NOT attisdropped"
    "   JOIN pg_type t ON t.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum ="
    "   attnum WHERE relkind <> 'S'"
    /* 'n': NOT NULL, which PostgreSQL 18 keeps here, stands with the column. */
    " UNION ALL SELECT 'constraint', name, name || ' ' || conname, pg_get_constraintdef(c.oid)"
    "   || " DESCRIBE_OFF
    " FROM rel JOIN pg_constraint c ON conrelid = rel.oid WHERE contype <> 'n'"
    " UNION ALL SELECT 'index', name, name || ' ' || i.relname, pg_get_indexdef(indexrelid) || CASE"
    "   WHEN indisvalid THEN '' ELSE ', invalid' END FROM rel JOIN pg_index ON indrelid = rel.oid"
    "   JOIN pg_class i ON i.oid = indexrelid WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE"
    "   conindid = indexrelid AND contype IN ('p', 'u', 'x'))"
    " UNION ALL SELECT 'trigger', name, name || ' ' || tgname, pg_get_triggerdef(t.oid) || CASE"
    "   tgenabled WHEN 'D' THEN ', disabled' WHEN 'A' THEN ', always' WHEN 'R' THEN ', replica'"
    "   ELSE '' END FROM rel JOIN pg_trigger t ON tgrelid = rel.oid WHERE NOT tgisinternal"
    " UNION ALL SELECT 'rule', name, name || ' ' || rulename,"
    "   regexp_replace(pg_get_ruledef(r.oid), '\\s+', ' ', 'g') || CASE ev_enabled"
    "   WHEN 'O' THEN '' ELSE ', ' || ev_enabled::text END FROM rel JOIN pg_rewrite r ON"
    "   ev_class = rel.oid WHERE rulename <> '_RETURN'"
    " UNION ALL SELECT 'policy', name, name || ' ' || polname, CASE WHEN polpermissive THEN"
    "   'permissive' ELSE 'restrictive' END || ' for ' || polcmd::text || ' to ' ||"
    "   coalesce((SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE oid ="
    "   ANY (polroles)), 'PUBLIC') || ' using ' || coalesce(pg_get_expr(polqual, polrelid), '') ||"
    "   ' check ' || coalesce(pg_get_expr(polwithcheck, polrelid), '')"
    "   FROM rel JOIN pg_policy ON polrelid = rel.oid";

/* ACLs are taken apart, since their text names the owner. */
static const char describe_rest[] = DESCRIBE_REL
    ","
    " ns AS (SELECT * FROM pg_namespace WHERE nspname IN ('public', 'oilgas', 'ag_catalog')),"
    " fun AS (SELECT p.*, n.nspname || '.' || p.proname || '(' ||"
    "   pg_get_function_identity_arguments(p.oid) || ')' AS name FROM pg_proc p JOIN pg_namespace n"
    "   ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prokind IN ('f', 'p') AND NOT"
    "   EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND"
    "   deptype = 'e')),"
    " acl AS (SELECT name AS tab, name AS obj, relowner AS owner, a.* FROM rel,"
    "   aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r'"
    "   END::\"char\", relowner))) a"
    "  UNION ALL SELECT rel.name, rel.name || '.' || attname, relowner, a.* FROM rel JOIN"
    "   pg_attribute ON attrelid = rel.oid AND NOT attisdropped, aclexplode(attacl) a"
    "  UNION ALL SELECT nspname::text, 'schema ' || nspname, nspowner, a.* FROM ns,"
    "   aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a"
    "  UNION ALL SELECT name, 'function ' || name, proowner, a.* FROM fun,"
    "   aclexplode(coalesce(proacl, acldefault('f', proowner))) a"
    /* The two tables of AGE's that the import role reads. */
    "  UNION ALL SELECT 'ag_catalog', 'ag_catalog.' || relname, relowner, a.* FROM pg_class,"
    "   aclexplode(coalesce(relacl, acldefault('r', relowner))) a WHERE oid IN"
    "   (to_regclass('ag_catalog.ag_graph'), to_regclass('ag_catalog.ag_label')))"
    " SELECT 'extension', '', extname::text, 'version ' || extversion FROM pg_extension WHERE extname"
    "   <> 'plpgsql'"
    " UNION ALL SELECT 'schema', '', nspname::text, 'schema' FROM ns"
    " UNION ALL SELECT 'function', '', name, 'body with md5 ' || md5(pg_get_functiondef(oid))"
    "   FROM fun"
    " UNION ALL SELECT 'grant', tab, obj || ' to ' || grantee, string_agg(privilege_type || CASE WHEN"
    "   is_grantable THEN ' with grant option' ELSE '' END, ', ' ORDER BY privilege_type)"
    "   FROM (SELECT tab, obj, privilege_type, is_grantable, CASE grantee WHEN owner THEN"
    "   'its owner' WHEN 0 THEN 'PUBLIC' ELSE coalesce((SELECT rolname::text FROM pg_roles"
    "   WHERE oid = grantee), grantee::text) END AS grantee FROM acl) g GROUP BY tab, obj, grantee"
    /* Roles belong to the whole server: a scratch database can't show what they should be. */
    " UNION ALL SELECT 'role', '', r, 'no login' FROM unnest(ARRAY['aegis_audit', 'aegis_import']) r"
    "   WHERE $1::boolean"
    " UNION ALL SELECT 'role', '', r.rolname::text, concat_ws(', ', CASE WHEN rolcanlogin THEN 'login'"
    "   ELSE 'no login' END, CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreaterole THEN"
    "   'createrole' END, CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolreplication THEN"
    "   'replication' END, CASE WHEN rolbypassrls THEN 'bypassrls' END, (SELECT 'member of ' ||"
    "   string_agg(g.rolname, ' ' ORDER BY g.rolname) FROM pg_auth_members m JOIN pg_roles g ON"
    "   g.oid = m.roleid WHERE m.member = r.oid)) FROM pg_roles r WHERE NOT $1::boolean AND"
    "   rolname IN ('aegis_audit', 'aegis_import')";

static const char describe_graph[] =
    "SELECT 'graph', '', name::text, 'graph' FROM ag_catalog.ag_graph WHERE name = 'oilgas'"
    " UNION ALL SELECT 'label', '', g.name || '.' || l.name, CASE l.kind WHEN 'v' THEN 'vertex' ELSE"
    "   'edge' END FROM ag_catalog.ag_graph g JOIN ag_catalog.ag_label l ON l.graph = g.graphid"
    "   WHERE g.name = 'oilgas'";

static const char describe_files[] =
    "SELECT 'file', '', name::text, 'sha256 ' || sha256 FROM public.batch_schema_files";

const char *const describe_sql[DESCRIBE_PARTS] = {
	[DESCRIBE_RELATIONS] = describe_relations,
	[DESCRIBE_REST] = describe_rest,
	[DESCRIBE_GRAPH] = describe_graph,
	[DESCRIBE_FILES] = describe_files,
};
