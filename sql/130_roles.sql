-- Two roles without a login, to be granted to the users that cron's jobs connect as:
--     CREATE ROLE nightly LOGIN; GRANT aegis_import TO nightly;
-- aegis_import writes what imports and rule loads write; aegis_audit reads the audit tables.
-- Neither sees users, and neither can change the audit tables or the schema.

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
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
END;
$$;

GRANT USAGE ON SCHEMA public TO aegis_import, aegis_audit;

-- The runner's ledger.
GRANT SELECT, INSERT, UPDATE ON batch_runs TO aegis_import, aegis_audit;
GRANT SELECT ON batch_schema_files TO aegis_import, aegis_audit;

-- Imports: definitions are read, entities and the books are written; the matrix gets new cells
-- and fresh names, never another's status (column by column).
GRANT SELECT ON entity_type_definitions, entity_field_definitions, entity_relationship_rules,
    rrc_field_mappings TO aegis_import;
GRANT SELECT, INSERT, UPDATE ON entities, entity_sources TO aegis_import;
GRANT SELECT, INSERT, UPDATE, DELETE ON entity_links TO aegis_import;
GRANT DELETE ON entity_sources TO aegis_import;
GRANT SELECT, INSERT, UPDATE ON batch_datasets TO aegis_import;
GRANT SELECT, INSERT ON batch_sources, batch_books, batch_rejects TO aegis_import;
GRANT SELECT, INSERT, UPDATE (entity_name, entity_field, entity_district, details)
    ON compliance_status TO aegis_import;

-- Rules: new versions, the steps of their life, and the marks on snapshots.
GRANT SELECT, INSERT, UPDATE (status, superseded_date, graph_node_id) ON rule_versions TO aegis_import;
GRANT SELECT, INSERT, UPDATE (is_current, superseded_by) ON filing_rule_snapshots TO aegis_import;
GRANT SELECT ON filing_checklists, checklist_templates TO aegis_import;

-- The audit export reads, also on a standby.
GRANT SELECT ON audit_logs, prompt_audit_log TO aegis_audit;

-- The graph: rows, no labels.  A role that is not superuser can't LOAD 'age', so that every
-- session of this database has it from the start.
DO $$
BEGIN
    IF to_regclass('ag_catalog.ag_graph') IS NULL THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA ag_catalog, oilgas TO aegis_import;
    GRANT SELECT ON ag_catalog.ag_graph, ag_catalog.ag_label TO aegis_import;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA oilgas TO aegis_import;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA oilgas TO aegis_import;
    IF position('age' IN current_setting('shared_preload_libraries')
            || current_setting('session_preload_libraries')) = 0 THEN
        EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = %L', current_database(), 'age');
    END IF;
END;
$$;
