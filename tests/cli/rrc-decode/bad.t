#!/usr/bin/env bash
# Input that is cut, spoilt or none, and outputs that cannot be written.
. "$(dirname "$0")/../../lib.sh"
HERE=$(dirname "$0")
compare() { python3 "$HERE/compare.py" "$@"; }
well() { aegis-rrc-decode --layout dbf900 --view well --max-rejects 100% "$@"; }
unsealed() { unlike "$WORK/out" '^#aegis-seal' "  without a seal"; }
book() { # book WORD...: the figures of the book in $WORK/out
	local w
	for w; do tail -n 2 "$WORK/out" | grep -om1 " $w=[^ ]*"; done | tr -d '\n'
}
# edit FROM TO 'PYTHON': change the list of records r (bytes, EBCDIC) or the bytes d
edit() {
	python3 - "$@" <<-'PY'
	import sys
	d = open(sys.argv[1], "rb").read()
	r = [d[i:i + 247] for i in range(0, len(d), 247)]
	e = lambda s: s.encode("cp037")
	find = lambda rec, start=0: next(i for i in range(start, len(r)) if r[i][:2] == e(rec))
	was = list(r)
	exec(sys.argv[3])
	open(sys.argv[2], "wb").write(b"".join(r) if r != was else d)
	PY
}

good=$WORK/good
rrc-gen --layout dbf900 --wells 60 --clean --manifest "$WORK/m" >"$good"
records=$(($(stat -c %s "$good") / 247))
rrc-gen --layout dbf900 --wells 60 --clean --encoding ascii >"$WORK/ascii"
exits 0 'a good file' well "$good"

# Nothing to read.
exits 66 'a missing file' well "$WORK/missing"
like "$WORK/err" "missing" 'is named'
unsealed
: >"$WORK/empty"
exits 66 'an empty file' well "$WORK/empty"
unsealed
exits 66 'a directory' well "$WORK"
exits 66 'an empty pipe' bash -c 'aegis-rrc-decode --layout dbf900 --view well < <(:)'
exits 66 'a gzip of nothing' well <(gzip -c </dev/null)

# Wrong lengths.
head -c -3 "$good" >"$WORK/cut"
exits 65 'cut by 3 bytes, without --rejects' well "$WORK/cut"
like "$WORK/err" "cut'.*record $records at byte $(((records - 1) * 247)).*short_record" \
    'source, record, offset and code are named'
like "$WORK/err" '--rejects' 'with a hint'
unsealed
exits 65 'cut by 3 bytes, with --rejects' well --max-rejects 100% --rejects "$WORK/rej" "$WORK/cut"
like "$WORK/err" "cut' is cut: it ends inside record $records at byte $(((records - 1) * 247))" \
    'whatever is allowed: nobody can tell what else is missing'
unsealed
ok 'with its bytes set aside' compare raw "$WORK/rej" "$WORK/cut"
# A last record that is whole: without its line end, with DOS's end of file behind it.
rrc-gen --layout dbf900 --wells 20 --clean --encoding ascii >"$WORK/lines"
well --rejects "$WORK/rej" "$WORK/lines" >"$WORK/want" 2>/dev/null
rows_of() { aegis unseal "$1" | sha256sum; }
head -c -1 "$WORK/lines" >"$WORK/noend"
exits 0 "lines less the last LF" well --max-rejects 0 --rejects "$WORK/rej" "$WORK/noend"
is "$(rows_of "$WORK/out")" "$(rows_of "$WORK/want")" '  the same rows'
# Blanks at the end of a line are left out: only one of full length is whole for sure.
python3 -c 'import sys; d = open(sys.argv[1], "rb").read().split(b"\r\n"); sys.stdout.buffer.write(b"\r\n".join(d[:-2] + [d[-2].ljust(247)]))' "$WORK/lines" >"$WORK/noend"
exits 0 "lines less the last end, of full length" well --max-rejects 0 --rejects "$WORK/rej" "$WORK/noend"
is "$(rows_of "$WORK/out")" "$(rows_of "$WORK/want")" '  the same rows'
(cat "$WORK/lines"; printf '\032') >"$WORK/sub"
exits 0 "X'1A' behind the last line" well --max-rejects 0 --rejects "$WORK/rej" "$WORK/sub"
is "$(rows_of "$WORK/out")" "$(rows_of "$WORK/want")" '  the same rows'
(head -c -2 "$WORK/lines"; printf '\032') >"$WORK/sub"
exits 0 "behind one without its end" well --max-rejects 0 --rejects "$WORK/rej" "$WORK/sub"
is "$(rows_of "$WORK/out")" "$(rows_of "$WORK/want")" '  the same rows'
well --rejects "$WORK/rej" "$good" >"$WORK/want" 2>/dev/null
(cat "$good"; printf '\032') >"$WORK/sub"
exits 0 "behind the last record of 247 bytes" well --max-rejects 0 --rejects "$WORK/rej" "$WORK/sub"
is "$(rows_of "$WORK/out")" "$(rows_of "$WORK/want")" '  the same rows'
head -c -9 "$WORK/lines" >"$WORK/noend"
exits 65 'a last line that is not whole' well --max-rejects 100% --rejects "$WORK/rej" "$WORK/noend"
edit "$good" "$WORK/dropped" 'd = d[:247 * 500 + 50] + d[247 * 500 + 51:]'
exits 65 'a byte dropped in the middle' well --max-rejects 0.1% --rejects "$WORK/rej" "$WORK/dropped"
unsealed
rrc-gen --layout dbf900 --wells 400 --clean >"$WORK/long"
edit "$WORK/long" "$WORK/dropped" 'd = d[:247 * 500 + 50] + d[247 * 500 + 51:]'
exits 65 'the same in a long file, whatever is allowed' well --rejects "$WORK/rej" "$WORK/dropped"
like "$WORK/err" 'lost the record boundary' 'is given up after 1000 records in a row'
unsealed

