#!/usr/bin/env bash
# aegis-seal: streams against wc(1), xxhsum(1), sha256sum(1) and python's csv module;
# what it normalises; what it refuses and where.
. "$(dirname "$0")/../../lib.sh"
cd "$WORK" || exit 1
run=01234567-89ab-4cde-8f01-23456789abcd
export AEGIS_RUN=$run

printf 'a,b,c\n1,,""\n" x","#y","l1\nl2""q"\n' >plain.csv
aegis-seal --kind table:t --source 'a b/%:1.csv' plain.csv >s
is "$(sed -n 1p s)" "#aegis-stream 1 kind=table:t source=a%20b/%25:1.csv run=$run" "the header"
is "$(sed -n 2,5p s)" "$(cat plain.csv)" "the rows"
sha=$(sha256sum <plain.csv | cut -d' ' -f1)
is "$(sed -n 6p s)" "#aegis-book stage=seal dataset=- read=2 used=2 skipped=0 rejected=0 flawed=0 rows=2 config=- source_sha256=$sha rejects=- codes=-" "the book"
bytes=$(head -n 6 s | wc -c)
# The digest is xxhsum's of the same bytes: `head -n 6 s | xxhsum -H1`.
if command -v xxhsum >/dev/null; then
	xxh=$(head -n 6 s | xxhsum -H1 | cut -d' ' -f1)
else
	xxh=4c07bdfd77df293e
fi
is "$xxh" 4c07bdfd77df293e "xxhsum's digest of these bytes"
is "$(sed -n 7p s)" "#aegis-seal rows=2 read=2 rejected=0 skipped=0 flawed=0 bytes=$bytes xxh64=$xxh source_sha256=$sha rejects=-" "the seal"
is "$(wc -l <s)" 7 "and nothing more"
aegis-seal --kind table:t <plain.csv >s2
like s2 '^#aegis-stream 1 kind=table:t source=- ' "standard input is -"
AEGIS_RUN='' aegis-seal <plain.csv >s2
like s2 "^#aegis-stream 1 kind=table:csv source=- run=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" "without AEGIS_RUN a run of its own"
aegis-seal --dataset dbf900/well <plain.csv >s2
like s2 '^#aegis-book stage=seal dataset=dbf900/well ' "a dataset for the book"

# The same rows, however they are spelt.
same() { # same TEXT DESCRIPTION: TEXT sealed has the rows of s
	printf "$1" | aegis-seal --kind table:t >s3 2>err
	is "$(sed -n 2,5p s3)" "$(sed -n 2,5p s)" "$2"
}
same '\xef\xbb\xbfa,b,c\n1,,""\n" x","#y","l1\nl2""q"\n' "a byte order mark is dropped"
same 'a,b,c\r\n1,,""\r\n" x","#y","l1\nl2""q"\r\n' "CR LF becomes LF, not inside quotes"
same 'a,b,c\n1,,""\r\n x,#y,"l1\nl2""q"' "mixed ends, no last end, quotes that were missing"
same '"a","b","c"\n"1",,""\n" x","#y","l1\nl2""q"\n\n\r\n\n' "blank lines at the end"

# Everything that CSV can hold, written by python, comes back to python.
cat >table.py <<'PY'
import csv, random, sys
random.seed(7)
bits = ['a', 'é', '€', '🛢', ',', '"', '\n', '\r', '\r\n', '\t', ' ', '#', '#aegis-seal ', '\\.', '\\N', "'", '0', '\x01', '\x7f']
w = csv.writer(open(sys.argv[1], 'w', encoding='utf-8', newline=''))
w.writerow(['k', 'col one', '#two', 'thr,ee', 'q"'])
for i in range(3000):
    w.writerow([i] + [''.join(random.choice(bits) for _ in range(random.randrange(12))) for _ in range(4)])
PY
cat >equal.py <<'PY'
import csv, io, sys
def rows(name):
    return list(csv.reader(io.StringIO(open(name, encoding='utf-8', newline='').read())))
a, b = rows(sys.argv[1]), rows(sys.argv[2])
if a != b or len(a) < 2: sys.exit('%d and %d rows: %r' % (len(a), len(b), next(((x, y) for x, y in zip(a, b) if x != y), None)))
PY
python3 table.py wild.csv
aegis-seal wild.csv >wild.s
ok "3000 rows of everything: sealed and unsealed they are equal" sh -c 'aegis-unseal --spool wild.s >wild.out && python3 equal.py wild.csv wild.out'
aegis-seal <wild.out >wild.s2
is "$(sed 1d wild.s | grep -v '^#aegis-')" "$(sed 1d wild.s2 | grep -v '^#aegis-')" "and sealing again changes nothing"
# What the writer emits, without its control lines, as python reads it.
python3 - wild.s wild.rows <<'PY'
import sys
t = open(sys.argv[1], 'rb').read()
book = t.rindex(b'#aegis-book ')
open(sys.argv[2], 'wb').write(t[t.index(b'\n') + 1:book])
PY
ok "python reads the stream's own bytes" python3 equal.py wild.csv wild.rows

