#!/usr/bin/env bash
# The same sources in two directories give the same objects, and so the same programs.
. "$(dirname "$0")/../lib.sh"
for at in one another/deeper/place; do
	mkdir -p "$WORK/$at"
	(cd "$ROOT" && tar -c Makefile lib cmd tests/tap.h tests/unit tests/fuzz tests/tools) | tar -x -C "$WORK/$at"
	ok "$at builds" env -u MAKEFLAGS make -C "$WORK/$at" -s --no-print-directory build/rel/cmd/seal.o build/rel/lib/base/buf.o build/rel/lib/stream/csv.o
done
for o in cmd/seal lib/base/buf lib/stream/csv; do
	ok "$o" cmp "$WORK/one/build/rel/$o.o" "$WORK/another/deeper/place/build/rel/$o.o"
done
is "$(grep -c "$WORK" "$WORK/one/build/rel/cmd/seal.o")" 0 "no path of the builder's is in them"
done_testing
