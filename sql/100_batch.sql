-- AEGIS Batch's own tables: the entities that the imports make, where each came
-- from, and the ledger of the runs.  Everything here is written in the data's
-- transaction, so that a run is in the books exactly when its data is.

CREATE TABLE IF NOT EXISTS batch_runs (
    run_id       uuid        PRIMARY KEY,
    pipeline     text        NOT NULL,             -- pipeline's name, or the stage run by hand
    started_at   timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz,
    state        varchar(16) NOT NULL DEFAULT 'running'
                 CHECK (state IN ('running', 'done', 'findings', 'failed')),
    exit_status  integer,
    cause        text,                             -- first cause, where it failed
    host         text        NOT NULL,
    version      text        NOT NULL,
    resources    jsonb       NOT NULL DEFAULT '[]' -- per stage: exit, CPU, memory, wall time
);
CREATE INDEX IF NOT EXISTS idx_batch_runs_started ON batch_runs (started_at);

-- One row for each dataset that feeds a type of a tenant; its number keeps
-- entity_sources narrow.
CREATE TABLE IF NOT EXISTS batch_datasets (
    dataset_id  integer      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id   uuid         NOT NULL,
    type_key    varchar(64)  NOT NULL,
    dataset     varchar(128) NOT NULL,             -- LAYOUT/VIEW
    UNIQUE (tenant_id, type_key, dataset)
);

CREATE TABLE IF NOT EXISTS entities (
    tenant_id   uuid         NOT NULL,
    type_key    varchar(64)  NOT NULL,
    entity_key  varchar(255) NOT NULL,
    name        varchar(500),
    field       varchar(255),
    district    varchar(10),
    properties  jsonb        NOT NULL,
    changed_run uuid         NOT NULL,             -- the run that last changed the row
    retired_at  timestamptz,                       -- when its source stopped having it
    PRIMARY KEY (tenant_id, type_key, entity_key)
);

-- What each dataset last said of an entity, as a digest: a night compares these
-- and touches nothing that did not change.
CREATE TABLE IF NOT EXISTS entity_sources (
    dataset_id  integer      NOT NULL,
    entity_key  varchar(255) NOT NULL,
    digest      bytea        NOT NULL CHECK (length(digest) = 16), -- XXH3-128 of the row
    seen_run    uuid         NOT NULL,             -- the run that last brought something new
    PRIMARY KEY (dataset_id, entity_key)
);

CREATE TABLE IF NOT EXISTS entity_links (
    tenant_id   uuid         NOT NULL,
    child_type  varchar(64)  NOT NULL,
    child_key   varchar(255) NOT NULL,
    rule_id     uuid         NOT NULL,
    parent_type varchar(64)  NOT NULL,
    parent_key  varchar(255) NOT NULL,             -- as the child names it
    resolved    boolean      NOT NULL DEFAULT false, -- the parent is there
    PRIMARY KEY (tenant_id, child_type, child_key, rule_id)
);

CREATE TABLE IF NOT EXISTS batch_sources (
    run_id        uuid         NOT NULL REFERENCES batch_runs (run_id),
    dataset_id    integer      NOT NULL REFERENCES batch_datasets (dataset_id),
    section       integer      NOT NULL DEFAULT 0, -- nth stream of a concatenation
    source        text         NOT NULL,
    source_sha256 char(64),
    config_sha256 char(64)     NOT NULL,           -- of layout, mapping and definitions together
    loaded_at     timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, dataset_id, section)
);

CREATE TABLE IF NOT EXISTS batch_books (
    run_id        uuid         NOT NULL REFERENCES batch_runs (run_id),
    dataset_id    integer      NOT NULL REFERENCES batch_datasets (dataset_id),
    section       integer      NOT NULL DEFAULT 0,
    seq           integer      NOT NULL,           -- place in the pipe, from 0; the load is last
    stage         varchar(32)  NOT NULL,
    read          bigint       NOT NULL,
    used          bigint       NOT NULL,
    skipped       bigint       NOT NULL,
    rejected      bigint       NOT NULL,
    flawed        bigint       NOT NULL,
    rows_out      bigint       NOT NULL,
    inserted      bigint       NOT NULL DEFAULT 0,
    updated       bigint       NOT NULL DEFAULT 0,
    revived       bigint       NOT NULL DEFAULT 0,
    unchanged     bigint       NOT NULL DEFAULT 0,
    duplicate     bigint       NOT NULL DEFAULT 0,
    retired       bigint       NOT NULL DEFAULT 0,
    config_sha256 char(64),
    PRIMARY KEY (run_id, dataset_id, section, seq),
    CONSTRAINT batch_books_balance CHECK (read = used + skipped + rejected),
    CONSTRAINT batch_books_load CHECK (stage <> 'entity-load'
        OR used = inserted + updated + revived + unchanged + duplicate)
);

-- Faults by code, of every stage, with the reject file that has the records.
CREATE TABLE IF NOT EXISTS batch_rejects (
    run_id        uuid         NOT NULL REFERENCES batch_runs (run_id),
    dataset_id    integer      NOT NULL REFERENCES batch_datasets (dataset_id),
    section       integer      NOT NULL DEFAULT 0,
    seq           integer      NOT NULL,
    stage         varchar(32)  NOT NULL,
    code          varchar(32)  NOT NULL,
    faults        bigint       NOT NULL,
    file          text,
    file_sha256   char(64),
    PRIMARY KEY (run_id, dataset_id, section, seq, code)
);
