-- The foreign keys of schema public: child, parent, and how their rows join.
SELECT c.relname, p.relname, (SELECT string_agg(format('c.%I = p.%I', a.attname, b.attname),
  ' AND ' ORDER BY k.n) FROM unnest(f.conkey, f.confkey) WITH ORDINALITY k (child, parent, n)
  JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.child
  JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = k.parent)
 FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
 WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace ORDER BY f.conname, f.oid
