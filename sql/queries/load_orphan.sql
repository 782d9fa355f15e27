-- Types of tenant $1 that datasets have fed, that nobody defines any more and that have entities still:
-- how many, and how many all types of the tenant have.
SELECT d.type_key, (SELECT count(*) FROM entities e WHERE e.tenant_id = d.tenant_id AND e.type_key = d.type_key
 AND e.retired_at IS NULL), (SELECT count(*) FROM entities e WHERE e.tenant_id = d.tenant_id AND e.retired_at IS NULL)
 FROM (SELECT DISTINCT tenant_id, type_key FROM batch_datasets WHERE tenant_id = $1::uuid) d
 WHERE NOT EXISTS (SELECT FROM entity_type_definitions t WHERE t.tenant_id = d.tenant_id AND t.type_key = d.type_key)
 AND EXISTS (SELECT FROM entities e WHERE e.tenant_id = d.tenant_id AND e.type_key = d.type_key
 AND e.retired_at IS NULL) ORDER BY 1
