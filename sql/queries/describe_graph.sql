-- The graph and its labels.
SELECT 'graph', '', name::text, 'graph' FROM ag_catalog.ag_graph WHERE name = 'oilgas'
UNION ALL SELECT 'label', '', g.name || '.' || l.name, CASE l.kind WHEN 'v' THEN 'vertex' ELSE
  'edge' END FROM ag_catalog.ag_graph g JOIN ag_catalog.ag_label l ON l.graph = g.graphid
  WHERE g.name = 'oilgas'
