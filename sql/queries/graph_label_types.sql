-- Types of tenant $1 that have entities: what is ours of their vertices, and whether nobody defines
-- them any more.
SELECT t.type_key, (SELECT coalesce(json_agg(x.k ORDER BY x.k), '[]') FROM (
  SELECT f.field_key::text AS k FROM entity_field_definitions f WHERE f.type_id = t.type_id
  UNION SELECT unnest(d.fields || d.former) FROM batch_datasets d
   WHERE d.tenant_id = t.tenant_id AND d.type_key = t.type_key) x), false
 FROM entity_type_definitions t WHERE t.tenant_id = $1::uuid AND EXISTS (SELECT
 FROM entities e WHERE e.tenant_id = t.tenant_id AND e.type_key = t.type_key)
UNION ALL SELECT d.type_key, '[]', true FROM (SELECT DISTINCT tenant_id, type_key FROM batch_datasets) d WHERE d.tenant_id = $1::uuid
 AND NOT EXISTS (SELECT FROM entity_type_definitions t WHERE t.tenant_id = d.tenant_id
  AND t.type_key = d.type_key) AND EXISTS (SELECT FROM entities e
  WHERE e.tenant_id = d.tenant_id AND e.type_key = d.type_key)
 ORDER BY 3, 1
