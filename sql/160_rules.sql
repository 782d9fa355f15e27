-- One version of a rule is in force, and its versions have no holes: looked at when a transaction
-- ends, so that a service may insert the new version first or supersede the old one first.
--
-- Whoever adds a version, or moves one to another status, touches the rule's row in batch_rules:
-- two writers of one rule wait for each other, at every isolation level.  (A deferrable exclusion
-- constraint would break a service's ON CONFLICT DO NOTHING.)  What a rule had before, several
-- active versions or holes, it may keep until it is mended; it never gets more.
CREATE TABLE IF NOT EXISTS batch_rules (
    rule    bigint PRIMARY KEY,  -- hash of tenant and identifier; two rules of one hash only wait
    touched bigint NOT NULL DEFAULT 1
);
ALTER TABLE batch_rules
    ADD COLUMN IF NOT EXISTS spare integer NOT NULL DEFAULT 0,     -- active ones beyond the first, from before
    ADD COLUMN IF NOT EXISTS holes boolean NOT NULL DEFAULT false; -- from before

-- The rules that a statement touched and that have more than one version, until its transaction
-- ends.
CREATE TABLE IF NOT EXISTS batch_rule_checks (
    check_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenants     text[] NOT NULL,
    identifiers text[] NOT NULL
);

-- Roles that may write for one tenant only: whoever is one of them, or a member of one (doc/existing.md).
CREATE TABLE IF NOT EXISTS batch_roles (
    role        name PRIMARY KEY,
    tenant_id   uuid NOT NULL
);

-- Refuses a tenant that the session's user may not write for.
CREATE OR REPLACE FUNCTION batch_tenant(tenants text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own text;
    other text;
BEGIN
    SELECT r.tenant_id::text INTO own FROM public.batch_roles r WHERE r.role = session_user
        OR EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
            WHERE g.rolname = r.role AND u.rolname = session_user) LIMIT 1;
    SELECT t INTO other FROM unnest(tenants) t WHERE lower(t) <> own LIMIT 1;
    IF other IS NOT NULL THEN
        RAISE EXCEPTION '% may write for tenant % only, not for %', session_user, own, other
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END;
$$;

-- A rule that batch_rules did not have, with its version 1 alone, needs no look: a first load of
-- many rules costs one row of batch_rules each.
CREATE OR REPLACE FUNCTION rule_versions_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.batch_roles) THEN
        PERFORM public.batch_tenant(ARRAY(SELECT DISTINCT tenant_id::text FROM added));
    END IF;
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
    FOR r IN
        SELECT v.tenant_id, v.rule_identifier, b.rule, b.spare, b.holes,
            count(*) FILTER (WHERE v.status = 'active') AS active, count(*) AS n,
            min(v.version) AS low, max(v.version) AS high
        FROM unnest(NEW.tenants, NEW.identifiers) x (tenant_id, rule_identifier) JOIN public.rule_versions v
          ON v.tenant_id = x.tenant_id AND v.rule_identifier = x.rule_identifier
        JOIN public.batch_rules b
          ON b.rule = hashtextextended(x.tenant_id || chr(31) || x.rule_identifier, 0)
        GROUP BY v.tenant_id, v.rule_identifier, b.rule
        HAVING b.spare > 0 OR b.holes OR count(*) FILTER (WHERE v.status = 'active') > 1
            OR max(v.version) - min(v.version) + 1 <> count(*)
    LOOP
        IF r.active > 1 + r.spare THEN
            RAISE EXCEPTION 'rule % of tenant % has % active versions: % at most', r.rule_identifier,
                r.tenant_id, r.active, 1 + r.spare USING ERRCODE = 'unique_violation', TABLE = 'rule_versions',
                CONSTRAINT = 'rule_versions_one_active';
        ELSIF r.high - r.low + 1 <> r.n AND NOT r.holes THEN
            RAISE EXCEPTION 'rule % has % versions between % and %: versions are without holes',
                r.rule_identifier, r.n, r.low, r.high USING ERRCODE = 'check_violation',
                TABLE = 'rule_versions', CONSTRAINT = 'rule_versions_no_holes';
        END IF;
        UPDATE public.batch_rules SET spare = greatest(r.active - 1, 0), holes = r.high - r.low + 1 <> r.n
        WHERE rule = r.rule;
    END LOOP;
    DELETE FROM public.batch_rule_checks WHERE check_id = NEW.check_id;
    RETURN NULL;
