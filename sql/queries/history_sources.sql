-- A run's sources.
SELECT d.dataset, d.type_key AS type, d.tenant_id AS tenant, s.section AS "~section", s.source,
 s.source_sha256 AS "source sha256", s.config_sha256 AS "config sha256",
 to_char(s.loaded_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS loaded
FROM batch_sources s JOIN batch_datasets d USING (dataset_id)
WHERE s.run_id = $1::uuid ORDER BY d.dataset, d.type_key, s.section
