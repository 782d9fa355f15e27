#!/usr/bin/env bash
# An inbox: files known by their content, taken when they are whole, moved when they are loaded or refused.
. "$(dirname "$0")/../../lib.sh"
need_pg
export AEGIS_VAR=$WORK/var AEGIS_INBOX_SETTLE=0
cd "$WORK" || exit 1
F=$ROOT/fixtures
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
states() { sed -n 's/^\([a-z0-9_.-]*\)  *\(done\|failed\|absent\|skipped\|left out\|kept\|findings\) .*/\1 \2/p' out | paste -sd,; }
there() { (cd in && find . -type f ! -name .lock | sort | sed 's/-[0-9a-f]\{16\}\.zst$/-HEX.zst/' | paste -sd' '); }

cat >p.yaml <<Y
pipeline: p
settings: {tenant: $TENANT}
inbox: $WORK/in
sources:
  orf850: {keep: 2}
  flf900: {required: true}
steps:
  - import: [olf001/field, flf900/field]
  - import: orf850/operator
  - import: [daf420/permit, ewa/well]
  - rules: olf001/spacing
Y
exits 78 'an inbox that is not there' aegis run p.yaml
like err "inbox '$WORK/in' cannot be used" 'is named'
mkdir in
exits 66 'an empty one' aegis run p.yaml
is "$(states)" 'olf001-field absent,flf900-field failed,orf850-operator absent,daf420-permit absent,ewa-well absent,olf001-spacing absent' 'what did not come is absent, and an error where it is required'
like err "source 'flf900' did not come, and is required" 'which says so'

# Five files under names that say nothing: one is cut, one is unknown, one is still being written; one did not come.
cp "$F/olf001-demo.ebc.gz" in/ledger
cp "$F/orf850-demo.ebc.gz" "in/names 20260901.gz"
head -c 900 "$F/daf420-demo.txt.gz" >in/cut.gz
echo 'not of RRC' >in/readme
cp "$F/flf900-demo.ebc.gz" in/tape.part
exits 66 'a run' aegis run p.yaml
is "$(states)" 'olf001 done,olf001-field done,flf900-field failed,orf850-operator done,daf420-permit absent,ewa-well absent,olf001-spacing done' 'takes what is whole'
is "$(there)" './done/ledger ./done/orf850/names 20260901-HEX.zst ./failed/cut.gz ./failed/cut.gz.why ./failed/readme ./failed/readme.why ./tape.part' \
    'what was loaded is in done, or kept; what is broken or unknown in failed'
