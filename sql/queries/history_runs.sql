-- The last runs: $1 pipeline or NULL, $2 how many.  What # and its like before a name mean: history.c.
SELECT left(run_id::text, 8) AS run, pipeline,
 to_char(started_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started,
 to_char(extract(epoch FROM ended_at - started_at), 'FM9999990.0') || ' s' AS "#wall",
 state, exit_status AS "#exit", left(cause, 160) AS "-cause"
FROM batch_runs WHERE $1::text IS NULL OR pipeline = $1
ORDER BY started_at DESC, run_id LIMIT $2::bigint
