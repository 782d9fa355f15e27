-- Unique indexes over all rows of the table $1: what ON CONFLICT names, and their columns.
WITH k AS (SELECT i.indexrelid, i.indrelid, i.indisprimary, i.indnatts,
  ARRAY(SELECT DISTINCT a.attname::text COLLATE "C" FROM pg_depend d
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
    AND d.refobjid = i.indrelid AND d.refobjsubid > 0
    UNION SELECT a.attname::text COLLATE "C" FROM pg_attribute a
    WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)) AS cols
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = $1
AND i.indisunique AND i.indpred IS NULL AND i.indisvalid AND i.indimmediate)
SELECT array_to_string(ARRAY(SELECT pg_get_indexdef(indexrelid, n, false)
  FROM generate_series(1, indnatts) n), ', '), array_to_string(cols, E'\t')
FROM k
ORDER BY indisprimary, indexrelid::regclass::text COLLATE "C"
