#!/usr/bin/env bash
# The whole file is checked, and all its faults told, before anything starts.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/stages.sh"
export AEGIS_VAR=$WORK/var
cd "$WORK" || exit 1

cat >good.yaml <<'Y'
pipeline: good
description: two steps
settings:
  who: world
  greeting: hello ${who}
steps:
  - name: one
    pipe: [[say, "${greeting}", "$${who} $5"], [copy]]
  - name: two
    after: [one]
    pipe: [[copy]]
Y
exits 0 'a good file passes --check' aegis run --check good.yaml
is "$(cat out)" "step one:
    aegis say 'hello world' '\${who} \$5'
    | aegis copy

step two: needs one's result
    aegis copy" 'with its names filled in, and what each step waits for'
exits 0 '--set' aegis run --check --set who=moon --set who=sun=star good.yaml
like out "'hello sun=star'" 'the last --set counts, also in settings behind it'
exits 64 'a name that the file does not have' aegis run --check --set nobody=1 good.yaml
like err "no setting 'nobody'" 'is named'
exits 64 '--set without a value' aegis run --check --set who good.yaml
exits 64 'no file' aegis run
exits 64 '--jobs 0' aegis run --jobs 0 good.yaml
exits 66 'a file that is not there' aegis run --check none.yaml

cat >bad.yaml <<'Y'
pipeline: a b
colour: red
settings: {Who: x, run: y, a: "${nope}"}
steps:
  - name: one
    after: [two]
    input: /nonexistent
    pipe: [[unknown, "${who}"], []]
  - name: two
    retries: many
    after: [three, zero, zero]
    pipe: []
  - name: three
    after: [one]
    output: /nodir/x
    pipe: [[say, "${env:AEGIS_NOT_SET}", "${open"]]
  - name: three
    pipe: [[../stages/aegis-say], [say, [x]]]
    input: .
    speed: 3
Y
exits 78 'a file full of faults' aegis run bad.yaml
for fault in \
    "2:9: unknown key 'colour' in a pipeline" \
    "1:11: 'pipeline' must be letters" \
    "3:17: a setting cannot be called 'Who'" \
    "3:25: a setting cannot be called 'run'" \
    "3:31: setting 'nope' of" \
    "7:12: cannot open '/nonexistent': No such file" \
    "8:13: stage 'unknown' does not exist" \
    "8:22: setting 'who' of" \
    "8:33: a stage must be a list of arguments" \
    "10:14: 'retries' must be a number from 0 to 100" \
    "11:20: step 'zero' does not exist" \
    "11:12: steps wait for each other: two -> three -> one -> two" \
    "12:11: 'pipe' must be a list of stages" \
    "15:13: '/nodir/x' cannot be created" \
    "16:18: 'AEGIS_NOT_SET' is not in the environment" \
    "16:42: '.*open' has no '}'" \
    "17:11: a second step 'three' \(the first is in line 13\)" \
    "18:13: stage '../stages/aegis-say' does not exist" \
    "18:41: must be one word or text" \
    "19:12: '.' is a directory" \
    "20:12: unknown key 'speed' in a step"; do
	like err "^aegis-run: error: bad.yaml:$fault" "told: $fault"
done
like err "22 faults, nothing was started" 'and counted'
is "$(ls var 2>&1)" "ls: cannot access 'var': No such file or directory" 'nothing was made'

printf 'pipeline: p\nsteps:\n  - name: s\n    input: no-file\n    pipe: [[copy]]\n' >in.yaml
exits 66 'only an input is missing' aegis run in.yaml
printf 'pipeline: p\nsteps:\n  - name: s\n    after: [s]\n    pipe: [[copy]]\n' >self.yaml
exits 78 'a step that waits for itself' aegis run --check self.yaml
like err 'steps wait for each other: s -> s' 'is a circle'
printf 'pipeline: p\nsteps: {}\n' >none.yaml
exits 78 'no steps' aegis run --check none.yaml
printf 'pipeline: p\npipeline: q\n' >twice.yaml
exits 78 'not our YAML' aegis run --check twice.yaml
like err 'twice.yaml:2:1: this key is listed twice' 'says where'

cat >made.yaml <<'Y'
pipeline: made
steps:
  - name: use
    input: ${run_dir}/x
    after: [between]
    pipe: [[copy]]
  - name: between
    after: [make]
    pipe: [[copy]]
  - name: make
    output: ${run_dir}/x
    pipe: [[say, x]]
Y
exits 0 'an input that an earlier step makes need not be there' aegis run --check made.yaml
sed '/after: \[make\]/d' made.yaml >unmade.yaml
exits 78 'but the steps must come after one another' aegis run --check unmade.yaml
like err "is made by step 'make', which 'after' must list" 'which is said'
sed 's/- name: between/&\n    output: ${run_dir}\/x/' made.yaml >shared.yaml
exits 78 'one output of two steps' aegis run --check shared.yaml
like err "is the output of step 'between' already" 'is refused'

# Nothing starts without a database.
t "[[say, x]]" "output: $WORK/started"
exits 69 'no database' env PGHOST="$WORK" aegis run t.yaml
ok 'nothing was started' test ! -e "$WORK/started"
is "$(ls var 2>&1)" "ls: cannot access 'var': No such file or directory" 'nothing was made'

mkdir "$WORK/fake"
for s in rrc-decode entity-map entity-load; do
	ln -s "$WORK/stages/aegis-copy" "$WORK/fake/aegis-$s"
done
AEGIS_STAGE_PATH=$WORK/fake exits 0 'the pipeline that comes with AEGIS passes the check' \
    aegis run --check "$ROOT/pipelines/demo.yaml"
like out "--rejects $WORK/var/runs/[0-9a-f-]{36}/dbf900-well-decode.rej $ROOT//?fixtures" \
    'with the run directory and the home filled in'
done_testing
