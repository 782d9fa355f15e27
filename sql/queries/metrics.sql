-- What node-exporter's textfile collector gets: metric, labels, value, of the last run of each pipeline and tenant, of each
-- dataset's last load, and of what waits.
WITH last AS (SELECT DISTINCT ON (pipeline, tenant_id) * FROM batch_runs WHERE ended_at IS NOT NULL
  AND NOT (exit_status = 75 AND resources = '[]') ORDER BY pipeline, tenant_id, started_at DESC),
good AS (SELECT pipeline, tenant_id, max(ended_at) AS at FROM batch_runs WHERE state IN ('done', 'findings') GROUP BY 1, 2),
load AS (SELECT DISTINCT ON (s.dataset_id) d.tenant_id, d.dataset, s.* FROM batch_sources s JOIN batch_datasets d USING (dataset_id)
  ORDER BY s.dataset_id, s.loaded_at DESC),
book AS (SELECT l.tenant_id, l.dataset, sum(b.inserted) AS inserted, sum(b.updated) AS updated, sum(b.revived) AS revived,
  sum(b.unchanged) AS unchanged, sum(b.retired) AS retired, sum(b.rejected) AS rejected
  FROM load l JOIN batch_books b USING (run_id, dataset_id) GROUP BY 1, 2),
packed AS (SELECT s->>'step' AS step, r.pipeline, max(r.ended_at) AS at FROM batch_runs r, jsonb_array_elements(r.resources) s
  WHERE r.ended_at IS NOT NULL AND s->>'state' IN ('done', 'findings') AND s->'stages' @> '[{"argv": ["audit-pack"]}]' GROUP BY 1, 2)
SELECT m, l::text, v FROM (
 SELECT 'aegis_run_exit_status' AS m, jsonb_build_object('pipeline', pipeline, 'tenant', tenant_id) AS l, exit_status::float8 AS v FROM last
 UNION ALL SELECT 'aegis_run_duration_seconds', jsonb_build_object('pipeline', pipeline, 'tenant', tenant_id), extract(epoch FROM ended_at - started_at) FROM last
 UNION ALL SELECT 'aegis_run_last_success_timestamp_seconds', jsonb_build_object('pipeline', pipeline, 'tenant', tenant_id), extract(epoch FROM at) FROM good
 UNION ALL SELECT 'aegis_load_rows', jsonb_build_object('tenant', tenant_id, 'dataset', dataset, 'kind', k.kind), k.n::float8 FROM book,
  LATERAL (VALUES ('inserted', inserted), ('updated', updated), ('revived', revived), ('unchanged', unchanged), ('retired', retired),
   ('rejected', rejected)) k (kind, n)
 UNION ALL SELECT 'aegis_source_age_seconds', jsonb_build_object('tenant', tenant_id, 'dataset', dataset), extract(epoch FROM now() - loaded_at) FROM load
 UNION ALL SELECT 'aegis_archive_age_seconds', jsonb_build_object('pipeline', pipeline, 'step', step), extract(epoch FROM now() - at) FROM packed
 UNION ALL SELECT 'aegis_stale_filings', jsonb_build_object('tenant', f.tenant_id), count(DISTINCT s.checklist_id)::float8
  FROM filing_checklists f LEFT JOIN filing_rule_snapshots s ON s.checklist_id = f.id AND s.is_current = false GROUP BY f.tenant_id) x
ORDER BY m, l
