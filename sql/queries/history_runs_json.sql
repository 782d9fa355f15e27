-- The last runs, as one JSON list: $1 pipeline or NULL, $2 how many.
SELECT coalesce(json_agg(t ORDER BY t.started_at DESC, t.run_id), '[]') FROM
 (SELECT run_id, pipeline, started_at, ended_at, state, exit_status, cause, host, version
  FROM batch_runs WHERE $1::text IS NULL OR pipeline = $1
  ORDER BY started_at DESC, run_id LIMIT $2::bigint) t
