-- For each foreign key of the table $1 (not the deferrable ones where $2): a query for staged rows without a parent.
SELECT format('SELECT s.ctid AS id, %L AS reason FROM aegis_stage s WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s)', 'no row of ' || confrelid::regclass || ' has this ' ||
(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY n) FROM unnest(conkey) WITH
ORDINALITY k(c, n) JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = c),
(SELECT string_agg(format('s.%I IS NOT NULL', a.attname), ' AND ') FROM unnest(conkey)
k(c) JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = c),
confrelid::regclass,
(SELECT string_agg(format('p.%I = s.%I', b.attname, a.attname), ' AND ') FROM
unnest(conkey, confkey) k(c, f) JOIN pg_attribute a ON a.attrelid = conrelid AND
a.attnum = c JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = f))
FROM pg_constraint WHERE contype = 'f' AND confrelid <> conrelid
AND NOT (condeferrable AND $2::boolean)
AND conrelid = (SELECT oid FROM pg_class WHERE relname = $1 AND relnamespace =
'public'::regnamespace) ORDER BY conname
