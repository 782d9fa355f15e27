-- Triggers, rules and policies of relations of public and oilgas; an extension's triggers are its own.
WITH rel AS (SELECT c.*, n.nspname || '.' || c.relname AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'oilgas')
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND NOT (c.relispartition AND coalesce(pg_partition_root(c.oid) = ANY (ARRAY[to_regclass('public.entities'),
  to_regclass('public.entity_sources'), to_regclass('public.entity_links')]), false)) AND NOT EXISTS (SELECT FROM pg_depend
  WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'))
SELECT 'trigger', name, name || ' ' || tgname, pg_get_triggerdef(t.oid) || CASE
  tgenabled WHEN 'D' THEN ', disabled' WHEN 'A' THEN ', always' WHEN 'R' THEN ', replica'
  ELSE '' END FROM rel JOIN pg_trigger t ON tgrelid = rel.oid WHERE NOT tgisinternal
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = tgfoid AND deptype = 'e')
UNION ALL SELECT 'rule', name, name || ' ' || rulename,
  regexp_replace(pg_get_ruledef(r.oid), '\s+', ' ', 'g') || CASE ev_enabled
  WHEN 'O' THEN '' ELSE ', ' || ev_enabled::text END FROM rel JOIN pg_rewrite r ON
  ev_class = rel.oid WHERE rulename <> '_RETURN'
UNION ALL SELECT 'policy', name, name || ' ' || polname, CASE WHEN polpermissive THEN
  'permissive' ELSE 'restrictive' END || ' for ' || polcmd::text || ' to ' ||
  coalesce((SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE oid =
  ANY (polroles)), 'PUBLIC') || ' using ' || coalesce(pg_get_expr(polqual, polrelid), '') ||
  ' check ' || coalesce(pg_get_expr(polwithcheck, polrelid), '')
  FROM rel JOIN pg_policy ON polrelid = rel.oid
