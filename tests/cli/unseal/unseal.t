#!/usr/bin/env bash
# aegis-unseal: rows of good streams, whole or up to a fault, and books as text.
. "$(dirname "$0")/../../lib.sh"
cd "$WORK" || exit 1
export AEGIS_RUN=01234567-89ab-4cde-8f01-23456789abcd
sha1=1dc5ae5b68174891b6aa9850aa05ee0d9ae8a20468d9517259951a2dd9e9c0f0
sha2=41cf6794ba4200b839c53531555f0f3998df4cbb01a4d5cb0b94e3ca5e23947d

# Written by hand; the digest is `xxhsum -H1` of what stands before the seal.
cat >two.s <<S
#aegis-stream 1 kind=entity:well source=/d%20x.gz run=$AEGIS_RUN
_record,_offset,entity_key,note
1,0,42-001-00001,"a,b"
3,494,42-001-00003,
#aegis-book stage=rrc-decode dataset=dbf900/well read=4 used=3 skipped=1 rejected=0 flawed=1 rows=3 config=$sha1 source_sha256=$sha2 rejects=- codes=bad_date:1
#aegis-book stage=entity-map dataset=- read=3 used=2 skipped=0 rejected=1 flawed=0 rows=2 config=- source_sha256=- rejects=bad%2C1.csv:$sha2 codes=bad_key:1
#aegis-seal rows=2 read=3 rejected=1 skipped=0 flawed=0 bytes=BYTES xxh64=7a3c2c6d138b851f source_sha256=- rejects=bad%2C1.csv:$sha2
S
sed -i "s/BYTES/660/" two.s
is "$(aegis-unseal two.s 2>err)" '_record,_offset,entity_key,note
1,0,42-001-00001,"a,b"
3,494,42-001-00003,' "the rows, as they stand"
is "$(aegis-unseal <two.s)" "$(aegis-unseal --spool two.s)" "from standard input, or spooled"
aegis-unseal --books two.s >books
cat >want <<W
stream 1: entity:well, source /d x.gz, run $AEGIS_RUN
stage                        read         used      skipped     rejected       flawed         rows
rrc-decode                      4            3            1            0            1            3
    dataset        dbf900/well
    config sha256  $sha1
    source sha256  $sha2
    bad_date           1
entity-map                      3            2            0            1            0            2
    rejects        bad,1.csv
    rejects sha256 $sha2
    bad_key            1
W
is "$(cat books)" "$(cat want)" "--books"
cat two.s two.s >four.s
is "$(aegis-unseal four.s | wc -l)" 5 "two streams: column names once"
is "$(aegis-unseal --spool four.s)" "$(aegis-unseal four.s)" "spooled the same"
is "$(aegis-unseal --books four.s | grep -c '^stream ')" 2 "two streams' books"
ok "the kind it is" aegis-unseal --kind entity:well two.s
ok "the family it is of" aegis-unseal --kind entity: two.s
exits 65 "another kind" aegis-unseal --kind entity:lease two.s
like err "'two.s': byte 0: a stream of kind entity:well, but entity:lease is wanted" "... says so"
exits 65 "another family" aegis-unseal --kind rrc: two.s