like in/failed/cut.gz.why 'cut' 'with the reason'
like in/failed/readme.why 'fits no layout' 'of each'
like out '^names 20260901.gz +orf850 +2026-09-01 +ready' 'the report has the inbox'
is "$(sql "SELECT count(*) FROM (SELECT jsonb_array_elements(asked->'inbox') AS f FROM batch_runs WHERE run_id = (SELECT run_id FROM batch_runs ORDER BY started_at DESC LIMIT 1)) x WHERE f->>'state' IN ('ready', 'broken', 'unknown')")" 4 'and so has the record'
ok 'kept as it was decoded' cmp <(zstd -dc in/done/orf850/*.zst) <(zcat "$F/orf850-demo.ebc.gz")
mv in/tape.part in/tape
exits 0 'when it is whole' aegis run p.yaml
is "$(states)" 'olf001-field absent,flf900-field done,orf850-operator absent,daf420-permit absent,ewa-well absent,olf001-spacing absent' 'it is taken'
is "$(sql "SELECT string_agg(dataset, ' ' ORDER BY dataset) FROM batch_sources JOIN batch_datasets USING (dataset_id) WHERE dataset LIKE '%/field'")" 'flf900/field olf001/field' 'and loaded'

# A crash between the commit and the move.
cp "$F/olf001-demo.ebc.gz" in/ledger
cp "$F/flf900-demo.ebc.gz" in/tape
exits 0 'the same files once more' aegis run p.yaml
is "$(sed -n 's/^    the same source as at.*/same/p' out | wc -l)" 3 'are the same source'
is "$(there | tr ' ' '\n' | grep -c 'done/\(ledger\|tape\)')" 4 'and moved, beside those of their name'

# Of files that have everything the newest counts; of those that have a part, each, the oldest first.
rm -rf in/done in/failed
cp "$F/flf900-demo.ebc.gz" in/tape_20260801.gz
cp "$F/flf900-demo.ebc.gz" in/tape_20260901.gz
zcat "$F/daf420-demo.txt.gz" >day
cp day in/daf_20260902.dat
head -n "$(($(wc -l <day) / 2))" day >in/daf_20260901.dat
exits 0 'two of each' aegis run p.yaml
is "$(states)" 'olf001-field absent,flf900-field done,orf850-operator absent,daf420-permit done,daf420-permit.2 done,ewa-well absent,olf001-spacing absent' 'one of the tape, both of the days'
like out '^tape_20260801.gz +flf900 +2026-08-01 +superseded' 'the older one is superseded'
is "$(sql "SELECT string_agg(substring(source FROM '[^/]*\$'), ' ' ORDER BY loaded_at) FROM batch_sources JOIN batch_datasets USING (dataset_id) WHERE dataset = 'daf420/permit'")" \
    'daf_20260901.dat daf_20260902.dat' 'the oldest first'
is "$(there)" './done/daf_20260901.dat ./done/daf_20260902.dat ./done/tape_20260801.gz ./done/tape_20260901.gz' 'all are in done'

# Data that is refused.
zcat "$F/orf850-demo.ebc.gz" | head -c 3500 >in/few
exits 65 'a file that is cut' aegis run p.yaml --set "tenant=$TENANT" --source "flf900=$F/flf900-demo.ebc.gz"
is "$(there | tr ' ' '\n' | grep failed)" "./failed/few
./failed/few.why" 'is in failed'
# Only two are kept.
for d in 1 2 3; do
	zcat "$F/orf850-demo.ebc.gz" | gzip "-$d" >"in/orf_2026100$d"
	aegis run p.yaml --source "flf900=$F/flf900-demo.ebc.gz" >/dev/null 2>&1
done
is "$(there | tr ' ' '\n' | grep -c 'done/orf850/')" 2 'of three in a row two are kept'

# What a file is called gets onto no screen and into no log as it is.
printf 'x' >"in/$(printf 'a\033b')"
aegis run --log log p.yaml --source "flf900=$F/flf900-demo.ebc.gz" >out 2>err
is "$(cat out err log | grep -c "$(printf '\033')")" 0 'names of files are quoted'
like log 'a\\x1bb' 'as they are elsewhere'
# An old source is a finding; so is one that was not there for long.
sed 's/{keep: 2}/{fresh: 10 days}/; /required/d' p.yaml >f.yaml
cp "$F/orf850-demo.ebc.gz" in/orf_20260101.gz
exits 1 'an old file' aegis run f.yaml
like err "warning: source 'orf850': its newest file is of 2026-01-01, [0-9]* days ago; fresh: 10 days" 'is a finding'
psql -Xqc "UPDATE batch_sources SET loaded_at = loaded_at - interval '40 days'"
exits 1 'a source that has not come for long' aegis run f.yaml
like err "source 'orf850': last loaded on 20.*, 40 days ago; fresh: 10 days" 'is one'
is "$(sql "SELECT state, exit_status, cause LIKE 'source%orf850%' FROM batch_runs ORDER BY started_at DESC LIMIT 1")" 'findings	1	t' 'and recorded'

# Two at once.
python3 -c '
import fcntl, os, sys, time
f = os.open("in/.lock", os.O_RDWR)
fcntl.lockf(f, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)' >held &
holder=$!
until [ -s held ]; do sleep 0.1; done
exits 75 'an inbox that another run has' aegis run p.yaml
like err "inbox '$WORK/in': another run has it" 'is left to it'
kill $holder
# A tenant whose run does not begin gets the files with the next one.
rm -rf in/done in/failed in/[a-z]*
other=00000000-0000-4000-8000-0000000000b2
aegis entity-define --tenant "$other" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
gzip -3 -c <(zcat "$F/olf001-demo.ebc.gz") >in/ledger
psql -XqAt -c "SELECT pg_advisory_lock(hashtextextended('aegis-batch pipeline p/$other', 0)), pg_sleep(60)" >held2 2>&1 &
lock=$!
until [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")" -ge 1 ]; do sleep 0.1; done
exits 75 'two tenants, of whom one is busy' aegis run --tenant "$TENANT" --tenant "$other" --source "flf900=$F/flf900-demo.ebc.gz" p.yaml
ok 'leave the file for him' test -e in/ledger
psql -XqAt -c "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'" >/dev/null
wait $lock 2>/dev/null
exits 0 'when he is not' aegis run --tenant "$TENANT" --tenant "$other" --source "flf900=$F/flf900-demo.ebc.gz" p.yaml
is "$(there) $(sql "SELECT count(DISTINCT tenant_id) FROM entities WHERE type_key = 'field'")" './done/ledger 2' 'both have it, and it is moved'
# Only looking changes nothing.
cp "$F/olf001-demo.ebc.gz" in/ledger
exits 0 '--check' aegis run --check p.yaml --source "flf900=$F/flf900-demo.ebc.gz"
like out "--layout olf001 .* $WORK/in/ledger" 'shows what it would take'
ok 'and moves nothing' test -e in/ledger
done_testing
