-- Extensions, schemas, functions, grants and roles.  $1: roles as they should be.
-- ACLs are taken apart, since their text names the owner.
WITH rel AS (SELECT c.*, n.nspname || '.' || c.relname AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'oilgas')
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (SELECT FROM pg_depend
  WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')),
ns AS (SELECT * FROM pg_namespace WHERE nspname IN ('public', 'oilgas', 'ag_catalog')),
fun AS (SELECT p.*, n.nspname || '.' || p.proname || '(' ||
  pg_get_function_identity_arguments(p.oid) || ')' AS name FROM pg_proc p JOIN pg_namespace n
  ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prokind IN ('f', 'p') AND NOT
  EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND
  deptype = 'e')),
acl AS (SELECT name AS tab, name AS obj, relowner AS owner, a.* FROM rel,
  aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r'
  END::"char", relowner))) a
 UNION ALL SELECT rel.name, rel.name || '.' || attname, relowner, a.* FROM rel JOIN
  pg_attribute ON attrelid = rel.oid AND NOT attisdropped, aclexplode(attacl) a
 UNION ALL SELECT nspname::text, 'schema ' || nspname, nspowner, a.* FROM ns,
  aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a
 UNION ALL SELECT name, 'function ' || name, proowner, a.* FROM fun,
  aclexplode(coalesce(proacl, acldefault('f', proowner))) a
-- The two tables of AGE's that the import role reads.
  UNION ALL SELECT 'ag_catalog', 'ag_catalog.' || relname, relowner, a.* FROM pg_class,
  aclexplode(coalesce(relacl, acldefault('r', relowner))) a WHERE oid IN
  (to_regclass('ag_catalog.ag_graph'), to_regclass('ag_catalog.ag_label')))
SELECT 'extension', '', extname::text, 'version ' || extversion FROM pg_extension WHERE extname
  <> 'plpgsql'
UNION ALL SELECT 'schema', '', nspname::text, 'schema' FROM ns
UNION ALL SELECT 'function', '', name, 'body with md5 ' || md5(pg_get_functiondef(oid))
  FROM fun
UNION ALL SELECT 'grant', tab, obj || ' to ' || grantee, string_agg(privilege_type || CASE WHEN
  is_grantable THEN ' with grant option' ELSE '' END, ', ' ORDER BY privilege_type)
  FROM (SELECT tab, obj, privilege_type, is_grantable, CASE grantee WHEN owner THEN
  'its owner' WHEN 0 THEN 'PUBLIC' ELSE coalesce((SELECT rolname::text FROM pg_roles
  WHERE oid = grantee), grantee::text) END AS grantee FROM acl) g GROUP BY tab, obj, grantee
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
