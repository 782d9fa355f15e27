#!/usr/bin/env bash
# Stages, pipes, statuses: who is blamed, what goes on, what is ended.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/stages.sh"
need_pg
cd "$WORK" || exit 1

# Every exit status of a stage comes out of the runner.
for s in 0 1 2 64 65 66 69 70 73 74 75 77 78 126 127 255; do
	t "[[exit, $s]]"
	exits "$s" "a stage's exit status $s" aegis run t.yaml
done
for s in HUP:129 INT:130 ABRT:134 KILL:137 SEGV:139 PIPE:141 TERM:143; do
	t "[[die, ${s%:*}]]"
	exits "${s#*:}" "a stage killed by SIG${s%:*}" aegis run t.yaml
done
like out "cause: step 's': die was killed by SIGTERM \(15\)" 'the cause names stage and signal'

# blamed STATUS STAGE DESCRIPTION PIPE: the run's status and the stage that is blamed
blamed() {
	t "$4"
	exits "$1" "$3" aegis run --report json t.yaml
	is "$(sed -n 's/.*"blamed":\("*[a-z0-9]*\).*/\1/p' out | tr -d \")" "$2" "  blamed: $2"
}
blamed 69 exit 'a closed pipe above (141) is not blamed' '[[gen], [exit, 69]]'
blamed 69 exit 'nor one that says 74 and broken pipe' '[[gen74], [exit, 69]]'
blamed 65 exit 'nor a whole row of them' '[[gen], [copy], [gen74], [exit, 65]]'
blamed 78 half 'a cut input below (65) is not blamed' '[[half, 78], [sealed], [sealed]]'
blamed 137 die 'nor below a killed one' '[[die, KILL], [sealed]]'
blamed 70 half 'in the middle: neither above nor below' '[[gen74], [half, 70], [sealed]]'
blamed 69 late 'it closed its input long before it failed' '[[gen], [late]]'
blamed 141 gen 'a closed pipe with no other cause' '[[gen], [first]]'
blamed 74 gen74 'the same of a stage that says so' '[[gen74], [first]]'
blamed 74 exit '74 without a broken pipe is a failure of its own' '[[exit, 74], [sealed]]'
blamed 64 exit 'two failures at once: the upper one' '[[exit, 64], [exit, 69]]'
blamed 0 null 'nobody' '[[say, x], [copy]]'
blamed 1 null 'findings are no failure' '[[exit, 1], [copy]]'

t '[[half, 78], [sealed]]'
aegis run t.yaml >out 2>err
like err '^aegis-half: error: the input is bad$' "the stages' messages are passed on"
like out "^cause: step 's': half failed with 78: the input is bad$" 'the first one is the cause'
run=$(sed -n 's/^run //p' out)
like "$WORK/var/runs/$run/s.err" '^aegis-half: error: the input is bad$' 'and kept with the run'

# A failed stage ends the others.
t "[[sleep, 60, $WORK/pid], [exit, 69]]"
SECONDS=0
exits 69 'a stage that would go on is ended' aegis run t.yaml
ok 'soon' test "$SECONDS" -lt 4
ok 'it is gone' gone "$(cat pid)"
t "[[deaf, 30], [exit, 69]]"
SECONDS=0
exits 69 'one that does not listen is killed' aegis run --report json t.yaml
ok 'after five seconds' test "$SECONDS" -ge 5 -a "$SECONDS" -lt 9
like out '"signal":"SIGKILL"' 'by SIGKILL'

t "[[sleep, 60, $WORK/pid], [copy]]" 'timeout: 1'
SECONDS=0
exits 75 'a timeout' aegis run t.yaml
ok 'on time' test "$SECONDS" -lt 4
ok 'its stage is gone' gone "$(cat pid)"
like out "^cause: step 's': not done after 1 second$" 'says so'

# Retries are for 75 alone.
t "[[flaky, $WORK/tries, 2, 75]]" 'retries: 2' 'retry_wait: 1'
SECONDS=0
exits 0 'tried again after 75' aegis run t.yaml
is "$(wc -l <tries)" 3 'as often as need be'
ok 'with waits of one and two seconds' test "$SECONDS" -ge 3
like out '^    3 tries$' 'the report has the number'
rm tries
t "[[flaky, $WORK/tries, 9, 75]]" 'retries: 2' 'retry_wait: 0'
exits 75 'not for ever' aegis run t.yaml
is "$(wc -l <tries)" 3 'but as often as the file says'
rm tries
t "[[flaky, $WORK/tries, 1, 65]]" 'retries: 2' 'retry_wait: 0'
exits 65 'refused data is not tried again' aegis run t.yaml
is "$(wc -l <tries)" 1 'once is enough'

# Steps.
cat >steps.yaml <<Y
pipeline: steps
steps:
  - {name: after-good, after: [good, found], pipe: [[say, went, on]]}
  - {name: after-skipped, after: [after-bad], pipe: [[say, x]], output: $WORK/x}
  - {name: good, pipe: [[say, good]]}
  - {name: found, pipe: [[exit, 1]]}
  - {name: bad, pipe: [[exit, 77]]}
  - {name: after-bad, after: [bad, good], pipe: [[say, x]], output: $WORK/y}
Y
exits 77 'one step fails' aegis run steps.yaml
like out '^bad +failed ' 'it has failed'
like out '^found +findings ' 'another has findings'
like out '^after-good +done ' 'what comes after good ones goes on'
like out '^    went on$' 'its output stands in the report'
like out '^after-bad +skipped ' 'what comes after it is skipped'
like out '^after-skipped +skipped ' 'and what comes after that'
ok 'not run' test ! -e x -a ! -e y
sed 's/77/0/' steps.yaml >findings.yaml
exits 1 'findings and no failure' aegis run findings.yaml

