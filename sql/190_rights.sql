-- What the nightly roles write beyond their own rows goes through functions that derive it from the
-- tables, run with their owner's rights, and have a path of their own: a column's grant cannot say
-- which value may be written, and a row policy would keep COPY out.

-- Types of which a load has changed entities whose cells of the matrix are not brought up to date
-- yet: a row goes in with the load, and away when the last cell is written.
CREATE TABLE IF NOT EXISTS batch_matrix_todo (
    tenant_id   uuid         NOT NULL,
    type_key    varchar(64)  NOT NULL,
    run_id      uuid         NOT NULL,
    PRIMARY KEY (tenant_id, type_key, run_id)
);
GRANT SELECT, INSERT, DELETE ON batch_matrix_todo TO aegis_import;

-- Whether a cell that says these names, and is marked as retired or not, differs from its entity; what
-- is no object in details can say nothing.
CREATE OR REPLACE FUNCTION batch_cell_differs(name text, field text, district text, details jsonb, e entities) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT (name, field, district) IS DISTINCT FROM (e.name::text, e.field::text, e.district::text)
        OR CASE jsonb_typeof(coalesce(details, '{}')) WHEN 'object' THEN
            coalesce(details, '{}') ? 'retired' <> (e.retired_at IS NOT NULL) ELSE false END
$$;

