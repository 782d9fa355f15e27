-- One run with all that is recorded of it, as one JSON object.
SELECT row_to_json(t) FROM (SELECT r.*,
 (SELECT coalesce(json_agg(s ORDER BY s.dataset, s.section), '[]') FROM
  (SELECT d.dataset, d.type_key, d.tenant_id, s.section, s.source, s.source_sha256,
   s.config_sha256, s.loaded_at FROM batch_sources s JOIN batch_datasets d
   USING (dataset_id) WHERE s.run_id = r.run_id) s) AS sources,
 (SELECT coalesce(json_agg(b ORDER BY b.dataset, b.section, b.seq), '[]') FROM
  (SELECT d.dataset, d.type_key, d.tenant_id, b.* FROM batch_books b
   JOIN batch_datasets d USING (dataset_id) WHERE b.run_id = r.run_id) b) AS books,
 (SELECT coalesce(json_agg(x ORDER BY x.dataset, x.section, x.seq, x.code), '[]') FROM
  (SELECT d.dataset, d.type_key, d.tenant_id, x.* FROM batch_rejects x
   JOIN batch_datasets d USING (dataset_id) WHERE x.run_id = r.run_id) x) AS rejects
FROM batch_runs r WHERE r.run_id = $1::uuid) t
