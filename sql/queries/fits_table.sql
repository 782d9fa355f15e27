-- Whether table $1 exists, which of the columns $2 it lacks, and which it requires besides.
WITH t AS (SELECT oid FROM pg_class WHERE relname = $1 AND relnamespace =
 'public'::regnamespace AND relkind IN ('r', 'p')), a AS (SELECT a.* FROM t JOIN
 pg_attribute a ON attrelid = t.oid AND attnum > 0 AND NOT attisdropped)
 SELECT (SELECT count(*) FROM t), (SELECT string_agg(c, ', ') FROM unnest($2::text[]) c
 WHERE c NOT IN (SELECT attname FROM a)), (SELECT string_agg(attname, ', ') FROM a WHERE
 attnotnull AND NOT atthasdef AND attidentity = '' AND attname <> ALL ($2::text[]))
