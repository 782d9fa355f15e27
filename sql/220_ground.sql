-- The ground of the imports: entities lie in a partition for each tenant and type, entity_sources in
-- one for each dataset, entity_links in one for each rule.  A first load fills a table of its own,
-- which nobody sees before it is whole, and every night reads what is its own and nothing else.

-- Of the record that last changed it: which stream of the run's input, its number and first byte there.
ALTER TABLE entity_sources
    ADD COLUMN IF NOT EXISTS section integer,
    ADD COLUMN IF NOT EXISTS record bigint,
    ADD COLUMN IF NOT EXISTS byte_offset bigint;

-- The partition of entities of a tenant (key NULL) or of its type, of entity_sources of a dataset's
-- number, of entity_links of a rule.
CREATE OR REPLACE FUNCTION batch_ground_name(tab text, tenant uuid, key text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT CASE tab
        WHEN 'entities' THEN concat_ws('_', tab, replace(tenant::text, '-', ''),
            CASE WHEN octet_length(key) > 21 THEN left(md5(key), 21) ELSE key END)
        ELSE tab || '_' || replace(key, '-', '') END
$$;

-- The partition of a table that takes the key, whatever its name, or NULL.
CREATE OR REPLACE FUNCTION batch_ground_find(above regclass, key text) RETURNS regclass
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = above AND pg_get_expr(c.relpartbound, c.oid) ~ ('[( ](' ||
        regexp_replace(quote_literal(key) || '|' || key, '([^\w''|-])', '\\\1', 'g') || ')[,)]')
$$;

-- Where the partitions of a tenant's types, of datasets or of rules hang.
CREATE OR REPLACE FUNCTION batch_ground_above(tab text, tenant uuid) RETURNS regclass
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT CASE tab WHEN 'entities' THEN public.batch_ground_find('public.entities'::regclass, tenant::text)
        ELSE format('public.%I', tab)::regclass END
$$;

-- What its rows have in common.
CREATE OR REPLACE FUNCTION batch_ground_rows(tab text, tenant uuid, key text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT CASE tab
        WHEN 'entities' THEN format('tenant_id = %L AND type_key = %L', tenant, key)
        WHEN 'entity_sources' THEN format('dataset_id = %L', key)
        ELSE format('rule_id = %L', key) END
$$;

-- Makes a table as its table is, that takes only rows of its own, and that those may fill who may fill
-- the table.
CREATE OR REPLACE FUNCTION batch_ground_make(tab text, tenant uuid, key text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    leaf CONSTANT text := public.batch_ground_name(tab, tenant, key);
    g record;
BEGIN
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL EXCLUDING INDEXES, CONSTRAINT batch_ground CHECK (%s))',
        leaf, tab, public.batch_ground_rows(tab, tenant, key));
    FOR g IN
        SELECT DISTINCT coalesce(quote_ident(r.rolname), 'PUBLIC') AS who FROM pg_class c
        CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.oid = format('public.%I', tab)::regclass AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('GRANT INSERT ON public.%I TO %s', leaf, g.who);
    END LOOP;
    RETURN leaf;
END;
$$;

-- The statements that make the keys and indexes of one table for another; named as there (named), or by the
-- table that gets them: of names that the server makes up two sessions choose the same.
CREATE OR REPLACE FUNCTION batch_ground_indexes(made regclass, alike regclass, named boolean) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT array_agg(CASE WHEN kind IS NULL
        THEN regexp_replace(def, '^(CREATE (?:UNIQUE )?INDEX) (.*) ON (?:ONLY )?\S+ USING ',
            '\1 ' || CASE WHEN named THEN '\2' ELSE format('idx_%s_%s', own, n) END || format(' ON %s USING ', made))
        ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', made, CASE WHEN named THEN conname ELSE format('key_%s_%s', own, n) END, kind)
        END ORDER BY n)
    FROM (SELECT pg_get_indexdef(i.indexrelid) AS def, pg_get_constraintdef(k.oid) AS kind, k.conname,
            row_number() OVER (ORDER BY k.oid IS NULL, i.indexrelid) AS n, left(md5(c.relname), 16) AS own
        FROM pg_index i JOIN pg_class c ON c.oid = made LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid
            AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u') WHERE i.indrelid = alike) x
$$;

-- Gives a table that batch_ground_make() made its indexes, and hangs it in: from here on it is seen.
CREATE OR REPLACE FUNCTION batch_ground_hang(above regclass, leaf text, key text, alike regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET maintenance_work_mem = '256MB' AS $$
DECLARE
    l CONSTANT regclass := format('public.%I', leaf)::regclass;
    statement text;
BEGIN
    FOREACH statement IN ARRAY coalesce(public.batch_ground_indexes(l, alike, false), '{}')
    LOOP
        EXECUTE statement;
    END LOOP;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES IN (%L)', above, l, key);
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT batch_ground', l);
END;
$$;

-- The tenant's table of entities, of which its types are partitions: made at once, by a transaction of its own.
CREATE OR REPLACE FUNCTION batch_ground_tenant(tenant uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name CONSTANT text := public.batch_ground_name('entities', tenant, NULL);
    statement text;
BEGIN
    PERFORM public.batch_tenant(ARRAY[tenant::text]);
    IF (SELECT relkind FROM pg_class WHERE oid = 'public.entities'::regclass) <> 'p'
        OR public.batch_ground_above('entities', tenant) IS NOT NULL THEN
        RETURN;
    END IF;
    -- Another load may do the same just now: then it is there behind the lock.
    PERFORM pg_advisory_xact_lock(hashtextextended('aegis ground ' || tenant, 0));
    IF public.batch_ground_above('entities', tenant) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.entities INCLUDING ALL EXCLUDING INDEXES) PARTITION BY LIST (type_key)',
        name);
    FOREACH statement IN ARRAY coalesce(public.batch_ground_indexes(format('public.%I', name)::regclass, 'public.entities', false), '{}')
    LOOP
        EXECUTE statement;
    END LOOP;
    EXECUTE format('ALTER TABLE public.entities ATTACH PARTITION public.%I FOR VALUES IN (%L)', name, tenant);
END;
$$;

-- Begins a partition that is not there yet, to be filled in this transaction (COPY ... FREEZE): its name,
-- or NULL where it is there.
CREATE OR REPLACE FUNCTION batch_ground_open(tab text, tenant uuid, key text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.batch_tenant(ARRAY[tenant::text]);
    IF tab = 'entity_sources' AND NOT EXISTS (SELECT FROM public.batch_datasets d WHERE d.dataset_id::text = key
            AND d.tenant_id = tenant)
        OR tab = 'entity_links' AND NOT EXISTS (SELECT FROM public.entity_relationship_rules r WHERE r.rule_id::text = key
            AND r.tenant_id = tenant)
        OR tab NOT IN ('entities', 'entity_sources', 'entity_links') THEN
        RAISE EXCEPTION 'tenant % has no % of %', tenant, key, tab USING ERRCODE = 'no_data_found';
    END IF;
    IF (SELECT relkind FROM pg_class WHERE oid = format('public.%I', tab)::regclass) <> 'p'
        OR public.batch_ground_find(public.batch_ground_above(tab, tenant), key) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    RETURN public.batch_ground_make(tab, tenant, key);
END;
$$;

-- Ends it: with its indexes it takes its place.
CREATE OR REPLACE FUNCTION batch_ground_close(tab text, tenant uuid, key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    leaf CONSTANT text := public.batch_ground_name(tab, tenant, key);
BEGIN
    PERFORM public.batch_tenant(ARRAY[tenant::text]);
    IF (SELECT relispartition FROM pg_class WHERE oid = format('public.%I', leaf)::regclass) THEN
        RETURN;
    END IF;
    PERFORM public.batch_ground_hang(public.batch_ground_above(tab, tenant), leaf, key, format('public.%I', tab)::regclass);
END;
$$;

-- Every place that a type needs, for whoever writes to the tables by hand: of its entities, its datasets,
-- and the rules that its entities are children of.
CREATE OR REPLACE FUNCTION batch_ground(tenant uuid, type text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    g record;
BEGIN
    PERFORM public.batch_ground_tenant(tenant);
    FOR g IN
        SELECT 'entities' AS tab, type AS key
        UNION ALL SELECT 'entity_sources', d.dataset_id::text FROM public.batch_datasets d
            WHERE d.tenant_id = tenant AND d.type_key = type
        UNION ALL SELECT 'entity_links', r.rule_id::text FROM public.entity_relationship_rules r
            JOIN public.entity_type_definitions c ON c.type_id = r.child_type_id WHERE r.tenant_id = tenant AND c.type_key = type
    LOOP
        IF public.batch_ground_open(g.tab, tenant, g.key) IS NOT NULL THEN
            PERFORM public.batch_ground_close(g.tab, tenant, g.key);
        END IF;
    END LOOP;
END;
$$;

REVOKE ALL ON FUNCTION batch_ground_make(text, uuid, text), batch_ground_hang(regclass, text, text, regclass),
    batch_ground_tenant(uuid), batch_ground_open(text, uuid, text), batch_ground_close(text, uuid, text),
    batch_ground(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch_ground_tenant(uuid), batch_ground_open(text, uuid, text),
    batch_ground_close(text, uuid, text), batch_ground(uuid, text) TO aegis_import;

-- What a table has to its name that would not come along to another of the same name.
CREATE OR REPLACE FUNCTION batch_ground_hangers(tab regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT string_agg(what, ', ' ORDER BY what) FROM (
        SELECT DISTINCT pg_describe_object('pg_class'::regclass, w.ev_class, 0) FROM pg_depend d
            JOIN pg_rewrite w ON w.oid = d.objid AND w.ev_class <> tab
            WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = tab
        UNION SELECT pg_describe_object('pg_trigger'::regclass, oid, 0) FROM pg_trigger WHERE tgrelid = tab AND NOT tgisinternal
        UNION SELECT pg_describe_object('pg_rewrite'::regclass, oid, 0) FROM pg_rewrite WHERE ev_class = tab
        UNION SELECT pg_describe_object('pg_policy'::regclass, oid, 0) FROM pg_policy WHERE polrelid = tab
        UNION SELECT pg_describe_object('pg_constraint'::regclass, oid, 0) FROM pg_constraint
            WHERE contype = 'f' AND tab IN (conrelid, confrelid)
        UNION SELECT 'publication ' || p.pubname FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = tab
        UNION SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = tab
        UNION SELECT 'row security' FROM pg_class WHERE oid = tab AND relrowsecurity
        UNION SELECT pg_describe_object('pg_proc'::regclass, p.oid, 0) FROM pg_proc p JOIN pg_class c ON c.oid = tab
            WHERE (p.prorettype = c.reltype OR c.reltype = ANY (p.proargtypes::oid[])) AND p.proname <> 'batch_cell_differs'
        UNION SELECT format('column %s.%s', a.attrelid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = tab
            WHERE a.atttypid = c.reltype AND NOT a.attisdropped
    ) x (what)
$$;

-- The partitions that the rows of a table are for.
CREATE OR REPLACE FUNCTION batch_ground_groups(tab text, of regclass) RETURNS TABLE (tenant uuid, key text)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE format(CASE tab
        WHEN 'entities' THEN 'SELECT tenant_id, type_key::text FROM %s GROUP BY tenant_id, type_key ORDER BY 1, 2'
        WHEN 'entity_sources' THEN 'SELECT NULL::uuid, dataset_id::text FROM %s GROUP BY dataset_id ORDER BY dataset_id'
        ELSE 'SELECT NULL::uuid, rule_id::text FROM %s GROUP BY rule_id ORDER BY rule_id' END, of);
END;
$$;

-- Partitions one of the three as it was before this file: in one transaction, all of its rows or none.
-- Who reads it goes on reading; only the exchange of the two, at the end, makes anybody wait, and never long.
CREATE OR REPLACE FUNCTION batch_ground_convert(tab text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp SET maintenance_work_mem = '256MB' SET enable_seqscan = off AS $$
DECLARE
    old CONSTANT regclass := format('public.%I', tab)::regclass;
    was CONSTANT text := tab || '_was';
    hangers CONSTANT text := batch_ground_hangers(old);
    owner CONSTANT name := (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = old);
    grants text[];
    statements text[];
    made text[];
    statement text;
    g record;
    leaf text;
    part bigint;
    rows bigint := 0;
    total bigint;
    patience integer := 0;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = old) <> 'r' THEN
        RETURN;
    END IF;
    IF hangers IS NOT NULL THEN
        RAISE WARNING '% stays as it is, not partitioned: % would not come along', tab, hangers
            USING HINT = 'everything works with it all the same; to partition it, take that away, and: '
                'aegis schema-apply --again 220_ground.sql';
        RETURN;
    END IF;
    EXECUTE format('LOCK TABLE %s IN SHARE MODE', old);
    EXECUTE format('SELECT count(*) FROM %s', old) INTO total;
    SELECT array_agg(format('GRANT %s%s ON public.%I TO %s%s', a.privilege_type, ' (' || quote_ident(a.attname) || ')', tab,
            coalesce(quote_ident(r.rolname), 'PUBLIC'), CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END))
        INTO grants FROM (
            SELECT x.*, NULL::name AS attname FROM pg_class c, aclexplode(c.relacl) x WHERE c.oid = old AND x.grantee <> c.relowner
            UNION ALL SELECT x.*, t.attname FROM pg_attribute t, aclexplode(t.attacl) x WHERE t.attrelid = old AND NOT t.attisdropped
        ) a LEFT JOIN pg_roles r ON r.oid = a.grantee;
    EXECUTE format('CREATE TABLE public.%I (LIKE %s INCLUDING ALL EXCLUDING INDEXES) PARTITION BY LIST (%I)', was, old,
        CASE tab WHEN 'entities' THEN 'tenant_id' WHEN 'entity_sources' THEN 'dataset_id' ELSE 'rule_id' END);
    FOR g IN SELECT * FROM batch_ground_groups(tab, old)
    LOOP
        IF tab = 'entities' AND to_regclass(format('public.%I', batch_ground_name(tab, g.tenant, NULL))) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I (LIKE %s INCLUDING ALL EXCLUDING INDEXES) PARTITION BY LIST (type_key)',
                batch_ground_name(tab, g.tenant, NULL), old);
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES IN (%L)', was,
                batch_ground_name(tab, g.tenant, NULL), g.tenant);
        END IF;
        leaf := batch_ground_make(tab, g.tenant, g.key);
        EXECUTE format('INSERT INTO public.%I SELECT * FROM %s WHERE %s', leaf, old, batch_ground_rows(tab, g.tenant, g.key));
        GET DIAGNOSTICS part = ROW_COUNT;
        rows := rows + part;
        PERFORM batch_ground_hang(format('public.%I', CASE tab WHEN 'entities' THEN batch_ground_name(tab, g.tenant, NULL)
            ELSE was END)::regclass, leaf, g.key, old);
        RAISE WARNING '%: % of % rows are in their partitions (%)', tab, rows, total, leaf;
    END LOOP;
    IF rows <> total THEN
        RAISE EXCEPTION '%: % rows of % have a partition', tab, rows, total USING ERRCODE = 'internal_error';
    END IF;

    -- The exchange.
    LOOP
        BEGIN
            EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', old);
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            patience := patience + 1;
            IF patience > 600 THEN
                RAISE;
            END IF;
            PERFORM pg_sleep(0.5);
        END;
    END LOOP;
    SELECT array_agg(pg_get_functiondef(p.oid)) INTO made FROM pg_proc p JOIN pg_class c ON c.oid = old
        WHERE c.reltype = ANY (p.proargtypes::oid[]);
    IF made IS NOT NULL THEN
        EXECUTE (SELECT string_agg('DROP FUNCTION ' || p.oid::regprocedure, ';') FROM pg_proc p JOIN pg_class c ON c.oid = old
            WHERE c.reltype = ANY (p.proargtypes::oid[]));
    END IF;
    statements := batch_ground_indexes(format('public.%I', was)::regclass, old, true);
    EXECUTE format('DROP TABLE %s', old);
    FOREACH statement IN ARRAY coalesce(statements, '{}')
    LOOP
        EXECUTE statement;
    END LOOP;
    EXECUTE format('ALTER TABLE public.%I RENAME TO %I', was, tab);
    FOREACH statement IN ARRAY coalesce(made, '{}')
    LOOP
        EXECUTE statement;
    END LOOP;
    FOREACH statement IN ARRAY coalesce(grants, '{}')
    LOOP
        EXECUTE statement;
    END LOOP;
    IF owner <> current_user THEN
        FOR g IN SELECT relid FROM pg_partition_tree(format('public.%I', tab)::regclass)
        LOOP
            EXECUTE format('ALTER TABLE %s OWNER TO %I', g.relid, owner);
        END LOOP;
    END IF;
END;
$$;

-- For rows of whatever tenants, datasets and rules (table-load, fixture-restore): at each level of the
-- table a partition for what has none,
CREATE OR REPLACE FUNCTION batch_ground_rest(tab text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    g record;
BEGIN
    FOR g IN
        SELECT c.oid::regclass AS above, c.relname || '_rest' AS rest FROM pg_partition_tree(format('public.%I', tab)::regclass) t
        JOIN pg_class c ON c.oid = t.relid AND c.relkind = 'p' WHERE tab IN ('entities', 'entity_sources', 'entity_links')
    LOOP
        EXECUTE format('CREATE TABLE public.%I (LIKE %s INCLUDING ALL EXCLUDING INDEXES)', g.rest, g.above);
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION public.%I DEFAULT', g.above, g.rest);
    END LOOP;
END;
$$;

-- which is gone again when its rows have partitions of their own.
CREATE OR REPLACE FUNCTION batch_ground_settle(tab text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    g record;
    k record;
BEGIN
    FOR g IN
        SELECT i.inhrelid::regclass AS rest FROM pg_partition_tree(format('public.%I', tab)::regclass) t
        JOIN pg_inherits i ON i.inhrelid = t.relid JOIN pg_class c ON c.oid = i.inhrelid
        WHERE pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' AND c.relname LIKE '%\_rest' AND tab IN ('entities', 'entity_sources', 'entity_links')
    LOOP
        FOR k IN SELECT * FROM batch_ground_groups(tab, g.rest)
        LOOP
            EXECUTE format('INSERT INTO public.%I SELECT * FROM %s WHERE %s', batch_ground_make(tab, k.tenant, k.key), g.rest,
                batch_ground_rows(tab, k.tenant, k.key));
        END LOOP;
        EXECUTE format('DROP TABLE %s', g.rest);
    END LOOP;
    -- The tables that were made just now, and hang nowhere.
    FOR g IN
        SELECT c.oid::regclass AS leaf FROM pg_class c JOIN pg_constraint n ON n.conrelid = c.oid AND n.conname = 'batch_ground'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname LIKE replace(tab, '_', '\_') || '\_%' AND NOT c.relispartition
    LOOP
        FOR k IN SELECT * FROM batch_ground_groups(tab, g.leaf)
        LOOP
            IF tab = 'entities' THEN
                PERFORM batch_ground_tenant(k.tenant);
            END IF;
            PERFORM batch_ground_close(tab, k.tenant, k.key);
        END LOOP;
    END LOOP;
END;
$$;

-- Of a database that is built just now: partitions of all that its datasets and rules name, so that few
-- rows come twice;
CREATE OR REPLACE FUNCTION batch_ground_ready() RETURNS void
LANGUAGE sql SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT batch_ground(d.tenant_id, d.type_key) FROM (SELECT DISTINCT tenant_id, type_key FROM batch_datasets) d;
    SELECT batch_ground(r.tenant_id, t.type_key) FROM (SELECT DISTINCT tenant_id, child_type_id FROM entity_relationship_rules) r
        JOIN entity_type_definitions t ON t.type_id = r.child_type_id;
    SELECT batch_ground_rest(tab) FROM unnest('{entities,entity_sources,entity_links}'::text[]) tab;
$$;

-- and in the end none without a row, which would be in the way of a first load.
CREATE OR REPLACE FUNCTION batch_ground_done() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    g record;
    has_rows boolean;
BEGIN
    PERFORM batch_ground_settle(tab) FROM unnest('{entities,entity_sources,entity_links}'::text[]) tab;
    FOR g IN
        SELECT t.relid::regclass AS leaf FROM unnest('{entities,entity_sources,entity_links}'::regclass[]) r (oid)
        CROSS JOIN LATERAL pg_partition_tree(r.oid) t WHERE t.isleaf AND t.level > 0
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', g.leaf) INTO has_rows;
        IF NOT has_rows THEN
            EXECUTE format('DROP TABLE %s', g.leaf);
        END IF;
    END LOOP;
END;
$$;
REVOKE ALL ON FUNCTION batch_ground_convert(text), batch_ground_rest(text), batch_ground_settle(text),
    batch_ground_ready(), batch_ground_done() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch_ground_rest(text), batch_ground_settle(text) TO aegis_import;

SELECT batch_ground_convert('entities');
SELECT batch_ground_convert('entity_sources');
SELECT batch_ground_convert('entity_links');

-- Who is retired, for a load that reads the keys of a type from its index alone.  With the columns that it asks
-- by, since of a table that was just filled the server believes that few rows have them.
CREATE INDEX IF NOT EXISTS idx_entities_retired ON entities (tenant_id, type_key, entity_key) WHERE retired_at IS NOT NULL;
