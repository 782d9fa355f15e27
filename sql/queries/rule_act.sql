-- Every rule beside what the table has of it.  $1 tenant, $2 source, $3 writer, $4 today, $5 effective.
INSERT INTO rule_act SELECT i.seq, CASE
WHEN coalesce(i.effective, $5::date) > $4::date THEN 'early'
WHEN i.expires <= $4::date THEN CASE WHEN m.status = 'active' THEN 'expired' ELSE 'past' END
WHEN k.newest IS NULL THEN 'new'
WHEN (m.rule_type, m.rule_domain, m.rule_data) = (i.type, i.domain, i.data)
 AND m.effective_date = coalesce(i.effective, m.effective_date) THEN 'same'
WHEN (f.rule_type, f.rule_domain, f.rule_data) = (i.type, i.domain, i.data)
 AND f.status = 'active' AND f.effective_date = coalesce(i.effective, f.effective_date)
 THEN 'agrees'
WHEN k.force > coalesce(k.mine_force, 0) THEN 'pending' ELSE 'changed' END,
CASE WHEN k.force > coalesce(k.mine_force, 0) AND i.status = 'active'
 THEN 'pending_review' ELSE i.status END,
CASE WHEN i.expires <= $4::date THEN i.expires ELSE coalesce(i.effective, $5::date) END,
coalesce(k.newest, 0) + 1, m.id, CASE WHEN f.status = 'active' THEN f.id END,
CASE WHEN k.force > coalesce(k.mine_force, 0) THEN format('version %s of %s (%s) %s', f.version,
 f.source, coalesce(f.detected_by, 'unknown'), CASE WHEN f.status = 'active' THEN 'is in force'
 ELSE 'was in force last' END) END
FROM rule_in i LEFT JOIN (SELECT rule_identifier, max(version) AS newest,
 max(version) FILTER (WHERE source = $2 AND detected_by = $3) AS mine,
 max(version) FILTER (WHERE status IN ('active', 'superseded')) AS force,
 max(version) FILTER (WHERE status IN ('active', 'superseded') AND source = $2
  AND detected_by = $3) AS mine_force
 FROM rule_versions WHERE tenant_id = $1 AND rule_identifier IN
  (SELECT identifier FROM rule_in) GROUP BY rule_identifier) k
 ON k.rule_identifier = i.identifier
LEFT JOIN rule_versions m ON m.tenant_id = $1 AND m.rule_identifier = i.identifier
 AND m.version = k.mine
LEFT JOIN rule_versions f ON f.tenant_id = $1 AND f.rule_identifier = i.identifier
 AND f.version = k.force
