-- A run's faults by code, with the files that hold the records.
SELECT d.dataset, x.section AS "~section", x.stage, x.code, x.faults AS "#faults", x.file,
 x.file_sha256 AS "file sha256"
FROM batch_rejects x JOIN batch_datasets d USING (dataset_id)
WHERE x.run_id = $1::uuid ORDER BY d.dataset, x.dataset_id, x.section, x.seq, x.code
