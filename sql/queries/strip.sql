-- Every constraint and index of schema public, with the statements that drop and create it; of a
-- partitioned table those of the whole.
SELECT c.relname, k.contype = 'f', format('ALTER TABLE %s DROP CONSTRAINT %I', c.oid::regclass,
 k.conname), format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.oid::regclass, k.conname,
 pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
 WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('f', 'p', 'u') AND NOT c.relispartition
 UNION ALL SELECT c.relname, false, format('DROP INDEX %s', i.indexrelid::regclass),
 replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_constraint k
  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
 ORDER BY 2 DESC, 1, 3
