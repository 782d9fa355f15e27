-- What became of the rows that a run's loads used.
SELECT d.dataset, b.section AS "~section", b.stage, b.inserted AS "#inserted",
 b.updated AS "~updated", b.revived AS "~revived", b.unchanged AS "#unchanged",
 b.duplicate AS "~duplicate", b.retired AS "~retired"
FROM batch_books b JOIN batch_datasets d USING (dataset_id)
WHERE b.run_id = $1::uuid
 AND b.inserted + b.updated + b.revived + b.unchanged + b.duplicate + b.retired > 0
ORDER BY d.dataset, b.dataset_id, b.section, b.seq