# Single records.
edit "$good" "$WORK/unknown" 'i = find("01", 300); r.insert(i, e("77") + r[i][2:])'
exits 65 'an unknown record id, without --rejects' well "$WORK/unknown"
like "$WORK/err" 'record [0-9]+ at byte [0-9]+: unknown_record_id' 'is named'
exits 0 'an unknown record id, with --rejects' well --rejects "$WORK/rej" "$WORK/unknown"
is "$(book rejected rows codes)" ' rejected=1 rows=60 codes=unknown_record_id:1' 'is all that is missing'
ok 'its bytes' compare raw "$WORK/rej" "$WORK/unknown"
edit "$good" "$WORK/orphan" 'i = find("01", 300); r.insert(i + 1, e("24001LOST").ljust(247, b"\x40"))'
exits 65 'a child without its parent, without --rejects' well "$WORK/orphan"
like "$WORK/err" 'orphan_record' 'is named'
exits 0 'a child without its parent, with --rejects' well --rejects "$WORK/rej" "$WORK/orphan"
is "$(book rejected rows codes)" ' rejected=1 rows=60 codes=orphan_record:1' 'is all that is missing'
ok 'its bytes' compare raw "$WORK/rej" "$WORK/orphan"
edit "$good" "$WORK/key" 'i = find("01", 300); r[i] = r[i][:5] + e("1X") + r[i][7:]'
exits 0 'a letter in the key, with --rejects' well --rejects "$WORK/rej" "$WORK/key"
is "$(book rows)" ' rows=59' 'one well is missing'
like "$WORK/out" ' codes=bad_key:1,root_rejected:[0-9]+$' 'with all its records'
ok 'their bytes' compare raw "$WORK/rej" "$WORK/key"
edit "$good" "$WORK/blank" 'i = find("01", 300); r[i] = r[i][:2] + b"\x40" * 8 + r[i][10:]'
exits 0 'no key at all' well --rejects "$WORK/rej" "$WORK/blank"
is "$(book rows)" ' rows=59' 'is a fault too'

