-- What administrators change by SQL, and what the graph has to follow.

-- Fields that a dataset once brought and no longer does: they are ours to take away.
ALTER TABLE batch_datasets ADD COLUMN IF NOT EXISTS former text[] NOT NULL DEFAULT '{}';

-- The digest of the definitions by which its last load was checked: where these are others now, an
-- administrator has changed its columns, and not the source.
ALTER TABLE batch_datasets ADD COLUMN IF NOT EXISTS definitions char(64);

-- The label under which each rule's edges are in the graph.
CREATE TABLE IF NOT EXISTS graph_rules (
    rule_id     uuid        PRIMARY KEY,
    tenant_id   uuid        NOT NULL,
    label       varchar(63) NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON graph_rules TO aegis_import;

-- Words as a label: ASCII in upper case, each run of other characters one '_', none at the ends, a
-- leading digit behind "R_"; NULL where nothing is left.
CREATE OR REPLACE FUNCTION batch_label_words(words text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT nullif(regexp_replace(btrim(regexp_replace(translate(words, 'abcdefghijklmnopqrstuvwxyz',
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ') COLLATE "C", '[^A-Z0-9]+', '_', 'g'), '_'), '^([0-9])', 'R_\1'), '')
$$;

-- The edge of a rule.  display_label is for people: what of it can be a label is, and what was one
-- already stays as it is; where nothing of it can, or it is too long, both types name the edge.
CREATE OR REPLACE FUNCTION batch_edge_name(label text, child text, parent text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT CASE
        WHEN label COLLATE "C" ~ '^[A-Z][A-Z0-9_]{0,62}$' THEN label
        WHEN octet_length(public.batch_label_words(label)) <= 63 THEN public.batch_label_words(label)
        ELSE left(concat_ws('_', public.batch_label_words(child), public.batch_label_words(parent)), 63)
    END
$$;

-- The vertex label of a type: "flaring_event" is FlaringEvent.
CREATE OR REPLACE FUNCTION batch_vertex_name(type text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT string_agg(upper(left(w, 1)) || substr(w, 2), '' ORDER BY n) FROM unnest(string_to_array(type, '_')) WITH ORDINALITY u (w, n)
$$;

-- Makes the label of a type ('v') or a rule ('e') that is defined, with its indexes, where it is not
-- there: false where nobody has defined one of this name.
CREATE OR REPLACE FUNCTION batch_graph_label(name text, kind text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ag_catalog, public, pg_temp AS $$
BEGIN
    IF NOT (CASE kind
        WHEN 'v' THEN EXISTS (SELECT FROM public.entity_type_definitions t WHERE public.batch_vertex_name(t.type_key) = name)
        ELSE EXISTS (SELECT FROM public.entity_relationship_rules r
            JOIN public.entity_type_definitions c ON c.type_id = r.child_type_id
            JOIN public.entity_type_definitions p ON p.type_id = r.parent_type_id
            WHERE public.batch_edge_name(r.display_label, c.type_key, p.type_key) = name) END) THEN
        RETURN false;
    END IF;
    IF pg_catalog.to_regclass(format('oilgas.%I', name)) IS NOT NULL THEN
        RETURN true;
    END IF;
    EXECUTE format('SELECT ag_catalog.create_%slabel(%L, %L)', kind, 'oilgas', name);
    EXECUTE format('CREATE UNIQUE INDEX %I ON oilgas.%I (id)', 'idx_' || name || '_id', name);
    IF kind = 'v' THEN
        EXECUTE format('CREATE INDEX %I ON oilgas.%I ((ag_catalog.agtype_access_operator('
            'VARIADIC ARRAY[properties, ''"entity_id"''::ag_catalog.agtype])))', 'idx_' || name || '_entity_id', name);
    ELSE
        EXECUTE format('CREATE INDEX %I ON oilgas.%I (start_id)', 'idx_' || name || '_start', name);
        EXECUTE format('CREATE INDEX %I ON oilgas.%I (end_id)', 'idx_' || name || '_end', name);
    END IF;
    EXECUTE format('GRANT SELECT, INSERT, %s ON oilgas.%I TO aegis_import', CASE kind WHEN 'v' THEN 'UPDATE' ELSE 'DELETE' END, name);
    EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE oilgas.%I TO aegis_import', name || '_id_seq');
    RETURN true;
END;
$$;

-- Takes some vertices of a type away that nobody defines any more: ours, of its entities, and with no
-- edge left; how many.
CREATE OR REPLACE FUNCTION batch_graph_forget(tenant uuid, type text, at_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ag_catalog, public, pg_temp AS $$
DECLARE
    label CONSTANT text := public.batch_vertex_name(type);
    n bigint;
BEGIN
    IF pg_catalog.to_regclass(format('oilgas.%I', label)) IS NULL OR EXISTS (SELECT FROM public.entity_type_definitions t
            WHERE t.tenant_id = tenant AND public.batch_vertex_name(t.type_key) = label) THEN
        RETURN 0;
    END IF;
    PERFORM public.batch_tenant(ARRAY[tenant::text]);
    EXECUTE format($q$
        WITH due AS (
            SELECT v.id FROM oilgas.%1$I v JOIN public.entities e ON e.tenant_id = $1 AND e.type_key = $2 AND e.entity_key
                = ag_catalog.agtype_access_operator(VARIADIC ARRAY[v.properties, '"entity_id"'::ag_catalog.agtype])::text
            WHERE ag_catalog.agtype_access_operator(VARIADIC ARRAY[v.properties, '"tenant_id"'::ag_catalog.agtype])
                = ('"' || $1 || '"')::ag_catalog.agtype
              AND NOT EXISTS (SELECT FROM oilgas._ag_label_edge x WHERE x.start_id = v.id)
              AND NOT EXISTS (SELECT FROM oilgas._ag_label_edge x WHERE x.end_id = v.id) LIMIT $3
        )
        DELETE FROM oilgas.%1$I v USING due WHERE v.id = due.id$q$, label) USING tenant, type, at_most;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END;
$$;

REVOKE ALL ON FUNCTION batch_graph_label(text, text), batch_graph_forget(uuid, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch_graph_label(text, text), batch_graph_forget(uuid, text, integer) TO aegis_import;
