-- The last runs, oldest first, for plots: $1 pipeline or NULL, $2 how many.
SELECT run_id, to_char(started_at, 'YYYY-MM-DD HH24:MI'), state, coalesce(extract(epoch FROM ended_at - started_at), 0)::float8,
 (SELECT coalesce(sum(b.inserted + b.updated + b.revived), 0) FROM batch_books b WHERE b.run_id = r.run_id)::float8,
 (SELECT coalesce(sum(b.retired), 0) FROM batch_books b WHERE b.run_id = r.run_id)::float8,
 (SELECT coalesce(sum(b.rejected), 0) FROM batch_books b WHERE b.run_id = r.run_id)::float8,
 (SELECT coalesce(max((t->>'max_rss_kib')::float8), 0) / 1024 FROM jsonb_array_elements(r.resources) s, jsonb_array_elements(s->'stages') t)::float8
FROM (SELECT * FROM batch_runs WHERE $1::text IS NULL OR pipeline = $1 ORDER BY started_at DESC, run_id LIMIT $2::bigint) r
ORDER BY started_at, run_id
