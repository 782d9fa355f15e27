-- Skill definitions and their code blocks.  The schema document names the two tables and few of
-- their columns; what is completed here is listed in doc/schema.md.

CREATE TABLE IF NOT EXISTS skill_definitions (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id          uuid         NOT NULL,
    skill_key          varchar(128) NOT NULL,  -- the slug that agent_definitions.root_skill_key names
    display_name       varchar(255) NOT NULL,
    description        text,
    domain_tags        text[]       NOT NULL DEFAULT '{}',
    definition         jsonb        NOT NULL DEFAULT '{}',
    is_active          boolean      NOT NULL DEFAULT true,
    is_system          boolean      NOT NULL DEFAULT false,
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, skill_key)
);

CREATE TABLE IF NOT EXISTS skill_code_blocks (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    skill_id           uuid         NOT NULL REFERENCES skill_definitions (id) ON DELETE CASCADE,
    block_key          varchar(128) NOT NULL,
    display_name       varchar(255),
    language           varchar(32)  NOT NULL DEFAULT 'python',
    code               text         NOT NULL,
    parameters         jsonb        NOT NULL DEFAULT '{}',
    sort_order         integer      NOT NULL DEFAULT 0,
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (skill_id, block_key)
);
