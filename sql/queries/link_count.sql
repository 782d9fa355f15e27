-- What is wrong with the links of a rule, and examples of it.
-- $1 rule, $2 tenant, $3 child type, $4 whether a parent is required, $5 whether a parent has one
-- child at most, $6 how many examples.
WITH all_of AS (SELECT count(*) FILTER (WHERE resolved) AS linked,
    count(*) FILTER (WHERE NOT resolved AND parent_key IS NOT NULL) AS lost
  FROM entity_links WHERE rule_id = $1::uuid),
bare AS (SELECT e.entity_key FROM entities e WHERE $4::boolean
    AND e.tenant_id = $2::uuid AND e.type_key = $3 AND e.retired_at IS NULL
    AND NOT EXISTS (SELECT FROM entity_links k WHERE k.rule_id = $1::uuid
      AND k.child_key = e.entity_key AND k.parent_key IS NOT NULL)),
crowd AS (SELECT parent_key, count(*) AS n FROM entity_links WHERE $5::boolean
    AND rule_id = $1::uuid AND parent_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1)
SELECT a.linked, a.lost, (SELECT count(*) FROM bare), (SELECT coalesce(sum(n - 1), 0) FROM crowd),
  json_strip_nulls(json_build_object(
    'missing_parent', (SELECT json_agg(json_build_object('child', child_key, 'parent', parent_key)
        ORDER BY child_key)
      FROM (SELECT child_key, parent_key FROM entity_links WHERE a.lost > 0 AND rule_id = $1::uuid
        AND NOT resolved AND parent_key IS NOT NULL ORDER BY child_key LIMIT $6::integer) x),
    'missing_required', (SELECT json_agg(entity_key ORDER BY entity_key)
      FROM (SELECT * FROM bare ORDER BY entity_key LIMIT $6::integer) x),
    'cardinality', (SELECT json_agg(json_build_object('parent', parent_key, 'children', n)
        ORDER BY parent_key)
      FROM (SELECT * FROM crowd ORDER BY parent_key LIMIT $6::integer) x)))
FROM all_of a
