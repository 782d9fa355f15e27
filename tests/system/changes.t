#!/usr/bin/env bash
# aegis changes: what a night brought, about whom, in every form.  That nothing is missed or invented
# is merge.t's, which holds each of its loads against the tables.
. "$(dirname "$0")/../lib.sh"
need_pg
export TENANT
cd "$WORK" || exit 1
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
printf 'domains: {lease: [rule_32]}\ntenants:\n  - { tenant: %s, operators: ["operator:100001"] }\n' "$TENANT" >matrix.yaml

load() { # load LAYOUT/VIEW TYPE COLUMNS ROW...: rows of fields as entity-map gives them, and their place in the source
	local dataset=$1 type=$2 columns=$3 n=0 row; shift 3
	night=$((night + 1))
	{
		echo "_record,_offset,entity_key,$columns"
		for row; do n=$((n + 1)); echo "$((n * 3)),$((n * 1000)),$row"; done
	} | aegis seal --kind "entity:$type" --tenant "$TENANT" --dataset "$dataset" --source "night-$night.ebc" |
		aegis entity-load --tenant "$TENANT" --type "$type" --matrix matrix.yaml --max-retired 100% --report json >report.json 2>load.err || { cat load.err; return 1; }
}
night=0
leases() { load p4f606/lease lease "lease_number,oil_gas,district,operator,purchaser_system" "$@"; }
changes() { aegis changes --tenant "$TENANT" --matrix matrix.yaml "$@"; }

define() { sql "SELECT string_agg(field_key, ' ' ORDER BY field_key) FROM entity_field_definitions JOIN entity_type_definitions USING (type_id) WHERE type_key = 'lease'"; }
like <(define) 'operator' "leases have an operator"
columns=$(sql "SELECT string_agg(f.field_key, ',' ORDER BY f.sort_order, f.field_key) FROM entity_field_definitions f JOIN entity_type_definitions t USING (type_id)
	WHERE t.type_key = 'lease' AND f.tenant_id = '$TENANT' AND (f.required OR f.field_key IN ('operator', 'district'))")
say "columns: $columns"
load orf850/operator operator "operator_number,operator_name" 'operator:100001,100001,OURS' 'operator:100002,100002,THEIRS' 'operator:100003,100003,"BOB ""BUCK"" JONES"' || exit 1
row() { # row KEY NUMBER OPERATOR: with a value for each column
	local c out=$1
	for c in ${columns//,/ }; do
		case $c in operator) out="$out,$3" ;; district) out="$out,08" ;; *) out="$out,$2" ;; esac
	done
	echo "$out"
}
leases() { load p4f606/lease lease "$columns" "$@"; }
leases "$(row lease:O-08-1 1 operator:100001)" "$(row lease:O-08-2 2 operator:100002)" "$(row lease:O-08-3 3 operator:100002)" "$(row lease:O-08-4 4 operator:100001)" || exit 1
exits 0 "first loads tell nothing" changes --all
is "$(cat out)" "nothing has changed" "as all is new"
# The 1st goes to others, the 2nd comes to us, the 3rd stays, the 4th is gone, the 5th is new, and others'.
leases "$(row lease:O-08-1 1 operator:100002)" "$(row lease:O-08-2 2 operator:100001)" "$(row lease:O-08-3 3 operator:100002)" "$(row lease:O-08-5 5 operator:100003)" || exit 1
exits 0 "the night, about our operator" changes --format csv
is "$(cut -d, -f3,5-8 out | tr -d '"' | tail -n +2)" "lease:O-08-1,changed,operator,operator:100001,operator:100002
lease:O-08-2,changed,operator,operator:100002,operator:100001
lease:O-08-4,retired,,," "what we lost, what we got, what is gone"
exits 0 "about anybody" changes --all --format csv --field operator
is "$(cut -d, -f3,5-8 out | tr -d '"' | tail -n +2)" "lease:O-08-1,changed,operator,operator:100001,operator:100002
lease:O-08-2,changed,operator,operator:100002,operator:100001
lease:O-08-5,inserted,operator,,operator:100003" "a field of theirs, too"
exits 0 "about another operator" changes --operator 100003 --format json
is "$(python3 -c 'import json; print(sorted({(r["entity_key"], r["change"], r["source"], r["record"], r["byte_offset"]) for r in json.load(open("out"))}))')" \
	"[('lease:O-08-5', 'inserted', 'night-3.ebc', 12, 4000)]" "with source, record and byte offset"
exits 0 "about one whose key has marks of an array in it" changes --operator 'operator:1","operator:100003}'
is "$(cat out)" "nothing has changed" "is about nobody else"
exits 0 "for people" changes
is "$(sed 's/^....-..-.. ..:..:.. UTC/WHEN/; s/run ......../run RUN/' out)" "WHEN  p4f606/lease  run RUN
  lease:O-08-1  changed
      operator: operator:100001 -> operator:100002
  lease:O-08-2  changed
      operator: operator:100002 -> operator:100001
  lease:O-08-4  retired" "load by load, entity by entity"
exits 0 "as a stream" bash -c 'aegis changes --tenant "$TENANT" --all --format stream >s && aegis unseal <s >u'
changes --all --format csv >c 2>/dev/null
is "$(python3 -c 'import csv; print(list(csv.reader(open("u"))) == list(csv.reader(open("c"))))')" True "the stream's rows are the CSV's"
run=$(tail -1 c | awk -F, '{print $NF}' | tr -d '"')
exits 0 "of one run" changes --all --run "${run:0:8}" --format csv
is "$(tail -n +2 out | wc -l)" "$(tail -n +2 c | wc -l)" "by the beginning of its number"
exits 0 "since now" changes --all --since "$(date -u -d '+1 hour' '+%F %T')"
is "$(cat out)" "nothing has changed" "nothing"
exits 64 "a time that is none" changes --since yesterdayish
exits 64 "nobody's changes" aegis changes
# What administrators change is not the source's doing.
sql "UPDATE entity_field_definitions SET label = 'Whoever', options = options WHERE field_key = 'operator'" >/dev/null
sql "UPDATE entity_field_definitions SET required = true WHERE field_key = 'district' AND type_id = (SELECT type_id FROM entity_type_definitions WHERE type_key = 'lease' AND tenant_id = '$TENANT')" >/dev/null
leases "$(row lease:O-08-1 1 operator:100001)" "$(row lease:O-08-2 2 operator:100001)" "$(row lease:O-08-3 3 operator:100002)" "$(row lease:O-08-5 5 operator:100003)" || exit 1
changes --format csv --since "$(date -u '+%F')" >with 2>/dev/null
changes --format csv --definitions >all 2>/dev/null
is "$(grep -c . with) $(grep -c . all)" "4 5" "a load after the definitions changed is told apart"
PGOPTIONS='-c role=aegis_import' exits 0 "the import role may ask" changes
done_testing
