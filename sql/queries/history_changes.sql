-- What a run changed, by type and kind.
SELECT c.type_key AS type, c.kind, count(*) AS "#entities" FROM batch_changes c WHERE c.run_id = $1::uuid GROUP BY 1, 2 ORDER BY 1, 2
