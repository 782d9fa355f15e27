#!/usr/bin/env bash
# The record of a run, its lock, and what becomes of both when someone is killed.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/stages.sh"
need_pg
cd "$WORK" || exit 1

# last COLUMNS: of the run that started last
last() { sql "SELECT $1 FROM batch_runs ORDER BY started_at DESC LIMIT 1"; }

stage look <<'S'
psql -XqAtc "SELECT pipeline, state, ended_at IS NULL FROM batch_runs WHERE run_id = '$AEGIS_RUN'"
S
t '[[look]]'
exits 0 'a run' aegis run t.yaml
like out '^    t\|running\|t$' 'is recorded before its stages start'
run=$(sed -n 's/^run //p' out)
is "$(last "run_id, state, exit_status, cause, host = '$(uname -n)', version, ended_at >= started_at")" \
    "$run	done	0		t	$(aegis run --version | sed 's/.* //')	t" 'and as done behind them'

stage burn <<'S'
i=0
while [ $i -lt 150000 ]; do i=$((i + 1)); done
S
export AEGIS_TEST_SECRET=hunter2
t '[[say, "${env:AEGIS_TEST_SECRET}"], [burn], [exit, 65, "caf\xe9 \xC3\xA9"]]'
exits 65 'a failed run' aegis run t.yaml
is "$(last 'state, exit_status, cause')" "failed	65	step 's': exit failed with 65: café Ã©" 'state, status and cause'
is "$(last "resources->0->>'step', resources->0->>'state', resources->0->>'blamed'")" \
    's	failed	exit' 'the step'
is "$(last "resources->0->'stages'->0->>'argv'")" '["say", "${env:AEGIS_TEST_SECRET}"]' \
    "words as they stand in the file where they come from the environment"
t '[[burn]]'
exits 0 'a stage that works' aegis run t.yaml
is "$(last "(resources->0->'stages'->0->>'user')::numeric > 0.02,
    (resources->0->'stages'->0->>'max_rss_kib')::int BETWEEN 500 AND 100000,
    (resources->0->'stages'->0->>'wall')::numeric >= (resources->0->'stages'->0->>'user')::numeric")" \
    't	t	t' 'CPU time, peak memory, wall time'
t '[[exit, 1]]'
exits 1 'findings' aegis run t.yaml
is "$(last 'state, exit_status')" 'findings	1' 'are a state of their own'

printf '\377\n' >bytes
stage bytes <<'S'
printf 'aegis-bytes: error: \377\001 bytes\n' >&2
exit 65
S
t '[[bytes]]'
exits 65 'a message that is not UTF-8' aegis run t.yaml
is "$(last cause)" "step 's': bytes failed with 65: ?? bytes" 'is recorded with marks in its place'

# The lock.
t "[[sleep, 60, $WORK/pid]]"
aegis run t.yaml >out1 2>err1 &
runner=$!
wait_for pid
exits 75 'the same pipeline at the same time' aegis run t.yaml
like err "pipeline 't' is running already: run $(sql "SELECT run_id FROM batch_runs WHERE state = 'running'") on $(uname -n) since 20" 'is told who runs'
is "$(last "state, exit_status, cause ~ 'is running already', ended_at IS NOT NULL")" 'failed	75	t	t' 'and recorded as refused'
exits 75 '--wait 1' aegis run --wait 1 t.yaml
like err 'running already.*; waiting for it' 'says that it waits'
sed 's/pipeline: t/pipeline: u/; s/sleep, 60, [^]]*/say, u/' t.yaml >u.yaml
exits 0 'another pipeline' aegis run u.yaml

# SIGTERM to the runner.
kill -TERM $runner
wait $runner
is $? 143 'SIGTERM ends the runner with 143'
ok 'its stage is gone' gone "$(cat pid)"
is "$(sql "SELECT state, exit_status, cause FROM batch_runs WHERE pipeline = 't' AND exit_status <> 75
    ORDER BY started_at DESC LIMIT 1")" 'failed	143	the runner got SIGTERM' 'and the run is recorded as failed'
like out1 '^s +failed ' 'the report has the step'
rm pid
# Shells start background jobs with SIGINT ignored.
python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp("aegis", ["aegis", "run", "t.yaml"])' >out1 2>err1 &
runner=$!
wait_for pid
kill -INT $runner
wait $runner
is $? 130 'SIGINT: 130'
rm pid
t "[[deaf, 30], [sleep, 60, $WORK/pid]]"
aegis run t.yaml >out1 2>err1 &
runner=$!
wait_for pid
SECONDS=0
kill -TERM $runner
sleep 0.5
kill -TERM $runner
wait $runner
is $? 143 'told twice'
ok 'it does not wait for one that does not listen' test "$SECONDS" -lt 4

# A runner that dies.
rm pid
t "[[sleep, 60, $WORK/pid]]"
(
	aegis run t.yaml >out1 2>err1 &
	echo $! >runner
)
wait_for pid
kill -KILL "$(cat runner)"
ok 'SIGKILL: the stage dies with its runner' gone "$(cat pid)"
is "$(last state)" running 'the record is left behind'
dead=$(last run_id)
t '[[say, x]]'
for i in 1 2 3 4 5 6 7 8 9; do # until the server has seen that the session is gone
	aegis run t.yaml >out 2>err && break
	sleep 0.2
done
is "$(last state)" 'done' 'the next run runs'
like err "1 earlier run of 't' had been left by a runner that died" 'and says so'
is "$(sql "SELECT state, cause, ended_at IS NOT NULL FROM batch_runs WHERE run_id = '$dead'")" \
    'failed	the runner died	t' 'the record too'

# The end cannot be recorded.
stage cut <<'S'
psql -XqAtc "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'aegis-run%'" >&2
S
t '[[cut]]'
exits 0 "a connection lost on the way" aegis run t.yaml
is "$(last state)" 'done' 'is made again for the end of the record'
stage hide <<'S'
psql -XqAtc 'ALTER TABLE batch_runs RENAME TO hidden'
exit "$1"
S
for s in 0:75 1:75 65:65; do
	t "[[hide, ${s%:*}]]"
	exits "${s#*:}" "no record of an end with ${s%:*}" aegis run t.yaml
	like err "cannot record the end of run" 'is told'
	sql 'ALTER TABLE hidden RENAME TO batch_runs'
done
sql 'ALTER TABLE batch_runs RENAME TO hidden'
t '[[say, x]]' "output: $WORK/started"
runs=$(ls var/runs | wc -l)
exits 78 'no table' aegis run t.yaml
like err 'aegis schema-check' 'has a remedy'
ok 'nothing was started' test ! -e started
is "$(ls var/runs | wc -l)" "$runs" 'and no directory is left'
sql 'ALTER TABLE hidden RENAME TO batch_runs'

# --db is the stages' database as well.
t '[[look]]'
dsn="host=$PGHOST port=$PGPORT user=$PGUSER dbname=$PGDATABASE"
exits 0 '--db' env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE AEGIS_VAR="$WORK/other" \
    aegis run --db "$dsn" t.yaml
like out '^    t\|running\|t$' 'is where the stages look too'
exits 69 'a server that is not there' aegis run --db "host=$WORK" t.yaml
exits 64 'no connection string' aegis run --db 'host=' --db 'what is this=' t.yaml
done_testing
