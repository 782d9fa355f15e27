-- Trigger functions run with a path of their own: a temporary table named as one of ours must not
-- stand in for it, and a restore (`pg_dump -a | psql`) has an empty path.

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype
          AND p.proname IN ('prevent_audit_modification', 'prevent_prompt_audit_modification',
              'prevent_audit_truncate', 'prompt_versions_number', 'etd_set_updated_at',
              'rule_versions_update', 'rule_versions_keep', 'rule_versions_no_holes')
          AND p.proconfig IS NULL AND pg_has_role(p.proowner, 'USAGE')
          -- Where AEGIS has made them, its functions are its own.
          AND (p.proname IN ('prevent_audit_truncate', 'rule_versions_update', 'rule_versions_keep', 'rule_versions_no_holes')
              OR NOT EXISTS (SELECT FROM batch_schema_files WHERE adopted))
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', f);
    END LOOP;
END;
$$;

-- As 110_guards.sql has it: CREATE OR REPLACE TRIGGER of an earlier file, applied again, forgets it.
DO $$
DECLARE
    g record;
BEGIN
    FOR g IN
        SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('public.audit_logs')
          AND tgname IN ('no_update_audit', 'no_delete_audit') AND tgenabled = 'O'
    LOOP
        EXECUTE format('ALTER TABLE public.audit_logs ENABLE ALWAYS TRIGGER %I', g.tgname);
    END LOOP;
END;
$$;
