-- Two roles without a login, to be granted to the users that cron's jobs connect as:
--     CREATE ROLE nightly LOGIN; GRANT aegis_import TO nightly;
-- aegis_import writes what imports and rule loads write; aegis_audit reads the audit tables.
-- Neither sees users, and neither can change the audit tables or the schema.  On a server whose
-- owner of the database is no superuser an administrator makes the roles before (doc/existing.md).

DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['aegis_import', 'aegis_audit']
    LOOP
        -- Roles belong to the whole server: another database of it may have made them just now.
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', r);
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'there is no role %, and % may not make roles', r, current_user
                    USING ERRCODE = 'insufficient_privilege',
                    HINT = 'an administrator says once: CREATE ROLE aegis_import NOLOGIN; CREATE ROLE aegis_audit NOLOGIN';
        END;
    END LOOP;
END;
$$;

GRANT USAGE ON SCHEMA public TO aegis_import, aegis_audit;

-- The runner's ledger.
GRANT SELECT, INSERT, UPDATE ON batch_runs TO aegis_import, aegis_audit;
GRANT SELECT ON batch_schema_files TO aegis_import, aegis_audit;

-- Imports: entities and the books are written.
GRANT SELECT, INSERT, UPDATE ON entities, entity_sources TO aegis_import;
GRANT SELECT, INSERT, UPDATE, DELETE ON entity_links TO aegis_import;
GRANT DELETE ON entity_sources TO aegis_import;
GRANT SELECT, INSERT, UPDATE ON batch_datasets TO aegis_import;
GRANT SELECT, INSERT ON batch_sources, batch_books, batch_rejects TO aegis_import;

-- Of AEGIS's tables, those that are there, and of these the columns that are there: definitions
-- are read; the matrix gets new cells and fresh names, never another's status; rules get new
-- versions and the steps of their life; the audit export reads, also on a standby.
DO $$
DECLARE
    g record;
    columns text;
BEGIN
    FOR g IN
        SELECT * FROM (VALUES
            ('entity_type_definitions', 'SELECT', NULL, 'aegis_import'),
            ('entity_field_definitions', 'SELECT', NULL, 'aegis_import'),
            ('entity_relationship_rules', 'SELECT', NULL, 'aegis_import'),
            ('rrc_field_mappings', 'SELECT', NULL, 'aegis_import'),
            ('filing_checklists', 'SELECT', NULL, 'aegis_import'),
            ('checklist_templates', 'SELECT', NULL, 'aegis_import'),
            ('compliance_status', 'SELECT', NULL, 'aegis_import'),
            ('compliance_status', 'INSERT', NULL, 'aegis_import'),
            ('compliance_status', 'UPDATE', '{entity_name,entity_field,entity_district,details}', 'aegis_import'),
            ('rule_versions', 'SELECT', NULL, 'aegis_import'),
            ('rule_versions', 'INSERT', NULL, 'aegis_import'),
            ('rule_versions', 'UPDATE', '{status,superseded_date,graph_node_id}', 'aegis_import'),
            ('filing_rule_snapshots', 'SELECT', NULL, 'aegis_import'),
            ('filing_rule_snapshots', 'INSERT', NULL, 'aegis_import'),
            ('filing_rule_snapshots', 'UPDATE', '{is_current,superseded_by}', 'aegis_import'),
            ('audit_logs', 'SELECT', NULL, 'aegis_audit'),
            ('prompt_audit_log', 'SELECT', NULL, 'aegis_audit')
        ) v (tab, right_, columns, role) WHERE to_regclass('public.' || tab) IS NOT NULL
    LOOP
        SELECT ' (' || string_agg(quote_ident(attname), ', ') || ')' INTO columns FROM pg_attribute
        WHERE attrelid = to_regclass('public.' || g.tab) AND attname = ANY (g.columns::text[]) AND NOT attisdropped;
        IF g.columns IS NULL OR columns IS NOT NULL THEN
            EXECUTE format('GRANT %s%s ON public.%I TO %I', g.right_, coalesce(columns, ''), g.tab, g.role);
        END IF;
    END LOOP;
END;
$$;

-- The graph: rows, no labels.  A role that is not superuser can't LOAD 'age', so that every
-- session of this database has it from the start.
DO $$
DECLARE
    l record;
BEGIN
    IF to_regclass('ag_catalog.ag_graph') IS NULL OR to_regnamespace('oilgas') IS NULL THEN
        RETURN;
    END IF;
    BEGIN
        GRANT USAGE ON SCHEMA ag_catalog TO aegis_import;
        GRANT SELECT ON ag_catalog.ag_graph, ag_catalog.ag_label TO aegis_import;
    EXCEPTION WHEN insufficient_privilege THEN
        NULL; -- looked at below
    END;
    IF NOT has_schema_privilege('aegis_import', 'ag_catalog', 'USAGE')
        OR NOT has_table_privilege('aegis_import', 'ag_catalog.ag_graph', 'SELECT')
        OR NOT has_table_privilege('aegis_import', 'ag_catalog.ag_label', 'SELECT') THEN
        RAISE EXCEPTION '% may not grant the use of Apache AGE', current_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'an administrator says once: GRANT USAGE ON SCHEMA ag_catalog'
                ' TO aegis_import; GRANT SELECT ON ag_catalog.ag_graph, ag_catalog.ag_label TO aegis_import';
    END IF;
    IF NOT has_schema_privilege('aegis_import', 'oilgas', 'USAGE') THEN
        GRANT USAGE ON SCHEMA oilgas TO aegis_import;
    END IF;
    -- A label that another role has made is that role's to grant.
    FOR l IN
        SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
        WHERE c.relnamespace = 'oilgas'::regnamespace AND c.relkind IN ('r', 'S') AND pg_has_role(c.relowner, 'USAGE')
    LOOP
        IF l.relkind = 'r' THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO aegis_import', l.name);
        ELSE
            EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO aegis_import', l.name);
        END IF;
    END LOOP;
    IF pg_has_role('pg_read_all_settings', 'USAGE') AND position('age' IN
            coalesce(current_setting('shared_preload_libraries', true), '')
            || coalesce(current_setting('session_preload_libraries', true), '')) = 0 THEN
        BEGIN
            EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = %L', current_database(), 'age');
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'sessions of this database do not load Apache AGE by themselves'
                USING HINT = format('an administrator says once: ALTER DATABASE %I SET session_preload_libraries = %L',
                    current_database(), 'age');
        END;
    END IF;
END;
$$;
