-- The columns of table $1: name, required, generated; whether it is partitioned.
SELECT a.attname, a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
 a.attgenerated <> '' OR a.attidentity = 'a', c.relkind = 'p'
 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relname = $1
 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
