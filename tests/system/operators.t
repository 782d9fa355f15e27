#!/usr/bin/env bash
# The P-5 status of an operator is that of the newer source, which is named: on the demo files, against
# Python, and on rows that were made for it.
. "$(dirname "$0")/../lib.sh"
need_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
load() { # load LAYOUT FILE
	aegis rrc-decode --layout "$1" --view operator "$2" 2>/dev/null | tee "$WORK/$1.stream" |
	    aegis entity-map --tenant "$TENANT" --type operator 2>/dev/null |
	    aegis entity-load --tenant "$TENANT" --type operator "${@:3}" >"$WORK/out" 2>"$WORK/err"
}
status() { psql -XqAt -F , -c "SELECT entity_key, status, source, as_of, other_status, other_source, other_as_of
    FROM operator_p5_status('$TENANT') ORDER BY entity_key COLLATE \"C\""; }

ok "P-5 is loaded" load orf850 "$ROOT/fixtures/orf850-demo.ebc.gz"
ok "so is the wellbore query" load ewa "$ROOT/fixtures/ewa-demo.csv.gz"
for l in orf850 ewa; do aegis unseal "$WORK/$l.stream" >"$WORK/$l.csv"; done
python3 - "$WORK/orf850.csv" "$WORK/ewa.csv" >"$WORK/want" <<'E'
import csv, datetime, sys
p5, query = (list(csv.DictReader(open(f, encoding="utf-8"))) for f in sys.argv[1:])
now = datetime.date.today().isoformat()
said = {"orf850/operator": {r["operator_number"]: (r["OROR-P-5-STATUS"], r["OROR-LAST-P-5-RECEIVED-DATE"][:7]) for r in p5},
    "ewa/operator": {r["operator_number"]: (r["p5_org_status"], "%04d-%02d" % (int(r["p5_renewal_year"]) - 1, int(r["p5_renewal_month"]))
        if r["p5_renewal_year"] and r["p5_renewal_month"] else "") for r in query}}
age = {}
for source, rows in said.items():
    dates = sorted(d for _, d in rows.values() if d and d + "-01" <= now)
    age[source] = dates[-(-999 * len(dates) // 1000) - 1] + "-01"
order = sorted(said, key=lambda s: (age[s], s == "ewa/operator"), reverse=True)
for key in sorted(set().union(*said.values())):
    rows = [(said[s][key][0], s, age[s]) for s in order if said[s].get(key, ("", ""))[0]]
    if rows:
        print(",".join(["operator:" + key, *rows[0], *(rows[1] if len(rows) > 1 else ("", "", ""))]))
E
status >"$WORK/got"
is "$(diff "$WORK/want" "$WORK/got")" "" "each operator's status, its source and month; the other's beside it ($(wc -l <"$WORK/got") operators)"
is "$(cut -d, -f3 "$WORK/got" | sort -u | tr '\n' ' ')" "ewa/operator orf850/operator " "some of each"

RUN=00000000-0000-4000-8000-00000000000f
# Rows made for it: 2,000 organisations of an old P-5, one of them with a date typed wrong.
sql "TRUNCATE entities" >/dev/null
made() { # made KEY PROPERTIES
	sql "INSERT INTO entities (tenant_id, type_key, entity_key, properties, changed_run) VALUES ('$TENANT', 'operator', '$1', '$2', '$TENANT')" >/dev/null
}
sql "INSERT INTO entities (tenant_id, type_key, entity_key, properties, changed_run) SELECT '$TENANT', 'operator', 'operator:' || lpad(n::text, 6, '0'),
    jsonb_build_object('p5_status', 'active', 'p5_last_filed', date '2021-03-15' - n / 10), '$TENANT' FROM generate_series(101, 2100) n" >/dev/null
made operator:000001 '{"p5_status": "active", "p5_last_filed": "2024-11-30"}'
made operator:000002 '{"p5_status": "active", "p5_last_filed": "2091-01-01", "query_p5_status": "inactive", "query_renewal_year": "2020", "query_renewal_month": "7"}'
sql "SELECT batch_ground('$RUN', 'operator')" >/dev/null
sql "INSERT INTO entities (tenant_id, type_key, entity_key, properties, changed_run) VALUES ('$RUN', 'operator', 'operator:000009',
    '{\"p5_status\": \"active\", \"p5_last_filed\": \"2025-01-01\"}', '$RUN')" >/dev/null # another tenant's, newer
one() { status | grep "^operator:$1,"; }
is "$(one 000002)" "operator:000002,active,orf850/operator,2021-03-01,inactive,ewa/operator,2019-07-01" "a date typed wrong and one to come do not make P-5 newer than it is"
made operator:000003 '{"query_p5_status": "delinquent", "query_renewal_year": "2023", "query_renewal_month": "12"}'
is "$(one 000002)" "operator:000002,inactive,ewa/operator,2022-12-01,active,orf850/operator,2021-03-01" "a newer wellbore query wins, for an operator with an old date in it, too"
is "$(one 000001)" "operator:000001,active,orf850/operator,2021-03-01,,," "of whom it says nothing, P-5 does"
is "$(one 000003)" "operator:000003,delinquent,ewa/operator,2022-12-01,,," "and the other way round"
made operator:000004 '{"p5_status": "inactive", "p5_last_filed": "soon", "query_p5_status": "active", "query_renewal_year": "none", "query_renewal_month": "13"}'
is "$(one 000004)" "operator:000004,active,ewa/operator,2022-12-01,inactive,orf850/operator,2021-03-01" "what is no date is none"
sql "DELETE FROM entities WHERE entity_key = 'operator:000003'; UPDATE entities SET properties = properties - 'query_renewal_year'" >/dev/null
is "$(one 000004)" "operator:000004,inactive,orf850/operator,2021-03-01,active,ewa/operator," "a source without a date counts as the older one"
is "$(psql -XqAt -c 'SET ROLE aegis_import' -c "SELECT count(*) FROM operator_p5_status('$TENANT')")" 2003 "the import's role may ask"
is "$(psql -XqAt -c 'SET ROLE aegis_audit' -c "SELECT count(*) FROM operator_p5_status('$TENANT')" 2>&1 | grep -c 'permission denied for table entities')" 1 \
    "who may not read entities, may not"
done_testing