# Broken: what came before is printed; with --spool nothing is.
broken() { # broken FILE LINES REGEX DESCRIPTION: exit 65, LINES rows before
	exits 65 "$4" aegis-unseal "$1"
	like err "$3" "... says where"
	is "$(wc -l <out)" "$2" "... and printed what came before"
	exits 65 "$4, --spool" aegis-unseal --spool "$1"
	is "$(wc -c <out)" "${5:-0}" "... and printed what a seal had closed"
}
head -n 6 two.s >b.s
broken b.s 3 "'b.s': the stream is cut: no seal after row 2 \(byte [0-9]+\)" "no seal"
like err 'hint: the program that wrote it failed' "a hint"
head -c -1 two.s >b.s
broken b.s 3 'the stream is cut: no seal after row 2' "a seal without its LF"
sed 's/42-001-00003/42-001-00004/' two.s >b.s
broken b.s 3 'the seal has xxh64=[0-9a-f]{16}, but the bytes before it have [0-9a-f]{16}' "a changed row"
sed '/^1,0/d' two.s >b.s
broken b.s 2 'the book of entity-map has 2 rows, but 1 were read' "a missing row"
sed 's/^3,494.*/&,extra/' two.s >b.s
broken b.s 2 "row 2 \(byte [0-9]+; record 3 at byte 494 of the source\): 5 fields, but there are 4 columns" "a field too many"
sed 's/$/\r/' two.s >b.s
broken b.s 0 'the header line ends in CR LF' "CR LF"
{ cat two.s; echo more; } >b.s
broken b.s 3 'bytes after the seal' "bytes after the seal" "$(aegis-unseal two.s | wc -c)"
{ cat two.s; head -n 4 two.s; } >b.s
broken b.s 5 'the stream is cut: no seal after row 2' "a second stream that is cut" "$(aegis-unseal two.s | wc -c)"
: >b.s
broken b.s 0 'the stream is cut: no seal after row 0 \(byte 0\)' "nothing"
printf 'a,b\n1,2\n' >b.s
broken b.s 0 'no sealed stream' "plain CSV"
{ cat two.s; sed 's/,note$/,remark/' two.s; } >b.s
broken b.s 3 'a stream has other columns than the one before it' "other columns behind" "$(aegis-unseal two.s | wc -c)"
exits 65 "--books of a broken stream" aegis-unseal --books b.s
like out '^stream 1: entity:well' "... prints those of the streams before"

# No byte can be cut off or changed without notice; tests/unit/stream/reader.c tries them all.
python3 - two.s <<'PY' >cuts
import subprocess, sys
s = open(sys.argv[1], 'rb').read()
bad = 0
for i in range(0, len(s), 29):
    for t in (s[:i], s[:i] + bytes([s[i] ^ 1]) + s[i + 1:]):
        p = subprocess.run(['aegis-unseal', '--spool'], input=t, capture_output=True)
        bad += p.returncode != 65 or p.stdout != b''
print(bad)
PY
is "$(cat cuts)" 0 "bytes cut or changed are 65 without a row"

sed -n 's/^    //p' "$ROOT/doc/formats/stream.md" | sed '/^#aegis-seal/q' >doc.s
is "$(aegis-unseal doc.s | wc -l)" 3 "the example of doc/formats/stream.md"

printf 'only\nx\n\n""\n' >one.csv
is "$(aegis-seal one.csv | aegis-unseal)" "$(cat one.csv)" "the constant column is dropped"
seq 1 300000 | sed 's/.*/&,value &/; 1s/.*/n,v/' >many.csv
ok "many rows" sh -c 'aegis-seal many.csv | aegis-unseal | cmp - many.csv'
ok "many rows, spooled" sh -c 'aegis-seal many.csv | aegis-unseal --spool | cmp - many.csv'

exits 66 "no such file" aegis-unseal nowhere.s
exits 64 "two files" aegis-unseal two.s two.s
exits 64 "--spool with --books" aegis-unseal --spool --books two.s
full() { aegis-unseal "$@" two.s >/dev/full; }
exits 73 "a full device" full
exits 73 "a full device, spooled" full --spool
exits 73 "a full device, books" full --books
TMPDIR=$WORK/nowhere exits 73 "no room for the spool" aegis-unseal --spool two.s
closed() { aegis-unseal two.s >&-; }
exits 74 "no output" closed
ok "--help" aegis-unseal --help
# A name that begins as a byte order mark does comes back as a name, not as a mark.
printf '"\xef\xbb\xbfa",b\n1,2\n' >mark.csv
aegis-seal mark.csv | aegis-unseal >back.csv
is "$(od -An -tx1 back.csv)" "$(od -An -tx1 mark.csv)" "a name that begins as a byte order mark does keeps its quotes"
done_testing
