-- The reject files of the last load of each dataset of tenant $1 (of type $2, where that is given).
SELECT d.type_key, d.dataset, b.stage, b.file, s.source, s.source_sha256, to_char(s.loaded_at AT TIME ZONE 'UTC',
 'YYYY-MM-DD HH24:MI:SS"Z"'), s.run_id
FROM batch_datasets d
CROSS JOIN LATERAL (SELECT x.* FROM batch_sources x WHERE x.dataset_id = d.dataset_id
 ORDER BY x.loaded_at DESC, x.section DESC LIMIT 1) s
LEFT JOIN LATERAL (SELECT DISTINCT x.seq, x.stage, x.file FROM batch_rejects x WHERE x.run_id = s.run_id
 AND x.dataset_id = s.dataset_id AND x.section = s.section AND x.file IS NOT NULL) b ON true
WHERE d.tenant_id = $1::uuid AND ($2::text IS NULL OR d.type_key = $2) AND d.type_key NOT IN ('rule', 'table')
ORDER BY d.type_key, d.dataset, b.seq
