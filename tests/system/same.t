#!/usr/bin/env bash
# The same source: nothing to do, and nothing is decoded.  Whatever else is new: it is loaded.
. "$(dirname "$0")/../lib.sh"
need_pg
cd "$WORK" || exit 1
export TENANT
cp -r "$ROOT/pipelines" . && ln -s "$ROOT"/{fixtures,sql,doc} .
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
cp "$ROOT/fixtures/olf001-demo.ebc.gz" ledger.gz
cat >one.yaml <<E
pipeline: one
settings: { file: $WORK/ledger.gz }
steps:
  - name: leases
    pipe:
      - [rrc-decode, --layout, olf001, --view, lease, --rejects, "\${run_dir}/d.rej", "\${file}"]
      - [entity-map, --tenant, "$TENANT", --type, lease, --rejects, "\${run_dir}/m.rej"]
      - [entity-load, --tenant, "$TENANT", --type, lease, --rejects, "\${run_dir}/l.rej", --max-retired, 100%, --accept-change]
E
sed -i 's/, --accept-change//' one.yaml
run() { AEGIS_HOME=$WORK aegis run one.yaml "$@"; }
loads() { sql "SELECT count(*) FROM batch_sources"; }
loads_by() { # loads_by N WHAT: the run makes N loads
	local was; was=$(loads)
	exits 0 "$2" run
	is "$(($(loads) - was))" "$1" "$([ "$1" = 0 ] && echo "nothing is done" || echo "is loaded")"
}
loads_by 1 "the first run"
loads_by 0 "the same again"
like out '^    the same source as at 20.*: nothing to do$' "and says so"
like out '^  rrc-decode +- *$' "nothing was decoded"
exits 0 "the run is in the books" aegis history "$(sed -n 's/^run //p' out | cut -c1-12)"
ask() { aegis entity-load --tenant "$TENANT" --type lease --dataset olf001/lease --same "$@"; }
exits 0 "whoever asks" ask ledger.gz
exits 0 "as JSON" ask ledger.gz --format json
is "$(python3 -c 'import json; print(sorted(json.load(open("out"))))')" "['same_as']" "for programs"
cp ledger.gz other.gz
exits 0 "another name is no other source" ask other.gz
zcat ledger.gz >plain.ebc
exits 1 "other bytes are" ask plain.ebc
exits 1 "another dataset" aegis entity-load --tenant "$TENANT" --type lease --dataset gsf001/lease --same ledger.gz
exits 66 "a file that is not there" ask none.gz
exits 64 "a dataset that is none" aegis entity-load --tenant "$TENANT" --type lease --dataset leases --same ledger.gz
exits 64 "without a dataset" aegis entity-load --tenant "$TENANT" --type lease --same ledger.gz
hand() { local -x AEGIS_HOME=$WORK; aegis rrc-decode --layout olf001 --view lease --rejects d.rej ledger.gz | aegis entity-map --tenant "$TENANT" --type lease --rejects m.rej | aegis entity-load --tenant "$TENANT" --type lease --rejects l.rej "$@"; }
was=$(loads)
exits 0 "a pipe by hand" hand
is "$(($(loads) - was))" 1 "decodes and loads"
# Whatever is new.
gzip -dc fixtures/olf001-demo.ebc.gz | gzip -9n >ledger.gz
loads_by 1 "another file"
loads_by 0 "again"
sql "UPDATE entity_field_definitions SET label = 'Another' WHERE field_key = 'lease_name'" >/dev/null
loads_by 0 "a label that is for people"
sql "UPDATE entity_field_definitions SET required = NOT required WHERE field_key = 'ledger_lease_name' AND type_id = (SELECT type_id FROM entity_type_definitions WHERE type_key = 'lease' AND tenant_id = '$TENANT')" >/dev/null
loads_by 1 "a definition that has changed"
loads_by 0 "again"
sql "DELETE FROM rrc_field_mappings WHERE mapping_id = (SELECT mapping_id FROM rrc_field_mappings m JOIN entity_field_definitions f ON f.field_id = m.entity_field_id JOIN entity_type_definitions t ON t.type_id = f.type_id WHERE t.type_key = 'lease' AND t.tenant_id = '$TENANT' AND NOT f.required AND f.field_key LIKE 'ledger%' ORDER BY f.field_key LIMIT 1)" >/dev/null
loads_by 1 "a mapping that has gone"
loads_by 0 "again"
sed -i '1i # another text' pipelines/layouts/olf001.yaml
sed -i "s/--max-retired, 100%/--max-retired, 100%, --accept-change/" one.yaml
loads_by 1 "another layout, and an option that may mean anything"
sed -i "s/, --accept-change//" one.yaml
loads_by 0 "again"
sed -i "s/--max-retired, 100%/&, --accept-older, --accept-shrink/" one.yaml
loads_by 0 "with what only says what a load may do"
sed -i "s/, --accept-older, --accept-shrink/, --delta/" one.yaml
loads_by 1 "with what says that it is another load"
sed -i "s/, --delta//" one.yaml
loads_by 1 "the whole again, behind some rows of it"
loads_by 0 "and once more"
sed -i '/dataset: olf001\/lease/,/^  - /s/role: [a-z]*/role: enrich/' pipelines/datasets.yaml
AEGIS_HOME=$WORK exits 1 "another meaning of the dataset" ask ledger.gz
cp "$ROOT/pipelines/datasets.yaml" pipelines/
sql "INSERT INTO batch_matrix_todo VALUES ('$TENANT', 'lease', '$TENANT')" >/dev/null
loads_by 1 "cells that a killed load has left"
loads_by 0 "again"
rule=$(sql "SELECT rule_id FROM entity_relationship_rules r JOIN entity_type_definitions c ON c.type_id = r.child_type_id WHERE c.type_key = 'lease' LIMIT 1")
sql "DELETE FROM batch_links WHERE rule_id = '$rule'" >/dev/null
AEGIS_HOME=$WORK exits 1 "a rule that was never linked by" ask ledger.gz
run >/dev/null 2>&1
was=$(loads)
exits 0 "mended rows by hand" hand --delta
AEGIS_HOME=$WORK exits 1 "behind them the file is looked at" ask ledger.gz
# A step that is something else is run as it is.
sed -i 's/--view, lease,/--view, lease, --encoding, ebcdic,/' one.yaml
loads_by 1 "an option of which it is not known what it means"
loads_by 1 "and again"
done_testing
