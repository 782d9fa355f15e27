#!/usr/bin/env bash
# P-4, P-5, the field tape, the wellbore query, pending permits: every field of every segment and every
# column of the views against the second implementation in Python, on made records, put where the facts
# say, of which 2 % of the values are odd, and on all real rows there are.  RECORDS=100000 for all of it.
. "$(dirname "$0")/../../lib.sh"
need_shared rrc/next/layout_p4f606.csv
HERE=$(dirname "$0")
FACTS=$SHARED/rrc/next
SAMPLES=$SHARED/rrc/samples
RECORDS=${RECORDS:-20000}
second() { python3 "$ROOT/tests/tools/rrc_next.py" --facts "$FACTS" "$@"; }

each() { # each LAYOUT FILE: all that the second implementation makes of it
	local layout=$1 dir=$WORK/$1 file=$2 csv what options
	rm -rf "$dir"
	mkdir "$dir"
	ok "$layout: the second implementation reads ${file##*/}" second --layout "$layout" --all "$dir" "$file"
	for csv in "$dir"/*.csv; do
		what=$(basename "$csv" .csv)
		what=${what#segment-}
		options="--segment $what"
		[ "$what" = "${what#view-}" ] || options="--view ${what#view-}"
		aegis rrc-decode --layout "$layout" $options --max-flaws 100% --max-rejects 100% --rejects "$WORK/rej" "$file" \
		    >"$WORK/out" 2>"$WORK/err" || say "$(cat "$WORK/err")"
		ok "$layout: $what, $(($(wc -l <"$csv") - 1)) rows" python3 "$HERE/compare.py" rows "$WORK/out" "$csv"
	done
}

for layout in p4f606 orf850 flf900; do
	second --layout $layout --make "$RECORDS" --seed 7 --odd 0.02 >"$WORK/$layout.ebc"
	each $layout "$WORK/$layout.ebc"
done
second --layout ewa --make "$RECORDS" --odd 0.02 >"$WORK/ewa.csv"
each ewa "$WORK/ewa.csv"
each ewa "$SAMPLES/ewa_9.csv"
second --layout pending --make $((RECORDS / 10)) --into "$WORK/made"
each pending "$WORK/made"
each pending "$SAMPLES/pending_permits"

# P-5 also comes as ASCII lines, whose ids end in a space.
python3 - "$WORK/orf850.ebc" >"$WORK/orf850.txt" <<'P'
import sys
b = open(sys.argv[1], "rb").read()
for i in range(0, len(b), 350):
    t = b[i:i + 350].decode("cp037")
    if t.isascii():
        sys.stdout.write(t.rstrip(" ").ljust(2) + "\r\n")
P
aegis rrc-decode --layout orf850 --view operator --max-flaws 100% "$WORK/orf850.txt" >"$WORK/out" 2>"$WORK/err"
aegis rrc-decode --layout orf850 --view operator --max-flaws 100% "$WORK/orf850.ebc" >"$WORK/ebc" 2>"$WORK/err"
is "$(grep -c '^[0-9]' "$WORK/out")" "$(grep -c '^[0-9]' "$WORK/ebc")" "P-5 as ASCII lines has as many organisations"

# The same archive in four forms: a directory, tar, tar in gzip, zip.
(cd "$SAMPLES/pending_permits" && tar cf "$WORK/p.tar" -- *.txt && tar czf "$WORK/p.tgz" -- *.txt &&
    python3 -c 'import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)
for f in sys.argv[2:]: z.write(f)' "$WORK/p.zip" *.txt)
tail -c +1 "$WORK/p.tar" | zstd -q >"$WORK/p.tar.zst"
rows() { aegis rrc-decode --layout pending --view permitted_field "$1" 2>"$WORK/err" | grep '^[0-9]' | sha256sum; }
for form in p.tar p.tgz p.zip p.tar.zst; do
	is "$(rows "$WORK/$form")" "$(rows "$SAMPLES/pending_permits")" "$form holds the same permits"
done
aegis rrc-decode --layout pending --view permitted_field "$WORK/p.zip" 2>/dev/null | grep -o 'source_sha256=[0-9a-f]*' | head -n 1 >"$WORK/got"
is "$(cat "$WORK/got")" "source_sha256=$(sha256sum <"$WORK/p.zip" | cut -d' ' -f1)" "of an archive the digest is the archive's"
aegis rrc-decode --layout pending --view permitted_field "$SAMPLES/pending_permits" 2>/dev/null | grep -o 'source_sha256=[0-9a-f]*' | head -n 1 >"$WORK/got"
is "$(cat "$WORK/got")" "source_sha256=$(cd "$SAMPLES/pending_permits" && sha256sum dp_drilling_permit_pending.txt dp_permitted_field_pending.txt | sha256sum | cut -d' ' -f1)" \
    "of a directory's files that of what sha256sum prints for them"
exits 64 "a view that needs another file says which" aegis rrc-decode --layout pending --view permitted_field "$SAMPLES/pending_permits/dp_permitted_field_pending.txt"
like "$WORK/err" "needs 'dp_drilling_permit_pending\*', too" "by its name"
exits 0 "a segment needs its own file only" aegis rrc-decode --layout pending --segment permitted_field "$SAMPLES/pending_permits/dp_permitted_field_pending.txt"
done_testing
