#!/usr/bin/env bash
# aegis trace: from a value to the bytes that say so.  TRACE_VALUES random values (10,000 in `make torture`) of
# generated wells, in both encodings, are held against the file and a second decoder (trace.py); then all that a
# night of every dataset brings, and what is asked in the morning: rejected, never seen, changed, gone, not kept.
. "$(dirname "$0")/../lib.sh"
need_shared
need_pg
cd "$WORK" || exit 1
VALUES=${TRACE_VALUES:-150} SEED=${TRACE_SEED:-$((RANDOM * 32768 + RANDOM))}
say "TRACE_VALUES=$VALUES TRACE_SEED=$SEED"
FACTS=$SHARED/rrc/layouts_wb_da_ol.csv
define() { aegis entity-define --tenant "$TENANT" "${@:-$ROOT/pipelines/entities}"/*.yaml >/dev/null 2>&1; }
load() { # load LAYOUT VIEW TYPE FILE [OPTIONS...]
	local layout=$1 view=$2 type=$3 file=$4; shift 4
	aegis rrc-decode --layout "$layout" --view "$view" --rejects decode.rej --max-rejects 10% "$file" 2>/dev/null |
	    aegis entity-map --tenant "$TENANT" --type "$type" --rejects map.rej --max-rejects 10% 2>/dev/null |
	    aegis entity-load --tenant "$TENANT" --type "$type" --rejects load.rej --max-rejects 10% --max-retired 100% "$@" >load.out 2>&1 || { cat load.out; return 1; }
}
trace() { aegis trace --tenant "$TENANT" "$@"; }
get() { # get EXPRESSION: of the answer in out, j
	python3 -c 'import json, sys; j = json.load(open("out")); print(eval(sys.argv[1]))' "$1"
}
result() { get '[(d["dataset"], d["result"]) for d in j["datasets"]]'; }
random() { # random WHAT CODE: what trace.py says
	local what=$1; shift
	"$@" >said 2>&1
	is "$?" 0 "$what: $(tail -1 said)" || sed 's/^/# /' said
}

# Wells in both encodings, each from a kept file, after its source is gone.
define
for enc in ebcdic ascii; do
	rrc-gen --layout dbf900 --wells 300 --seed 3 --encoding $enc --clean >plain.$enc
	gzip -kc plain.$enc >w.$enc.gz
	aegis source-keep --to kept w.$enc.gz >/dev/null
	ok "$enc: wells" load dbf900 well well w.$enc.gz
	rm w.$enc.gz
	random "$enc" python3 "$ROOT/tests/system/trace.py" wells plain.$enc $enc "$FACTS" $((VALUES / 3)) "$SEED" --tenant "$TENANT" --sources kept
	sql "DELETE FROM entity_sources; DELETE FROM entities" >/dev/null
done

# The next night changes a few: the place is that in the file of the last change.
rrc-gen --layout dbf900 --wells 300 --seed 3 --clean >night-1
rrc-gen --layout dbf900 --wells 300 --seed 3 --clean --change 5% --night 2 >night-2
for n in 1 2; do
	aegis source-keep --to kept night-$n >/dev/null
	ok "night $n" load dbf900 well well night-$n
	mv night-$n plain-$n
done
is "$(sql "SELECT string_agg(x, ' ' ORDER BY x) FROM (SELECT DISTINCT source AS x FROM entity_sources e JOIN batch_sources s ON s.run_id = e.seen_run AND s.dataset_id = e.dataset_id AND s.section = e.section) y")" \
    "night-1 night-2" "places in both files"
of() { sql "SELECT e.entity_key FROM entity_sources e JOIN batch_sources s ON s.run_id = e.seen_run AND s.dataset_id = e.dataset_id JOIN entities n USING (entity_key) WHERE source = 'night-$1' AND retired_at IS NULL ORDER BY 1 LIMIT 1"; }
for n in 1 2; do
	key=$(of $n)
	exits 0 "a well of night $n" trace --format json --sources kept "$key"
	is "$(get '[(d["source"], d["result"], d["source_sha256"]) for d in j["datasets"]]')" "[('night-$n', 'proved', '$(sha256sum <plain-$n | cut -c1-64)')]" "is proved by that night's file"
done
gone=$(sql "SELECT entity_key FROM entities WHERE retired_at IS NOT NULL ORDER BY 1 LIMIT 1")
exits 0 "one that night 2 has no more" trace "$gone"
like out '(retired)' "is retired"
like out 'retired *dbf900/well' "by a load of its dataset"
exits 0 "as JSON" trace --format json "$gone"
is "$(get '[(c["change"], c["source"]) for c in j["changes"]][0]')" "('retired', 'night-2')" "by night 2, which has it no more"
read -r key field < <(sql "SELECT c.entity_key || ' ' || k FROM batch_changes c JOIN batch_sources s ON s.run_id = c.run_id, jsonb_object_keys(c.fields) k WHERE source = 'night-2' AND kind = 'changed' ORDER BY 1 LIMIT 1")
exits 0 "a field that night 2 has changed: $field" trace --format json --sources kept "$key" "$field"
is "$(get 'j["changes"][0]["after"] == j["datasets"][0]["fields"][0]["decoded"] != j["changes"][0]["before"]')" True "has that change, before and after"

# A run that loads a dataset twice counts its streams on, and so do the places.
rrc-gen --layout dbf900 --wells 40 --seed 9 --clean >one
rrc-gen --layout dbf900 --wells 60 --seed 9 --clean --change 100% --night 2 >two
export AEGIS_RUN=11111111-2222-4333-8444-555555555555
ok "a run's first load" load dbf900 well well one
ok "and its second" load dbf900 well well two
unset AEGIS_RUN
exits 0 "a well of the second" trace --format json --sources one --sources two "$(sql "SELECT entity_key FROM entity_sources WHERE section = 1 LIMIT 1")"
is "$(get '[(d["source"], d["result"]) for d in j["datasets"]]')" "[('two', 'proved')]" "is found in the second source"

# What is not as it was.
key=$(sql "SELECT entity_key FROM entity_sources WHERE section = 1 LIMIT 1")
exits 0 "the source where it was" trace --format json "$key"
is "$(result) $(get 'j["datasets"][0]["file"]')" "[('dbf900/well', 'proved')] two" "is read there"
cp two true-two
rrc-gen --layout dbf900 --wells 60 --seed 10 --clean >two
exits 0 "another file in its place" trace --format json "$key"
is "$(result)" "[('dbf900/well', 'none')]" "shows no bytes"
is "$(get 'j["datasets"][0]["why"]')" "'two' is another file by now" "and says why"
rm two
exits 0 "no file in its place" trace "$key"
like out 'the source is not kept' "is said"
like out "$(sha256sum <true-two | cut -c1-64)" "with the digest of what to look for"
exits 0 "a file of another name" trace --format json --sources true-two "$key"
is "$(result)" "[('dbf900/well', 'proved')]" "is proved by the row's digest"
mv true-two two
aegis source-keep --to kept two >/dev/null
aegis source-keep --to liar one >/dev/null
# A kept file that says it were another's: its note names the digest of the second.
python3 - "$(ls liar/*)" "$(sha256sum <one | cut -c1-64)" "$(sha256sum <two | cut -c1-64)" <<'E'
import os, sys
path, was, new = sys.argv[1:]
data = open(path, "rb").read().replace(was.encode(), new.encode())
open(os.path.join(os.path.dirname(path), "one-%s.zst" % new[:16]), "wb").write(data)
E
exits 1 "a kept file that lies about its source" trace --sources liar "$key"
like out 'NOT THE SAME' "is found out"
cp -r kept broken
for f in broken/*; do printf 'XXXX' | dd of="$f" bs=1 seek=5000 conv=notrunc 2>/dev/null; done
exits 0 "a broken kept file" trace --sources broken "$key"
like out 'Its bytes are not shown: .*broken' "is named"
sql "UPDATE entities SET properties = jsonb_set(properties, '{total_depth}', '77') WHERE entity_key = '$key'" >/dev/null
exits 1 "a value that somebody has changed in the database" trace "$key"
like out 'the database has another value: 77' "is found"
exits 0 "another field" trace "$key" plugged
exits 1 "that one" trace "$key" total_depth
sql "UPDATE entity_sources SET byte_offset = byte_offset + 1 WHERE entity_key = '$key'" >/dev/null
exits 1 "a place where no row begins" trace "$key"
like out 'NOT THE SAME: ' "is told"
sql "UPDATE entity_sources SET record = NULL, byte_offset = NULL WHERE entity_key = '$key'" >/dev/null
exits 0 "a row of before the places" trace "$key"
like out 'before places were kept' "is told"

# Another layout, other definitions.
mkdir -p home/pipelines/layouts && cp -r "$ROOT"/pipelines/. home/pipelines && cp -r "$ROOT/sql" home
sed 's/^title: .*/&, once more/' "$ROOT/pipelines/layouts/dbf900.yaml" >home/pipelines/layouts/dbf900.yaml
key=$(sql "SELECT entity_key FROM entity_sources WHERE section = 1 AND record IS NOT NULL ORDER BY 1 DESC LIMIT 1")
AEGIS_HOME=$WORK/home exits 0 "a layout that has changed since" trace --sources kept "$key"
like out 'layout dbf900 has changed since' "decodes nothing"
mv home/pipelines/layouts/dbf900.yaml dbf900.yaml
AEGIS_HOME=$WORK/home exits 0 "a layout that is not there any more" trace --sources kept "$key"
like out "Its bytes are not shown: .*layout .dbf900" "is named"
mv dbf900.yaml home/pipelines/layouts/
AEGIS_HOME=$WORK/home exits 0 "with that of then" trace --format json --sources kept --layout "$ROOT/pipelines/layouts/dbf900.yaml" "$key"
is "$(result)" "[('dbf900/well', 'proved')]" "it does"
exits 64 "another file's layout" trace --sources kept --layout "$ROOT/pipelines/layouts/ewa.yaml" "$key"
sql "UPDATE entity_field_definitions SET input_type = 'text', validation_preset = NULL WHERE field_key = 'total_depth' AND tenant_id = '$TENANT'" >/dev/null
exits 0 "definitions that have changed since" trace --sources kept "$key"
like out 'The definitions have changed since' "are told"
define

# All that a night brings, to another tenant.
FIRST=$TENANT TENANT=00000000-0000-4000-8000-000000000002
define
exits 0 "a night of every dataset" aegis run --set "tenant=$TENANT" "$ROOT/pipelines/demo.yaml"
sql "SELECT entity_key FROM entities WHERE changed_run = (SELECT run_id FROM batch_runs WHERE pipeline = 'demo') ORDER BY md5(entity_key) LIMIT $((VALUES / 2))" >keys
while read -r key; do
	trace --persons --format json "$key" || echo "$key: $?" >>failed
done <keys >answers 2>>failed
[ ! -s failed ] || sed 's/^/# /' failed | head -20
is "$(python3 - <<'E'
import collections, json
results, bad = collections.Counter(), []
for line in open("answers"):
    for d in json.loads(line)["datasets"]:
        results[d["dataset"], d["result"]] += 1
        bad += [(d["dataset"], f["field"]) for f in d["fields"] if f["stored"] != f["decoded"] or (f["decoded"] not in (None, "false", "0") and not f["parts"])]
print(sorted({r for _, r in results}), bad, len({d for d, _ in results}) >= 10)
E
)" "['proved'] [] True" "$(wc -l <keys) entities of a night, every dataset proved, every value as stored"
zcat "$ROOT/fixtures/ewa-demo.csv.gz" >ewa.csv
random "cells of a CSV" python3 "$ROOT/tests/system/trace.py" cells ewa.csv "$SHARED/rrc/next/columns_text.csv" $((VALUES / 3)) "$SEED" --tenant "$TENANT"
permit=$(sql "SELECT entity_key FROM entities WHERE type_key = 'permit_field' ORDER BY 1 LIMIT 1")
exits 0 "a row that belongs to a row of another file" trace --format json "$permit" permit
is "$(result) $(get '[p["file"] for d in j["datasets"] for f in d["fields"] for p in f["parts"]]')" \
    "[('pending/permitted_field', 'proved')] ['dp_drilling_permit_pending*']" "names that file"
