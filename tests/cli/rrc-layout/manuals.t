#!/usr/bin/env bash
# Layouts from COBOL descriptions: the facts beside the checkout, written as a manual prints them, give
# the facts again; a contradiction is named where it is.
. "$(dirname "$0")/../../lib.sh"
need_shared rrc/next/layout_p4f606.csv
FACTS=$SHARED/rrc/next
cobol() { "$ROOT/tests/tools/cobol_text.py" "$@"; }

for set in p4f606: orf850: flf900: wlf100: wlf101: pdf100: pdf101: olf102:gasdisp gsf102:gasdisp \
    ldf900ol:ldf900 ldf900gs:ldf900 uif700a: daf318:; do
	name=${set%%:*}
	file=$FACTS/layout_${set#*:}.csv
	[ -n "${set#*:}" ] || file=$FACTS/layout_$name.csv
	cobol "$file" "$name" >"$WORK/$name.txt"
	aegis rrc-layout --format csv "$WORK/$name.txt" >"$WORK/$name.csv" 2>"$WORK/$name.err"
	cobol --normal "$file" "$name" >"$WORK/$name.want"
	ok "$name: the table is the facts'" cmp "$WORK/$name.want" "$WORK/$name.csv"

	# Where the distance between what is printed and the sums changes, and what is too long.
	python3 - "$file" "$name" >"$WORK/want" <<'P'
import csv, sys
off, rec = 0, None
for r in csv.DictReader(open(sys.argv[1], newline="")):
    if r["dataset"] != sys.argv[2]:
        continue
    if r["rec"] != rec:
        off, rec = 0, r["rec"]
    if r["manual_pos"]:
        now = int(r["manual_pos"]) - int(r["off1"])
        if now != off:
            print(r["field"] + ": position " + r["manual_pos"])
        off = now
P
	grep -o '[A-Z0-9-]*: position [0-9]*' "$WORK/$name.err" >"$WORK/got"
	is "$(cat "$WORK/got")" "$(cat "$WORK/want")" "$name: each contradiction of its positions is named"

	# As a layout it can be read; a copy with right positions has no finding.
	cobol --all-positions "$file" "$name" >"$WORK/right.txt"
	exits 0 "$name: no finding where the positions are the sums" aegis rrc-layout "$WORK/right.txt"
	mv "$WORK/out" "$WORK/$name.yaml"
	head -c 70000 /dev/zero | aegis rrc-decode --layout "$WORK/$name.yaml" --segment 01 >"$WORK/out" 2>"$WORK/err"
	unlike "$WORK/err" "$name.yaml:[0-9]" "$name: rrc-decode takes the layout"
done

# Contradictions made on purpose are named, and nothing else is.
for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
	for kind in position width; do
		cobol --all-positions --spoil $kind --seed $seed "$FACTS/layout_p4f606.csv" p4f606 >"$WORK/bad.txt" 2>"$WORK/spoilt"
		read -r _ field <"$WORK/spoilt"
		aegis rrc-layout "$WORK/bad.txt" >/dev/null 2>"$WORK/err"
		is "$? $(grep -o '[A-Z0-9-]*: position' "$WORK/err" | head -n 1)" "1 $field: position" \
		    "$kind $seed: the contradiction at $field is the first of the positions"
	done
done
done_testing
