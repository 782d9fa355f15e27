#!/usr/bin/env bash
# Each fuzz target for FUZZ_SECONDS (default 5), two at a time; with FUZZ_TOTAL all of them share
# that many seconds.  Starts from the inputs
# in tests/fuzz/seeds/TARGET/; what crashed a target is kept in build/fuzz/crashes/.
. "$(dirname "$0")/../lib.sh"
command -v clang >/dev/null || skip_all "no clang"
cd "$ROOT" || exit 1
seconds=${FUZZ_SECONDS:-5}
if [ -n "${FUZZ_TOTAL:-}" ]; then
	n=$(ls tests/fuzz/*.c | wc -l)
	seconds=$((FUZZ_TOTAL * 2 / (n + n % 2)))
fi
crashes=$ROOT/build/fuzz/crashes
mkdir -p "$crashes"

ok "the fuzz targets build" env -u MAKEFLAGS make -s --no-print-directory -j2 FLAVOUR=fuzz fuzzers || {
	done_testing
}

fuzz() { # fuzz TARGET: its exit status goes to a file
	local seeds=() corpus=$WORK/corpus.$1

	mkdir -p "$corpus"
	[ ! -d "tests/fuzz/seeds/$1" ] || seeds=("tests/fuzz/seeds/$1")
	timeout -k 10 $((seconds + 120)) "build/fuzz/tests/fuzz/$1" -max_total_time="$seconds" \
	    -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
	    -artifact_prefix="$crashes/$1-" "$corpus" ${seeds[@]+"${seeds[@]}"} >"$WORK/$1.log" 2>&1
	echo $? >"$WORK/$1.rc"
}
export -f fuzz
export WORK crashes seconds

targets=()
for src in tests/fuzz/*.c; do
	[ ! -e "$src" ] || targets+=("$(basename "$src" .c)")
done
[ ${#targets[@]} -gt 0 ] && printf '%s\n' "${targets[@]}" | xargs -P 2 -I '{}' bash -c 'fuzz "$1"' fuzz '{}'
for t in ${targets[@]+"${targets[@]}"}; do
	is "$(cat "$WORK/$t.rc")" 0 "$t: ${seconds} s, $(sed -n \
	    's/^stat::number_of_executed_units: *//p' "$WORK/$t.log") inputs" || {
		grep -E '^(SUMMARY|Base64|==.*ERROR|    #)' "$WORK/$t.log" | sed 's/^/# /'
	}
done
done_testing
