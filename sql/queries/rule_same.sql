-- Whether there is nothing to do with a source of rules: when dataset $2 of tenant $1 had its latest load, where that was of one
-- source with the layout $3 and the catalog $4; and that source's digest.
WITH last AS (SELECT s.* FROM batch_sources s JOIN batch_datasets d USING (dataset_id)
 WHERE d.tenant_id = $1::uuid AND d.type_key = 'rule' AND d.dataset = $2 AND s.loaded_at = (SELECT max(x.loaded_at)
  FROM batch_sources x WHERE x.dataset_id = d.dataset_id))
SELECT l.source_sha256, to_char(l.loaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM last l
WHERE (SELECT count(*) FROM last) = 1 AND l.source_sha256 IS NOT NULL
AND (SELECT array_agg(trim(b.stage) || ' ' || b.config_sha256 ORDER BY b.seq) FROM batch_books b
 WHERE b.run_id = l.run_id AND b.dataset_id = l.dataset_id AND b.section = l.section) = ARRAY['rrc-decode ' || $3, 'rule-load ' || $4]
