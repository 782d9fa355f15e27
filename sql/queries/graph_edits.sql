-- Whether rules of tenant $1 have another edge than the graph has, or are gone.
SELECT EXISTS (SELECT FROM graph_rules k LEFT JOIN entity_relationship_rules r ON r.rule_id = k.rule_id
 LEFT JOIN entity_type_definitions c ON c.type_id = r.child_type_id
 LEFT JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
 WHERE k.tenant_id = $1::uuid AND (r.rule_id IS NULL
  OR batch_edge_name(r.display_label, c.type_key, p.type_key) <> k.label))
