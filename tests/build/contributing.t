#!/usr/bin/env bash
# The worked examples of CONTRIBUTING.md work as they stand there.
. "$(dirname "$0")/../lib.sh"

block() { # block N LANGUAGE: the Nth block of that language
	awk -v n="$1" -v fence='```'"$2" '
		$0 == fence { on = ++seen == n; next }
		$0 == "```" { on = 0 }
		on' "$ROOT/CONTRIBUTING.md"
}

# A checkout of its own, around the library that is built already.
tree=$WORK/tree
mkdir -p "$tree/cmd" "$tree/build/rel" "$tree/tests/cli/stream-info" "$tree/pipelines/layouts"
cp "$ROOT/Makefile" "$tree"
cp "$ROOT/tests/lib.sh" "$tree/tests"
cp "$ROOT/cmd/aegis.c" "$ROOT/cmd/seal.c" "$ROOT/cmd/rrc-decode.c" "$tree/cmd"
ln -s "$ROOT/lib" "$tree/lib"
cp "$ROOT/build/rel/libaegis.a" "$tree/build/rel"

block 1 c >"$tree/cmd/stream-info.c"
ok "the stage builds without a warning" env -u MAKEFLAGS make -s --no-print-directory -C "$tree" \
    LIB_SRC= HARDEN=-Werror all
ok "its man page is there" test -s "$tree/build/man/man1/aegis-stream-info.1"

block 1 sh >"$tree/tests/cli/stream-info/basic.t"
ok "its test passes" env -u AEGIS_BIN -u AEGIS_HOME bash "$tree/tests/cli/stream-info/basic.t"

block 1 yaml >"$tree/pipelines/layouts/permits.yaml"
block 2 sh >"$WORK/permits"
block 1 text >"$WORK/want"
PATH=$tree/build/bin:$PATH AEGIS_HOME=$tree bash "$WORK/permits" >"$WORK/out" 2>"$WORK/err"
is "$(grep -v '^#aegis-' "$WORK/out")" "$(cat "$WORK/want")" "the layout decodes its records"
like "$WORK/out" '^#aegis-seal rows=1 read=2 ' "and the stream is sealed"
done_testing
