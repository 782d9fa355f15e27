#!/usr/bin/env bash
# The nightly pipeline whole, on the demo's ten files: entities of all types, links, matrix, graph.
. "$(dirname "$0")/../lib.sh"
need_full_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
sed "s/00000000-0000-4000-8000-000000000001/$TENANT/" "$ROOT/pipelines/matrix.yaml" >"$WORK/matrix.yaml"
night() { aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" "$@"; }
exits 0 "a night" night || sed 's/^/# /' "$WORK/err"
is "$(sql "SELECT string_agg(type_key || ' ' || n, ', ' ORDER BY type_key) FROM (SELECT type_key, count(*) AS n FROM entities GROUP BY 1) x")" \
    "$(for v in field=olf001/field+gsf001/field+flf900/field lease=olf001/lease+gsf001/lease+p4f606/lease \
    operator=daf802/operator+daf420/operator+orf850/operator+ewa/operator permit=daf802/permit+pending/permit \
    permit_field=pending/permitted_field severance=p4f606/severance well=dbf900/well; do
	sets=${v#*=} columns=3
	case $v in permit_field=*) columns=3,4 ;; severance=*) columns=3,5-7 ;; esac
	for d in ${sets//+/ }; do
		case $d in dbf900/*) f=wellbore-demo.ebc.gz ;; *) f=$(basename "$ROOT"/fixtures/"${d%/*}"-demo.*) ;; esac
		aegis rrc-decode --layout "${d%/*}" --view "${d#*/}" --rejects "$WORK/rej" "$ROOT/fixtures/$f" 2>/dev/null | aegis unseal |
		    sed 1d | cut -d, -f"$columns"
	done | sort -u | wc -l | sed "s,^,${v%%=*} ,"
done | paste -sd, | sed 's/,/, /g')" "an entity for each key in the files"
is "$(sql "SELECT count(*) FROM (SELECT r.display_label, c.type_key, p.type_key FROM entity_links JOIN entity_relationship_rules r USING (rule_id)
    JOIN entity_type_definitions c ON c.type_id = r.child_type_id JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
    WHERE resolved GROUP BY 1, 2, 3 HAVING count(*) > 10) x")" 10 "links by each of the ten rules"
# Who operates a well: whoever operates its lease, by P-4, or, where P-4 does not have it, by the ledgers.
of() { # of LAYOUT FIELD: leases and their operators
	aegis rrc-decode --layout "$1" --view lease "$ROOT/fixtures/$1-demo.ebc.gz" 2>/dev/null | aegis unseal | sed 1d | cut -d, -f"3,$2" | sed 's/^/lease:/'
}
{ of p4f606 4; of olf001 5; of gsf001 5; } | awk -F, '!had[$1]++' | sort >"$WORK/p4"
aegis rrc-decode --layout dbf900 --view well --rejects "$WORK/rej" "$ROOT/fixtures/wellbore-demo.ebc.gz" 2>/dev/null | aegis unseal >"$WORK/wells.csv"
python3 -c 'import csv, sys
for r in csv.DictReader(open(sys.argv[1])):
    print(r["lease"] + "," + r["api_number"])' "$WORK/wells.csv" | sort >"$WORK/on"
is "$(sql "SELECT child_key || ' ' || parent_key FROM entity_links JOIN entity_relationship_rules r USING (rule_id)
    JOIN entity_type_definitions c ON c.type_id = r.child_type_id WHERE c.type_key = 'well' AND r.display_label = 'OPERATED_BY'
    AND resolved ORDER BY 1")" "$(join -t, "$WORK/on" "$WORK/p4" | awk -F, '{ print $2, $3 }' | LC_ALL=C sort)" "a well's operator is its lease's"
is "$(sql "SELECT count(*) FROM entity_links k JOIN entity_relationship_rules r USING (rule_id)
    JOIN entity_type_definitions p ON p.type_id = r.parent_type_id LEFT JOIN entities e ON e.tenant_id = r.tenant_id
    AND e.type_key = p.type_key AND e.entity_key = k.parent_key WHERE k.resolved IS DISTINCT FROM (e.entity_key IS NOT NULL)")" 0 \
    "each says rightly whether the parent is there, though types were loaded side by side"
is "$(sql "SELECT string_agg(DISTINCT status || coalesce(last_assessed_at::text, ''), ',') FROM compliance_status")" not_applicable "the matrix has cells, none of them assessed"
is "$(sql "SELECT count(*) FROM entities WHERE type_key = 'permit' AND properties ? 'latitude'")" \
    "$(aegis rrc-decode --layout daf420 --view permit "$ROOT/fixtures/daf420-demo.txt.gz" 2>/dev/null | aegis unseal | grep -c ',[0-9.]*,-[0-9.]*$')" \
    "permits have the places of the daily file"
