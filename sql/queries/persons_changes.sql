-- What batch_changes has of such fields: what was said of a person before, and of whom nothing is said any more.
SELECT DISTINCT x.v, p.name
FROM (SELECT t.tenant_id, t.type_key, f.field_key, f.options ->> 'person' AS person,
    split_part(f.options ->> 'person', '=', 1) AS other, coalesce(f.options ->> 'role' = 'name', false) AS name
  FROM public.entity_field_definitions f JOIN public.entity_type_definitions t USING (type_id)
  WHERE jsonb_typeof(f.options) = 'object' AND f.options ->> 'person' <> 'false' OFFSET 0) p
JOIN public.batch_changes c ON c.tenant_id = p.tenant_id AND c.type_key = p.type_key
CROSS JOIN generate_series(0, 1) i
LEFT JOIN public.entities e ON e.tenant_id = c.tenant_id AND e.type_key = c.type_key AND e.entity_key = c.entity_key
CROSS JOIN LATERAL (SELECT c.fields -> p.field_key ->> i AS v,
  coalesce(c.fields -> p.other ->> i, e.properties ->> p.other) AS said) x
WHERE x.v IS NOT NULL AND (p.person = 'true' OR x.said = substr(p.person, strpos(p.person, '=') + 1))
