-- The labels of graph oilgas, and the indexes that AGE doesn't make: unique ids, both ends of
-- each edge, and entity_id as `WHERE n.entity_id = '...'` asks for it.  Vertex labels are those
-- of AEGIS's graph-schema page; of edges its pages name two.  A label that is there already is
-- its maker's: 180_graph_indexes.sql brings its indexes without making anybody wait.

DO $$
DECLARE
    l text;
    path text := current_setting('search_path');
BEGIN
    -- Looked up by name: create_graph() ran where AGE is, and nowhere else.
    IF to_regnamespace('ag_catalog') IS NULL THEN
        RETURN;
    END IF;
    IF NOT has_schema_privilege('ag_catalog', 'USAGE') THEN
        RAISE EXCEPTION 'Apache AGE is here, and % may not use it', current_user
            USING ERRCODE = 'insufficient_privilege', HINT = format('an administrator says once: GRANT USAGE ON SCHEMA ag_catalog'
                ' TO %1$I WITH GRANT OPTION; GRANT SELECT ON ag_catalog.ag_graph, ag_catalog.ag_label TO %1$I WITH GRANT OPTION', current_user);
    END IF;
    IF to_regclass('ag_catalog.ag_graph') IS NULL OR to_regnamespace('oilgas') IS NULL THEN
        RETURN;
    END IF;
    SELECT r.rolname INTO l FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'oilgas';
    IF NOT pg_has_role(l, 'USAGE') THEN
        RAISE EXCEPTION 'the graph oilgas belongs to %, and % may make no labels in it', l, current_user
            USING ERRCODE = 'insufficient_privilege',
            HINT = format('an administrator says once: GRANT %I TO %I', l, current_user);
    END IF;
    -- By literals, which are names to AGE up to 1.5 and cstrings from 1.6 on; AGE 1.8 finds its
    -- own operators by the path only.
    PERFORM set_config('search_path', 'ag_catalog, ' || path, true);
    FOREACH l IN ARRAY ARRAY['Well', 'Lease', 'Field', 'Formation', 'Operator', 'Permit',
        'FlaringAuthorization', 'FlaringEvent', 'InfrastructureProject', 'Regulation', 'Wellpad',
        'Facility', 'PipelineRoute', 'WellEvent', 'ComplianceDeadline', 'FilingPackage',
        'WellConversation', 'Project', 'Equipment', 'Pipeline']
    LOOP
        IF to_regclass(format('oilgas.%I', l)) IS NULL THEN
            EXECUTE format('SELECT ag_catalog.create_vlabel(%L, %L)', 'oilgas', l);
            EXECUTE format('CREATE UNIQUE INDEX IF NOT EXISTS %I ON oilgas.%I (id)',
                'idx_' || l || '_id', l);
            EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON oilgas.%I ((ag_catalog.agtype_access_operator('
                'VARIADIC ARRAY[properties, ''"entity_id"''::ag_catalog.agtype])))',
                'idx_' || l || '_entity_id', l);
        END IF;
    END LOOP;
    FOREACH l IN ARRAY ARRAY['OPERATED_BY', 'LOCATED_IN']
    LOOP
        IF to_regclass(format('oilgas.%I', l)) IS NULL THEN
            EXECUTE format('SELECT ag_catalog.create_elabel(%L, %L)', 'oilgas', l);
            EXECUTE format('CREATE UNIQUE INDEX IF NOT EXISTS %I ON oilgas.%I (id)',
                'idx_' || l || '_id', l);
            EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON oilgas.%I (start_id)',
                'idx_' || l || '_start', l);
            EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON oilgas.%I (end_id)',
                'idx_' || l || '_end', l);
        END IF;
    END LOOP;
    PERFORM set_config('search_path', path, true);
END;
$$;
