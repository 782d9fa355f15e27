-- Grants.  ACLs are taken apart, since their text names the owner; of the owner's rights what it
-- lacks, since a later PostgreSQL has more of them.
WITH rel AS (SELECT c.*, n.nspname || '.' || c.relname AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'oilgas')
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND NOT (c.relispartition AND coalesce(pg_partition_root(c.oid) = ANY (ARRAY[to_regclass('public.entities'),
  to_regclass('public.entity_sources'), to_regclass('public.entity_links')]), false)) AND NOT EXISTS (SELECT FROM pg_depend
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
  UNION ALL SELECT 'ag_catalog', 'ag_catalog.' || relname, relowner, a.* FROM pg_class c JOIN pg_namespace n
  ON n.oid = c.relnamespace AND n.nspname = 'ag_catalog', aclexplode(coalesce(relacl, acldefault('r', relowner))) a
  WHERE relname IN ('ag_graph', 'ag_label'))
SELECT 'grant', tab, obj || ' to ' || grantee, string_agg(privilege_type || CASE WHEN
  is_grantable THEN ' with grant option' ELSE '' END, ', ' ORDER BY privilege_type)
  FROM (SELECT tab, obj, privilege_type, is_grantable, CASE grantee WHEN 0 THEN 'PUBLIC'
  ELSE coalesce((SELECT rolname::text FROM pg_roles WHERE oid = grantee), grantee::text)
  END AS grantee FROM acl WHERE grantee <> owner) g WHERE tab <> 'ag_catalog' OR grantee = 'aegis_import'
  GROUP BY tab, obj, grantee
UNION ALL SELECT 'grant', name, name || ' to its owner', 'lacks ' || string_agg(privilege_type, ', '
  ORDER BY privilege_type) FROM rel, aclexplode(acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r'
  END::"char", relowner)) d WHERE d.grantee = relowner AND relacl IS NOT NULL AND NOT EXISTS (SELECT FROM
  aclexplode(relacl) a WHERE a.grantee = relowner AND a.privilege_type = d.privilege_type) GROUP BY name
