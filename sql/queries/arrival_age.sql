-- How long ago tenant $1 last loaded anything new of each of the layouts $2: layout, seconds, day; NULLs: never.
SELECT l, floor(extract(epoch FROM now() - max(s.loaded_at)))::bigint, to_char(max(s.loaded_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
FROM unnest($2::text[]) l LEFT JOIN batch_datasets d ON d.tenant_id = $1::uuid AND split_part(d.dataset, '/', 1) = l
LEFT JOIN batch_sources s USING (dataset_id) GROUP BY l ORDER BY l
