-- Values of entities in fields that say something of a person: always (options.person true), or where another
-- field has a value (FIELD=VALUE); and whether it is a name.
SELECT DISTINCT e.properties ->> p.field_key, p.name
FROM (SELECT t.tenant_id, t.type_key, f.field_key, f.options ->> 'person' AS person,
    coalesce(f.options ->> 'role' = 'name', false) AS name
  FROM public.entity_field_definitions f JOIN public.entity_type_definitions t USING (type_id)
  WHERE jsonb_typeof(f.options) = 'object' AND f.options ->> 'person' <> 'false' OFFSET 0) p
JOIN public.entities e ON e.tenant_id = p.tenant_id AND e.type_key = p.type_key
WHERE e.properties ->> p.field_key IS NOT NULL
  AND (p.person = 'true' OR e.properties ->> split_part(p.person, '=', 1) = substr(p.person, strpos(p.person, '=') + 1))
