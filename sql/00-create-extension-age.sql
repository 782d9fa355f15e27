-- Apache AGE, the knowledge graph.  A server that has none on purpose says so with the
-- setting aegis.without (`aegis db start --without age`, `aegis schema-apply --without age`);
-- everywhere else a missing AGE is an error.  AGE is no trusted extension: this takes a superuser.

DO $$
BEGIN
    IF 'age' = ANY (regexp_split_to_array(coalesce(current_setting('aegis.without', true), ''), '[ ,]+')) THEN
        RETURN;
    END IF;
    CREATE EXTENSION IF NOT EXISTS age;
END;
$$;
