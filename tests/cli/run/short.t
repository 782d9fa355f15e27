#!/usr/bin/env bash
# Short steps: what they run, in which order, from which source; decoded once; for several tenants.
. "$(dirname "$0")/../../lib.sh"
need_pg
export AEGIS_VAR=$WORK/var
cd "$WORK" || exit 1
other=00000000-0000-4000-8000-0000000000b2
for t in "$TENANT" "$other"; do aegis entity-define --tenant "$t" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1; done
F=$ROOT/fixtures
steps() { aegis run --check --format json "$@" 2>/dev/null | python3 -c 'import json, sys
for s in json.load(sys.stdin): print(s["step"], *(w for k in s["stages"] for w in k[:1]))'; }
states() { sed -n 's/^\([a-z0-9_-]*\)  *\(done\|failed\|absent\|skipped\|left out\|kept\|findings\) .*/\1 \2/p' out | paste -sd,; }

cat >p.yaml <<Y
pipeline: p
settings: {tenant: ~}
sources:
  olf001: {file: "$F/olf001-demo.ebc.gz"}
  orf850: {required: true}
steps:
  - import: [olf001/field, olf001/lease]
  - import: orf850/operator
  - rules: spacing.yaml
  - rules: olf001/spacing
  - stage: rule-snapshot
Y
exits 78 'a setting without a value' aegis run --check p.yaml
like err "p.yaml:2:20: setting 'tenant' has no value: --set tenant=VALUE" 'is named with its place'
is "$(steps --tenant "$TENANT" p.yaml)" "olf001 rrc-decode
olf001-field entity-map entity-load
olf001-lease entity-map entity-load
orf850-operator
rules rule-load
olf001-spacing rule-load
rule-snapshot rule-snapshot" 'a file of several views is decoded once, by a step of its own'
is "$(aegis run --plan --format json --tenant "$TENANT" p.yaml 2>/dev/null | python3 -c 'import json, sys
print([s["stages"][0][0] for s in json.load(sys.stdin) if s["step"] == "olf001-lease"])')" "['rrc-decode']" 'but a plan decodes for each'

exits 66 'without a required source' aegis run --tenant "$TENANT" p.yaml
is "$(states)" 'olf001 done,olf001-field done,olf001-lease done,orf850-operator failed,rules done,olf001-spacing done,rule-snapshot done' 'all else runs'
like err "error: step orf850-operator: source 'orf850' did not come, and is required" 'and the cause is told'
is "$(find var -name '*.sealed')" '' 'what was decoded for others is gone'
exits 0 'with it' aegis run --tenant "$TENANT" --source "orf850=$F/orf850-demo.ebc.gz" p.yaml
is "$(states)" 'olf001 done,olf001-field done,olf001-lease done,orf850-operator done,rules done,olf001-spacing done,rule-snapshot done' 'and all is done'
entities() { sql "SELECT type_key, entity_key, md5(properties::text) FROM entities WHERE tenant_id = '$1' ORDER BY 1, 2"; }
entities "$TENANT" >want
for v in field lease; do
	aegis rrc-decode --layout olf001 --view $v --rejects d.rej "$F/olf001-demo.ebc.gz" 2>/dev/null |
	    aegis entity-map --tenant "$other" --type $v --rejects m.rej 2>/dev/null | aegis entity-load --tenant "$other" --type $v --rejects l.rej >/dev/null 2>&1
done
is "$(entities "$other")" "$(grep -v '^operator' want)" 'the same as through pipes by hand'
exits 0 'for two tenants' aegis run --tenant "$TENANT" --tenant "$other" --source "orf850=$F/orf850-demo.ebc.gz" p.yaml
is "$(grep -c '^pipeline p: done' out)" 2 'two runs'
is "$(sql "SELECT count(*), count(DISTINCT tenant_id) FROM batch_runs WHERE tenant_id IS NOT NULL AND pipeline = 'p'")" '4	2' 'each recorded as its own'
is "$(entities "$other")" "$(cat want)" 'the second tenant has what the first has'

# One view of a file that fails leaves the others.
sed 's/olf001\/field, olf001\/lease/olf001\/field, olf001\/nothing/' p.yaml >q.yaml
exits 78 'a view that is not there' aegis run --check --tenant "$TENANT" q.yaml
like err "layout olf001 has no view 'nothing'" 'is named'
sed 's/olf001\/field/olf001\/spacing/' p.yaml >q.yaml
exits 78 'a dataset of no type' aegis run --check --tenant "$TENANT" q.yaml
like err "'olf001/spacing' feeds no type" 'is named'

# One step, the steps from one on.
exits 0 'one step' aegis run --tenant "$TENANT" --source "orf850=$F/orf850-demo.ebc.gz" --step olf001-lease p.yaml
is "$(states)" 'olf001 done,olf001-field left out,olf001-lease done,orf850-operator left out,rules left out,olf001-spacing left out,rule-snapshot left out' 'runs, and what decodes for it'
exits 0 'from one on' aegis run --tenant "$TENANT" --from rules p.yaml
is "$(states)" 'olf001 done,olf001-field left out,olf001-lease left out,orf850-operator left out,rules done,olf001-spacing done,rule-snapshot done' 'and those below it'
exits 64 'a step that is not there' aegis run --tenant "$TENANT" --step nothing p.yaml
like err "pipeline 'p' has no step 'nothing'" 'is named'

# A guard that is accepted for one run, on the record.
zcat "$F/orf850-demo.ebc.gz" | head -c 3500 >few
exits 65 'a source that has shrunk' aegis run --tenant "$TENANT" --source orf850=few --step orf850-operator p.yaml
exits 0 'accepted' aegis run --tenant "$TENANT" --source orf850=few --step orf850-operator --accept orf850-operator=shrink p.yaml
is "$(sql "SELECT asked->'accept', asked->>'by' LIKE '%@%', asked->'sources'->>'orf850' FROM batch_runs ORDER BY started_at DESC LIMIT 1")" \
    '["orf850-operator=shrink"]	t	few' 'with who did it'

# --resume keeps what the run was given.
exits 65 'a run that fails' aegis run --tenant "$TENANT" --source "orf850=$F/olf001-demo.ebc.gz" p.yaml
exits 65 'resumed' aegis run --resume --tenant "$TENANT" p.yaml
is "$(states)" 'olf001 kept,olf001-field kept,olf001-lease kept,orf850-operator failed,rules kept,olf001-spacing kept,rule-snapshot done' 'with the same source; what was done is kept'

# This machine's settings.
mkdir etc
cat >etc/aegis.yaml <<Y
tenants: [$other]
settings: {tenant: 00000000-0000-4000-8000-0000000000ff}
sources: {orf850: {required: false}}
Y
exits 0 'by the settings of this machine' env AEGIS_ETC="$WORK/etc" aegis run p.yaml
is "$(states)" 'olf001 done,olf001-field done,olf001-lease done,orf850-operator absent,rules done,olf001-spacing done,rule-snapshot done' 'a source that need not come is absent'
like out "^tenant $other" 'for their tenant'
exits 0 'the command line goes before them' env AEGIS_ETC="$WORK/etc" aegis run --tenant "$TENANT" --step rules p.yaml
like out "^tenant $TENANT" 'with its tenant'
cp p.yaml etc/site.yaml
sed -i 's/^pipeline: p/pipeline: site/' etc/site.yaml
exits 0 'a pipeline of this machine by its name' env AEGIS_ETC="$WORK/etc" aegis run --tenant "$TENANT" --check site
echo 'colour: red' >etc/aegis.yaml
exits 78 'an unknown key' env AEGIS_ETC="$WORK/etc" aegis run --tenant "$TENANT" p.yaml
like err "etc/aegis.yaml:1:9: unknown key 'colour'" 'is named'
done_testing
