-- Prompt management, of agent-config-service.  The schema document gives the columns with their
-- types; constraints, defaults and times are completed here and listed in doc/schema.md.

CREATE TABLE IF NOT EXISTS prompt_namespaces (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id          uuid         NOT NULL,
    namespace_key      varchar(64)  NOT NULL,
    display_name       varchar(255) NOT NULL,
    auto_approve       boolean      NOT NULL DEFAULT false,
    approvers          text[]       NOT NULL DEFAULT '{}',
    max_render_timeout integer      NOT NULL DEFAULT 5000 CHECK (max_render_timeout > 0),  -- ms
    data_classification varchar(20) NOT NULL DEFAULT 'internal'
                       CHECK (data_classification IN ('public', 'internal', 'confidential',
                           'restricted')),
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, namespace_key)
);

CREATE TABLE IF NOT EXISTS prompt_budget_tiers (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    namespace_id       uuid         NOT NULL REFERENCES prompt_namespaces (id) ON DELETE CASCADE,
    tier_key           varchar(64)  NOT NULL,
    max_tokens         integer      NOT NULL CHECK (max_tokens > 0),
    created_at         timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (namespace_id, tier_key)
);

CREATE TABLE IF NOT EXISTS prompt_templates (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    namespace_id       uuid         NOT NULL REFERENCES prompt_namespaces (id) ON DELETE CASCADE,
    slug               varchar(128) NOT NULL,
    budget_tier_id     uuid         REFERENCES prompt_budget_tiers (id) ON DELETE SET NULL,
    expected_variables jsonb        NOT NULL DEFAULT '{}',
    active_version_id  uuid,                   -- its foreign key follows its table
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (namespace_id, slug)
);

CREATE TABLE IF NOT EXISTS prompt_versions (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    template_id        uuid         NOT NULL REFERENCES prompt_templates (id) ON DELETE CASCADE,
    version_number     integer      NOT NULL CHECK (version_number > 0),
    status             varchar(20)  NOT NULL DEFAULT 'draft'
                       CHECK (status IN ('draft', 'pre_production', 'active', 'archived')),
    body               text         NOT NULL,
    draft_owner_id     varchar(255),
    target_users       text[],
    validation_result  jsonb,
    author_id          varchar(255) NOT NULL,
    approved_by        varchar(255),
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (template_id, version_number)
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_prompt_versions_one_draft
    ON prompt_versions (template_id, draft_owner_id) WHERE status = 'draft';
CREATE UNIQUE INDEX IF NOT EXISTS idx_prompt_versions_one_pre_production
    ON prompt_versions (template_id) WHERE status = 'pre_production';
CREATE UNIQUE INDEX IF NOT EXISTS idx_prompt_versions_one_active
    ON prompt_versions (template_id) WHERE status = 'active';

-- A template and its active version name each other: deferrable, so that both can come in one
-- transaction in either order.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE conrelid = 'prompt_templates'::regclass AND contype = 'f'
                     AND confrelid = 'prompt_versions'::regclass) THEN
        ALTER TABLE prompt_templates ADD CONSTRAINT prompt_templates_active_version_id_fkey
            FOREIGN KEY (active_version_id) REFERENCES prompt_versions (id)
            ON DELETE SET NULL DEFERRABLE INITIALLY IMMEDIATE;
    END IF;
END;
$$;

-- version_number counts by itself where the writer leaves it out.
CREATE OR REPLACE FUNCTION prompt_versions_number() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(max(version_number), 0) + 1 INTO NEW.version_number
    FROM prompt_versions WHERE template_id = NEW.template_id;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER trg_prompt_versions_number BEFORE INSERT ON prompt_versions
    FOR EACH ROW WHEN (NEW.version_number IS NULL) EXECUTE FUNCTION prompt_versions_number();

CREATE TABLE IF NOT EXISTS prompt_audit_log (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id          uuid         NOT NULL,
    template_id        uuid         REFERENCES prompt_templates (id),
    version_id         uuid         REFERENCES prompt_versions (id),
    action             varchar(30)  NOT NULL,
    actor_id           varchar(255) NOT NULL,
    hmac_signature     varchar(128),
    created_at         timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_prompt_audit_log_tenant ON prompt_audit_log (tenant_id, created_at);

CREATE OR REPLACE FUNCTION prevent_prompt_audit_modification() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The prompt audit log is append-only. Updates and deletes are prohibited.';
END;
$$;
CREATE OR REPLACE TRIGGER no_update_prompt_audit BEFORE UPDATE ON prompt_audit_log
    FOR EACH ROW EXECUTE FUNCTION prevent_prompt_audit_modification();
CREATE OR REPLACE TRIGGER no_delete_prompt_audit BEFORE DELETE ON prompt_audit_log
    FOR EACH ROW EXECUTE FUNCTION prevent_prompt_audit_modification();

CREATE TABLE IF NOT EXISTS namespace_access_control (
    namespace_id       uuid         NOT NULL REFERENCES prompt_namespaces (id) ON DELETE CASCADE,
    user_id            varchar(255) NOT NULL,
    role               varchar(20)  NOT NULL
                       CHECK (role IN ('viewer', 'author', 'approver', 'admin')),
    granted_by         varchar(255) NOT NULL,
    created_at         timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (namespace_id, user_id)
);