aegis source-keep --to pending "$ROOT/fixtures/pending-demo.tar.gz" >/dev/null
exits 0 "from kept files" trace --format json --sources pending "$permit" permit
is "$(result) $(get 'j["datasets"][0]["file"].startswith("pending/")')" "[('pending/permitted_field', 'proved')] True" "too"

# A rule, and what is a person's.
rule=$(sql "SELECT rule_identifier FROM rule_versions WHERE rule_identifier LIKE 'field:%oil/spacing' ORDER BY 1 LIMIT 1")
exits 0 "a rule" trace --format json "$rule"
is "$(get '(len(j["versions"]), j["versions"][0]["reference"].endswith(", record %d at byte %d" % (j["datasets"][0]["record"], j["datasets"][0]["offset"])), j["datasets"][0]["result"])')" \
    "(1, True, 'shown')" "stands where its version says"
is "$(get '{f["field"]: float(f["decoded"]) for f in j["datasets"][0]["fields"] if f["field"] in j["versions"][0]["data"]["figures"]} == {k: float(v["value"]) for k, v in j["versions"][0]["data"]["figures"].items()}')" \
    True "its figures are those of the bytes"
exits 0 "a rule of a file" trace SWR_37_protest
like out 'No dataset has said it: it comes from a file' "is told"
operator=$(sql "SELECT entity_key FROM entities WHERE type_key = 'operator' AND properties ? 'phone' LIMIT 1")
exits 0 "a telephone number" trace --format json "$operator" phone
is "$(get '[f["decoded"] for d in j["datasets"] for f in d["fields"]] + [p["hex"] for d in j["datasets"] for f in d["fields"] for p in f["parts"]]')" \
    "[\"(a person's; --persons shows it)\", \"(a person's; --persons shows it)\"]" "is hidden"
