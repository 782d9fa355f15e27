-- The rules of a snapshot, or of the newest snapshots of a filing: $1 its UUID.
SELECT DISTINCT ON (v.rule_identifier) v.rule_identifier, format('version %s, frozen %s',
 v.version, to_char(s.snapshotted_at AT TIME ZONE 'UTC',
 'YYYY-MM-DD')), s.rule_data_at_snapshot FROM filing_rule_snapshots s
 JOIN rule_versions v ON v.id = s.rule_version_id
 WHERE s.id = $1::uuid OR s.checklist_id = $1::uuid
 ORDER BY v.rule_identifier, s.snapshotted_at DESC, v.version DESC
