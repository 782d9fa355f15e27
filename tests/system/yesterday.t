#!/usr/bin/env bash
# What the programs of an earlier step made (tests/yesterday, by its script `make`): taken, or refused
# with the command that converts it.
. "$(dirname "$0")/../lib.sh"
Y=$WORK/yesterday
cp -a "$ROOT/tests/yesterday" "$Y"
chmod 600 "$Y"/*.key
cd "$WORK" || exit 1
quiet() { "$@" >"$WORK/log" 2>&1; }

# Databases: brought up by schema-apply, without a drift, with the rows that they had.
up() { # up NAME DUMP
	quiet createdb "$1"
	zstd -dcq "$Y/$2" >dump.sql
	quiet psql -Xq -v ON_ERROR_STOP=1 -d "$1" -f dump.sql
	tap_result $? "$1: its dump restores" || sed 's/^/# /' "$WORK/log" | head -5
	before=$(psql -XqAtd "$1" -c "SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM entities x")
	exits 0 "$1: schema-apply" aegis schema-apply --db "dbname=$1" "${@:3}"
	is "$(psql -XqAtd "$1" -c "SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM entities x")" "$before" "$1: no entity changes"
	# PostgreSQL itself prints a CHECK in other words after it has been dumped and restored.
	aegis schema-check --db "dbname=$1" >drift 2>log
	is "$(grep -v '^changed  constraint .*have CHECK' drift)" "" "$1: without a drift" || head -3 log | sed 's/^/# /'
}
# On a server without AGE, as it was.
need_pg
up plain database.sql.zst --without age,vector

# The chain of archives goes on.
export PGDATABASE=plain
psql -Xqc "INSERT INTO audit_logs (tenant_id, event_type, event_data, created_at) VALUES ('$TENANT', 'login', '{}', '2026-11-03T10:00:00Z')"
ARCH=$Y/archives
exits 0 "the archives of then" aegis audit-check --key "$Y/audit.key.vkey" "$ARCH"
aegis audit-read --table audit_logs --period 2026-11-01 --archives "$ARCH" 2>log | aegis audit-verify --keys "$Y/keyring.yaml" --profile py-sorted 2>>log |
    aegis audit-pack --archives "$ARCH" --key "$Y/audit.key" >/dev/null 2>>log
aegis audit-read --table audit_logs --from 2026-11-02 --to 2026-11-10 --archives "$ARCH" 2>>log | aegis audit-verify --keys "$Y/keyring.yaml" --profile py-sorted 2>>log |
    aegis audit-pack --archives "$ARCH" --key "$Y/audit.key" >/dev/null 2>>log
is "$(ls -d "$ARCH"/audit_logs/audit_logs-0*/ | wc -l)" 6 "two more follow" || sed 's/^/# /' log
exits 0 "and all are whole" aegis audit-check --key "$Y/audit.key.vkey" "$ARCH"
# Then's script for the auditor says of the new archives what it said of the old ones: whole.
last=$(ls -d "$ARCH"/audit_logs/audit_logs-0*/ | tail -n 1)
exits 0 "the verify.sh of then" bash "$Y/verify.sh" "$Y/audit.key.pub" "$ARCH/audit_logs"
unlike out '(FINDING|not ok|FAIL)' "has no finding"
exits 0 "nothing changed in the table" aegis audit-reconcile --archives "$ARCH" --table audit_logs

# Streams of each kind.
S=$Y/streams
ok "rrc: streams are mapped" bash -c "aegis entity-map --tenant $TENANT --type well --definitions '$ROOT/pipelines/entities/well.yaml' --rejects r1 <'$S/rrc.stream' >mapped 2>log"
exits 65 "entity: streams without a tenant are refused" aegis entity-load --tenant "$TENANT" --type well --rejects r2 --delta <"$S/entity.stream"
like err 'hint: .*aegis seal --kind entity:well --tenant' "with the command that converts"
aegis unseal "$S/entity.stream" | aegis seal --kind entity:well --tenant "$TENANT" --dataset dbf900/well --source wells.gz >converted
exits 0 "which it does" aegis entity-load --tenant "$TENANT" --type well --rejects r2 --delta <converted
exits 0 "table: streams are loaded" aegis table-load --mode upsert --rejects r3 <"$S/table.stream"
exits 0 "reject: files are read" aegis rejects "$S/reject.stream"
exits 0 "rules come from rrc: streams" aegis rule-load --tenant "$TENANT" --rejects r4 <"$S/rule.stream"
ok "audit: streams are verified" bash -c "aegis audit-verify --keys '$Y/keyring.yaml' --profile py-sorted <'$S/audit.stream' >verified"
unset PGDATABASE
aegis db destroy --yes >/dev/null 2>&1

# On one with AGE.
need_full_pg
pg_major=$(sql "SELECT current_setting('server_version_num')::integer / 10000")
up graph database-age.sql.zst
export PGDATABASE=graph
is "$(psql -XqAt -c "SET search_path = ag_catalog, public" -c "SELECT * FROM cypher('oilgas', \$\$ MATCH (w:Well)-[:ON_LEASE]->(l:Lease) RETURN w.entity_id, l.entity_id \$\$)
    AS (w agtype, l agtype)" | grep -c '42-')" "$(sql "SELECT count(*) FROM entity_links JOIN entity_relationship_rules USING (rule_id) WHERE display_label = 'ON_LEASE' AND resolved")" "its graph answers"
exits 0 "its graph is as the tables say" aegis graph-sync --tenant "$TENANT" --check
# Its nightly pipeline, on the files of then: nothing new; a changed file: an update.
zcat "$ROOT/fixtures/wellbore-demo.ebc.gz" 2>/dev/null | head -c $((247 * 1200)) | gzip -n >wells.gz
night() { aegis run "$Y/nightly.yaml" --set "tenant=$TENANT" "$@"; }
exits 0 "the nightly.yaml of then" night --set "wellbore=$WORK/wells.gz"
is "$(sed '/^graph /,/^[^ ]/d' out | grep -c '^    nothing new$\|^    the same source as at .*: nothing to do$')" 13 "finds nothing new" || grep -v '^    ' out | head -30 | sed 's/^/# /'
exits 0 "and on the demo's whole file" night
ok "more wells" test "$(sql "SELECT count(*) FROM entities WHERE type_key = 'well'")" -gt 100
exits 0 "the graph has them" aegis graph-sync --tenant "$TENANT" --check
exits 0 "rules: nothing to do" aegis rule-load --tenant "$TENANT" "$ROOT/pipelines/rules/spacing.yaml"
unset PGDATABASE
eval "$(aegis db env)"

# Fixtures.
if [ "$pg_major" = "$(sed -n 's/.*"server": *"\([0-9]*\)".*/\1/p' "$Y/fixture-age/data/manifest.json")" ]; then
	exits 0 "its fixture is whole" aegis fixture-check "$Y/fixture-age"
	exits 0 "and restores" aegis fixture-restore --into bag "$Y/fixture-age"
	exits 0 "into a schema without a drift" aegis schema-check --db dbname=bag
	unlike out . "nothing differs"
	exits 0 "that is up to date" aegis schema-apply --db dbname=bag
	unlike err ': applied' "no file is applied again"
	exits 0 "with its graph" aegis graph-sync --db dbname=bag --tenant "$TENANT" --check
fi
umask 077
printf 'a key of the pseudonyms\n' >pseudonyms.key
exits 0 "its policy of pseudonyms" aegis fixture-save --db dbname=graph --pseudonyms "$Y/pseudonyms.yaml" --key pseudonyms.key --where "filing_checklists=true" masked

done_testing
