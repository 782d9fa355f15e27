-- Rules of tenant $1 that have a label and a link.
SELECT r.rule_id, r.display_label, c.type_key, p.type_key
 FROM entity_relationship_rules r
 JOIN entity_type_definitions c ON c.type_id = r.child_type_id
 JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
 WHERE r.tenant_id = $1::uuid AND r.display_label IS NOT NULL
 AND EXISTS (SELECT FROM entity_links k WHERE k.rule_id = r.rule_id)
 ORDER BY 2, 3, 4
