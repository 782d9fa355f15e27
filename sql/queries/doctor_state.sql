-- What is left undone, and what is not defined: what, stages, mend.  $1 tenant, or NULL.
SELECT format('%s rules have several active versions, or holes between them', count(*)), 'rule-load of those rules',
 'SELECT tenant_id, rule_identifier, count(*) FILTER (WHERE status = ''active''), min(version), max(version), count(*)'
 || ' FROM rule_versions GROUP BY 1, 2 HAVING count(*) FILTER (WHERE status = ''active'') > 1 OR max(version) - min(version) + 1 <> count(*)'
 FROM batch_rules WHERE spare > 0 OR holes HAVING count(*) > 0
UNION ALL SELECT format('cells of the compliance matrix are not up to date, of type %s', type_key), 'entity-load',
 format('the next load of the type; aegis entity-load --check --tenant %s --type %s counts them', tenant_id, type_key)
 FROM (SELECT DISTINCT tenant_id, type_key FROM batch_matrix_todo WHERE $1::text IS NULL OR tenant_id = $1::uuid) m
UNION ALL SELECT format('the run %s of %s is on record as running since %s, on %s', run_id, pipeline,
 to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), host), 'run',
 'the next run of the pipeline records it as failed, if its runner has died'
 FROM batch_runs WHERE state = 'running' AND started_at < now() - interval '1 day'
UNION ALL SELECT format('the last run of %s has failed: %s', pipeline, coalesce(cause, 'no cause is on record')), 'run',
 format('aegis history %s; then aegis run --resume', left(run_id::text, 8))
 FROM (SELECT DISTINCT ON (pipeline) * FROM batch_runs ORDER BY pipeline, started_at DESC) r WHERE state = 'failed'
UNION ALL SELECT format('the tenant %s has no entity types', $1::text), 'entity-map, entity-load, graph-sync',
 format('aegis entity-define --tenant %s pipelines/entities/*.yaml', $1::text)
 WHERE $1::text IS NOT NULL AND NOT EXISTS (SELECT FROM entity_type_definitions WHERE tenant_id = $1::uuid)
UNION ALL SELECT format('the type %s of tenant %s is not defined any more, and %s feeds it', d.type_key, d.tenant_id, d.dataset),
 'entity-map, entity-load', 'define the type, or take its step out of the pipeline'
 FROM batch_datasets d WHERE d.type_key NOT IN ('table', 'rule') AND NOT EXISTS (SELECT FROM entity_type_definitions t
 WHERE t.tenant_id = d.tenant_id AND t.type_key = d.type_key) AND ($1::text IS NULL OR d.tenant_id = $1::uuid)