printf 'one\nx\n\n""\n"a,b"\n' >one.csv
aegis-seal one.csv >one.s
is "$(sed -n 2,6p one.s)" 'one,_
x,-
,-
"",-
"a,b",-' "one column gets a second one; a blank line is NULL"
is "$(aegis-unseal one.s)" "$(cat one.csv)" "which unseal drops"
printf 'a,b\n' | aegis-seal >none.s
ok "column names without rows" aegis-unseal none.s

# Refused: status 65, the place, and no seal.
refused() { # refused TEXT REGEX DESCRIPTION [OPTION...]
	local text=$1 regex=$2 what=$3
	shift 3
	printf "$text" >bad.csv
	exits 65 "$what" aegis-seal "$@" bad.csv
	like err "$regex" "... says where"
	unlike out '^#aegis-seal ' "... no seal"
}
refused '' "'bad.csv' is empty" "an empty file"
refused 'a,b\n1,2\n1\n' "'bad.csv': line 3 \(byte 8\): 1 fields, but the first line has 2" "too few fields"
refused 'a,b\n"1\n2",3\n1,2,3\n' "line 4 \(byte 12\): 3 fields" "too many fields"
refused 'a,b\n1,x"y"\n' 'line 2 \(byte 4\): byte 7: a quote' "a quote in a value"
refused 'a,b\n1,"x"y\n' 'line 2 \(byte 4\): byte 9: a quote' "text behind a quote"
refused 'a,b\n1,"x\n2,3\n' 'line 2 \(byte 4\): the input ends inside quotes' "an open quote"
refused 'a,b\n1,\xff\n' 'line 2 \(byte 4\): byte 6 \(0xff\) is not UTF-8' "Latin-1"
refused 'a,b\n1,\x00\n' 'byte 6 \(0x00\) is a NUL' "a NUL"
refused 'a,b\n\n1,2\n' 'line 3 \(byte 5\): a row after an empty line' "a blank line between rows"
refused 'a,a\n' "line 1 \(byte 0\): two columns are called 'a'" "twice the same column"
refused 'a,\n' "line 1 \(byte 0\): column 2 cannot be called ''" "a column without a name"
refused 'a,_\n' "column 2 cannot be called '_'" "a column _"
refused 'a,b\n1234567,8\n' 'longer than the 8 bytes' "a row over --max-row" --max-row 8
python3 -c "print('a,b'); print('x' * 1048575 + ',')" >big.csv
ok "a row of 1 MiB" sh -c 'aegis-seal big.csv >big.s && aegis-unseal big.s | cmp - big.csv'
cp s bad.csv
exits 65 "a sealed stream" aegis-seal bad.csv
like err 'sealed stream already' "... says so"
huge() {
	python3 -c "
import sys
sys.stdout.write('a,b\n1,\"')
for i in range(256): sys.stdout.write('x' * (1 << 20))" 2>/dev/null | { ulimit -v 200000; aegis-seal; }
}
# The address sanitizer reserves terabytes.
[[ $AEGIS_BIN == */asan/* ]] || {
	exits 65 "a value of 256 MiB in 200 MB of memory" huge
	like err 'line 2 \(byte 4\): longer than the 1048576 bytes.*its last quote is open' "... says where"
}

exits 66 "no such file" aegis-seal nowhere.csv
exits 64 "an unknown kind" aegis-seal --kind x plain.csv
exits 64 "an entity stream of nobody" aegis-seal --kind entity:well plain.csv
exits 64 "a tenant that is not a UUID" aegis-seal --kind entity:well --tenant me plain.csv
aegis-seal --kind entity:well --tenant 0000000A-0000-4000-8000-000000000001 --dataset l/v plain.csv >s4
is "$(sed -n '1s/.* run=[^ ]* *//p' s4)" "dataset=l/v tenant=0000000a-0000-4000-8000-000000000001" "its header names the tenant"
exits 64 "a family without a name" aegis-seal --kind table: plain.csv
exits 64 "two files" aegis-seal plain.csv plain.csv
exits 64 "no row at all" aegis-seal --max-row 0 plain.csv
exits 64 "rows that no reader takes" aegis-seal --max-row 1048577 plain.csv
AEGIS_RUN=x exits 64 "a run that is not a UUID" aegis-seal plain.csv
like err "the run ID 'x' is not a UUID" "... says so"
full() { aegis-seal plain.csv >/dev/full; }
exits 73 "a full device" full
like err "cannot write 'standard output': No space left" "... says so"
ok "--help" aegis-seal --help
done_testing
