-- What of past runs may go.  Sources stay, since they name places and tell an old file from a new one.

-- Runs that somebody still needs: they are recent, they run, they are the last of their pipeline and tenant, or failed
-- and were not made good since, or an entity, a link or a change names them, or they were a dataset's last load.
CREATE OR REPLACE FUNCTION batch_runs_needed(before timestamptz, keep integer) RETURNS TABLE (run uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT b.run_id FROM public.batch_runs b WHERE b.started_at >= before OR b.state = 'running'
    UNION SELECT x.run_id FROM (SELECT b.run_id, row_number() OVER (PARTITION BY b.pipeline, b.tenant_id ORDER BY b.started_at DESC) AS n
        FROM public.batch_runs b) x WHERE x.n <= greatest(keep, 1)
    UNION SELECT b.run_id FROM public.batch_runs b WHERE b.state = 'failed' AND b.resources <> '[]' AND NOT EXISTS (SELECT
        FROM public.batch_runs g WHERE g.pipeline = b.pipeline AND g.tenant_id IS NOT DISTINCT FROM b.tenant_id
        AND g.started_at > b.started_at AND g.state IN ('done', 'findings'))
    UNION SELECT s.seen_run FROM public.entity_sources s
    UNION SELECT e.changed_run FROM public.entities e
    UNION SELECT l.changed_run FROM public.entity_links l
    UNION SELECT c.run_id FROM public.batch_changes c
    UNION (SELECT DISTINCT ON (s.dataset_id) s.run_id FROM public.batch_sources s ORDER BY s.dataset_id, s.loaded_at DESC)
$$;

-- Remove what nobody needs of runs from before that time, a week ago at the latest; or only count it.
CREATE OR REPLACE FUNCTION batch_expire(before timestamptz, keep integer, only_count boolean) RETURNS TABLE (what text, n bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    before := least(before, now() - interval '7 days');
    CREATE TEMPORARY TABLE batch_gone ON COMMIT DROP AS SELECT b.run_id FROM public.batch_runs b
        WHERE b.run_id NOT IN (SELECT r.run FROM public.batch_runs_needed(before, keep) r WHERE r.run IS NOT NULL);
    what := 'batch_rejects';
    SELECT count(*) INTO n FROM public.batch_rejects r JOIN pg_temp.batch_gone g USING (run_id);
    RETURN NEXT;
    what := 'batch_books';
    SELECT count(*) INTO n FROM public.batch_books b JOIN pg_temp.batch_gone g USING (run_id);
    RETURN NEXT;
    what := 'batch_runs';
    SELECT count(*) INTO n FROM pg_temp.batch_gone g WHERE NOT EXISTS (SELECT FROM public.batch_sources s WHERE s.run_id = g.run_id)
        AND NOT EXISTS (SELECT FROM public.batch_links l WHERE l.run_id = g.run_id);
    RETURN NEXT;
    IF only_count THEN
        RETURN;
    END IF;
    DELETE FROM public.batch_rejects r USING pg_temp.batch_gone g WHERE r.run_id = g.run_id;
    DELETE FROM public.batch_books b USING pg_temp.batch_gone g WHERE b.run_id = g.run_id;
    DELETE FROM public.batch_runs b USING pg_temp.batch_gone g WHERE b.run_id = g.run_id
        AND NOT EXISTS (SELECT FROM public.batch_sources s WHERE s.run_id = b.run_id)
        AND NOT EXISTS (SELECT FROM public.batch_links l WHERE l.run_id = b.run_id);
END;
$$;

REVOKE ALL ON FUNCTION batch_runs_needed(timestamptz, integer), batch_expire(timestamptz, integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch_runs_needed(timestamptz, integer), batch_expire(timestamptz, integer, boolean) TO aegis_import;
