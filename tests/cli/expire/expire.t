#!/usr/bin/env bash
# aegis expire: what nobody needs goes; what names a place, and what a failed run owes, stays.
. "$(dirname "$0")/../../lib.sh"
need_pg
export AEGIS_VAR=$WORK/var AEGIS_INBOX_SETTLE=0
cd "$WORK" || exit 1
F=$ROOT/fixtures
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
cat >p.yaml <<Y
pipeline: p
settings: {tenant: $TENANT}
steps:
  - import: [orf850/operator, dbf900/well]
Y
night() { aegis run --format json p.yaml "$@" 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["run"])'; }
age() { # age RUN DAYS
	psql -Xqc "UPDATE batch_runs SET started_at = started_at - interval '$2 days', ended_at = ended_at - interval '$2 days' WHERE run_id = '$1';
	    UPDATE batch_sources SET loaded_at = loaded_at - interval '$2 days' WHERE run_id = '$1'"
	[ ! -d "var/runs/$1" ] || touch -d "-$2 days" "var/runs/$1"
}
zcat "$F/orf850-demo.ebc.gz" >p5
first=$(night --source orf850=p5 --source "dbf900=$F/wellbore-demo.ebc.gz")
same=$(night --source orf850=p5 --source "dbf900=$F/wellbore-demo.ebc.gz")
is "$(find "var/runs/$same" -type f -empty | wc -l)" 0 'a run leaves no empty file'
is "$(find "var/runs/$same" -name '*.rej' | wc -l)" 0 'and no reject file without a reject'
ok 'but those with one' test -s "var/runs/$first/dbf900-well-decode.rej"
gzip -1 -c p5 >again.gz
again=$(night --source orf850=again.gz) # another file with nothing new in it
gzip -9 -c p5 >last.gz
last=$(night --source orf850=last.gz)
failed=$(night --source "dbf900=$F/flf900-demo.ebc.gz")
for r in "$first" "$same" "$again" "$last" "$failed"; do age "$r" 200; done
newest=$(night --source orf850=last.gz --step orf850-operator)
psql -Xqc "UPDATE batch_runs SET state = 'failed', resources = '[{\"step\": \"x\"}]' WHERE run_id = '$newest'"
mkdir -p var/runs/00000000-0000-4000-8000-00000000dead var/runs/notes in/done/dbf900 in/failed
touch -d '-200 days' var/runs/00000000-0000-4000-8000-00000000dead var/runs/notes
touch -d '-3 days' "var/runs/$newest/x.sealed"
touch in/done/old in/failed/old in/done/dbf900/kept.zst

sum() { { find var/runs in -type f -o -type d; sql "SELECT run_id FROM batch_runs UNION ALL SELECT run_id FROM batch_books UNION ALL SELECT run_id FROM batch_rejects"; } | sort | sha256sum; }
before=$(sum)
exits 64 'a week at least' aegis expire --days 1
exits 69 'without a database nothing goes' env PGHOST=/nonexistent aegis expire
exits 0 'a plan' aegis expire --plan --keep 1 --inbox in
like out '^directories of runs +3 ' 'counts what would go'
is "$(sum)" "$before" 'and removes nothing'
exits 0 'expire' aegis expire --keep 1 --inbox in
like out '^directories of runs +3 ' 'removes as many'
is "$(cd var/runs && find . -maxdepth 1 -mindepth 1 | sort)" "$(printf './%s\n' "$first" "$last" "$failed" "$newest" notes | sort)" \
    'what entities name, the last load, failed runs and other things stay'
exits 0 'again' aegis expire --keep 1 --inbox in
like out '^directories of runs +0 ' 'there is nothing left to do'
ok 'what a dead run left half done is gone' test ! -e "var/runs/$newest/x.sealed"
is "$(sql "SELECT count(*) FROM batch_runs WHERE run_id = '$same'")" 0 'a run that loaded nothing leaves no row'
is "$(sql "SELECT count(*) FROM batch_sources WHERE run_id = '$again'") $(sql "SELECT count(*) FROM batch_books WHERE run_id = '$again'")" '1 0' \
    'one that loaded leaves its source, and no books'
exits 0 'a value is still traced' aegis trace --tenant "$TENANT" --sources "$F/wellbore-demo.ebc.gz" "$(sql "SELECT entity_key FROM entities WHERE type_key = 'well' LIMIT 1")"
ok "the inbox's files are young" test -e in/done/old -a -e in/failed/old
touch -d '-10 years' in/done/old
exits 0 'as an import role' env PGOPTIONS='-c role=aegis_import' aegis expire
done_testing