cat >meet.yaml <<Y
pipeline: meet
steps:
  - {name: one, pipe: [[meet, $WORK/m1, $WORK/m2]]}
  - {name: two, pipe: [[meet, $WORK/m2, $WORK/m1]]}
Y
exits 0 'independent steps run side by side' aegis run meet.yaml
rm m1 m2
exits 65 'not with --jobs 1' aegis run --jobs 1 meet.yaml
sed -i 's/name: two,/name: two, after: [one],/' meet.yaml
rm -f m1 m2
exits 65 'and not one after the other' aegis run meet.yaml

# Inputs and outputs.
printf 'a file\n' >in
t '[[copy], [copy]]' "input: $WORK/in" "output: $WORK/to"
exits 0 'input and output' aegis run t.yaml
is "$(cat to)" 'a file' 'from file to file'
t '[[half, 65]]' "output: $WORK/to"
exits 65 'a failed step' aegis run t.yaml
is "$(cat to)" 'a file' 'leaves the old output'
t '[[copy]]'
exits 0 'no input' aegis run t.yaml < <(echo tty)
is "$(cat var/runs/"$(sed -n 's/^run //p' out)"/s.out 2>/dev/null)" '' "is an empty one, not the runner's"
cat >made.yaml <<'Y'
pipeline: made
steps:
  - {name: use, after: [make], input: "${run_dir}/x", pipe: [[copy]]}
  - {name: make, pipe: [[say, made, it]], output: "${run_dir}/x"}
Y
exits 0 'an input that an earlier step makes' aegis run made.yaml
like out '^    made it$' 'arrives'
mkdir dir
t '[[say, x]]' "output: $WORK/dir"
exits 78 'an output that can not be made' aegis run t.yaml
t '[[say, x]]'
exits 73 'a report that can not be written' sh -c 'aegis run t.yaml >/dev/full'

# A stage gets its four descriptors and no others, whatever the runner has.
stage fds <<'S'
# 4: the directory that ls reads
exec ls -m /proc/self/fd
S
t '[[fds], [copy], [copy]]'
exits 0 'with files open' sh -c 'exec aegis run t.yaml 5</dev/null 7</etc/passwd 9>x9'
like out '^    0, 1, 2, 3, 4$' 'a stage has 0 to 3'
t '[[copy], [copy], [fds]]'
exits 0 'with none open' sh -c 'exec aegis run t.yaml >&2 <&- 2>err2'
exits 0 'with standard error closed' sh -c 'exec aegis run t.yaml 2>&-'
like out '^    0, 1, 2, 3, 4$' 'the last of three has no pipe of the others'

# What stages are told.
stage env <<'S'
echo "$AEGIS_RUN $AEGIS_STATUS_FD"
S
t '[[env]]'
exits 0 'the environment' aegis run t.yaml
run=$(sed -n 's/^run //p' out)
like out "^    $run 3$" 'AEGIS_RUN and AEGIS_STATUS_FD'
is "$(stat -c %a "$WORK/var/runs/$run")" 750 "the run's directory is not for all"

# Progress: on a terminal only.
stage rows <<'S'
for i in 1 2 3 4 5; do
	echo 'no json' >&3
	echo '{"stage":"rows","read":9,"rows":'$i'000,"rejected":0,"bytes":'$i'000000,"size":9000000}' >&3
	sleep 0.5
done
S
t '[[rows]]'
exits 0 'not on a terminal' aegis run t.yaml
unlike err 'rows/s' 'no progress line'
if script -qec true /dev/null >/dev/null 2>&1; then
	ok 'on a terminal' script -qec 'aegis run t.yaml' tty
	like tty 's: +[0-9]+ %, [1-5]000 rows, [0-9]+ rows/s, 0:0[1-9] left' 'share, rows, rate and time left'
else
	say 'no pseudo-terminals here: the progress line is not tested'
fi

# What a plan shows.
stage plan <<'S'
case "$*" in
--help) echo "  --plan  only say" ;;
*) cat; echo "plan: $*"; echo faults >"$1" ;;
esac
S
cat >plan.yaml <<Y
pipeline: plan
steps:
  - {name: one, pipe: [[say, rows], [plan, "\${run_dir}/rej"]]}
  - {name: two, after: [one], pipe: [[say, x], [plan, "\${run_dir}/rej"]]}
  - {name: three, pipe: [[say, x]], output: $WORK/three}
Y
runs=$(ls var/runs | wc -l) records=$(sql 'SELECT count(*) FROM batch_runs')
exits 0 '--plan' aegis run --plan plan.yaml
like out '^    plan: .*/rej --plan$' 'the last stage gets --plan'
like out "^step two: needs one's result$" 'a step that needs another is labelled'
like out '^  not run: say has no --plan$' 'a stage that does not know --plan is not run'
aegis run --plan --format json plan.yaml >json
is "$(python3 -c 'import json; print([(s["step"], s["after"], s["stages"][-1][0], s["status"]) for s in json.load(open("json"))])')" \
    "[('one', [], 'plan', 0), ('two', ['one'], 'plan', 0), ('three', [], 'say', None)]" 'and as JSON'
ok 'nothing was made' test ! -e three
is "$(ls var/runs | wc -l)" "$runs" 'the run directory is gone'
is "$(sql 'SELECT count(*) FROM batch_runs')" "$records" 'nothing was recorded'
sed -i 's/\[say, rows\]/[exit, 65, bad]/' plan.yaml
exits 65 'a plan that fails' aegis run --plan plan.yaml
like out '^  failed with 65: .*exit failed with 65: bad' 'says why'
done_testing