# Single values.
edit "$good" "$WORK/nul" 'i = find("12", 200); r[i] = r[i][:4] + b"\0" + r[i][5:]'
exits 0 'a NUL inside a text' well --rejects "$WORK/rej" "$WORK/nul"
is "$(book rejected flawed rows codes)" ' rejected=0 flawed=1 rows=60 codes=bad_character:1' 'is a flaw'
edit "$good" "$WORK/low" 'i = find("12", 200); r[i] = r[i][:2] + b"\0" * 32 + r[i][34:]'
exits 0 'low values all through a text' well --rejects "$WORK/rej" "$WORK/low"
is "$(book flawed codes)" ' flawed=0 codes=-' 'are no value'
python3 - "$WORK/ascii" "$WORK/high" <<'PY'
import sys
d = open(sys.argv[1], "rb").read()
i = d.index(b"\r\n12", 40000) + 6
open(sys.argv[2], "wb").write(d[:i] + b"\xc4" + d[i + 1:])
PY
exits 0 'ASCII with a high byte in a text' well --rejects "$WORK/rej" "$WORK/high"
is "$(book rejected flawed rows codes)" ' rejected=0 flawed=1 rows=60 codes=bad_character:1' 'is a flaw'
flaws() { # flaws CODE WHAT 'PYTHON'
	edit "$good" "$WORK/flaw" "$3"
	exits 0 "$2" well --rejects "$WORK/rej" "$WORK/flaw"
	is "$(book rejected flawed codes)" " rejected=0 flawed=1 codes=$1:1" "  is the flaw $1"
	ok '  and starts with its root' compare raw "$WORK/rej" "$WORK/flaw"
}
root() { echo "i = find('01', 300); r[i] = r[i][:$1] + e('$2') + r[i][$1 + len('$2'):]"; }
flaws bad_date 'a 30 February' "$(root 20 19990230)"
flaws bad_date 'the year 1858' "$(root 20 18581231)"
flaws bad_date 'the year 2100' "$(root 20 21000101)"
flaws bad_date 'a 29 February of 1900' "$(root 20 19000229)"
flaws bad_date 'a blank in a date' "$(root 20 '1999 101')"
flaws bad_code 'district 12' "$(root 14 12)"
flaws bad_code 'a letter for water or land' "$(root 131 Q)"
flaws bad_code 'a letter for a flag' "$(root 90 X)"
flaws bad_digits 'a blank in a depth' "$(root 28 '1 345')"
flaws bad_digits 'a letter in a permit number' "$(root 80 12X456)"
flaws bad_date 'a 13th month' "$(root 145 199913)"
exits 0 'a leap day' well <(edit "$good" /dev/stdout "$(root 20 20000229)")
like "$WORK/out" ',2000-02-29,' 'is a day'

# Ceilings.
edit "$good" "$WORK/few" 'j = 0
for n in range(4):
    j = find("01", j + 1); r[j] = r[j][:20] + e("19500500") + r[j][28:]'
exits 65 '4 flaws in 60 rows are more than 5%' well --rejects "$WORK/rej" "$WORK/few"
unsealed
exits 0 'and fewer than 10%' well --max-flaws 10% --rejects "$WORK/rej" "$WORK/few"
exits 0 'and no more than 4' well --max-flaws 4 --rejects "$WORK/rej" "$WORK/few"
exits 65 'but more than 3' well --max-flaws 3 --rejects "$WORK/rej" "$WORK/few"
exits 65 'one reject is more than 0' well --max-rejects 0 --rejects "$WORK/rej" "$WORK/unknown"

# Outputs.
aegis-rrc-decode --layout dbf900 --view well "$good" >/dev/full 2>"$WORK/err"
status=$?
ok 'a full output is noticed' test "$status" -eq 73 -o "$status" -eq 74
like "$WORK/err" 'standard output' 'and named'
exits 73 'a reject file in a missing directory' well --rejects "$WORK/none/rej" "$WORK/unknown"
unsealed
# Each root has a bad date, so that the reject file grows past what is allowed.
edit "$good" "$WORK/many" 'for i in range(len(r)):
    if r[i][:2] == e("01"): r[i] = r[i][:20] + e("19500500") + r[i][28:]'
# shellcheck disable=SC2016
exits 73 'a reject file that can grow no more' bash -c 'set -o pipefail; ulimit -f 16
    aegis-rrc-decode --layout dbf900 --view well --max-flaws 100% --rejects "$1" "$2" |
    cat' - "$WORK/small" "$WORK/many"
unsealed
like "$WORK/err" 'small' '  and it is named'

# Usage.
exits 64 'no layout' aegis-rrc-decode --view well "$good"
exits 64 'neither view nor segment' aegis-rrc-decode --layout dbf900 "$good"
exits 64 'an unknown encoding' well --encoding utf-8 "$good"
exits 64 'two files' well "$good" "$good"
aegis-rrc-decode --layout dbf900 --view nothing "$good" >"$WORK/out" 2>"$WORK/err"
status=$?
ok 'an unknown view' test "$status" -eq 64 -o "$status" -eq 78
like "$WORK/err" 'nothing' 'is named'
aegis-rrc-decode --layout nothing --view well "$good" >"$WORK/out" 2>"$WORK/err"
status=$?
ok 'an unknown layout' test "$status" -eq 64 -o "$status" -eq 66 -o "$status" -eq 78
done_testing