exits 0 "the graph is as the tables say" aegis graph-sync --tenant "$TENANT" --check
walk() { psql -XqAt -c "SET search_path = ag_catalog, public; SELECT * FROM cypher('oilgas', \$\$ MATCH (p:Permit)-[:PERMIT_FOR]->(w:Well)-[:ON_LEASE]->
    (l:Lease)-[:LOCATED_IN]->(f:Field) RETURN p.entity_id, w.entity_id, l.entity_id, f.entity_id \$\$) AS (p agtype, w agtype, l agtype, f agtype)" | grep . | tr -d '"' | sort; }
joined() { psql -XqAt -c "WITH link AS (SELECT display_label AS label, child_key, parent_key FROM entity_links JOIN entity_relationship_rules USING (rule_id) WHERE resolved)
    SELECT a.child_key, b.child_key, c.child_key, c.parent_key FROM link a JOIN link b ON b.child_key = a.parent_key AND b.label = 'ON_LEASE'
    JOIN link c ON c.child_key = b.parent_key AND c.label = 'LOCATED_IN' WHERE a.label = 'PERMIT_FOR'" | sort; }
is "$(walk)" "$(joined)" "from permit to well to lease to field, by Cypher as by SQL"
ok "of many" test "$(walk | wc -l)" -gt 20
is "$(sql "SELECT string_agg(concat_ws(' ', rule_type, status, n), ', ' ORDER BY rule_type, status) FROM (SELECT rule_type, status, count(*) AS n
    FROM rule_versions GROUP BY 1, 2) x")" "field_specific active $(for v in olf001/spacing gsf001/spacing gsf001/density; do
	aegis rrc-decode --layout "${v%/*}" --view "${v#*/}" "$ROOT/fixtures/${v%/*}-demo.ebc.gz" 2>/dev/null | aegis unseal | sed 1d | grep -vc ',0,0$'
done | awk '{ n += $1 } END { print n }'), notice active 1, statewide active $(grep -h '^    mark: V-' "$ROOT"/pipelines/rules/*.yaml | tail -n +2 | wc -l), statewide draft $(grep -h '^    mark: UNVERIFIED' "$ROOT"/pipelines/rules/*.yaml | wc -l)" \
    "the statewide rules, and one of each field that has its own"
lease=$(sql "SELECT l.child_key FROM entity_links l JOIN entity_relationship_rules r USING (rule_id) JOIN rule_versions v ON v.rule_data->>'field' = l.parent_key
    WHERE r.display_label = 'LOCATED_IN' AND l.resolved ORDER BY 1 LIMIT 1")
sql "INSERT INTO filing_checklists (tenant_id, entity_id, entity_type, compliance_domain, status, items) VALUES ('$TENANT', '$lease', 'lease', 'rule_37', 'draft', '[]')" >/dev/null
sum() { sql "SELECT md5(string_agg(x, '' ORDER BY x)) FROM (SELECT ctid::text || xmin || entity_key AS x FROM entities UNION ALL SELECT ctid::text || xmin || entity_key FROM entity_sources
    UNION ALL SELECT ctid::text || xmin || child_key FROM entity_links UNION ALL SELECT ctid::text || xmin || id FROM compliance_status
    UNION ALL SELECT ctid::text || xmin || id::text FROM oilgas._ag_label_vertex) y"; }
before=$(sum)
exits 0 "the same night again" night
is "$(sed '/^graph /,/^[^ ]/d' "$WORK/out" | grep -c '^    nothing new$\|^    the same source as at .*: nothing to do$')" 21 "twenty-one times nothing new"
is "$(grep -c '^  rrc-decode  *[0-9]' "$WORK/out")" 0 "nothing was decoded"
wide() { awk 'length($0) > 80 && length($NF) < 60' "$WORK/out"; }
is "$(wide)" "" "the report is 80 columns wide, but for a path that is longer"
exits 0 "its history" aegis history "$(sed -n 's/^run //p' "$WORK/out" | cut -c1-12)"
is "$(wide)" "" "is so, too"
is "$(sum)" "$before" "and no row was written"
is "$(sql "SELECT count(*) FILTER (WHERE v.rule_type = 'field_specific') > 0, count(*) FILTER (WHERE v.rule_identifier = 'SWR_37') FROM filing_rule_snapshots s
    JOIN rule_versions v ON v.id = s.rule_version_id JOIN filing_checklists f ON f.id = s.checklist_id WHERE f.entity_id = '$lease'")" "t	1" \
    "but the new filing stands on its field's rule, and on the statewide one"
is "$(sql "SELECT string_agg(DISTINCT dataset, ' ' ORDER BY dataset) FROM batch_books JOIN batch_datasets USING (dataset_id) WHERE type_key = 'rule'")" \
    "filings gsf001/density gsf001/spacing olf001/spacing rules/density.yaml rules/flaring.yaml rules/reporting.yaml rules/spacing.yaml" "with books of each"
done_testing
