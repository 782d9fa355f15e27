-- AEGIS's tables: columns, key, type of tenant_id, size.  A partitioned one is one table.
SELECT c.relname, (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute a
 WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
(SELECT string_agg(quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"'
  ELSE '' END, ', ' ORDER BY k.n) FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k (att, n)
 JOIN pg_attribute a ON a.attnum = k.att WHERE i.indrelid = c.oid AND i.indisprimary
 AND a.attrelid = c.oid),
(SELECT format_type(atttypid, NULL) FROM pg_attribute a WHERE a.attrelid = c.oid
 AND attname = 'tenant_id' AND NOT attisdropped), CASE c.relkind WHEN 'p' THEN
 (SELECT sum(pg_table_size(relid)) FROM pg_partition_tree(c.oid)) ELSE pg_table_size(c.oid) END,
(SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute a
 WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
-- What holds for one database is no other's.
AND c.relname <> 'batch_settings'
ORDER BY c.relname COLLATE "C"
