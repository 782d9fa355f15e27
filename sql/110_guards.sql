-- What the tables themselves refuse, whoever asks.  A database that AEGIS had before may lack a
-- table or a trigger of the document: a guard goes where its table is, and a guard of AEGIS's own
-- (no_update_audit, no_delete_audit) fires always where it is there.

-- Row triggers don't see a TRUNCATE.
CREATE OR REPLACE FUNCTION prevent_audit_truncate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'Audit logs are append-only. TRUNCATE of % is prohibited.', TG_TABLE_NAME;
END;
$$;

CREATE OR REPLACE FUNCTION rule_versions_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'rule_versions keeps every version: % is prohibited', TG_OP
        USING ERRCODE = 'check_violation';
END;
$$;

DO $$
DECLARE
    g record;
BEGIN
    FOR g IN
        SELECT * FROM (VALUES
            ('audit_logs', 'no_truncate_audit', 'TRUNCATE', 'STATEMENT', 'prevent_audit_truncate'),
            ('prompt_audit_log', 'no_truncate_prompt_audit', 'TRUNCATE', 'STATEMENT', 'prevent_audit_truncate'),
            ('rule_versions', 'rule_versions_no_delete', 'DELETE', 'ROW', 'rule_versions_keep'),
            ('rule_versions', 'rule_versions_no_truncate', 'TRUNCATE', 'STATEMENT', 'rule_versions_keep')
        ) v (tab, name, event, each, function) WHERE to_regclass('public.' || tab) IS NOT NULL
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE %s ON public.%I FOR EACH %s EXECUTE FUNCTION %I()',
            g.name, g.event, g.tab, g.each, g.function);
    END LOOP;

    -- ALWAYS: session_replication_role = replica switches ordinary triggers off.
    FOR g IN
        SELECT tgrelid::regclass AS tab, tgname AS name FROM pg_trigger
        WHERE tgrelid IN (to_regclass('public.audit_logs'), to_regclass('public.prompt_audit_log'))
          AND tgname IN ('no_update_audit', 'no_delete_audit', 'no_truncate_audit',
              'no_update_prompt_audit', 'no_delete_prompt_audit', 'no_truncate_prompt_audit')
          AND tgenabled = 'O'
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', g.tab, g.name);
    END LOOP;
END;
$$;
