#!/usr/bin/env bash
# The nightly pipeline whole, on the demo's five files: entities of all types, links, matrix, graph.
. "$(dirname "$0")/../lib.sh"
need_full_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
sed "s/00000000-0000-4000-8000-000000000001/$TENANT/" "$ROOT/pipelines/matrix.yaml" >"$WORK/matrix.yaml"
night() { aegis run "$ROOT/pipelines/nightly.yaml" --set "tenant=$TENANT" "$@"; }
exits 0 "a night" night || sed 's/^/# /' "$WORK/err"
is "$(sql "SELECT string_agg(type_key || ' ' || n, ', ' ORDER BY type_key) FROM (SELECT type_key, count(*) AS n FROM entities GROUP BY 1) x")" \
    "$(for v in olf001/field+gsf001/field olf001/lease+gsf001/lease daf802/operator daf802/permit dbf900/well; do
	for d in ${v//+/ }; do
		case $d in dbf900/*) f=wellbore-demo.ebc.gz ;; *) f=$(basename "$ROOT"/fixtures/"${d%/*}"-demo.*) ;; esac
		aegis rrc-decode --layout "${d%/*}" --view "${d#*/}" --rejects "$WORK/rej" "$ROOT/fixtures/$f" 2>/dev/null | aegis unseal |
		    sed 1d | cut -d, -f3
	done | sort -u | wc -l | sed "s,^,${v##*/} ,"
done | paste -sd, | sed 's/,/, /g')" "an entity for each key in the files"
is "$(sql "SELECT count(*) FROM (SELECT r.display_label, c.type_key, p.type_key FROM entity_links JOIN entity_relationship_rules r USING (rule_id)
    JOIN entity_type_definitions c ON c.type_id = r.child_type_id JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
    WHERE resolved GROUP BY 1, 2, 3 HAVING count(*) > 10) x")" 6 "links by each of the six rules"
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
sum() { sql "SELECT md5(string_agg(x, '' ORDER BY x)) FROM (SELECT ctid::text || xmin || entity_key AS x FROM entities UNION ALL SELECT ctid::text || xmin || entity_key FROM entity_sources
    UNION ALL SELECT ctid::text || xmin || child_key FROM entity_links UNION ALL SELECT ctid::text || xmin || id FROM compliance_status
    UNION ALL SELECT ctid::text || xmin || id::text FROM oilgas._ag_label_vertex) y"; }
before=$(sum)
exits 0 "the same night again" night
is "$(grep -c '^    nothing new$' "$WORK/out")" 9 "nine times nothing new"
is "$(sum)" "$before" "and no row was written"
done_testing
