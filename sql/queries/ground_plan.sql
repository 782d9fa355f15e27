-- What 220_ground.sql will partition, with how much it is.
SELECT format('%s: about %s rows, %s, get partitions: as much room again is needed; whoever reads goes on reading,'
 ' loads wait', c.relname, greatest(c.reltuples, 0)::bigint, pg_size_pretty(pg_total_relation_size(c.oid)))
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
 AND c.relname IN ('entities', 'entity_sources', 'entity_links') ORDER BY c.relname
