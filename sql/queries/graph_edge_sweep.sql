-- Edge labels of rules that are gone.
WITH RECURSIVE ids (id) AS (SELECT min(rule_id::text)::uuid FROM entity_links
 UNION ALL SELECT (SELECT k.rule_id FROM entity_links k WHERE k.rule_id > ids.id
 ORDER BY k.rule_id LIMIT 1) FROM ids WHERE ids.id IS NOT NULL)
 SELECT i.id, l.name FROM ids i CROSS JOIN ag_catalog.ag_label l
 JOIN ag_catalog.ag_graph g ON g.graphid = l.graph AND g.name = 'oilgas'
 WHERE i.id IS NOT NULL AND l.kind = 'e' AND l.name !~ '^_' AND NOT EXISTS
 (SELECT FROM entity_relationship_rules r WHERE r.rule_id = i.id)
