-- The books of a run's stages.
SELECT d.dataset, b.section AS "~section", b.stage, b.read AS "#read", b.used AS "#used",
 b.skipped AS "~skipped", b.rejected AS "~rejected", b.flawed AS "~flawed", b.rows_out AS "#rows"
FROM batch_books b JOIN batch_datasets d USING (dataset_id)
WHERE b.run_id = $1::uuid ORDER BY d.dataset, b.dataset_id, b.section, b.seq
