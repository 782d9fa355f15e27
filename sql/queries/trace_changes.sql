-- What loads have changed of the entity $3 of tenant $1 and type $2 (of its field $4, where that is given), the last
-- 20 of them.
SELECT to_char(c.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), c.kind, d.dataset, s.source, s.source_sha256, c.record, c.byte_offset,
 c.run_id, CASE WHEN c.kind <> 'inserted' THEN (SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(c.fields) k) END, c.fields -> $4 ->> 0, c.fields -> $4 ->> 1
FROM batch_changes c LEFT JOIN batch_datasets d USING (dataset_id)
LEFT JOIN batch_sources s ON s.run_id = c.run_id AND s.dataset_id = c.dataset_id AND s.section = coalesce(c.section, 0)
WHERE c.tenant_id = $1::uuid AND c.type_key = $2 AND c.entity_key = $3
AND ($4::text IS NULL OR c.fields ? $4 OR c.kind IN ('retired', 'revived'))
ORDER BY c.changed_at DESC, c.change_id DESC LIMIT 20
