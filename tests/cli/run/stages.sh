# Small stages for the runner's tests, in $WORK/stages.  Sourced after lib.sh.

export AEGIS_STAGE_PATH=$WORK/stages
mkdir -p "$WORK/stages"

# stage NAME < SCRIPT: a stage of these lines for sh
stage() {
	{
		printf '#!/bin/sh\n'
		cat
	} >"$WORK/stages/aegis-$1"
	chmod 755 "$WORK/stages/aegis-$1"
}

# t PIPE [MORE]: the file t.yaml with one step, "s"; MORE are further lines of it
t() {
	printf 'pipeline: t\nsteps:\n  - name: s\n    pipe: %s\n' "$1" >"$WORK/t.yaml"
	[ $# -lt 2 ] || printf '    %s\n' "${@:2}" >>"$WORK/t.yaml"
}

# wait_for FILE: until it is there, 10 s at most
wait_for() {
	local i
	for i in $(seq 200); do
		[ -e "$1" ] && return 0
		sleep 0.05
	done
	return 1
}

# gone PID: wait until that process is no more (or a zombie), 10 s at most
gone() {
	local i
	for i in $(seq 200); do
		[ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

stage copy <<'S'
exec cat
S
stage say <<'S'
echo "$@"
S
# exit STATUS [MESSAGE]
stage exit <<'S'
[ $# -lt 2 ] || echo "aegis-exit: error: $2" >&2
exit "$1"
S
# die SIGNAL
stage die <<'S'
kill -"$1" $$
sleep 10
S
# Writes until nobody reads, as most programs do ...
stage gen <<'S'
while :; do echo 0123456789012345678901234567890123456789; done
S
# ... and as AEGIS's stages do.
stage gen74 <<'S'
trap '' PIPE
while echo 0123456789012345678901234567890123456789 2>/dev/null; do :; done
echo "aegis-gen74: error: cannot write 'standard output': Broken pipe" >&2
exit 74
S
# Passes on what it reads; 65 where the last line is no seal.
stage sealed <<'S'
last=
while read -r line; do last=$line; echo "$line"; done
[ "$last" = seal ] || { echo "aegis-sealed: error: no seal" >&2; exit 65; }
S
# half STATUS: some rows, no seal, STATUS
stage half <<'S'
echo row
echo "aegis-half: error: the input is bad" >&2
exit "$1"
S
# first: reads one line and is content
stage first <<'S'
read -r line
S
# closes its input, and fails only later
stage late <<'S'
exec <&-
sleep 0.8
echo "aegis-late: error: the database has gone" >&2
exit 69
S
# sleep SECONDS [PIDFILE]
stage sleep <<'S'
[ $# -lt 2 ] || echo $$ >"$2"
exec sleep "$1"
S
# deaf SECONDS: does not listen to SIGTERM
stage deaf <<'S'
trap '' TERM
end=$(($(date +%s) + $1))
while [ "$(date +%s)" -lt "$end" ]; do sleep 0.2; done
S
# flaky FILE N STATUS: STATUS the first N times
stage flaky <<'S'
echo try >>"$1"
[ "$(wc -l <"$1")" -gt "$2" ] || exit "$3"
S
# meet MINE OTHER: done when the other one runs too
stage meet <<'S'
: >"$1"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	[ -e "$2" ] && exit 0
	sleep 0.1
done
exit 65
S
