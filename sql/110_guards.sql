-- What the tables themselves refuse, whoever asks.

-- Row triggers don't see a TRUNCATE.
CREATE OR REPLACE FUNCTION prevent_audit_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Audit logs are append-only. TRUNCATE of % is prohibited.', TG_TABLE_NAME;
END;
$$;
CREATE OR REPLACE TRIGGER no_truncate_audit BEFORE TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION prevent_audit_truncate();
CREATE OR REPLACE TRIGGER no_truncate_prompt_audit BEFORE TRUNCATE ON prompt_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION prevent_audit_truncate();

-- ALWAYS: session_replication_role = replica switches ordinary triggers off.
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER no_update_audit;
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER no_delete_audit;
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER no_truncate_audit;
ALTER TABLE prompt_audit_log ENABLE ALWAYS TRIGGER no_update_prompt_audit;
ALTER TABLE prompt_audit_log ENABLE ALWAYS TRIGGER no_delete_prompt_audit;
ALTER TABLE prompt_audit_log ENABLE ALWAYS TRIGGER no_truncate_prompt_audit;

-- A rule's version is a record.  It moves draft, pending_review, active, superseded, one step at
-- a time; superseded_date and graph_node_id are written once; nothing else ever changes.
CREATE OR REPLACE FUNCTION rule_versions_update() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    was rule_versions := OLD;
BEGIN
    IF OLD.status IS DISTINCT FROM NEW.status AND NOT coalesce((OLD.status, NEW.status) IN (
            ('draft', 'pending_review'), ('pending_review', 'active'), ('active', 'superseded')),
            false) THEN
        RAISE EXCEPTION 'rule % version %: status can''t go from % to %', OLD.rule_identifier,
            OLD.version, coalesce(OLD.status, 'NULL'), coalesce(NEW.status, 'NULL')
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.superseded_date IS NOT NULL AND NEW.superseded_date IS DISTINCT FROM OLD.superseded_date
       OR OLD.graph_node_id IS NOT NULL AND NEW.graph_node_id IS DISTINCT FROM OLD.graph_node_id THEN
        RAISE EXCEPTION 'rule % version %: superseded_date and graph_node_id are written once',
            OLD.rule_identifier, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    was.status := NEW.status;
    was.superseded_date := NEW.superseded_date;
    was.graph_node_id := NEW.graph_node_id;
    IF was IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'rule % version % is immutable: a change is a new version',
            OLD.rule_identifier, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER rule_versions_update BEFORE UPDATE ON rule_versions
    FOR EACH ROW EXECUTE FUNCTION rule_versions_update();

CREATE OR REPLACE FUNCTION rule_versions_keep() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rule_versions keeps every version: % is prohibited', TG_OP
        USING ERRCODE = 'check_violation';
END;
$$;
CREATE OR REPLACE TRIGGER rule_versions_no_delete BEFORE DELETE ON rule_versions
    FOR EACH ROW EXECUTE FUNCTION rule_versions_keep();
CREATE OR REPLACE TRIGGER rule_versions_no_truncate BEFORE TRUNCATE ON rule_versions
    FOR EACH STATEMENT EXECUTE FUNCTION rule_versions_keep();

-- Versions count 1, 2, 3 without holes.  Looked at once a statement, so that a bulk load may
-- bring a rule's versions in any order.
CREATE OR REPLACE FUNCTION rule_versions_no_holes() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    -- A version 1 alone needs no look: most rules have but one.
    SELECT r.rule_identifier, min(r.version) AS low, max(r.version) AS high, count(*) AS n INTO bad
    FROM rule_versions r
    JOIN (SELECT DISTINCT tenant_id, rule_identifier FROM added WHERE version <> 1) a
      ON r.tenant_id = a.tenant_id AND r.rule_identifier = a.rule_identifier
    GROUP BY r.tenant_id, r.rule_identifier
    HAVING min(r.version) <> 1 OR max(r.version) <> count(*)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'rule % has % versions between % and %: versions count from 1 without holes',
            bad.rule_identifier, bad.n, bad.low, bad.high USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER rule_versions_no_holes AFTER INSERT ON rule_versions
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION rule_versions_no_holes();

CREATE UNIQUE INDEX IF NOT EXISTS idx_rule_versions_one_active
    ON rule_versions (tenant_id, rule_identifier) WHERE status = 'active';
