-- What holds for this database and not for the server: its owner writes it, where a setting of the
-- database would take a superuser.
--     without     the extensions that it does without on purpose: '', 'age', 'vector', 'age,vector'
--     disposable  'on': it may be replaced by a restore (aegis fixture-allow)
CREATE TABLE IF NOT EXISTS batch_settings (
    name     text PRIMARY KEY,
    value    text NOT NULL,
    database oid              -- where it holds for this very database: a dump does not carry it along
);

GRANT SELECT ON batch_settings TO aegis_import, aegis_audit;

-- The statements that bring an index to a table that is at work, for psql's \gexec and for files
-- marked `online` in ORDER: none where the table is not there, belongs to another role, or has the
-- index; one that a broken run left invalid goes first; of a partitioned table the partitions one
-- by one, which are then attached.
CREATE OR REPLACE FUNCTION batch_online_index(tab text, name text, kind text, columns text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    top CONSTANT regclass := to_regclass(tab);
    p record;
BEGIN
    FOR p IN
        SELECT t.relid, t.isleaf, t.level, n.nspname, c.relname, coalesce(x.indisvalid, false) AS valid,
            x.indexrelid IS NOT NULL AS made, i.name, u.name AS up,
            EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = x.indexrelid) AS attached
        FROM pg_partition_tree(top) t JOIN pg_class c ON c.oid = t.relid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (SELECT CASE t.level WHEN 0 THEN batch_online_index.name
            ELSE left(batch_online_index.name, 50) || '_' || t.relid END AS name) i
        LEFT JOIN pg_index x ON x.indrelid = t.relid AND x.indexrelid = to_regclass(format('%I.%I', n.nspname, i.name))
        LEFT JOIN LATERAL (SELECT format('%I.%I', m.nspname, CASE t.level WHEN 1 THEN batch_online_index.name
            ELSE left(batch_online_index.name, 50) || '_' || t.parentrelid END) AS name FROM pg_class r
            JOIN pg_namespace m ON m.oid = r.relnamespace WHERE r.oid = t.parentrelid) u ON true
        WHERE pg_has_role(c.relowner, 'USAGE')
        UNION ALL
        -- A label of the graph inherits, which is no partitioning.
        SELECT c.oid, true, 0, n.nspname, c.relname, coalesce(x.indisvalid, false), x.indexrelid IS NOT NULL,
            batch_online_index.name, NULL, false
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_index x ON x.indrelid = c.oid
            AND x.indexrelid = to_regclass(format('%I.%I', n.nspname, batch_online_index.name))
        WHERE c.oid = top AND c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_partition_tree(top))
        ORDER BY 3, 5
    LOOP
        CONTINUE WHEN p.valid;
        IF p.isleaf THEN
            IF p.made THEN
                RETURN NEXT format('DROP INDEX CONCURRENTLY %I.%I', p.nspname, p.name);
            END IF;
            RETURN NEXT format('CREATE %s INDEX CONCURRENTLY %I ON %I.%I (%s)', kind, p.name, p.nspname, p.relname, columns);
        ELSIF NOT p.made THEN
            RETURN NEXT format('CREATE %s INDEX %I ON ONLY %I.%I (%s)', kind, p.name, p.nspname, p.relname, columns);
        END IF;
        IF p.level > 0 AND NOT p.attached THEN
            RETURN NEXT format('ALTER INDEX %s ATTACH PARTITION %I.%I', p.up, p.nspname, p.name);
        END IF;
    END LOOP;
END;
$$;
