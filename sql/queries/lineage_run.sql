-- What run $1 loaded, for OpenLineage: its books; its sources with their digests; rows that its loads wrote.
SELECT (SELECT coalesce(json_agg(json_build_object('dataset', d.dataset, 'tenant', d.tenant_id, 'section', b.section, 'stage', trim(b.stage),
  'read', b.read, 'used', b.used, 'skipped', b.skipped, 'rejected', b.rejected, 'flawed', b.flawed, 'rows', b.rows_out, 'inserted', b.inserted,
  'updated', b.updated, 'revived', b.revived, 'unchanged', b.unchanged, 'duplicate', b.duplicate, 'retired', b.retired)
  ORDER BY d.dataset, b.section, b.seq), '[]') FROM batch_books b JOIN batch_datasets d USING (dataset_id) WHERE b.run_id = $1::uuid),
 (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('source', s.source, 'sha256', s.source_sha256)), '[]') FROM batch_sources s WHERE s.run_id = $1::uuid),
 (SELECT coalesce(sum(b.inserted + b.updated + b.revived + b.retired), 0) FROM batch_books b WHERE b.run_id = $1::uuid),
 current_database()
