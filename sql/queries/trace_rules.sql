-- The versions of the rule $2 of tenant $1, the newest first.
SELECT v.version, v.status, to_char(v.effective_date, 'YYYY-MM-DD'), to_char(v.superseded_date, 'YYYY-MM-DD'),
 v.source_reference, v.detected_by, to_char(v.detected_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), v.change_summary, v.rule_data
FROM rule_versions v WHERE v.tenant_id = $1::uuid::text AND v.rule_identifier = $2 ORDER BY 1 DESC
