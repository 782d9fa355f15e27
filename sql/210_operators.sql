-- Who may operate: the P-5 status from whichever of its two sources is the newer, and which that is.

-- The month of 'YYYY-MM...', NULL where it is none or is still to come.
CREATE OR REPLACE FUNCTION batch_month_past(day text) RETURNS date
LANGUAGE sql STABLE AS $$ -- one expression, without a path of its own: it is made part of the query
    SELECT CASE WHEN day ~ '^[0-9]{4}-(0[1-9]|1[0-2])' AND left(day, 7) BETWEEN '0001-01' AND to_char(current_date, 'YYYY-MM')
        THEN (left(day, 7) || '-01')::date END
$$;

-- A row for each operator of the tenant of whom a source has a status, in the words of the properties.  A source is as
-- old as the newest dates in it, one in a thousand left out, since some are typed wrong: P-5's file has the
-- day on which an organisation filed last; the wellbore query the month in which it has to file again, a year
-- after the one in which it did.  Of an organisation that the newer one says nothing of, the other is taken.
CREATE OR REPLACE FUNCTION operator_p5_status(tenant uuid) RETURNS TABLE (entity_key text, name text, status text, source text,
    as_of date, other_status text, other_source text, other_as_of date, retired_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH said AS MATERIALIZED (
        SELECT e.entity_key, e.name, e.retired_at, s.source, s.status, public.batch_month_past(s.day) AS dated
        FROM public.entities e CROSS JOIN LATERAL (VALUES
            ('orf850/operator', e.properties ->> 'p5_status', e.properties ->> 'p5_last_filed'),
            ('ewa/operator', e.properties ->> 'query_p5_status',
                CASE WHEN e.properties ->> 'query_renewal_year' ~ '^[0-9]{4}$'
                    THEN lpad(((e.properties ->> 'query_renewal_year')::integer - 1)::text, 4, '0') END
                || '-' || lpad(e.properties ->> 'query_renewal_month', 2, '0'))
        ) s (source, status, day)
        WHERE e.tenant_id = tenant AND e.type_key = 'operator'
    ), aged AS (
        SELECT s.source, percentile_disc(0.999) WITHIN GROUP (ORDER BY s.dated) AS as_of FROM said s GROUP BY 1
    ), ranked AS (
        SELECT s.*, a.as_of, row_number() OVER w AS place, lead(s.status) OVER w AS other_status,
            lead(s.source) OVER w AS other_source, lead(a.as_of) OVER w AS other_as_of
        FROM said s JOIN aged a ON a.source = s.source WHERE s.status IS NOT NULL
        WINDOW w AS (PARTITION BY s.entity_key ORDER BY a.as_of DESC NULLS LAST, s.source)
    )
    SELECT r.entity_key, r.name, r.status, r.source, r.as_of, r.other_status, r.other_source, r.other_as_of,
        r.retired_at
    FROM ranked r WHERE r.place = 1
$$;
