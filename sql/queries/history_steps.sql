-- A run's steps.
SELECT s->>'step' AS step, s->>'state' AS state, s->>'status' AS "#exit", s->>'tries' AS "#tries",
 to_char((s->>'wall')::numeric, 'FM9999990.00') || ' s' AS "#wall", s->>'cause' AS "-cause"
FROM batch_runs r, jsonb_array_elements(r.resources) WITH ORDINALITY a(s, i) WHERE run_id = $1::uuid ORDER BY i
