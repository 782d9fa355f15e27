-- What the nights changed: a row for each entity that a load inserted, changed, retired or revived after
-- its dataset's first one, written in the load's own transaction.

CREATE TABLE IF NOT EXISTS batch_changes (
    change_id   bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    changed_at  timestamptz  NOT NULL DEFAULT now(),
    tenant_id   uuid         NOT NULL,
    type_key    varchar(64)  NOT NULL,
    entity_key  varchar(255) NOT NULL,
    kind        varchar(8)   NOT NULL CHECK (kind IN ('inserted', 'changed', 'retired', 'revived')),
    fields      jsonb        NOT NULL,             -- {"FIELD": [before, after]}; null: it had none
    dataset_id  integer,                           -- NULL: nobody defines the type any more
    run_id      uuid         NOT NULL,
    section     integer,                           -- of the record that says so: stream of the run's input,
    record      bigint,                            -- its number and first byte in the source
    byte_offset bigint,
    redefined   boolean      NOT NULL DEFAULT false -- definitions or mapping were others than at the load
                                                   -- before: ours, maybe, and not the source's doing
);
CREATE INDEX IF NOT EXISTS idx_batch_changes_tenant ON batch_changes (tenant_id, changed_at);
CREATE INDEX IF NOT EXISTS idx_batch_changes_entity ON batch_changes (tenant_id, type_key, entity_key);
CREATE INDEX IF NOT EXISTS idx_batch_changes_run ON batch_changes (run_id);
GRANT SELECT, INSERT ON batch_changes TO aegis_import;

-- Of these keys those whose values differ: before and after; NULL where there is none.
CREATE OR REPLACE FUNCTION batch_change_fields(before jsonb, after jsonb, keys text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT jsonb_object_agg(k, jsonb_build_array(before -> k, after -> k)) FROM unnest(keys) k
    WHERE before -> k IS DISTINCT FROM after -> k
$$;
