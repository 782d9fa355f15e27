-- One run: $1 its UUID.
SELECT run_id AS run, pipeline, state, exit_status AS "exit status", cause,
 to_char(started_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started,
 to_char(ended_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ended, host, version
FROM batch_runs WHERE run_id = $1::uuid
