-- A run's stages: the runner writes one element a step, with a list of stages.  The last column
-- stands below the row.
SELECT s->>'step' AS step, s->>'state' AS state, s->>'tries' AS "#tries",
 t->'argv'->>0 AS stage, t->>'status' AS "#exit",
 to_char((t->>'user')::numeric + (t->>'sys')::numeric, 'FM9999990.00') || ' s' AS "#CPU",
 to_char((t->>'max_rss_kib')::numeric / 1024, 'FM9999990.0') || ' MiB' AS "#memory",
 to_char((t->>'wall')::numeric, 'FM9999990.00') || ' s' AS "#wall", t->>'said' AS "-said"
FROM batch_runs r, jsonb_array_elements(r.resources) WITH ORDINALITY a(s, i),
 jsonb_array_elements(s->'stages') WITH ORDINALITY b(t, k)
WHERE run_id = $1::uuid ORDER BY i, k
