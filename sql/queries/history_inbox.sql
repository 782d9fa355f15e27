-- What a run's inbox had.
SELECT f->>'file' AS file, f->>'layout' AS layout, f->>'date' AS date, f->>'state' AS state, f->>'why' AS "-why"
FROM batch_runs r, jsonb_array_elements(r.asked->'inbox') WITH ORDINALITY a(f, i) WHERE run_id = $1::uuid ORDER BY i
