-- Runs of a pipeline for each of several tenants; what each was asked for; and those that never began.

ALTER TABLE batch_runs ADD COLUMN IF NOT EXISTS tenant_id uuid;   -- where the pipeline runs for several
ALTER TABLE batch_runs ADD COLUMN IF NOT EXISTS asked jsonb;      -- settings, sources, what was accepted, by whom

-- As batch_run_begin(), of the tenant's runs alone.
CREATE OR REPLACE FUNCTION batch_run_start(run uuid, of_pipeline text, of_tenant uuid, at_host text, of_version text,
    what jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    n bigint;
BEGIN
    UPDATE public.batch_runs b SET state = 'failed', ended_at = now(), cause = 'the runner died'
    WHERE b.pipeline = of_pipeline AND b.tenant_id IS NOT DISTINCT FROM of_tenant AND b.state = 'running'
        AND b.run_id <> run AND public.batch_run_mine(b.started_by);
    GET DIAGNOSTICS n = ROW_COUNT;
    INSERT INTO public.batch_runs (run_id, pipeline, tenant_id, host, version, started_by, asked)
    VALUES (run, of_pipeline, of_tenant, at_host, of_version, session_user, what) ON CONFLICT (run_id) DO NOTHING;
    RETURN n;
END;
$$;

-- A run that was asked for and never began.
CREATE OR REPLACE FUNCTION batch_run_refuse(run uuid, of_pipeline text, of_tenant uuid, at_host text, of_version text,
    what jsonb, exit integer, why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.batch_runs (run_id, pipeline, tenant_id, host, version, started_by, asked, state, exit_status, cause,
        ended_at)
    VALUES (run, of_pipeline, of_tenant, at_host, of_version, session_user, what, 'failed', exit, why, now())
    ON CONFLICT (run_id) DO NOTHING
$$;

REVOKE ALL ON FUNCTION batch_run_start(uuid, text, uuid, text, text, jsonb),
    batch_run_refuse(uuid, text, uuid, text, text, jsonb, integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch_run_start(uuid, text, uuid, text, text, jsonb),
    batch_run_refuse(uuid, text, uuid, text, text, jsonb, integer, text) TO aegis_import, aegis_audit;
