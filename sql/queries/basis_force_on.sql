-- The versions in force on a day: $1 tenant, $2 the day, $3 known on (or NULL).
WITH known AS (SELECT * FROM rule_versions v WHERE v.tenant_id = $1
  AND v.rule_domain IN (SELECT rule FROM basis_domain)
  AND v.status IN ('active', 'superseded') AND ($3::date IS NULL OR
  (v.detected_at AT TIME ZONE 'America/Chicago')::date <= $3::date)),
 last AS (SELECT DISTINCT ON (rule_identifier) * FROM known
  WHERE effective_date <= $2::date ORDER BY rule_identifier, version DESC)
 INSERT INTO basis_force SELECT v.id, v.rule_domain, CASE WHEN v.rule_type =
 'field_specific' THEN coalesce(v.rule_data->>'field',
 split_part(v.rule_identifier, '/', 1)) END FROM last v
 WHERE NOT (v.superseded_date IS NOT NULL AND v.superseded_date <= $2::date AND NOT EXISTS
  (SELECT FROM rule_versions n WHERE n.tenant_id = $1 AND n.version > v.version
  AND n.rule_identifier = v.rule_identifier AND n.status IN ('active', 'superseded')))
