-- The last runs, newest first, for the page over all of them: $1 pipeline or NULL, $2 how many.
SELECT r.run_id AS run, to_char(r.started_at, 'YYYY-MM-DD HH24:MI') AS started, r.pipeline, r.tenant_id AS tenant,
 to_char(extract(epoch FROM r.ended_at - r.started_at), 'FM9999990.0') || ' s' AS "#wall", r.state, r.exit_status AS "#exit",
 nullif((SELECT sum(b.inserted + b.updated + b.revived) FROM batch_books b WHERE b.run_id = r.run_id), 0) AS "#changed",
 nullif((SELECT sum(b.retired) FROM batch_books b WHERE b.run_id = r.run_id), 0) AS "#retired",
 nullif((SELECT sum(b.rejected) FROM batch_books b WHERE b.run_id = r.run_id), 0) AS "#set aside", r.cause AS "-cause"
FROM batch_runs r WHERE $1::text IS NULL OR r.pipeline = $1 ORDER BY r.started_at DESC, r.run_id LIMIT $2::bigint
