-- Rules of tenant $1 that have type $2 as a side, or between: where a child names its parent by way of
-- another entity (options.through), that one's type, rule and fields (of one role, the first with a value).
SELECT r.rule_id, p.type_key, c.type_key, r.display_label, r.cardinality, r.required,
  (SELECT b.child_field FROM batch_links b JOIN batch_sources s USING (run_id, dataset_id, section)
    WHERE b.rule_id = r.rule_id ORDER BY s.loaded_at DESC LIMIT 1),
  EXISTS (SELECT FROM entity_links k WHERE k.rule_id = r.rule_id),
  x.via_type, x.via_field, x.via_parent, x.via_rule
FROM entity_relationship_rules r
JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
JOIN entity_type_definitions c ON c.type_id = r.child_type_id
LEFT JOIN LATERAL (
  SELECT w.type_key AS via_type, t.field_key AS via_field, v.field_key AS via_parent, vr.rule_id AS via_rule
  FROM (SELECT f.field_id, f.options FROM entity_field_definitions f WHERE f.type_id = c.type_id
      AND jsonb_typeof(f.options) = 'object' AND f.options ->> 'ref' = p.type_key
    ORDER BY f.sort_order, f.field_key COLLATE "C" LIMIT 1) f
  JOIN entity_field_definitions t ON t.type_id = c.type_id AND t.field_key = f.options ->> 'through'
    AND jsonb_typeof(t.options) = 'object'
  JOIN entity_type_definitions w ON w.tenant_id = r.tenant_id AND w.type_key = t.options ->> 'ref'
  JOIN entity_relationship_rules vr ON vr.tenant_id = r.tenant_id AND vr.child_type_id = c.type_id
    AND vr.parent_type_id = w.type_id
  CROSS JOIN LATERAL (SELECT string_agg(h.field_key, ',' ORDER BY h.n) AS field_key
    FROM (SELECT g.field_key, g.options ->> 'role' AS role, row_number() OVER o AS n,
        first_value(g.options ->> 'role') OVER o AS first_role
      FROM entity_field_definitions g WHERE g.type_id = w.type_id
        AND jsonb_typeof(g.options) = 'object' AND g.options ->> 'ref' = p.type_key
      WINDOW o AS (ORDER BY g.sort_order, g.field_key COLLATE "C")) h
    WHERE h.n = 1 OR h.role = h.first_role) v
  WHERE v.field_key IS NOT NULL AND NOT EXISTS (SELECT FROM rrc_field_mappings m WHERE m.entity_field_id = f.field_id)
) x ON true
WHERE r.tenant_id = $1::uuid AND ($2 IN (p.type_key, c.type_key) OR x.via_type = $2)
ORDER BY c.type_key, p.type_key
