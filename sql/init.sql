-- AEGIS's core tables, as in its schema document: extensions, the graph, audit logs, users,
-- episodic memories, agents, skills, approvals, conversations, budget.  Where AEGIS has made
-- them before, everything here finds them and does nothing.

-- uuid-ossp is a trusted extension: whoever may create objects in the database may create it.
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

DO $$
DECLARE
    without text[] := regexp_split_to_array(coalesce(current_setting('aegis.without', true), ''), '[ ,]+');
    path text := current_setting('search_path');
BEGIN
    IF NOT 'vector' = ANY (without) THEN
        CREATE EXTENSION IF NOT EXISTS vector;
    END IF;
    IF NOT 'age' = ANY (without) THEN
        -- AGE 1.8 finds its own operators by the path only, as the schema document sets it.
        IF NOT EXISTS (SELECT FROM ag_catalog.ag_graph WHERE name = 'oilgas') THEN
            PERFORM set_config('search_path', 'ag_catalog, ' || current_setting('search_path'), true);
            PERFORM ag_catalog.create_graph('oilgas');
            PERFORM set_config('search_path', path, true);
        END IF;
    END IF;
END;
$$;

CREATE TABLE IF NOT EXISTS audit_logs (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    tenant_id          varchar(50)  NOT NULL,
    event_type         varchar(100) NOT NULL,
    event_data         jsonb        NOT NULL,
    actor_id           varchar(100),
    actor_type         varchar(20)  DEFAULT 'system',
    created_at         timestamptz  DEFAULT now(),
    signature          varchar(256)
);

CREATE OR REPLACE FUNCTION prevent_audit_modification()
RETURNS TRIGGER AS $$
BEGIN
    RAISE EXCEPTION 'Audit logs are append-only. Updates and deletes are prohibited.';
END;
$$ LANGUAGE plpgsql;

CREATE OR REPLACE TRIGGER no_update_audit BEFORE UPDATE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION prevent_audit_modification();
CREATE OR REPLACE TRIGGER no_delete_audit BEFORE DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION prevent_audit_modification();

-- The same two objects as in migrations/001_users.sql.
CREATE TABLE IF NOT EXISTS users (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    email              varchar(255) NOT NULL,
    password_hash      text         NOT NULL,
    roles              text[]       NOT NULL DEFAULT ARRAY['operator'],
    display_name       varchar(200),
    is_active          boolean      NOT NULL DEFAULT TRUE,
    created_at         timestamptz  DEFAULT now(),
    updated_at         timestamptz  DEFAULT now()
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_users_email_lower ON users (lower(email));

-- Without pgvector an embedding is a plain array of the same 1536 numbers, and nothing can
-- index it.
DO $$
BEGIN
    IF to_regtype('public.vector') IS NOT NULL THEN
        CREATE TABLE IF NOT EXISTS episodic_memories (
            id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
            agent_id           varchar(100) NOT NULL,
            user_id            varchar(100),
            conversation_id    varchar(100) NOT NULL,
            summary            text         NOT NULL,
            key_decisions      jsonb,
            entities_mentioned jsonb,
            tools_called       jsonb,
            embedding          vector(1536),
            created_at         timestamptz  DEFAULT now()
        );
        CREATE INDEX IF NOT EXISTS idx_episodic_embedding ON episodic_memories
            USING ivfflat (embedding vector_cosine_ops) WITH (lists = 100);
    ELSE
        CREATE TABLE IF NOT EXISTS episodic_memories (
            id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
            agent_id           varchar(100) NOT NULL,
            user_id            varchar(100),
            conversation_id    varchar(100) NOT NULL,
            summary            text         NOT NULL,
            key_decisions      jsonb,
            entities_mentioned jsonb,
            tools_called       jsonb,
            embedding          real[]
                               CHECK (array_ndims(embedding) = 1 AND cardinality(embedding) = 1536
                                   AND array_position(embedding, NULL) IS NULL),
            created_at         timestamptz  DEFAULT now()
        );
    END IF;
END;
$$;
CREATE INDEX IF NOT EXISTS idx_episodic_agent_user ON episodic_memories (agent_id, user_id);

CREATE TABLE IF NOT EXISTS agents (
    id                 varchar(100) PRIMARY KEY,
    name               varchar(200) NOT NULL,
    config             jsonb        NOT NULL,
    status             varchar(20)  DEFAULT 'active',
    created_at         timestamptz  DEFAULT now(),
    updated_at         timestamptz  DEFAULT now()
);

CREATE TABLE IF NOT EXISTS skills (
    id                 varchar(100) PRIMARY KEY,
    name               varchar(200) NOT NULL,
    tier1_manifest     jsonb        NOT NULL,
    tier2_definition   jsonb        NOT NULL,
    tier3_artifact_refs jsonb,
    domain_tags        varchar(100)[],
    status             varchar(20)  DEFAULT 'active',
    created_at         timestamptz  DEFAULT now(),
    updated_at         timestamptz  DEFAULT now()
);

CREATE TABLE IF NOT EXISTS skill_artifacts (
    id                 varchar(100) PRIMARY KEY,
    skill_id           varchar(100) REFERENCES skills (id),
    name               varchar(200) NOT NULL,
    content            text         NOT NULL,
    content_hash       varchar(64)  NOT NULL,  -- SHA-256 of content
    token_estimate     integer,
    created_at         timestamptz  DEFAULT now()
);

CREATE TABLE IF NOT EXISTS approval_requests (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    execution_id       varchar(100) NOT NULL,
    agent_id           varchar(100) NOT NULL,
    checkpoint_type    varchar(100) NOT NULL,
    state_snapshot     jsonb        NOT NULL,
    reviewer_id        varchar(100),
    reviewer_strategy  varchar(50)  NOT NULL,  -- named_individual, role_based
    status             varchar(20)  DEFAULT 'pending',
    decision           varchar(20),            -- approved, rejected, modified
    reviewer_comments  text,
    created_at         timestamptz  DEFAULT now(),
    decided_at         timestamptz
);
CREATE INDEX IF NOT EXISTS idx_approval_status ON approval_requests (status, reviewer_id);

CREATE TABLE IF NOT EXISTS conversations (
    id                 varchar(100) PRIMARY KEY,
    agent_id           varchar(100) NOT NULL,
    user_id            varchar(100),
    status             varchar(20)  DEFAULT 'active',
    metadata           jsonb,
    created_at         timestamptz  DEFAULT now(),
    updated_at         timestamptz  DEFAULT now()
);

CREATE TABLE IF NOT EXISTS budget_usage (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    agent_id           varchar(100) NOT NULL,
    execution_id       varchar(100) NOT NULL,
    tokens_used        integer      NOT NULL,
    cost_usd           decimal(10,6),
    model              varchar(100),
    created_at         timestamptz  DEFAULT now()
);
