-- Checklists and the compliance matrix, as in AEGIS's schema document.  Where
-- AEGIS has made the tables before, everything here finds them and does nothing.

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
