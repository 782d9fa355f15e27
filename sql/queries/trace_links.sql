-- What the entity $3 of tenant $1 and type $2 is linked to, as a child.
SELECT r.display_label, p.type_key, l.parent_key, l.resolved
FROM entity_relationship_rules r
JOIN entity_type_definitions c ON c.type_id = r.child_type_id AND c.type_key = $2
JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
CROSS JOIN LATERAL (SELECT x.* FROM entity_links x WHERE x.rule_id = r.rule_id AND x.child_key = $3
 AND x.parent_key IS NOT NULL OFFSET 0) l
WHERE r.tenant_id = $1::uuid ORDER BY 2, 1
