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
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', f);
    END LOOP;
END;
$$;

-- As 110_guards.sql has it: CREATE OR REPLACE TRIGGER of an earlier file, applied again, forgets it.
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER no_update_audit;
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER no_delete_audit;