-- Entities some of whose cells are missing or differ, by key: of those that the runs have changed, or
-- (NULL) of all.
CREATE OR REPLACE FUNCTION batch_matrix_keys(tenant uuid, type text, runs uuid[], rule uuid, operators text[],
    domains text[]) RETURNS TABLE (key varchar, missing bigint, differing bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    loops CONSTANT text := current_setting('enable_nestloop');
BEGIN
    -- Of tables that were just filled the server knows nothing: few entities are looked up one by
    -- one, behind fences; many are joined, and not by loops.
    IF runs IS NULL OR (SELECT count(*) FROM (SELECT FROM public.entities e WHERE e.changed_run = ANY (runs)
            LIMIT 20000) x) = 20000 THEN
        PERFORM set_config('enable_nestloop', 'off', true);
        RETURN QUERY SELECT u.key, sum(u.missing)::bigint, sum(u.differing)::bigint FROM (
            SELECT e.entity_key AS key, 0 AS missing, 1 AS differing
            FROM public.compliance_status c JOIN public.entities e ON e.entity_key = c.entity_id
            WHERE c.tenant_id = tenant::text AND c.entity_type = type AND e.tenant_id = tenant AND e.type_key = type
              AND (runs IS NULL OR e.changed_run = ANY (runs))
              AND public.batch_cell_differs(c.entity_name, c.entity_field, c.entity_district, c.details, e)
            UNION ALL
            SELECT e.entity_key, 1, 0 FROM public.entity_links l JOIN public.entities e ON e.entity_key = l.child_key
            CROSS JOIN unnest(domains) d (d)
            LEFT JOIN public.compliance_status c ON c.tenant_id = tenant::text AND c.entity_id = e.entity_key
                AND c.compliance_domain = d.d
            WHERE l.rule_id = rule AND l.parent_key = ANY (operators) AND e.tenant_id = tenant AND e.type_key = type
              AND e.retired_at IS NULL AND c.entity_id IS NULL
        ) u GROUP BY 1 ORDER BY 1;
        PERFORM set_config('enable_nestloop', loops, true);
        RETURN;
    END IF;
    RETURN QUERY SELECT u.key, sum(u.missing)::bigint, sum(u.differing)::bigint FROM (
        SELECT e.entity_key AS key, 0 AS missing, 1 AS differing
        FROM (SELECT x.* FROM public.entities x WHERE x.changed_run = ANY (runs) AND x.tenant_id = tenant
            AND x.type_key = type OFFSET 0) e
        CROSS JOIN LATERAL (SELECT c.* FROM public.compliance_status c WHERE c.tenant_id = tenant::text
            AND c.entity_id = e.entity_key AND c.entity_type = type OFFSET 0) c
        WHERE public.batch_cell_differs(c.entity_name, c.entity_field, c.entity_district, c.details, e)
        UNION ALL
        SELECT e.entity_key, 1, 0
        FROM (SELECT l.child_key FROM public.entity_links l WHERE l.rule_id = rule AND l.parent_key = ANY (operators) OFFSET 0) k
        CROSS JOIN LATERAL (SELECT x.* FROM public.entities x WHERE x.tenant_id = tenant AND x.type_key = type
            AND x.entity_key = k.child_key AND x.retired_at IS NULL OFFSET 0) e
        CROSS JOIN unnest(domains) d (d)
        LEFT JOIN LATERAL (SELECT true AS there FROM public.compliance_status c WHERE c.tenant_id = tenant::text
            AND c.entity_id = e.entity_key AND c.compliance_domain = d.d OFFSET 0) s ON true
        WHERE s.there IS NULL
    ) u GROUP BY 1 ORDER BY 1;
END;
$$;

-- Brings the cells of these entities up to date: names, field, district, and in the details that it
-- is retired, of those that are there; new ones, not assessed, for the entities that the rule links to
-- one of the operators.  Status, deadline and checklist are others'.  A cell that somebody else has
-- locked is left, and counted, so that nobody waits for one who waits for him.
CREATE OR REPLACE FUNCTION batch_matrix_write(tenant uuid, type text, keys text[], rule uuid, operators text[],
    domains text[], OUT renamed bigint, OUT made bigint, OUT busy bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.batch_tenant(ARRAY[tenant::text]);
    -- Each key is looked up by itself, behind fences: of tables that were just filled the server knows
    -- nothing, and would go through one for each row of the other.
    renamed := 0;
    SELECT count(*) INTO busy FROM unnest(keys) k (key)
    CROSS JOIN LATERAL (SELECT x AS e FROM public.entities x WHERE x.tenant_id = tenant AND x.type_key = type
        AND x.entity_key = k.key OFFSET 0) e
    CROSS JOIN LATERAL (SELECT c.entity_name, c.entity_field, c.entity_district, c.details FROM public.compliance_status c
        WHERE c.tenant_id = tenant::text AND c.entity_id = k.key AND c.entity_type = type OFFSET 0) c
    WHERE public.batch_cell_differs(c.entity_name, c.entity_field, c.entity_district, c.details, e.e);
    IF busy > 0 THEN
        WITH free AS MATERIALIZED (
            SELECT c.at, c.part, e.* FROM (SELECT k.key FROM unnest(keys) k (key) ORDER BY 1) k
            CROSS JOIN LATERAL (SELECT x.*, x AS e FROM public.entities x WHERE x.tenant_id = tenant AND x.type_key = type
                AND x.entity_key = k.key OFFSET 0) e
            CROSS JOIN LATERAL (SELECT c.ctid AS at, c.tableoid AS part FROM public.compliance_status c
                WHERE c.tenant_id = tenant::text AND c.entity_id = k.key AND c.entity_type = type
                  AND public.batch_cell_differs(c.entity_name, c.entity_field, c.entity_district, c.details, e.e)
                FOR UPDATE SKIP LOCKED) c
        )
        UPDATE public.compliance_status c SET entity_name = f.name, entity_field = f.field, entity_district = f.district,
            details = CASE
                WHEN jsonb_typeof(coalesce(c.details, '{}')) <> 'object' THEN c.details
                WHEN f.retired_at IS NULL THEN c.details - 'retired'
                ELSE coalesce(c.details, '{}') || jsonb_build_object('retired',
                    to_char(f.retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) END
        FROM free f WHERE c.ctid = f.at AND c.tableoid = f.part;
        GET DIAGNOSTICS renamed = ROW_COUNT;
        busy := busy - renamed;
    END IF;

    INSERT INTO public.compliance_status (tenant_id, entity_id, entity_type, entity_name, entity_field, entity_district,
        compliance_domain, status, details, last_assessed_at)
    SELECT tenant::text, e.entity_key, type, e.name, e.field, e.district, d, 'not_applicable', '{"assessed": false}', NULL
    FROM unnest(keys) k (key)
    CROSS JOIN LATERAL (SELECT FROM public.entity_links l JOIN public.entity_relationship_rules r ON r.rule_id = l.rule_id
        AND r.tenant_id = tenant WHERE l.rule_id = rule AND l.child_key = k.key AND l.parent_key = ANY (operators) OFFSET 0) l
    CROSS JOIN LATERAL (SELECT x.* FROM public.entities x WHERE x.tenant_id = tenant AND x.type_key = type
        AND x.entity_key = k.key AND x.retired_at IS NULL OFFSET 0) e
    CROSS JOIN unnest(domains) d
    LEFT JOIN LATERAL (SELECT true AS there FROM public.compliance_status c WHERE c.tenant_id = tenant::text
        AND c.entity_id = k.key AND c.compliance_domain = d OFFSET 0) s ON true
    WHERE s.there IS NULL
    ORDER BY e.entity_key, d
    ON CONFLICT (tenant_id, entity_id, compliance_domain) DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
END;
$$;

-- Versions that aegis rule-load has written itself: superseded from a day on, or, of one that was
-- never in force, the day from which it is passed.
CREATE OR REPLACE FUNCTION batch_rules_supersede(ids uuid[], days date[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    n bigint;
BEGIN
    PERFORM public.batch_tenant(ARRAY(SELECT DISTINCT r.tenant_id::text FROM public.rule_versions r WHERE r.id = ANY (ids)));
    UPDATE public.rule_versions r SET status = CASE r.status WHEN 'active' THEN 'superseded' ELSE r.status END,
        superseded_date = coalesce(r.superseded_date, greatest(r.effective_date, a.day))
    FROM unnest(ids, days) a (id, day)
    WHERE r.id = a.id AND r.detected_by = 'aegis rule-load'
      AND (r.status = 'active' OR r.status IN ('draft', 'pending_review') AND r.superseded_date IS NULL);
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END;
$$;

-- Snapshots of versions that are superseded say so, and by which version: how many are new.
CREATE OR REPLACE FUNCTION batch_snapshots_mark(tenant text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off AS $$
DECLARE
    n bigint;
BEGIN
    PERFORM public.batch_tenant(ARRAY[tenant]);
    WITH passed AS MATERIALIZED (
        SELECT v.id, (SELECT x.id FROM public.rule_versions x WHERE x.tenant_id = v.tenant_id
            AND x.rule_identifier = v.rule_identifier AND x.version > v.version
            AND x.status IN ('active', 'superseded') ORDER BY x.version LIMIT 1) AS next
        FROM public.rule_versions v WHERE v.tenant_id = tenant AND v.status = 'superseded'
    ), marked AS (
        UPDATE public.filing_rule_snapshots s SET is_current = false, superseded_by = p.next FROM passed p
        WHERE p.id = s.rule_version_id AND s.is_current RETURNING 1
    ), back AS (
        -- A rule that had expired, and has come back.
        UPDATE public.filing_rule_snapshots s SET superseded_by = p.next FROM passed p
        WHERE p.id = s.rule_version_id AND p.next IS NOT NULL AND s.is_current = false AND s.superseded_by IS NULL
    )
    SELECT count(*) INTO n FROM marked;
    RETURN n;
END;
$$;

-- Runs: whoever begins one may end it, once.  What is ended stays as it is.
-- Runs of before are anybody's.
ALTER TABLE batch_runs ADD COLUMN IF NOT EXISTS started_by name;
ALTER TABLE batch_runs ALTER COLUMN started_by SET DEFAULT session_user;

CREATE OR REPLACE FUNCTION batch_run_mine(started_by name) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT started_by IS NULL OR started_by = session_user OR pg_has_role(session_user,
        (SELECT relowner FROM pg_class WHERE oid = 'public.batch_runs'::regclass), 'USAGE')
$$;

-- Begins it, and ends those of the pipeline whose runner died: how many.
CREATE OR REPLACE FUNCTION batch_run_begin(run uuid, of_pipeline text, at_host text, of_version text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    n bigint;
BEGIN
    UPDATE public.batch_runs b SET state = 'failed', ended_at = now(), cause = 'the runner died'
    WHERE b.pipeline = of_pipeline AND b.state = 'running' AND b.run_id <> run AND public.batch_run_mine(b.started_by);
    GET DIAGNOSTICS n = ROW_COUNT;
    INSERT INTO public.batch_runs (run_id, pipeline, host, version, started_by)
    VALUES (run, of_pipeline, at_host, of_version, session_user) ON CONFLICT (run_id) DO NOTHING;
    RETURN n;
END;
$$;

CREATE OR REPLACE FUNCTION batch_run_note(run uuid, what jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.batch_runs b SET resources = what
    WHERE b.run_id = run AND b.state = 'running' AND public.batch_run_mine(b.started_by);
    RETURN FOUND;
END;
$$;

-- Also once more with the same, where the answer to a COMMIT was lost.
CREATE OR REPLACE FUNCTION batch_run_end(run uuid, how text, exit integer, why text, what jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.batch_runs b SET ended_at = clock_timestamp(), state = how, exit_status = exit, cause = why, resources = what
    WHERE b.run_id = run AND b.state = 'running' AND public.batch_run_mine(b.started_by);
    RETURN FOUND OR EXISTS (SELECT FROM public.batch_runs b WHERE b.run_id = run AND b.state = how
        AND b.exit_status IS NOT DISTINCT FROM exit AND b.cause IS NOT DISTINCT FROM why);
END;
$$;

REVOKE ALL ON FUNCTION batch_matrix_write(uuid, text, text[], uuid, text[], text[]), batch_rules_supersede(uuid[], date[]),
    batch_snapshots_mark(text), batch_run_begin(uuid, text, text, text), batch_run_note(uuid, jsonb),
    batch_run_end(uuid, text, integer, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch_matrix_write(uuid, text, text[], uuid, text[], text[]), batch_rules_supersede(uuid[], date[]),
    batch_snapshots_mark(text) TO aegis_import;
GRANT EXECUTE ON FUNCTION batch_run_begin(uuid, text, text, text), batch_run_note(uuid, jsonb),
    batch_run_end(uuid, text, integer, text, jsonb) TO aegis_import, aegis_audit;
GRANT SELECT ON batch_roles TO aegis_import, aegis_audit;
REVOKE UPDATE ON batch_runs FROM aegis_import;
REVOKE INSERT, UPDATE ON batch_runs FROM aegis_audit;

-- What the functions take the place of; of the graph new rows, vertices' properties, and edges that go.
DO $$
DECLARE
    o record;
BEGIN
    FOR o IN
        SELECT * FROM (VALUES ('compliance_status', 'INSERT, UPDATE'), ('rule_versions', 'UPDATE'),
            ('filing_rule_snapshots', 'UPDATE')) v (tab, right_) WHERE to_regclass('public.' || tab) IS NOT NULL
    LOOP
        EXECUTE format('REVOKE %s ON public.%I FROM aegis_import', o.right_, o.tab);
    END LOOP;
    IF to_regnamespace('oilgas') IS NULL THEN
        RETURN;
    END IF;
    FOR o IN
        SELECT c.oid::regclass AS name, i.inhparent = to_regclass('oilgas._ag_label_edge') AS edge
        FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE c.relnamespace = 'oilgas'::regnamespace AND c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE')
    LOOP
        EXECUTE format('REVOKE %s ON %s FROM aegis_import', CASE WHEN o.edge THEN 'UPDATE' ELSE 'DELETE' END, o.name);
    END LOOP;
END;
$$;
