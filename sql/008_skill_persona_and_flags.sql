-- R35: personas of skills, and two flags on the skill tables, as in the schema document.

CREATE TABLE IF NOT EXISTS skill_personas (
    id                 uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    skill_id           uuid         NOT NULL REFERENCES skill_definitions (id) ON DELETE CASCADE,
    persona_key        varchar(128) NOT NULL,
    display_name       varchar(255) NOT NULL,
    prompt_text        text,                   -- either this
    prompt_template_ref varchar(255),          -- or this: the services see to it
    is_default         boolean      NOT NULL DEFAULT false,
    sort_order         integer      NOT NULL DEFAULT 0,
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (skill_id, persona_key)
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_skill_personas_one_default
    ON skill_personas (skill_id) WHERE is_default;

ALTER TABLE skill_code_blocks
    ADD COLUMN IF NOT EXISTS llm_visible boolean NOT NULL DEFAULT true;
ALTER TABLE skill_definitions
    ADD COLUMN IF NOT EXISTS context_mode varchar(20) NOT NULL DEFAULT 'reason_alongside'
        CHECK (context_mode IN ('reason_alongside', 'compute_and_return'));
