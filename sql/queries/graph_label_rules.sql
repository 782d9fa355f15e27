-- Rules of tenant $1 that have a link, and the names of their edges.
SELECT r.rule_id, batch_edge_name(r.display_label, c.type_key, p.type_key), c.type_key, p.type_key, k.label
 FROM entity_relationship_rules r
 JOIN entity_type_definitions c ON c.type_id = r.child_type_id
 JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
 LEFT JOIN graph_rules k ON k.rule_id = r.rule_id
 WHERE r.tenant_id = $1::uuid AND EXISTS (SELECT FROM entity_links k WHERE k.rule_id = r.rule_id)
 ORDER BY 2, 3, 4
