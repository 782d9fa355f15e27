#!/usr/bin/env bash
# Streams whose rows are frames: against the same as text, read by python's struct and csv.
. "$(dirname "$0")/../../lib.sh"
cd "$WORK" || exit 1
export AEGIS_RUN=01234567-89ab-4cde-8f01-23456789abcd

cat >read.py <<'P'
"""FILE: the rows of a stream of frames, as Python has them, without a look at our code."""
import csv, io, json, struct, sys
b = open(sys.argv[1], "rb").read()
head, b2 = b.split(b"\n", 1)
names, b2 = b2.split(b"\n", 1)
rows = []
if head.endswith(b" body=frames"):
    names = names.decode().split(",")
    n = len(names) - (names[-1] == "_")
    while True:
        size, = struct.unpack_from("<I", b2)
        frame, b2 = b2[4:4 + size], b2[4 + size:]
        if size == 0:
            break
        spans = struct.unpack_from("<%dI" % n, frame)
        data, row = frame[4 * n:], []
        for s in spans:
            row.append(None if s == 0 else data[:s - 1].decode())
            data = data[max(s - 1, 0):]
        assert data == b""
        rows.append(row)
    assert b2.startswith(b"#aegis-book "), b2[:40]
else:
    # Empty and NULL are told by quotes alone, which csv does not keep: our test data has no "".
    body = b2[:b2.rindex(b"\n#aegis-book stage=rrc-decode") + 1] if b"\n#aegis-book stage=rrc" in b2 else b2[:b2.index(b"\n#aegis-book")+1]
    rows = [[v if v else None for v in r] for r in csv.reader(io.StringIO(body.decode(), newline=""))]
print(json.dumps(rows))
P
decode() { aegis rrc-decode --layout dbf900 --view well --rejects d.rej "$ROOT/fixtures/wellbore-demo.ebc.gz" 2>/dev/null && cp d.rej "$1.rej"; }
map() { aegis entity-map --tenant "$TENANT" --type well --definitions "$ROOT/pipelines/entities/well.yaml" --rejects m.rej 2>/dev/null; }
TENANT=00000000-0000-4000-8000-000000000001
decode a >text
AEGIS_STREAM=frames decode b >frames
like frames ' body=frames$' "the header says so"
is "$(python3 read.py frames | sha256sum)" "$(python3 read.py text | sha256sum)" "150 rows, the same to python"
is "$(python3 read.py frames | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')" 150 "and all of them"
is "$(aegis unseal frames)" "$(aegis unseal text)" "the same to unseal"
is "$(sed -n '$s/bytes=.*source/source/p' frames)" "$(sed -n '$s/bytes=.*source/source/p' text)" "with the same books"
n=$(grep -abo '^#aegis-seal ' frames | tail -n 1 | cut -d: -f1)
is "$(tail -n 1 frames | grep -o 'bytes=[0-9]*')" "bytes=$n" "the seal counts the bytes before it"
if command -v xxhsum >/dev/null; then
	is "$(tail -n 1 frames | grep -o 'xxh64=[0-9a-f]*')" "xxh64=$(head -c "$n" frames | xxhsum -H1 | cut -d' ' -f1)" \
	    "and has xxhsum's digest of them"
fi
cmp -s a.rej b.rej
tap_result $? "reject files are text"

map <text >e1
map <frames >e2
is "$(cat e2)" "$(cat e1)" "a stage reads either"
AEGIS_STREAM=frames map <frames | aegis unseal >e3
is "$(cat e3)" "$(aegis unseal e1)" "and writes either"
cat text frames text >three
is "$(aegis unseal three | wc -l)" 451 "one after the other"

printf 'a,b,c\n1,,""\n" x","#y","l1\nl2""q"\n' >plain.csv
is "$(aegis seal --frames plain.csv | aegis unseal)" "$(cat plain.csv)" "seal --frames, and unseal"
printf 'a\nx\n' | aegis seal --frames >one
is "$(aegis unseal <one)" "$(printf 'a\nx')" "a stream of one column"
head -c $((n - 400)) frames >cut
exits 65 "a stream that is cut" aegis unseal cut
like err 'the stream is cut: no seal after row [0-9]+' "says so"
exits 64 "another form" env AEGIS_STREAM=csv aegis seal plain.csv
like err "AEGIS_STREAM is 'text' or 'frames', not 'csv'" "is named"
exits 0 "text, said" env AEGIS_STREAM=text aegis seal plain.csv
done_testing
