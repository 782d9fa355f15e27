-- Extensions, schemas, functions and roles.  $1: roles as they should be.
WITH ns AS (SELECT * FROM pg_namespace WHERE nspname IN ('public', 'oilgas', 'ag_catalog')),
fun AS (SELECT p.*, n.nspname || '.' || p.proname || '(' ||
  pg_get_function_identity_arguments(p.oid) || ')' AS name FROM pg_proc p JOIN pg_namespace n
  ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prokind IN ('f', 'p') AND NOT
  EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND
  deptype = 'e'))
SELECT 'extension', '', extname::text, 'version ' || extversion FROM pg_extension WHERE extname
  <> 'plpgsql'
UNION ALL SELECT 'schema', '', nspname::text, 'schema' FROM ns
UNION ALL SELECT 'function', '', name, 'body with md5 ' || md5(pg_get_functiondef(oid))
  FROM fun
-- Roles belong to the whole server: a scratch database cannot show what they should be.
 UNION ALL SELECT 'role', '', r, 'no login' FROM unnest(ARRAY['aegis_audit', 'aegis_import']) r
  WHERE $1::boolean
UNION ALL SELECT 'role', '', r.rolname::text, concat_ws(', ', CASE WHEN rolcanlogin THEN 'login'
  ELSE 'no login' END, CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreaterole THEN
  'createrole' END, CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolreplication THEN
  'replication' END, CASE WHEN rolbypassrls THEN 'bypassrls' END, (SELECT 'member of ' ||
  string_agg(g.rolname, ' ' ORDER BY g.rolname) FROM pg_auth_members m JOIN pg_roles g ON
  g.oid = m.roleid WHERE m.member = r.oid)) FROM pg_roles r WHERE NOT $1::boolean AND
  rolname IN ('aegis_audit', 'aegis_import')
