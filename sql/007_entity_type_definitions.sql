-- The entity type system, as in AEGIS's schema document.

CREATE TABLE IF NOT EXISTS entity_type_definitions (
    type_id              uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id            uuid         NOT NULL,
    type_key             varchar(64)  NOT NULL,
    display_name         varchar(128) NOT NULL,
    icon                 varchar(64),
    color                varchar(7),
    compliance_footprint boolean      NOT NULL DEFAULT false,
    is_system_type       boolean      NOT NULL DEFAULT false,
    created_at           timestamptz  NOT NULL DEFAULT now(),
    updated_at           timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, type_key)
);
CREATE INDEX IF NOT EXISTS idx_etd_tenant ON entity_type_definitions (tenant_id);

-- A database that has the trigger already keeps it, whatever its function's name.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_trigger
                   WHERE tgrelid = 'entity_type_definitions'::regclass
                     AND tgname = 'trg_etd_updated' AND NOT tgisinternal) THEN
        CREATE OR REPLACE FUNCTION etd_set_updated_at() RETURNS trigger
        LANGUAGE plpgsql AS $f$
        BEGIN
            NEW.updated_at := now();
            RETURN NEW;
        END;
        $f$;
        CREATE TRIGGER trg_etd_updated BEFORE UPDATE ON entity_type_definitions
            FOR EACH ROW EXECUTE FUNCTION etd_set_updated_at();
    END IF;
END;
$$;

CREATE TABLE IF NOT EXISTS entity_field_definitions (
    field_id             uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    type_id              uuid         NOT NULL
                         REFERENCES entity_type_definitions (type_id) ON DELETE CASCADE,
    tenant_id            uuid         NOT NULL,
    field_key            varchar(64)  NOT NULL,
    label                varchar(128) NOT NULL,
    input_type           varchar(32)  NOT NULL,
    required             boolean      NOT NULL DEFAULT false,
    validation_preset    varchar(64),
    options              jsonb,
    display_group        varchar(64),
    sort_order           integer      NOT NULL DEFAULT 0,
    created_at           timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (type_id, field_key)
);
CREATE INDEX IF NOT EXISTS idx_efd_type_order
    ON entity_field_definitions (type_id, sort_order);

CREATE TABLE IF NOT EXISTS entity_relationship_rules (
    rule_id              uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id            uuid         NOT NULL,
    parent_type_id       uuid         NOT NULL
                         REFERENCES entity_type_definitions (type_id) ON DELETE CASCADE,
    child_type_id        uuid         NOT NULL
                         REFERENCES entity_type_definitions (type_id) ON DELETE CASCADE,
    cardinality          varchar(16)  NOT NULL DEFAULT 'one_to_many',
    required             boolean      NOT NULL DEFAULT false,
    display_label        varchar(128),
    created_at           timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, parent_type_id, child_type_id)
);
CREATE INDEX IF NOT EXISTS idx_err_tenant ON entity_relationship_rules (tenant_id);
CREATE INDEX IF NOT EXISTS idx_err_parent ON entity_relationship_rules (parent_type_id);
CREATE INDEX IF NOT EXISTS idx_err_child ON entity_relationship_rules (child_type_id);

CREATE TABLE IF NOT EXISTS rrc_field_mappings (
    mapping_id           uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id            uuid         NOT NULL,
    type_id              uuid         NOT NULL
                         REFERENCES entity_type_definitions (type_id) ON DELETE CASCADE,
    rrc_field_key        varchar(128) NOT NULL,
    entity_field_id      uuid         NOT NULL
                         REFERENCES entity_field_definitions (field_id) ON DELETE CASCADE,
    created_at           timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_rfm_type ON rrc_field_mappings (type_id);
