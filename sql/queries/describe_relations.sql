-- Relations, columns, constraints and indexes of public and oilgas.  Partitions of sql/220_ground.sql are
-- what a database has in them, and no part of its schema.
-- What belongs to an extension is the extension's.  A foreign key whose triggers are off is not kept:
-- the catalogue calls it valid all the same.
WITH rel AS (SELECT c.*, n.nspname || '.' || c.relname AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'oilgas')
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND NOT (c.relispartition AND coalesce(pg_partition_root(c.oid) = ANY (ARRAY[to_regclass('public.entities'),
  to_regclass('public.entity_sources'), to_regclass('public.entity_links')]), false)) AND NOT EXISTS (SELECT FROM pg_depend
  WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'))
SELECT 'table', name, name, CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN
  'table partitioned by ' || pg_get_partkeydef(oid) WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' ELSE 'view ' ||
  regexp_replace(pg_get_viewdef(oid), '\s+', ' ', 'g') END ||
  CASE WHEN relpersistence = 'u' THEN ', unlogged' ELSE '' END ||
  CASE WHEN relrowsecurity THEN ', row security' ELSE '' END ||
  CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END ||
  coalesce(', ' || array_to_string(reloptions, ' '), '') ||
  coalesce(', inherits ' || (SELECT string_agg(inhparent::regclass::text, ' ' ORDER BY
  inhseqno) FROM pg_inherits WHERE inhrelid = rel.oid), '') ||
  coalesce((SELECT ', ' || format_type(seqtypid, NULL) || ' from ' || seqstart || ' by ' ||
  seqincrement || ' between ' || seqmin || ' and ' || seqmax || CASE WHEN seqcycle THEN
  ', cycle' ELSE '' END FROM pg_sequence WHERE seqrelid = rel.oid), '') FROM rel
UNION ALL SELECT 'column', name, name || '.' || attname, format_type(atttypid, atttypmod) ||
  CASE WHEN attnotnull THEN ' not null' ELSE '' END ||
  CASE WHEN attgenerated <> '' THEN ' generated as ' ELSE ' default ' END ||
  coalesce(pg_get_expr(adbin, adrelid), 'none') ||
  CASE WHEN attidentity <> '' THEN ' identity ' || attidentity::text ELSE '' END ||
  CASE WHEN attcollation <> typcollation THEN ' collate ' ||
  attcollation::regcollation::text ELSE '' END
  FROM rel JOIN pg_attribute ON attrelid = rel.oid AND attnum > 0 AND NOT attisdropped
  JOIN pg_type t ON t.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum =
  attnum WHERE relkind <> 'S'
-- 'n': NOT NULL, which PostgreSQL 18 keeps here, stands with the column.
 UNION ALL SELECT 'constraint', name, name || ' ' || conname, pg_get_constraintdef(c.oid)
  ||
CASE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = c.oid AND
  t.tgisinternal AND t.tgenabled <> 'O') THEN ', its triggers are not enabled' ELSE '' END
FROM rel JOIN pg_constraint c ON conrelid = rel.oid WHERE contype <> 'n'
-- AGE 1.8 makes a key, indexes and triggers of its own for each label.
  AND NOT (contype = 'p' AND name LIKE 'oilgas.%')
UNION ALL SELECT 'index', name, name || ' ' || i.relname, pg_get_indexdef(indexrelid) || CASE
  WHEN indisvalid THEN '' ELSE ', invalid' END FROM rel JOIN pg_index ON indrelid = rel.oid
  JOIN pg_class i ON i.oid = indexrelid WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE
  conindid = indexrelid AND contype IN ('p', 'u', 'x'))
  AND NOT (name LIKE 'oilgas.%' AND i.relname IN (rel.relname || '_start_id_idx', rel.relname || '_end_id_idx'))