END;
$$;

-- A version's content never changes, a draft's neither.  Its life: draft to pending_review, active
-- or superseded; pending_review to active, draft or superseded; active to superseded.
-- superseded_date is written once; graph_node_id and change_summary are the services' own, and so
-- is a column that the schema document does not have.
CREATE OR REPLACE FUNCTION rule_versions_update() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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
    IF (OLD.id, OLD.tenant_id, OLD.rule_type, OLD.rule_domain, OLD.rule_identifier, OLD.version,
            OLD.effective_date, OLD.source, OLD.source_reference, OLD.rule_data, OLD.detected_at,
            OLD.detected_by)
        IS DISTINCT FROM (NEW.id, NEW.tenant_id, NEW.rule_type, NEW.rule_domain, NEW.rule_identifier,
            NEW.version, NEW.effective_date, NEW.source, NEW.source_reference, NEW.rule_data,
            NEW.detected_at, NEW.detected_by) THEN
        RAISE EXCEPTION 'rule % version % is immutable: a change is a new version',
            OLD.rule_identifier, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'public.batch_rule_checks'::regclass
            AND tgname = 'batch_rules_check') THEN
        CREATE CONSTRAINT TRIGGER batch_rules_check AFTER INSERT ON batch_rule_checks
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION batch_rules_check();
    END IF;
END;
$$;

-- The rules that are there: once while writers go on, for the bulk of them; then the triggers,
-- which keep writers off until this is committed; then what has come meanwhile.
DO $$
DECLARE
    fill CONSTANT text := $q$
        INSERT INTO batch_rules AS b (rule, spare, holes)
        SELECT rule, max(active) - 1, bool_or(hole) FROM (
            SELECT hashtextextended(tenant_id || chr(31) || rule_identifier, 0) AS rule,
                greatest(count(*) FILTER (WHERE status = 'active'), 1) AS active,
                max(version) - min(version) + 1 <> count(*) AS hole
            FROM rule_versions GROUP BY tenant_id, rule_identifier) r
        GROUP BY rule ORDER BY rule
        ON CONFLICT (rule) DO UPDATE SET spare = EXCLUDED.spare, holes = EXCLUDED.holes
        WHERE (b.spare, b.holes) IS DISTINCT FROM (EXCLUDED.spare, EXCLUDED.holes)$q$;
    n bigint;
BEGIN
    IF to_regclass('public.rule_versions') IS NULL THEN
        RAISE WARNING 'there is no table rule_versions: rules have no guards'
            USING HINT = 'when it is there: aegis schema-apply --again 160_rules.sql';
        RETURN;
    END IF;
    EXECUTE fill;
    CREATE OR REPLACE TRIGGER rule_versions_update BEFORE UPDATE ON rule_versions
        FOR EACH ROW EXECUTE FUNCTION rule_versions_update();
    CREATE OR REPLACE TRIGGER rule_versions_added AFTER INSERT ON rule_versions
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rule_versions_added();
    CREATE OR REPLACE TRIGGER rule_versions_moved AFTER UPDATE ON rule_versions
        REFERENCING OLD TABLE AS before NEW TABLE AS after
        FOR EACH STATEMENT EXECUTE FUNCTION rule_versions_moved();
    EXECUTE fill;
    SELECT count(*) INTO n FROM batch_rules WHERE spare > 0 OR holes;
    IF n > 0 THEN
        RAISE WARNING '% rules have several active versions or holes: they may stay so, but get no more', n
            USING HINT = 'SELECT tenant_id, rule_identifier, count(*) FILTER (WHERE status = ''active'') AS active,'
                || ' min(version), max(version), count(*) FROM rule_versions GROUP BY 1, 2 HAVING count(*) FILTER'
                || ' (WHERE status = ''active'') > 1 OR max(version) - min(version) + 1 <> count(*)';
    END IF;
    -- What they take the place of.
    DROP TRIGGER IF EXISTS rule_versions_no_holes ON rule_versions;
    DROP FUNCTION IF EXISTS rule_versions_no_holes();
    DROP INDEX IF EXISTS idx_rule_versions_one_active;
    GRANT UPDATE (change_summary) ON rule_versions TO aegis_import;
END;
$$;
