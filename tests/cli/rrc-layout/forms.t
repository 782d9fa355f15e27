#!/usr/bin/env bash
# Forms of entries that manuals have, and what cannot be understood.
. "$(dirname "$0")/../../lib.sh"

# The example of doc/formats/cobol.md, by hand.
awk '/^```text/ { on = 1; next } /^```/ { on = 0 } on' "$ROOT/doc/formats/cobol.md" >"$WORK/wells.txt"
exits 0 "the example of the documentation" aegis rrc-layout "$WORK/wells.txt"
is "$(cat "$WORK/out")" '# Offsets are sums of widths (aegis rrc-layout).

layout: wells
title: "Wells, an example"
record: {length: 31, id_width: 2}

codes:
  wl-type: {"PR": "WL-PRODUCING", "SH": "WL-SHUT-IN"}

segments:
  - id: "01"
    name: WLROOT
    key: [WL-NUMBER]
    fields:
      - {name: WL-NUMBER, at: 2, width: 8, kind: digits}
      - {name: WL-TYPE, at: 10, width: 2, kind: char}
      - {name: WL-DEPTH, at: 12, width: 3, kind: packed}
      - {name: WL-OPENED, at: 15, width: 8, kind: digits}
      - {name: WL-OPENED-PARTS, at: 15, width: 8, kind: group}
      - {name: WL-OPENED-YEAR, at: 15, width: 4, kind: digits, redefines: WL-OPENED}
      - {name: WL-OPENED-DAY, at: 19, width: 4, kind: digits, redefines: WL-OPENED}
      - {name: WL-RATE, at: 23, width: 4, kind: digits, decimals: 1, occurs: 2}
  - id: "02"
    name: WLTEST
    parent: "01"
    fields:
      - {name: WL-TEST-DATE, at: 2, width: 8, kind: digits}' "its layout"

table() { # table: of the description on standard input, field, width, kind, place
	aegis rrc-layout --format csv --name t 2>"$WORK/err" | tail -n +2 | awk -F, '{ print $5, $7, $8, $10 }'
}

is "$(table <<'T'
000100 01 REC.
000200*    a remark
000300     05 ID PIC X(1) VALUE 'R'.
           05 A PICTURE IS S9(4) USAGE IS COMP.
           05 B PIC S9(9) COMPUTATIONAL.
           05 C PIC S9(10) BINARY.
           05 NUMBERS COMP-3.
              10 D PIC 9(3).
              10 E PIC S9(4)V99.
           05 F PIC ZZZ9.99. 05 G PIC AXX(2).
           05 H
              PIC X(3)
              OCCURS 2 TIMES.
T
)" "REC 0 38 group
ID 0 1 char
A 1 2 binary
B 3 4 binary
C 7 8 binary
NUMBERS 15 6 group
D 15 2 packed
E 17 4 packed
F 21 7 char
G 28 4 char
H 32 3 char" "usages, groups of numbers, edited pictures, two entries in a line, one in three"

printf '01 A.\n 02 B PIC X(4)\n 02 C PIC X.\n' >"$WORK/in"
exits 1 "a full stop is missing" aegis rrc-layout --name t "$WORK/in"
like "$WORK/err" 'warning: .*:2: the entry has no full stop' "and named"
printf '01 A.\n 02 B PIC 9(4).\n 02 C REDEFINES B PIC X(5).\n' >"$WORK/in"
exits 1 "a redefinition is too long" aegis rrc-layout --name t "$WORK/in"
like "$WORK/err" 'warning: .*:3: C has 5 bytes, B, which it redefines, 4' "and named"
printf "01 A.\n 02 B PIC X.\n  88 C VALUE 'XY'.\n" >"$WORK/in"
exits 1 "a value is too long" aegis rrc-layout --name t "$WORK/in"
like "$WORK/err" "B has 1 bytes, its value 'XY' 2" "and named"
printf '01 A.\n 02 B PIC X OCCURS 2 TIMES.\n 02 C PIC X.\n 02 C PIC X.\n' >"$WORK/in"
exits 1 "a name twice" aegis rrc-layout --name t "$WORK/in"
like "$WORK/err" 'C is in its group twice' "and named"
printf '* RECORD A X\n01 A.\n 02 I PIC X.\n 02 B PIC X(9).\n* RECORD B Y\n01 A.\n 02 I PIC X.\n 02 B PIC X(8).\n' >"$WORK/in"
exits 1 "records of two lengths" aegis rrc-layout --name t --length 10 "$WORK/in"
like "$WORK/err" 'record B has 9 bytes, not 10' "and named"
printf '01 A.\n 02 G OCCURS 3 TIMES.\n  03 B PIC X OCCURS 2 TIMES.\n  03 D PIC 9.\n' >"$WORK/in"
exits 1 "a repetition inside of one" aegis rrc-layout --name t "$WORK/in"
like "$WORK/err" 'B is left out' "and named"
like "$WORK/out" 'name: D, at: 2, width: 1, kind: digits, in: G' "what is beside it stays"

for bad in '01 A.\n 02 B.\n 02 C PIC X.' '01 A.\n 02 B PIC Q.' ' 02 B PIC X.' '88 B VALUE 1.' '01 A.\n 02 B PIC X REDEFINES Z.' \
    '01 A.\n 02 B PIC X FLOATING.' '01 A.\n 02 B PIC X(99999).' '01 A.\n 02 B PIC X OCCURS 0 TIMES.' 'nothing here' \
    '01 A.\n 02 B PIC X.\n  03 C PIC X.' '01 A.\n 02 B PIC X.\n01 B.\n 02 C PIC X.'; do
	printf "$bad\n" >"$WORK/in"
	exits 65 "refused: $bad" aegis rrc-layout --name t "$WORK/in"
done
like "$WORK/err" 'the id of this record is not known' "records need ids"
printf '01 A.\n 02 B PIC X.\n' >"$WORK/in"
exits 64 "a layout needs a name" aegis rrc-layout "$WORK/in"
exits 66 "a file that is not there" aegis rrc-layout "$WORK/none.txt"
exits 73 "a full disk" sh -c 'aegis rrc-layout --name t "$1" >/dev/full' - "$WORK/in"
done_testing
