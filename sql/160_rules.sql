-- One version of a rule is in force, and its versions have no holes: looked at when a transaction
-- ends, so that a service may insert the new version first or supersede the old one first.
--
-- Whoever adds a version, or moves one to another status, touches the rule's row in batch_rules:
-- two writers of one rule wait for each other, at every isolation level.  (A deferrable exclusion
-- constraint would break a service's ON CONFLICT DO NOTHING.)  Rows that were there before count
-- only when their rule is written again.
CREATE TABLE IF NOT EXISTS batch_rules (
    tenant_id       varchar(50)  NOT NULL,
    rule_identifier varchar(255) NOT NULL,
    touched         bigint       NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, rule_identifier)
);

CREATE OR REPLACE FUNCTION rule_versions_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.batch_rules AS b (tenant_id, rule_identifier)
    SELECT DISTINCT a.tenant_id, a.rule_identifier FROM added a ORDER BY 1, 2
    ON CONFLICT (tenant_id, rule_identifier) DO UPDATE SET touched = b.touched + 1;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION rule_versions_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.batch_rules AS b (tenant_id, rule_identifier)
    SELECT DISTINCT n.tenant_id, n.rule_identifier FROM after n JOIN before o ON o.id = n.id
    WHERE n.status IS DISTINCT FROM o.status ORDER BY 1, 2
    ON CONFLICT (tenant_id, rule_identifier) DO UPDATE SET touched = b.touched + 1;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION batch_rules_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r record;
BEGIN
    SELECT count(*) FILTER (WHERE v.status = 'active') AS active, count(*) AS n, min(v.version) AS low,
        max(v.version) AS high INTO r
    FROM public.rule_versions v
    WHERE v.tenant_id = NEW.tenant_id AND v.rule_identifier = NEW.rule_identifier;
    IF r.active > 1 THEN
        RAISE EXCEPTION 'rule % of tenant % has % active versions: one at most', NEW.rule_identifier,
            NEW.tenant_id, r.active USING ERRCODE = 'unique_violation', TABLE = 'rule_versions',
            CONSTRAINT = 'rule_versions_one_active';
    END IF;
    IF r.high - r.low + 1 <> r.n THEN
        RAISE EXCEPTION 'rule % has % versions between % and %: versions are without holes',
            NEW.rule_identifier, r.n, r.low, r.high USING ERRCODE = 'check_violation',
            TABLE = 'rule_versions', CONSTRAINT = 'rule_versions_no_holes';
    END IF;
    RETURN NULL;
END;
$$;

-- A version's content never changes, a draft's neither.  Its life: draft to pending_review, active
-- or superseded; pending_review to active, draft or superseded; active to superseded.
-- superseded_date is written once; graph_node_id and change_summary are the services' own.
CREATE OR REPLACE FUNCTION rule_versions_update() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    was public.rule_versions := OLD;
BEGIN
    IF OLD.status IS DISTINCT FROM NEW.status AND NOT coalesce((OLD.status, NEW.status) IN (
            ('draft', 'pending_review'), ('draft', 'active'), ('draft', 'superseded'),
            ('pending_review', 'active'), ('pending_review', 'draft'), ('pending_review', 'superseded'),
            ('active', 'superseded')), false) THEN
        RAISE EXCEPTION 'rule % version %: status cannot go from % to %', OLD.rule_identifier,
            OLD.version, coalesce(OLD.status, 'NULL'), coalesce(NEW.status, 'NULL')
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.superseded_date IS NOT NULL AND NEW.superseded_date IS DISTINCT FROM OLD.superseded_date THEN
        RAISE EXCEPTION 'rule % version %: superseded_date is written once', OLD.rule_identifier,
            OLD.version USING ERRCODE = 'check_violation';
    END IF;
    was.status := NEW.status;
    was.superseded_date := NEW.superseded_date;
    was.graph_node_id := NEW.graph_node_id;
    was.change_summary := NEW.change_summary;
    IF was IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'rule % version % is immutable: a change is a new version',
            OLD.rule_identifier, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER rule_versions_added AFTER INSERT ON rule_versions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rule_versions_added();
CREATE OR REPLACE TRIGGER rule_versions_moved AFTER UPDATE ON rule_versions
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION rule_versions_moved();

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'public.batch_rules'::regclass
            AND tgname = 'batch_rules_check') THEN
        CREATE CONSTRAINT TRIGGER batch_rules_check AFTER INSERT OR UPDATE ON batch_rules
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION batch_rules_check();
    END IF;
END;
$$;

-- What they take the place of.
DROP TRIGGER IF EXISTS rule_versions_no_holes ON rule_versions;
DROP FUNCTION IF EXISTS rule_versions_no_holes();
DROP INDEX IF EXISTS idx_rule_versions_one_active;

GRANT UPDATE (change_summary) ON rule_versions TO aegis_import;