exits 0 "for whoever may see it" trace --persons --format json "$operator" phone
is "$(get 'bytes.fromhex(j["datasets"][0]["fields"][0]["parts"][0]["hex"]).decode("cp037").strip() == j["datasets"][0]["fields"][0]["decoded"]')" True "not"

# A key in other spellings, and one that is not there.
key=$(sql "SELECT entity_key FROM entities WHERE type_key = 'well' AND retired_at IS NULL ORDER BY 1 LIMIT 1")
for spelt in "${key//-/}" "${key//-/}0000" "$(cut -c4-6,8- <<<"$key")"; do
	exits 0 "$spelt" trace --format json "$spelt"
	is "$(get 'j["key"]')" "$key" "is $key"
done
exits 0 "an operator's number" trace --format json --type operator "${operator#*:}"
is "$(get 'j["key"]')" "$operator" "is the operator"
exits 1 "a key that nobody has" trace --format json 42-999-99999
is "$(get '(j["type"], j["rejects"], len(j["datasets"]) > 10)')" "(None, [], True)" "with the loads that did not bring it"
# A row without its required API number.
{ echo '_record,_offset,entity_key,api_number'; echo '1,0,42-001-00001,42-001-00001'; echo '2,247,42-888-00001,'; } |
    aegis seal --kind entity:well --tenant "$TENANT" --dataset dbf900/well --source bad.ebc |
    aegis entity-load --tenant "$TENANT" --type well --delta --accept-change --rejects "$WORK/bad.rej" --max-rejects 100% >load.out 2>&1 || cat load.out
exits 1 "a key that was rejected" trace --type well 42-888-00001
like out 'bad.rej' "names the reject file"
like out 'missing_required' "and why"
like out 'record 2 at byte 247' "and where"
rm bad.rej
exits 1 "when the reject file is gone" trace --type well 42-888-00001
like out 'as far as reject files are there' "it says so"
exits 64 "a field that the type has not" trace "$key" depth
like err 'has no field' "is told"
exits 0 "a field that comes by way of another entity" trace "$key" operator
like out "names; trace that one" "says which"
exits 64 "no key" trace
exits 64 "no tenant" aegis trace "$key"
exits 65 "a tenant that the database does not know" aegis trace --tenant 99999999-0000-4000-8000-000000000009 "$key"
PGOPTIONS='-c role=aegis_import' exits 0 "the import role may ask" trace "$key"
done_testing
