#!/usr/bin/env bash
# A night of many files that broke off is taken up from what is not yet done.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/stages.sh"
need_pg
cd "$WORK" || exit 1
stage note <<'S'
echo "$1" >>"$WORK/ran"
if [ -e "$WORK/fail-$1" ]; then echo "aegis-note: error: told to" >&2; exit 65; fi
if [ -e "$WORK/hang-$1" ]; then touch "$WORK/hanging"; sleep 30; fi
S
export WORK
cat >night.yaml <<'Y'
pipeline: night
steps:
  - {name: a, pipe: [[note, a, file-a, "${run_dir}/a.rej"]]}
  - {name: b, pipe: [[note, b, file-b]]}
  - {name: c, after: [b], pipe: [[note, c]]}
  - {name: d, after: [a], pipe: [[note, d, file-d]]}
Y
touch file-a file-b file-d
night() { rm -f ran; aegis run --jobs 1 "$@" night.yaml; }
ran() { sort ran 2>/dev/null | tr '\n' ' '; }
states() { sql "SELECT string_agg((s->>'step') || '=' || (s->>'state'), ' ') FROM (SELECT resources FROM batch_runs ORDER BY started_at DESC LIMIT 1) r, jsonb_array_elements(resources) s"; }
exits 0 "a night with nothing to take up" night --resume
is "$(ran)" "a b c d " "runs whole"
like err 'nothing to resume: the last run of .night. did not fail' "and says so"
touch -d '1 minute ago' file-a file-b file-d

touch fail-b
exits 65 "one of its files is refused" night
is "$(ran) $(states)" "a b d  a=done b=failed c=skipped d=done" "the others are done"
failed=$(sql "SELECT run_id FROM batch_runs ORDER BY started_at DESC LIMIT 1")
exits 65 "taken up, but still refused" night --resume
is "$(ran) $(states)" "b  a=kept b=failed c=skipped d=kept" "only what is not done runs again"
like err "resuming run $failed" "which run it was is said"
rm fail-b
exits 0 "mended and taken up once more" night --resume
is "$(ran) $(states)" "b c  a=kept b=done c=done d=kept" "to the end"
exits 0 "and then there is nothing to take up" night --resume
is "$(ran)" "a b c d " "so that it runs whole"

touch fail-c
exits 65 "the last step fails" night
touch file-a
rm fail-c
exits 0 "a file has come anew since" night --resume
is "$(ran)" "a c d " "it runs again, and what comes after it"
touch -d '1 minute ago' file-a

touch fail-c
exits 65 "it fails again" night
rm fail-c
sed -i 's/note, b, file-b/note, b, file-b, more/' night.yaml
exits 0 "a step has other words now" night --resume
is "$(ran)" "b c " "it runs again"

touch hang-c
rm -f ran hanging
aegis run --jobs 1 night.yaml >/dev/null 2>&1 &
pid=$!
wait_for hanging
kill -9 "$pid"
wait "$pid" 2>/dev/null
rm hang-c
exits 0 "the runner was killed" night --resume
is "$(ran)" "c d " "what its steps had done is known all the same"
exits 0 "without --resume" night
is "$(ran)" "a b c d " "all runs"
done_testing
