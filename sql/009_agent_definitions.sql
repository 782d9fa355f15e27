-- R35: agent definitions, as in the schema document.

CREATE TABLE IF NOT EXISTS agent_definitions (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id          uuid         NOT NULL,
    agent_key          varchar(128) NOT NULL,
    -- The slug skill_definitions.skill_key, not its id, and no foreign key, on purpose: NULL is
    -- general mode; `aegis integrity-check` looks whether the slug resolves.
    root_skill_key     varchar(128),
    persona_key        varchar(128),
    model_config       jsonb        NOT NULL DEFAULT '{}',
    loaded_skills      text[]       NOT NULL DEFAULT '{}',
    is_active          boolean      NOT NULL DEFAULT true,
    is_system          boolean      NOT NULL DEFAULT false,
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, agent_key)
);
