-- Some rows for every table of the schema, with values that formats stumble over.
\set nasty 'E\'a "quoted", \\\\backslash\\\\N\\t tab\\nline\\r\\n\\\\.\\n#aegis-seal, é 😀 \''
INSERT INTO audit_logs (tenant_id, event_type, event_data, actor_id, signature, created_at)
    SELECT 'acme', 'approval.decided', jsonb_build_object('n', g, 'price', 1.10, 'big', 123456789012345678901234567890,
        'text', :nasty, 'none', NULL), CASE g % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE :nasty END,
        encode(sha256(g::text::bytea), 'hex'), '2026-03-08T07:59:59.999999Z'::timestamptz + g * interval '1 hour'
    FROM generate_series(1, 300) g;
INSERT INTO users (email, password_hash, roles, display_name)
    SELECT 'User' || g || '@Example.org', '$2b$12$' || repeat('a', 53), ARRAY['operator', NULL, '', 'a,"b"', :nasty], :nasty
    FROM generate_series(1, 5) g;
INSERT INTO agents (id, name, config) VALUES ('rule37-agent', :nasty, '{"k": [1, 2.50, null, "\u00e9"]}'), ('', '', '{}');
INSERT INTO skills (id, name, tier1_manifest, tier2_definition, tier3_artifact_refs, domain_tags)
    VALUES ('s1', 'S', '{}', '[]', NULL, ARRAY['spacing', 'a b', NULL]), ('s2', 'T', '"text"', 'null', '{}', '{}');
INSERT INTO skill_artifacts (id, skill_id, name, content, content_hash)
    SELECT 'a' || g, 's1', 'n', :nasty || g, encode(sha256(convert_to(:nasty || g, 'UTF8')), 'hex') FROM generate_series(1, 3) g;
INSERT INTO approval_requests (execution_id, agent_id, checkpoint_type, state_snapshot, reviewer_strategy)
    VALUES ('e', 'a', 'pre_filing', '{}', 'role_based');
INSERT INTO conversations (id, agent_id, metadata) VALUES ('c', 'a', NULL), ('d', 'a', '{}');
INSERT INTO budget_usage (agent_id, execution_id, tokens_used, cost_usd) VALUES ('a', 'e', 1, 0.000001), ('a', 'e', 2, 9999.9), ('a', 'e', -2147483648, NULL);
INSERT INTO checklist_templates (id, tenant_id, compliance_domain, items) VALUES ('10000000-0000-4000-8000-000000000001', 't', 'rule_37', '[]');
INSERT INTO filing_checklists (id, tenant_id, entity_id, entity_type, compliance_domain, template_id, items, deadline)
    VALUES ('20000000-0000-4000-8000-000000000001', 't', '42-383-67890', 'well', 'rule_37', '10000000-0000-4000-8000-000000000001', '[]', '2026-11-01T06:30Z'),
    ('20000000-0000-4000-8000-000000000002', 't', 'x', 'well', 'rule_37', NULL, '[]', 'infinity');
INSERT INTO checklist_artifacts (checklist_id, item_index, artifact_type, name, content, generated_by)
    VALUES ('20000000-0000-4000-8000-000000000001', 0, 'document', 'n', :nasty, 'agent');
INSERT INTO compliance_status (tenant_id, entity_id, entity_type, compliance_domain, status, checklist_id)
    VALUES ('t', '42-383-67890', 'well', 'rule_37', 'not_applicable', '20000000-0000-4000-8000-000000000001');
INSERT INTO rule_versions (id, tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, superseded_date, source, rule_data, status)
    SELECT ('3000000' || k || '-0000-4000-8000-00000000000' || v)::uuid, 't', 'statewide', 'spacing', 'SWR_' || k, v,
        '2026-01-01'::date + v, CASE WHEN v < 3 THEN '2026-02-01'::date + v END, 'manual', '{"feet": 467.0}', CASE WHEN v < 3 THEN 'superseded' ELSE 'active' END
    FROM generate_series(1, 3) k, generate_series(3, 1, -1) v;
INSERT INTO filing_rule_snapshots (checklist_id, rule_version_id, rule_data_at_snapshot, is_current, superseded_by)
    VALUES ('20000000-0000-4000-8000-000000000001', '30000001-0000-4000-8000-000000000001', '{}', false, '30000001-0000-4000-8000-000000000003');
INSERT INTO entity_type_definitions (type_id, tenant_id, type_key, display_name) SELECT ('4000000' || g || '-0000-4000-8000-000000000000')::uuid,
    '00000000-0000-4000-8000-000000000001', 'type' || g, 'Type' FROM generate_series(1, 2) g;
INSERT INTO entity_field_definitions (field_id, type_id, tenant_id, field_key, label, input_type, options)
    VALUES ('50000000-0000-4000-8000-000000000000', '40000001-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000001', 'f', 'F', 'text', '{"choices": ["a"]}');
INSERT INTO entity_relationship_rules (tenant_id, parent_type_id, child_type_id)
    VALUES ('00000000-0000-4000-8000-000000000001', '40000001-0000-4000-8000-000000000000', '40000002-0000-4000-8000-000000000000');
