-- The fields of filings: a field is its own, a lease has one, a well has its lease's or its own; $1 tenant.
WITH near AS (
SELECT f.id, f.entity_type AS type_key, f.entity_id AS entity_key FROM basis_filing f UNION
 SELECT f.id, p.type_key, l.parent_key FROM basis_filing f JOIN entity_links l
  ON l.child_key = f.entity_id AND l.parent_key IS NOT NULL JOIN entity_relationship_rules r
  ON r.rule_id = l.rule_id AND r.tenant_id = $1::uuid JOIN entity_type_definitions c
  ON c.type_id = r.child_type_id AND c.type_key = f.entity_type
  JOIN entity_type_definitions p ON p.type_id = r.parent_type_id)
 INSERT INTO basis_field
 SELECT n.id, n.entity_key FROM near n WHERE n.entity_key LIKE 'field:%' UNION
 SELECT n.id, e.field FROM near n JOIN entities e ON e.tenant_id = $1::uuid
  AND e.type_key = n.type_key AND e.entity_key = n.entity_key WHERE e.field LIKE 'field:%'
 EXCEPT SELECT id, field FROM basis_field
