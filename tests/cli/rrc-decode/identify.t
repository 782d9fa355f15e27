#!/usr/bin/env bash
# rrc-decode --identify: which file is it, and what it is instead.
. "$(dirname "$0")/../../lib.sh"
need_shared
export PYTHONDONTWRITEBYTECODE=1
identify() { aegis rrc-decode --identify "$@"; }
# Each of the demo's files is the one that its name says.
for f in "$ROOT"/fixtures/*-demo.*; do
	l=$(basename "$f" | sed 's/-demo.*//; s/^wellbore$/dbf900/')
	case $l in pending) continue ;; esac
	exits 0 "$(basename "$f")" identify "$f"
	like "$WORK/out" ": $l, " "is $l"
done
exits 0 "eleven files in a tar" identify "$ROOT/fixtures/pending-demo.tar.gz"
is "$(grep -c ': pending, ' "$WORK/out")" 11 "are pending permits, each of them"
# Real records, made ones.
exits 0 "a real gas ledger" identify "$SHARED/rrc/samples/gsf001l_101.ebc"
like "$WORK/out" 'gsf001, EBCDIC records of 2120 bytes; 101 of 101 records' "is one"
exits 0 "a real oil ledger" identify "$SHARED/rrc/samples/olf001l_101.ebc"
like "$WORK/out" 'olf001, EBCDIC records of 1200 bytes' "is one"
exits 0 "a real wellbore file as text" identify "$SHARED/rrc/samples/dbf900_100.txt"
like "$WORK/out" 'dbf900, ASCII lines' "is one"
for l in p4f606 orf850 flf900 ewa; do
	python3 "$ROOT/tests/tools/rrc_next.py" --facts "$SHARED/rrc/next" --layout "$l" --make 400 --seed 11 >"$WORK/$l"
	identify "$WORK/$l" >"$WORK/out" 2>&1
	is "$(cut -d' ' -f2 "$WORK/out")" "$l," "a made $l, named by nothing"
done
# What no layout reads is named.
printf '\0\0' >"$WORK/rdw"
python3 -c '
import sys
for i in range(50):
    sys.stdout.buffer.write(b"\0\x60\0\0" + ("01" + "x" * 90).encode("cp037"))' >"$WORK/rdw"
exits 1 "records with their lengths before them" identify "$WORK/rdw"
like "$WORK/out" 'RDW' "are called so"
printf '\037\235\220abc' >"$WORK/old"
exits 1 "a file of compress" identify "$WORK/old"
like "$WORK/out" '\.Z|compress' "is called so"
printf '%%PDF-1.4\n' >"$WORK/pdf"
exits 1 "a PDF" identify "$WORK/pdf"
like "$WORK/out" 'PDF' "is called so"
printf '<!DOCTYPE html><html>Log in</html>\n' >"$WORK/page"
exits 1 "a page in place of a file" identify "$WORK/page"
like "$WORK/out" 'HTML|page' "is called so"
printf '{"a": [1, 2]}\n' >"$WORK/json"
exits 1 "JSON" identify "$WORK/json"
like "$WORK/out" 'JSON' "is called so"
: >"$WORK/empty"
exits 66 "an empty file" identify "$WORK/empty"
exits 66 "a file that is not there" identify "$WORK/nobody"
# Several at once: the status is of all.
exits 1 "a good one and a strange one" identify "$ROOT/fixtures/p4f606-demo.ebc.gz" "$WORK/pdf"
is "$(wc -l <"$WORK/out")" 2 "a line each"
done_testing