INSERT INTO rrc_field_mappings (tenant_id, type_id, rrc_field_key, entity_field_id)
    VALUES ('00000000-0000-4000-8000-000000000001', '40000001-0000-4000-8000-000000000000', 'WB-X', '50000000-0000-4000-8000-000000000000');
INSERT INTO prompt_namespaces (id, tenant_id, namespace_key, display_name, approvers) VALUES ('60000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000001', 'agents', 'A', '{a,"b c"}');
INSERT INTO prompt_budget_tiers (id, namespace_id, tier_key, max_tokens) VALUES ('61000000-0000-4000-8000-000000000000', '60000000-0000-4000-8000-000000000000', 'small', 100);
INSERT INTO prompt_templates (id, namespace_id, slug, budget_tier_id) VALUES ('62000000-0000-4000-8000-000000000000', '60000000-0000-4000-8000-000000000000', 's', '61000000-0000-4000-8000-000000000000');
INSERT INTO prompt_versions (id, template_id, status, body, author_id) VALUES ('63000000-0000-4000-8000-000000000000', '62000000-0000-4000-8000-000000000000', 'active', :nasty, 'me');
UPDATE prompt_templates SET active_version_id = '63000000-0000-4000-8000-000000000000';
INSERT INTO prompt_audit_log (tenant_id, template_id, version_id, action, actor_id) VALUES ('00000000-0000-4000-8000-000000000001', '62000000-0000-4000-8000-000000000000', '63000000-0000-4000-8000-000000000000', 'activate', 'me');
INSERT INTO namespace_access_control (namespace_id, user_id, role, granted_by) VALUES ('60000000-0000-4000-8000-000000000000', 'u', 'admin', 'me');
INSERT INTO skill_definitions (id, tenant_id, skill_key, display_name) VALUES ('70000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000001', 'rrc_rule37', 'R');
INSERT INTO skill_code_blocks (skill_id, block_key, code) VALUES ('70000000-0000-4000-8000-000000000000', 'b', :nasty);
INSERT INTO skill_personas (skill_id, persona_key, display_name, prompt_text) VALUES ('70000000-0000-4000-8000-000000000000', 'p', 'P', 'x');
INSERT INTO agent_definitions (tenant_id, agent_key, root_skill_key, loaded_skills) VALUES ('00000000-0000-4000-8000-000000000001', 'rule_37', 'rrc_rule37', '{a}');
SELECT batch_ground('00000000-0000-4000-8000-000000000001', 'well');
SELECT batch_ground_hang(tab::regclass, batch_ground_make(tab, NULL, key), key, tab::regclass)
    FROM (VALUES ('entity_sources', '1'), ('entity_links', '00000000-0000-4000-8000-00000000000a')) x (tab, key);
INSERT INTO entities (tenant_id, type_key, entity_key, name, properties, changed_run) VALUES ('00000000-0000-4000-8000-000000000001', 'well', '42-383-67890', :nasty, '{"depth": 8032.50}', '00000000-0000-4000-8000-00000000000a');
INSERT INTO entity_sources (dataset_id, entity_key, digest, seen_run) VALUES (1, '42-383-67890', '\x00ff0a0d5c2c22000102030405060708', '00000000-0000-4000-8000-00000000000a');
INSERT INTO entity_links (rule_id, child_key, parent_key, changed_run) VALUES ('00000000-0000-4000-8000-00000000000a', 'a', 'b', '00000000-0000-4000-8000-00000000000b');
INSERT INTO batch_changes (tenant_id, type_key, entity_key, kind, fields, run_id) VALUES ('00000000-0000-4000-8000-000000000001', 'well', '42-383-67890', 'changed', jsonb_build_object('depth', '[8000, 8032.50]'::jsonb, :nasty, '[null, "x"]'::jsonb), '00000000-0000-4000-8000-00000000000a');
INSERT INTO entity_pending (dataset_id, entity_key, properties) VALUES (1, 'c', '{}');
INSERT INTO batch_roles (role, tenant_id) VALUES ('aegis_import_of_one', '00000000-0000-4000-8000-000000000001');
INSERT INTO graph_rules (rule_id, tenant_id, label) VALUES ('00000000-0000-4000-8000-00000000000d', '00000000-0000-4000-8000-000000000001', 'OPERATED_BY');
INSERT INTO graph_synced (run_id, dataset_id, section, sync_id) VALUES ('00000000-0000-4000-8000-00000000000b', 1, 0, '00000000-0000-4000-8000-00000000000c');
INSERT INTO graph_books (sync_id, tenant_id, label, kind, inserted, updated, adopted, retired, unchanged) VALUES ('00000000-0000-4000-8000-00000000000c', '00000000-0000-4000-8000-000000000001', 'Well', 'v', 1, 0, 0, 0, 0);
INSERT INTO episodic_memories (agent_id, conversation_id, summary, embedding, key_decisions)
    SELECT 'a', 'c' || g, :nasty, CASE WHEN g > 1 THEN :embedding END, '{"a": 1}' FROM generate_series(1, 3) g;
