#!/usr/bin/env bash
# The stages' own tests once more, with programs that check every access and leak
# (address and undefined behaviour sanitizers).  AEGIS_FLAVOUR=asan tells a test that
# measures memory to leave that out.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1
export AEGIS_FLAVOUR=asan AEGIS_BIN=$ROOT/build/asan/bin AEGIS_TOOLS=$ROOT/build/asan/tests/tools
export ASAN_OPTIONS=${ASAN_OPTIONS:-exitcode=86}
[ -x "$AEGIS_BIN/aegis" ] || skip_all "not built: make FLAVOUR=asan programs tools"
for t in tests/cli/*/*.t; do
	[ -e "$t" ] || continue
	"./$t" >"$WORK/out" 2>"$WORK/err" </dev/null
	status=$?
	if ! is "$status" 0 "$t"; then
		grep -A 3 '^not ok\|^Bail out' "$WORK/out" | head -n 40 | sed 's/^/# /'
		head -n 40 "$WORK/err" | sed 's/^/# /'
	fi
done
done_testing
