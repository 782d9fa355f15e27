-- What no load of ours brings: users, agents, skills, prompts, conversations, approvals.  Names are
-- those of AEGIS's documentation; persons are nobody's.
INSERT INTO users (id, email, password_hash, roles, display_name, created_at, updated_at) VALUES
    ('a0000000-0000-4000-8000-000000000001', 'admin@aegis.local', '$2b$12$' || repeat('.', 53), '{admin}', 'Ada Austin', '2026-01-01Z', '2026-01-01Z'),
    ('a0000000-0000-4000-8000-000000000002', 'oscar@permian.example', '$2b$12$' || repeat('.', 53), '{operator}', 'Oscar Odessa', '2026-01-01Z', '2026-01-01Z'),
    ('a0000000-0000-4000-8000-000000000003', 'rita@permian.example', '$2b$12$' || repeat('.', 53), '{reviewer}', 'Rita Reeves', '2026-01-01Z', '2026-01-01Z');
INSERT INTO agents (id, name, config, created_at, updated_at) VALUES
    ('rule37-agent', 'Rule 37', '{"domain": "rule_37", "checkpoints": ["pre_filing", "good_cause_review"]}', '2026-01-01Z', '2026-01-01Z'),
    ('rule32-agent', 'Rule 32', '{"domain": "rule_32", "checkpoints": ["pre_filing", "emissions_review"]}', '2026-01-01Z', '2026-01-01Z'),
    ('flaring-monitor-agent', 'Flaring', '{"checkpoints": ["compliance_alert"]}', '2026-01-01Z', '2026-01-01Z');
INSERT INTO skills (id, name, tier1_manifest, tier2_definition, tier3_artifact_refs, domain_tags, created_at, updated_at) VALUES
    ('spacing-calculation', 'Spacing', '{"skill_id": "spacing-calculation", "triggers": ["spacing"]}', '{"steps": ["measure", "compare"]}', '["spacing-notes"]', '{rule_37}', '2026-01-01Z', '2026-01-01Z'),
    ('gas-analysis', 'Gas', '{"skill_id": "gas-analysis", "triggers": ["flare"]}', '{"steps": ["sample"]}', '[]', '{rule_32}', '2026-01-01Z', '2026-01-01Z');
INSERT INTO skill_artifacts (id, skill_id, name, content, content_hash) SELECT 'spacing-notes', 'spacing-calculation', 'Notes', t,
    encode(sha256(convert_to(t, 'UTF8')), 'hex') FROM (SELECT 'Distances are measured in feet.' AS t) x;
INSERT INTO skill_definitions (id, tenant_id, skill_key, display_name) VALUES ('70000000-0000-4000-8000-000000000001', :'tenant', 'rrc_rule37', 'Rule 37'),
    ('70000000-0000-4000-8000-000000000002', :'tenant', 'rrc_rule32', 'Rule 32');
INSERT INTO skill_code_blocks (skill_id, block_key, code) VALUES ('70000000-0000-4000-8000-000000000001', 'distance', 'return hypot(dx, dy)');
INSERT INTO skill_personas (skill_id, persona_key, display_name, prompt_text) VALUES ('70000000-0000-4000-8000-000000000001', 'careful', 'Careful', 'Cite the rule.');
INSERT INTO agent_definitions (tenant_id, agent_key, root_skill_key, loaded_skills) VALUES (:'tenant', 'rule_37_demo', 'rrc_rule37', '{spacing-calculation}');
INSERT INTO prompt_namespaces (id, tenant_id, namespace_key, display_name, approvers) VALUES
    ('60000000-0000-4000-8000-000000000001', :'tenant', 'agents', 'Agents', '{rita@permian.example}');
INSERT INTO prompt_budget_tiers (id, namespace_id, tier_key, max_tokens) VALUES ('61000000-0000-4000-8000-000000000001', '60000000-0000-4000-8000-000000000001', 'filing', 150000);
INSERT INTO prompt_templates (id, namespace_id, slug, budget_tier_id) VALUES
    ('62000000-0000-4000-8000-000000000001', '60000000-0000-4000-8000-000000000001', 'rule_37_system_prompt', '61000000-0000-4000-8000-000000000001');
INSERT INTO prompt_versions (id, template_id, status, body, author_id) VALUES
    ('63000000-0000-4000-8000-000000000001', '62000000-0000-4000-8000-000000000001', 'active', 'You assemble Rule 37 filings.', 'oscar@permian.example');
UPDATE prompt_templates SET active_version_id = '63000000-0000-4000-8000-000000000001';
INSERT INTO namespace_access_control (namespace_id, user_id, role, granted_by) VALUES
    ('60000000-0000-4000-8000-000000000001', 'rita@permian.example', 'admin', 'admin@aegis.local');
INSERT INTO conversations (id, agent_id, user_id, metadata, created_at, updated_at) VALUES
    ('well-001', 'rule37-agent', 'oscar@permian.example', '{"title": "Smith Ranch #4"}', '2026-05-02Z', '2026-05-02Z');
INSERT INTO approval_requests (execution_id, agent_id, checkpoint_type, state_snapshot, reviewer_id, reviewer_strategy, status, decision, reviewer_comments) VALUES
    ('e-1', 'rule37-agent', 'pre_filing', '{"filing": "Smith Ranch #4"}', 'rita@permian.example', 'named_individual', 'approved', 'approve', 'Good cause is shown.');
INSERT INTO checklist_artifacts (checklist_id, item_index, artifact_type, name, content, generated_by) SELECT id, 0, 'plat_draft', 'Plat', 'A plat.', 'agent'
    FROM filing_checklists ORDER BY id LIMIT 5;
UPDATE filing_rule_snapshots SET acknowledged = true, acknowledged_by = 'rita@permian.example', acknowledged_at = '2026-06-01Z'
    WHERE id IN (SELECT id FROM filing_rule_snapshots WHERE NOT is_current ORDER BY checklist_id, id LIMIT 3);
