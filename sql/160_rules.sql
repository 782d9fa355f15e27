-- One version of a rule is in force, and its versions have no holes: looked at when a transaction
-- ends, so that a service may insert the new version first or supersede the old one first.
--
-- Whoever adds a version, or moves one to another status, touches the rule's row in batch_rules:
-- two writers of one rule wait for each other, at every isolation level.  (A deferrable exclusion
-- constraint would break a service's ON CONFLICT DO NOTHING.)  Versions that were there before
-- count only when their rule is written again.
CREATE TABLE IF NOT EXISTS batch_rules (
    rule    bigint PRIMARY KEY,  -- hash of tenant and identifier; two rules of one hash only wait
    touched bigint NOT NULL DEFAULT 1
);

-- The rules that a statement touched and that have more than one version, until its transaction
-- ends.
CREATE TABLE IF NOT EXISTS batch_rule_checks (
    check_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenants     text[] NOT NULL,
    identifiers text[] NOT NULL
);

-- A rule that batch_rules did not have, with its version 1 alone, needs no look: a first load of
-- many rules costs one row of batch_rules each.
CREATE OR REPLACE FUNCTION rule_versions_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH a AS (
        SELECT tenant_id, rule_identifier, hashtextextended(tenant_id || chr(31) || rule_identifier, 0) AS rule,
            count(*) AS n, max(version) AS high
        FROM added GROUP BY 1, 2
    ), t AS (
        INSERT INTO public.batch_rules AS b (rule) SELECT DISTINCT a.rule FROM a ORDER BY 1
        ON CONFLICT (rule) DO UPDATE SET touched = b.touched + 1
        RETURNING b.rule, b.xmax = 0 AS fresh
    )
    INSERT INTO public.batch_rule_checks (tenants, identifiers)
    SELECT array_agg(a.tenant_id), array_agg(a.rule_identifier) FROM a JOIN t ON t.rule = a.rule
    WHERE NOT t.fresh OR a.n > 1 OR a.high <> 1 HAVING count(*) > 0;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION rule_versions_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH a AS (
        SELECT DISTINCT n.tenant_id, n.rule_identifier,
            hashtextextended(n.tenant_id || chr(31) || n.rule_identifier, 0) AS rule
        FROM after n JOIN before o ON o.id = n.id WHERE n.status IS DISTINCT FROM o.status
    ), t AS (
        INSERT INTO public.batch_rules AS b (rule) SELECT DISTINCT a.rule FROM a ORDER BY 1
        ON CONFLICT (rule) DO UPDATE SET touched = b.touched + 1
    )
    INSERT INTO public.batch_rule_checks (tenants, identifiers)
    SELECT array_agg(a.tenant_id), array_agg(a.rule_identifier) FROM a HAVING count(*) > 0;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION batch_rules_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r record;
BEGIN
    SELECT v.tenant_id, v.rule_identifier, count(*) FILTER (WHERE v.status = 'active') AS active, count(*) AS n,
        min(v.version) AS low, max(v.version) AS high INTO r
    FROM unnest(NEW.tenants, NEW.identifiers) x (tenant_id, rule_identifier) JOIN public.rule_versions v
      ON v.tenant_id = x.tenant_id AND v.rule_identifier = x.rule_identifier
    GROUP BY v.tenant_id, v.rule_identifier
    HAVING count(*) FILTER (WHERE v.status = 'active') > 1 OR max(v.version) - min(v.version) + 1 <> count(*)
    LIMIT 1;
    IF r.active > 1 THEN
        RAISE EXCEPTION 'rule % of tenant % has % active versions: one at most', r.rule_identifier,
            r.tenant_id, r.active USING ERRCODE = 'unique_violation', TABLE = 'rule_versions',
            CONSTRAINT = 'rule_versions_one_active';
    ELSIF r.n IS NOT NULL THEN
        RAISE EXCEPTION 'rule % has % versions between % and %: versions are without holes',
            r.rule_identifier, r.n, r.low, r.high USING ERRCODE = 'check_violation',
            TABLE = 'rule_versions', CONSTRAINT = 'rule_versions_no_holes';
    END IF;
    DELETE FROM public.batch_rule_checks WHERE check_id = NEW.check_id;
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
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'public.batch_rule_checks'::regclass
            AND tgname = 'batch_rules_check') THEN
        CREATE CONSTRAINT TRIGGER batch_rules_check AFTER INSERT ON batch_rule_checks
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION batch_rules_check();
    END IF;
END;
$$;

-- The rules that are there.  The triggers above keep writers off until this is committed.
INSERT INTO batch_rules (rule)
SELECT DISTINCT hashtextextended(tenant_id || chr(31) || rule_identifier, 0) FROM rule_versions
ON CONFLICT (rule) DO NOTHING;

-- What they take the place of.
DROP TRIGGER IF EXISTS rule_versions_no_holes ON rule_versions;
DROP FUNCTION IF EXISTS rule_versions_no_holes();
DROP INDEX IF EXISTS idx_rule_versions_one_active;

GRANT UPDATE (change_summary) ON rule_versions TO aegis_import;
