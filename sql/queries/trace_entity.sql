-- The entities of tenant $1, of type $3 where that is given, with one of the keys $2, as they stand or behind
-- their type: by whom and when they were changed last, and since when the graph has that.
SELECT e.type_key, e.entity_key, e.name, to_char(e.retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'),
 e.properties, e.changed_run, r.pipeline, to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'),
 (SELECT to_char(min(b.synced_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"') FROM graph_synced g
   JOIN graph_books b ON b.sync_id = g.sync_id AND b.tenant_id = $1::uuid WHERE g.run_id = e.changed_run)
FROM (SELECT type_key FROM entity_type_definitions WHERE tenant_id = $1::uuid
 UNION SELECT type_key FROM batch_datasets WHERE tenant_id = $1::uuid) t
CROSS JOIN LATERAL (SELECT k FROM unnest($2::text[]) k UNION SELECT t.type_key || ':' || k FROM unnest($2::text[]) k) k
CROSS JOIN LATERAL (SELECT x.* FROM entities x WHERE x.tenant_id = $1::uuid AND x.type_key = t.type_key
 AND x.entity_key = k.k OFFSET 0) e
LEFT JOIN batch_runs r ON r.run_id = e.changed_run
WHERE $3::text IS NULL OR t.type_key = $3 ORDER BY 1, 2
