-- Sources against the loads before: $1 dataset, $2 names, $3 digests, $4 configurations, $5 by name.
WITH piece AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) p (source, sha, config)),
known AS (SELECT s.source, s.source_sha256 AS sha, s.config_sha256 AS config, s.loaded_at,
 s.loaded_at = max(s.loaded_at) OVER (PARTITION BY CASE WHEN $5::boolean THEN s.source END)
 AS latest FROM batch_sources s WHERE s.dataset_id = $1::integer AND NOT s.delta
 AND (NOT $5::boolean OR s.source IN (SELECT source FROM piece))),
older AS (SELECT p.source, max(k.loaded_at) AS at FROM piece p JOIN known k ON k.sha = p.sha
 AND (NOT $5::boolean OR k.source = p.source) GROUP BY p.source, p.sha
 HAVING NOT bool_or(k.latest) ORDER BY 1 LIMIT 1)
SELECT (SELECT source FROM older), (SELECT to_char(at, 'YYYY-MM-DD HH24:MI') FROM older),
(SELECT to_char(max(loaded_at), 'YYYY-MM-DD HH24:MI') FROM known WHERE latest
 AND NOT EXISTS (SELECT FROM piece WHERE sha IS NULL)
 AND NOT EXISTS (SELECT sha, config FROM piece EXCEPT SELECT sha, config FROM known WHERE latest)
 AND NOT EXISTS (SELECT sha, config FROM known WHERE latest EXCEPT SELECT sha, config FROM piece))
