-- Whether there is nothing to do with a source: when dataset $3 of tenant $1 and type $2 had its latest load, where
-- that was of one source with the layout $4 and the definitions $5, as what it means today (role $6, keys $7),
-- nothing is due of it, and no rule waits for its links; and that source's digest.
WITH d AS (SELECT * FROM batch_datasets WHERE tenant_id = $1::uuid AND type_key = $2 AND dataset = $3
 AND role = $6 AND key_prefix = $7),
last AS (SELECT s.* FROM batch_sources s JOIN d USING (dataset_id)
 WHERE s.loaded_at = (SELECT max(x.loaded_at) FROM batch_sources x JOIN d USING (dataset_id)))
SELECT l.source_sha256, to_char(l.loaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
FROM last l JOIN d USING (dataset_id)
WHERE (SELECT count(*) FROM last) = 1 AND NOT l.delta AND d.definitions = $5 AND l.source_sha256 IS NOT NULL
AND (SELECT array_agg(trim(b.stage) || ' ' || b.config_sha256 ORDER BY b.seq) FROM batch_books b
 WHERE b.run_id = l.run_id AND b.dataset_id = l.dataset_id AND b.section = l.section)
 = ARRAY['rrc-decode ' || $4, 'entity-map ' || $5, 'entity-load ' || $5]
AND NOT EXISTS (SELECT FROM batch_matrix_todo m WHERE m.tenant_id = $1::uuid AND m.type_key = $2)
AND NOT EXISTS (SELECT FROM batch_datasets o WHERE o.tenant_id = $1::uuid AND NOT EXISTS (SELECT
 FROM entity_type_definitions t WHERE t.tenant_id = o.tenant_id AND t.type_key = o.type_key)
 AND EXISTS (SELECT FROM entities e WHERE e.tenant_id = o.tenant_id AND e.type_key = o.type_key AND e.retired_at IS NULL))
AND NOT EXISTS (SELECT FROM entity_relationship_rules r JOIN entity_type_definitions c ON c.type_id = r.child_type_id
 AND c.type_key = $2 WHERE r.tenant_id = $1::uuid AND NOT EXISTS (SELECT FROM batch_links b WHERE b.rule_id = r.rule_id))
