#!/usr/bin/env bash
# Ledgers and permits: every field of every segment and every view against the second
# implementation in Python, on real records, and on made ones of daf802, of which there are none.
. "$(dirname "$0")/../../lib.sh"
need_shared
HERE=$(dirname "$0")
SAMPLES=$SHARED/rrc/samples
compare() { python3 "$HERE/compare.py" "$@"; }
second() { python3 "$ROOT/tests/tools/rrc_second.py" --facts "$SHARED/rrc" "$@"; }
decode() { # decode OUT OPTIONS...
	local out=$1
	shift
	aegis-rrc-decode --max-flaws 100% "$@" >"$out" 2>"$WORK/err" || { sed 's/^/# /' "$WORK/err"; false; }
}
each() { # each LAYOUT ENCODING FILE SEGMENTS VIEWS
	local layout=$1 dir=$WORK/$1 file=$3 what
	mkdir "$dir"
	ok "$layout: the second implementation reads it" second --layout "$layout" --encoding "$2" --all "$dir" "$file"
	for what in $4; do
		ok "$layout: segment $what decodes" decode "$dir/$what.out" --layout "$layout" --segment "$what" "$file"
		ok "$layout: every field of segment $what ($(grep -c '^[0-9]' "$dir/$what.csv") records)" compare rows "$dir/$what.out" "$dir/$what.csv"
	done
	for what in $5; do
		ok "$layout: the view $what decodes" decode "$dir/$what.out" --layout "$layout" --view "$what" "$file"
		ok "$layout: every column of $what" compare rows "$dir/$what.out" "$dir/$what.csv"
	done
}
figure() { # figure FILE WORD: of its book
	grep -o "^#aegis-book .* $2=[0-9a-z_:,-]*" "$1" | sed "s/.* $2=//"
}

each olf001 ebcdic "$SAMPLES/olf001l_101.ebc" "1 3 4 5" "lease field"
each gsf001 ebcdic "$SAMPLES/gsf001l_101.ebc" "1 5" "lease field"
each daf420 ascii "$SAMPLES/daf420_daily.dat" "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15" "permit operator"
second --layout daf802 --make 400 --seed 3 >"$WORK/daf802.ebc"
each daf802 ebcdic "$WORK/daf802.ebc" "01 02 03 04 05 06 07 08 09 10 11 12 13" "permit operator"

# What DATASETS.md says of these bytes.
row() { grep "^$2," "$1" | head -n 1; } # row FILE RECORD
column() { # column FILE RECORD NAME
	aegis unseal "$1" | python3 -c 'import csv,sys; print([r[sys.argv[2]] for r in csv.DictReader(sys.stdin) if r["_record"] == sys.argv[1]][0])' "$2" "$3"
}
is "$(figure "$WORK/olf001/5.out" codes)" "bad_digits:9" "oil: nine W-TST-DT with blanks in them, and no other fault"
is "$(column "$WORK/olf001/1.out" 1 'FM-OTH(1)')" "$(python3 -c 'import sys
b = open(sys.argv[1], "rb").read()[527:535].hex()
print(("-" if b[-1] == "d" else "") + b[:8] + "." + b[8:15] if b[:15].isdigit() else "")' "$SAMPLES/olf001l_101.ebc")" "oil: FM-OTH stands at byte 528"
for pair in "olf001 gsf001l_101.ebc" "gsf001 olf001l_101.ebc" "daf802 olf001l_101.ebc" "olf001 dbf900_100.ebc"; do
	exits 65 "${pair#* } is no ${pair% *}" aegis-rrc-decode --layout "${pair% *}" --segment "$([ "${pair% *}" = daf802 ] && echo 01 || echo 1)" "$SAMPLES/${pair#* }"
done
# COMP-3: C, D and F are signs; others are none; blanks and low values are NULL; a packed zero is no blank.
signs() { # signs HEX: what LM-ALLOW(1), at 234, is in a lease's record that has these bytes there
	python3 - "$SAMPLES/olf001l_101.ebc" "$1" >"$WORK/sign.ebc" <<'E'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[1200 + 234:1200 + 238] = bytes.fromhex(sys.argv[2])
sys.stdout.buffer.write(b)
E
	decode "$WORK/sign.out" --layout olf001 --segment 3 "$WORK/sign.ebc"
	echo "$(column "$WORK/sign.out" 2 'LM-ALLOW(1)') $(figure "$WORK/sign.out" codes)"
}
is "$(signs 0001234c)" "0001234 -" "packed: C is plus"
is "$(signs 0001234f)" "0001234 -" "F has no sign"
is "$(signs 0001234d)" "-0001234 -" "D is minus"
is "$(signs 0001234a)" " bad_sign:1" "A is none that RRC uses"
is "$(signs 00012a4c)" " bad_digits:1" "no digit"
is "$(signs 40404040)" " -" "blanks are NULL"
is "$(signs 00000000)" " -" "low values are NULL"
is "$(signs 0000000c)" "0000000 -" "a packed zero is zero"
is "$(signs 9999999c)" "9999999 -" "all nines stand as they are in a segment"

# daf420: lines of their own lengths, and seven that are broken in two.
is "$(figure "$WORK/daf420/01.out" read) $(figure "$WORK/daf420/01.out" rows)" "7693 213" "daf420: 7,700 lines are 7,693 records, 213 permits"
is "$(figure "$WORK/daf420/08.out" rows) $(figure "$WORK/daf420/08.out" codes)" "3439 -" "all records 08, with the broken ones"
is "$(aegis unseal "$WORK/daf420/08.out" | grep -c 'PERMIT APPLICATION\.')" "$(grep -ac 'PERMIT APPLICATION\.' "$SAMPLES/daf420_daily.dat")" "none of their text is lost"
is "$(figure "$WORK/daf420/11.out" rows) $(figure "$WORK/daf420/11.out" codes)" "10 -" "record 11 may be shorter"
is "$(aegis unseal "$WORK/daf420/01.out" | python3 -c 'import csv,sys; print({r["DA-CONVERTED-DATE"] for r in csv.DictReader(sys.stdin)})')" "{''}" "four blanks are no date"
is "$(figure "$WORK/daf420/permit.out" flawed)" 0 "all coordinates are within Texas"
broken() { # broken SED: the sample with a change, and what becomes of record 08
	LC_ALL=C sed "$1" "$SAMPLES/daf420_daily.dat" >"$WORK/b.dat"
	aegis-rrc-decode --layout daf420 --segment 08 --rejects "$WORK/b.rej" --max-rejects 100% "$WORK/b.dat" >"$WORK/b.out" 2>"$WORK/err"
	echo "$(figure "$WORK/b.out" read) $(figure "$WORK/b.out" rejected) $(figure "$WORK/b.out" codes)"
}
is "$(broken '6768s/\r$/xxxx\r/')" "7694 33 unknown_record_id:1,orphan_record:32" "one whose halves are too long together is not put together" || sed 's/^/# /' "$WORK/err"
is "$(broken '20s/^../\x85\x85/' | cut -d' ' -f1)" 7693 "nor is one behind a whole record"
done_testing
