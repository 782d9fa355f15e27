-- What the datasets of tenant $1 and type $2 (NULL: any but rules) last said of one of the keys $3: where that
-- stands, in which source, read by which layout and mapping, in which run.
SELECT d.type_key, s.entity_key, d.dataset, d.role, to_json(d.fields), encode(s.digest, 'hex'), s.seen_run, r.pipeline,
 to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), r.version, s.section, s.record, s.byte_offset, f.source, f.source_sha256,
 to_char(f.loaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'),
 (SELECT b.config_sha256 FROM batch_books b WHERE b.run_id = f.run_id AND b.dataset_id = f.dataset_id
   AND b.section = f.section AND trim(b.stage) = 'rrc-decode' ORDER BY b.seq LIMIT 1),
 (SELECT b.config_sha256 FROM batch_books b WHERE b.run_id = f.run_id AND b.dataset_id = f.dataset_id
   AND b.section = f.section AND trim(b.stage) IN ('entity-map', 'rule-load') ORDER BY b.seq LIMIT 1)
FROM batch_datasets d
CROSS JOIN LATERAL (SELECT x.* FROM entity_sources x WHERE x.dataset_id = d.dataset_id AND x.entity_key = ANY ($3::text[])
 OFFSET 0) s
LEFT JOIN batch_runs r ON r.run_id = s.seen_run
LEFT JOIN batch_sources f ON f.run_id = s.seen_run AND f.dataset_id = d.dataset_id AND f.section = coalesce(s.section, 0)
WHERE d.tenant_id = $1::uuid AND CASE WHEN $2::text IS NULL THEN d.type_key <> 'rule' ELSE d.type_key = $2 END
ORDER BY d.role DESC, d.dataset, s.entity_key
