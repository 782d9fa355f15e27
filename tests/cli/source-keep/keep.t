#!/usr/bin/env bash
# aegis source-keep: what is kept is what was there, under the digest that sha256sum says.
. "$(dirname "$0")/../../lib.sh"
cd "$WORK" || exit 1
rrc-gen --layout dbf900 --wells 400 >w.ebc
printf 'a,b\n1,2\n' >two.csv
gzip -k w.ebc
zip -q both.zip w.ebc two.csv
tar -czf both.tar.gz w.ebc two.csv

exits 0 "a gzip file" aegis source-keep --to kept/deep w.ebc.gz
sum=$(sha256sum <w.ebc.gz)
is "$(cat out)" "kept/deep/w.ebc-${sum:0:16}.zst" "is called by its digest"
ok "any zstd unpacks it" bash -c 'zstd -qdc "$1" | cmp - w.ebc' - "$(cat out)"
ok "and so does rrc-decode" bash -c 'aegis rrc-decode --layout dbf900 --view well --rejects r "$1" | aegis unseal >a && aegis rrc-decode --layout dbf900 --view well --rejects r w.ebc | aegis unseal >b && cmp a b' - "$(cat out)"
is "$(zstd -lv "$(cat out)" | awk '/Skippable/ {print $NF}')" 2 "with two frames that are no text: a note and a table"
before=$(stat -c %y "$(cat out)")
exits 0 "once more" aegis source-keep --to kept/deep w.ebc.gz
like err 'was kept already' "is told"
is "$(stat -c %y "$(cat out)")" "$before" "and changes nothing"
for a in both.zip both.tar.gz; do
	exits 0 "$a" aegis source-keep --to "k.$a" "$a"
	sum=$(sha256sum <$a)
	is "$(sort out)" "k.$a/two.csv-${sum:0:16}.zst
k.$a/w.ebc-${sum:0:16}.zst" "file by file, by the archive's digest"
	ok "whole" bash -c 'zstd -qdc "$1"/w.ebc-* | cmp - w.ebc && zstd -qdc "$1"/two.csv-* | cmp - two.csv' - "k.$a"
done
exits 0 "several, one of which is empty" aegis source-keep --to e w.ebc two.csv
is "$(wc -l <out)" 2 "one line each"

exits 64 "nowhere" aegis source-keep w.ebc
exits 64 "nothing" aegis source-keep --to k
exits 66 "a file that is missing" aegis source-keep --to k missing
exits 64 "a directory" aegis source-keep --to k kept
head -c -20 w.ebc.gz >cut.gz
exits 65 "a cut file" aegis source-keep --to cut cut.gz
is "$(ls cut)" "" "leaves nothing behind"
touch file
exits 73 "a file in the directory's place" aegis source-keep --to file w.ebc
done_testing
