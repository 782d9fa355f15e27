#!/usr/bin/env bash
# Real records of the Full Wellbore, against the reference in Python.
. "$(dirname "$0")/../../lib.sh"
need_shared
HERE=$(dirname "$0")
SAMPLES=$SHARED/rrc/samples
compare() { python3 "$HERE/compare.py" "$@"; }
decode() { # decode OUT OPTIONS...: the sample has one flaw in three wells
	local out=$1
	shift
	aegis-rrc-decode --layout dbf900 --max-flaws 100% "$@" >"$out" 2>"$WORK/err"
}
decode_all() { # decode_all PREFIX FILE
	local id
	for id in $(seq -w 1 28); do decode "$1$id" --segment "$id" "$2" || return; done
	decode "$1well" --view well "$2"
}

for kind in ebcdic:ebc ascii:txt; do
	enc=${kind%:*} file=$SAMPLES/dbf900_100.${kind#*:}
	mkdir "$WORK/$enc"
	ok "$enc: the reference reads it" python3 "$ROOT/tests/tools/rrc_reference.py" \
	    --facts "$SHARED/rrc/layouts_wb_da_ol.csv" --encoding "$enc" --all "$WORK/$enc" "$file"
	is "$(cat "$WORK/$enc"/[0-2]?.csv | grep -c '^[0-9]')" 100 "$enc: the reference has 100 records"
	ok "$enc: every segment decodes" decode_all "$WORK/$enc-" "$file"
	ok "$enc: every field of every record, and the books, as the reference" \
	    compare all "$WORK/$enc-" "$WORK/$enc"
	mkdir "$WORK/$enc.split"
	ok "$enc: all segments in one pass" decode "$WORK/out" --split "$WORK/$enc.split" "$file"
	ok "$enc: the same rows" compare split "$WORK/$enc.split" "$WORK/$enc-"
done
ok "EBCDIC and ASCII have the same values" compare all-values "$WORK/ebcdic-" "$WORK/ascii-"

file=$SAMPLES/dbf900_100.ebc
gzip -nc "$file" >"$WORK/f.gz"
zstd -qc "$file" >"$WORK/f.zst"
python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    z.write(sys.argv[2], "dbf900.ebc")
    z.writestr("readme", "x")' "$WORK/f.zip" "$file"
want=$WORK/ebcdic-well
packed() { # packed WHAT FILE OPTIONS...
	ok "$1 decodes" decode "$WORK/packed" --view well "${@:3}" "$2"
	ok "$1: the same rows and book" compare stream "$WORK/packed" "$want"
	is "$(tail -n 1 "$WORK/packed" | grep -o ' source_sha256=[0-9a-f]*')" \
	    " source_sha256=$(sha256sum <"$2" | cut -d' ' -f1)" "$1: SHA-256 of the file as it is"
}
packed gzip "$WORK/f.gz"
packed zstd "$WORK/f.zst"
packed zip "$WORK/f.zip" --member dbf900.ebc
like "$WORK/packed" '^#aegis-stream 1 kind=rrc:dbf900/well source=[^ ]*f.zip(:|%3A)dbf900.ebc run=[-0-9a-f]{36}$' \
    'the source of a zip is named with its member'
exits 65 'a zip of several files asks for --member' \
    aegis-rrc-decode --layout dbf900 --view well "$WORK/f.zip"
like "$WORK/err" 'dbf900.ebc, readme' 'and lists them'
decode "$WORK/packed" --view well <"$file"
ok 'standard input, a file: the same' compare stream "$WORK/packed" "$want"
# shellcheck disable=SC2002
cat "$WORK/f.gz" | decode "$WORK/packed" --view well -
ok 'standard input, a pipe of gzip: the same' compare stream "$WORK/packed" "$want"

for wrong in olf001l_101.ebc gsf001l_101.ebc daf420_daily.dat ewa_9.csv completions_01-06.zip; do
	exits 65 "$wrong is no dbf900" aegis-rrc-decode --layout dbf900 --view well \
	    --rejects "$WORK/rej" "$SAMPLES/$wrong"
	unlike "$WORK/out" '^#aegis-seal' '  and has no seal'
	ok '  and is told' test -s "$WORK/err"
done
exits 65 'EBCDIC taken for ASCII' aegis-rrc-decode --layout dbf900 --view well \
    --encoding ascii --rejects "$WORK/rej" "$SAMPLES/dbf900_100.ebc"
exits 65 'ASCII taken for EBCDIC' aegis-rrc-decode --layout dbf900 --view well \
    --encoding ebcdic --rejects "$WORK/rej" "$SAMPLES/dbf900_100.txt"
unlike "$WORK/out" '^#aegis-seal' 'neither has a seal'
done_testing
