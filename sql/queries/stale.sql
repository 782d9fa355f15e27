-- The rows of --list-stale.  The condition that is filled in lists acknowledged ones, too.
DECLARE stale_rows NO SCROLL CURSOR FOR WITH stale AS (
SELECT f.tenant_id, f.id, f.entity_id, f.entity_name, f.compliance_domain, f.status, v.rule_identifier,
 CASE WHEN n.id IS NULL THEN 'expired' ELSE 'superseded' END AS reason, v.version,
 n.version AS newest, greatest(v.superseded_date,
 (n.detected_at AT TIME ZONE 'America/Chicago')::date) AS since, s.id AS snapshot,
 s.snapshotted_at, coalesce(s.acknowledged, false) AS acknowledged, s.acknowledged_by,
 s.rule_data_at_snapshot AS before, n.rule_data AS after
 FROM filing_rule_snapshots s JOIN rule_versions v ON v.id = s.rule_version_id
 JOIN basis_filing t ON t.id = s.checklist_id JOIN filing_checklists f ON f.id = t.id
 LEFT JOIN rule_versions n ON n.tenant_id = v.tenant_id AND n.status = 'active'
  AND n.rule_identifier = v.rule_identifier
 WHERE v.status = 'superseded' AND NOT EXISTS (SELECT FROM filing_rule_snapshots w
  JOIN rule_versions x ON x.id = w.rule_version_id WHERE w.checklist_id = s.checklist_id
  AND x.rule_identifier = v.rule_identifier AND (w.snapshotted_at, x.version) >
  (s.snapshotted_at, v.version))
 AND (%s OR NOT (coalesce(s.acknowledged, false) AND s.superseded_by IS NOT DISTINCT FROM n.id))
 UNION ALL
SELECT f.tenant_id, f.id, f.entity_id, f.entity_name, f.compliance_domain, f.status, n.rule_identifier,
 'added', NULL, n.version, greatest(n.effective_date,
 (n.detected_at AT TIME ZONE 'America/Chicago')::date), NULL, NULL, false, NULL, NULL, n.rule_data
 FROM basis_rule r JOIN rule_versions n ON n.id = r.version_id
 JOIN filing_checklists f ON f.id = r.id
 WHERE EXISTS (SELECT FROM filing_rule_snapshots s WHERE s.checklist_id = f.id)
 AND NOT EXISTS (SELECT FROM filing_rule_snapshots s JOIN rule_versions v
  ON v.id = s.rule_version_id WHERE s.checklist_id = f.id
  AND v.rule_identifier = n.rule_identifier))
 SELECT tenant_id, id, entity_id, entity_name, compliance_domain, status, rule_identifier, reason, version,
 newest, since, greatest((now() AT TIME ZONE 'America/Chicago')::date - since, 0), snapshot,
 to_char(snapshotted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), acknowledged,
 acknowledged_by, before, after FROM stale ORDER BY since, id, rule_identifier
