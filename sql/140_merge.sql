-- What a night needs to know that merges several datasets into one type, links by rule, and the
-- graph's own books.

-- A dataset's place beside the others of its type, as its last load had it.
ALTER TABLE batch_datasets
    ADD COLUMN IF NOT EXISTS role varchar(8) NOT NULL DEFAULT 'own'
        CHECK (role IN ('own', 'enrich')),
    ADD COLUMN IF NOT EXISTS fields text[] NOT NULL DEFAULT '{}',    -- field keys that it brings
    ADD COLUMN IF NOT EXISTS key_prefix varchar(255) NOT NULL DEFAULT ''; -- of all its keys

-- Of a dataset that covers a part (a district): the part in which it last had the entity.
ALTER TABLE entity_sources ADD COLUMN IF NOT EXISTS part varchar(64);

-- Some rows of a source, such as mended ones: the whole source stays the last one.
ALTER TABLE batch_sources ADD COLUMN IF NOT EXISTS delta boolean NOT NULL DEFAULT false;

-- graph-sync asks for the rows that certain runs changed.
CREATE INDEX IF NOT EXISTS idx_entities_changed ON entities (changed_run);

-- Rows of an enriching dataset whose entity is not there yet; applied when it comes.
CREATE TABLE IF NOT EXISTS entity_pending (
    dataset_id  integer      NOT NULL,
    entity_key  varchar(255) NOT NULL,
    properties  jsonb        NOT NULL,
    PRIMARY KEY (dataset_id, entity_key)
);

-- A child's link under a rule, which says tenant and both types.  It was never written in its
-- former shape (100_batch.sql), which is told by its column child_type.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('entity_links')
               AND attname = 'child_type' AND NOT attisdropped) THEN
        DROP TABLE entity_links;
    END IF;
END;
$$;
CREATE TABLE IF NOT EXISTS entity_links (
    rule_id     uuid         NOT NULL,             -- entity_relationship_rules
    child_key   varchar(255) NOT NULL,
    parent_key  varchar(255),                      -- as the child names it; NULL: it names none
    resolved    boolean      NOT NULL DEFAULT false, -- parent and child are there, neither retired
    changed_run uuid         NOT NULL,             -- the run that last changed the row
    PRIMARY KEY (rule_id, child_key)
);
CREATE INDEX IF NOT EXISTS idx_entity_links_parent ON entity_links (rule_id, parent_key);
CREATE INDEX IF NOT EXISTS idx_entity_links_changed ON entity_links (changed_run);

-- What the links of each rule looked like after a load: of all children, not of the changed ones.
CREATE TABLE IF NOT EXISTS batch_links (
    run_id           uuid         NOT NULL REFERENCES batch_runs (run_id),
    dataset_id       integer      NOT NULL REFERENCES batch_datasets (dataset_id),
    section          integer      NOT NULL,
    rule_id          uuid         NOT NULL,
    parent_type      varchar(64)  NOT NULL,
    child_type       varchar(64)  NOT NULL,
    child_field      varchar(64)  NOT NULL,        -- whose value names the parent
    linked           bigint       NOT NULL,        -- the parent is there
    missing_parent   bigint       NOT NULL,        -- a parent is named that is not there
    missing_required bigint       NOT NULL,        -- the rule is required, and no parent is named
    cardinality      bigint       NOT NULL,        -- children too many for the rule's cardinality
    examples         jsonb        NOT NULL DEFAULT '{}',
    PRIMARY KEY (run_id, dataset_id, section, rule_id)
);

-- Which loads the graph has seen, and what a sync did, label by label.
CREATE TABLE IF NOT EXISTS graph_synced (
    run_id      uuid         NOT NULL,
    dataset_id  integer      NOT NULL,
    section     integer      NOT NULL,
    sync_id     uuid         NOT NULL,
    PRIMARY KEY (run_id, dataset_id, section)
);
CREATE TABLE IF NOT EXISTS graph_books (
    sync_id     uuid         NOT NULL,
    tenant_id   uuid         NOT NULL,
    label       varchar(63)  NOT NULL,
    kind        char(1)      NOT NULL CHECK (kind IN ('v', 'e')), -- vertices, edges
    inserted    bigint       NOT NULL,
    updated     bigint       NOT NULL,
    adopted     bigint       NOT NULL,             -- vertices that another had made
    retired     bigint       NOT NULL,             -- vertices marked, edges taken away
    unchanged   bigint       NOT NULL,             -- looked at, and right
    synced_at   timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (sync_id, tenant_id, label, kind)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON entity_links, entity_pending TO aegis_import;
GRANT SELECT, INSERT ON batch_links, graph_synced, graph_books TO aegis_import;

-- The edges of the entity types that come with AEGIS Batch, beside AEGIS's own two.
DO $$
DECLARE
    l text;
    o record;
    path text := current_setting('search_path');
BEGIN
    IF to_regclass('ag_catalog.ag_graph') IS NULL OR to_regnamespace('oilgas') IS NULL THEN
        RETURN;
    END IF;
    -- By literals, which are names to AGE up to 1.5 and cstrings from 1.6 on; AGE 1.8 finds its
    -- own operators by the path only.
    PERFORM set_config('search_path', 'ag_catalog, ' || path, true);
    FOREACH l IN ARRAY ARRAY['ON_LEASE', 'PERMIT_FOR']
    LOOP
        IF to_regclass(format('oilgas.%I', l)) IS NULL THEN
            EXECUTE format('SELECT ag_catalog.create_elabel(%L, %L)', 'oilgas', l);
            EXECUTE format('CREATE UNIQUE INDEX IF NOT EXISTS %I ON oilgas.%I (id)',
                'idx_' || l || '_id', l);
            EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON oilgas.%I (start_id)',
                'idx_' || l || '_start', l);
            EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON oilgas.%I (end_id)',
                'idx_' || l || '_end', l);
        END IF;
    END LOOP;
    PERFORM set_config('search_path', path, true);
    FOR o IN
        SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
        WHERE c.relnamespace = 'oilgas'::regnamespace AND c.relkind IN ('r', 'S') AND pg_has_role(c.relowner, 'USAGE')
    LOOP
        IF o.relkind = 'r' THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO aegis_import', o.name);
        ELSE
            EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO aegis_import', o.name);
        END IF;
    END LOOP;
END;
$$;
