-- Checklists, the compliance matrix, rules and their snapshots, as in AEGIS's schema document.
-- Where AEGIS has made the tables before, everything here finds them and does nothing.

CREATE TABLE IF NOT EXISTS checklist_templates (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    tenant_id          varchar(50)  NOT NULL,
    compliance_domain  varchar(50)  NOT NULL,  -- rule_37, rule_32, form_pr, flaring_monitor
    version            integer      DEFAULT 1,
    items              jsonb        NOT NULL,
    min_required_items jsonb,
    created_at         timestamptz  DEFAULT now(),
    updated_at         timestamptz  DEFAULT now(),
    UNIQUE (tenant_id, compliance_domain, version)
);

CREATE TABLE IF NOT EXISTS filing_checklists (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    tenant_id          varchar(50)  NOT NULL,
    entity_id          varchar(255) NOT NULL,
    entity_type        varchar(50)  NOT NULL,
    entity_name        varchar(500),
    compliance_domain  varchar(50)  NOT NULL,
    template_id        uuid         REFERENCES checklist_templates (id),
    status             varchar(20)  DEFAULT 'draft'
                       CHECK (status IN ('draft', 'in_progress', 'ready_for_review',
                           'in_review', 'approved', 'rejected', 'filed', 'exception')),
    deadline           timestamptz,
    items              jsonb        NOT NULL,
    metadata           jsonb        DEFAULT '{}',
    created_by         varchar(255),
    created_at         timestamptz  DEFAULT now(),
    updated_at         timestamptz  DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_filing_checklists_entity
    ON filing_checklists (tenant_id, entity_id, compliance_domain);
CREATE INDEX IF NOT EXISTS idx_filing_checklists_status
    ON filing_checklists (tenant_id, status);

CREATE TABLE IF NOT EXISTS checklist_artifacts (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    checklist_id       uuid         REFERENCES filing_checklists (id) ON DELETE CASCADE,
    item_index         integer      NOT NULL,
    artifact_type      varchar(50)  NOT NULL,
    name               varchar(500) NOT NULL,
    content_type       varchar(100),
    content            text,
    file_path          varchar(1000),
    metadata           jsonb        DEFAULT '{}',
    generated_by       varchar(50)
                       CHECK (generated_by IN ('agent', 'user', 'system')),
    created_at         timestamptz  DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_checklist_artifacts_checklist
    ON checklist_artifacts (checklist_id, item_index);

CREATE TABLE IF NOT EXISTS compliance_status (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    tenant_id          varchar(50)  NOT NULL,
    entity_id          varchar(255) NOT NULL,
    entity_type        varchar(50)  NOT NULL,
    entity_name        varchar(500),
    entity_field       varchar(255),
    entity_district    varchar(10),
    compliance_domain  varchar(50)  NOT NULL,
    status             varchar(20)  NOT NULL
                       CHECK (status IN ('compliant', 'action_needed', 'overdue',
                           'not_applicable', 'in_review')),
    deadline           timestamptz,
    checklist_id       uuid         REFERENCES filing_checklists (id),
    details            jsonb        DEFAULT '{}',
    last_assessed_at   timestamptz  DEFAULT now(),
    UNIQUE (tenant_id, entity_id, compliance_domain)
);
CREATE INDEX IF NOT EXISTS idx_compliance_status_tenant
    ON compliance_status (tenant_id, status);
CREATE INDEX IF NOT EXISTS idx_compliance_status_domain
    ON compliance_status (tenant_id, compliance_domain);
CREATE INDEX IF NOT EXISTS idx_compliance_status_deadline
    ON compliance_status (tenant_id, deadline);

-- Versions of regulatory rules.  What may happen to a row stands in 110_guards.sql.
CREATE TABLE IF NOT EXISTS rule_versions (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    tenant_id          varchar(50)  NOT NULL,
    rule_type          varchar(50)  NOT NULL,  -- statewide, field_specific, notice
    rule_domain        varchar(50)  NOT NULL,  -- spacing, density, flaring, reporting
    rule_identifier    varchar(255) NOT NULL,
    version            integer      NOT NULL,
    effective_date     date         NOT NULL,
    superseded_date    date,
    source             varchar(50)  NOT NULL,  -- rrc_ingestion, rule_monitor_agent, manual, docket_hearing
    source_reference   varchar(500),
    rule_data          jsonb        NOT NULL,
    graph_node_id      varchar(255),
    change_summary     text,
    detected_at        timestamptz  DEFAULT now(),
    detected_by        varchar(100),
    status             varchar(20)  DEFAULT 'active'
                       CHECK (status IN ('active', 'superseded', 'pending_review', 'draft')),
    UNIQUE (tenant_id, rule_identifier, version)
);
CREATE INDEX IF NOT EXISTS idx_rule_versions_active
    ON rule_versions (tenant_id, rule_identifier, status) WHERE status = 'active';
CREATE INDEX IF NOT EXISTS idx_rule_versions_domain ON rule_versions (tenant_id, rule_domain);

CREATE TABLE IF NOT EXISTS filing_rule_snapshots (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    checklist_id       uuid         REFERENCES filing_checklists (id) ON DELETE CASCADE,
    rule_version_id    uuid         REFERENCES rule_versions (id),
    snapshotted_at     timestamptz  DEFAULT now(),
    rule_data_at_snapshot jsonb     NOT NULL,
    is_current         boolean      DEFAULT true,
    superseded_by      uuid         REFERENCES rule_versions (id),
    acknowledged       boolean      DEFAULT false,
    acknowledged_by    varchar(255),
    acknowledged_at    timestamptz
);
CREATE INDEX IF NOT EXISTS idx_filing_rule_snapshots_checklist
    ON filing_rule_snapshots (checklist_id);
CREATE INDEX IF NOT EXISTS idx_filing_rule_snapshots_stale
    ON filing_rule_snapshots (is_current) WHERE is_current = false;
