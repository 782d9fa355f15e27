#!/usr/bin/env bash
# Generated files against the reference in Python and the generator's manifest.
. "$(dirname "$0")/../../lib.sh"
need_shared
HERE=$(dirname "$0")
compare() { python3 "$HERE/compare.py" "$@"; }
decode() { # decode OUT OPTIONS...
	local out=$1
	shift
	aegis-rrc-decode --layout dbf900 --max-rejects 10% "$@" >"$out" 2>"$WORK/err"
}
all_segments() {
	local id
	for id in $(seq -w 1 28); do
		decode "$WORK/s" --segment "$id" --rejects "$WORK/rej" "$1" &&
		    compare rows "$WORK/s" "$2/$id.csv" &&
		    compare book "$WORK/s" "$2/$id.json" || {
			echo "segment $id"
			return 1
		}
	done
}

# 6, 17 and 83 have rejects of all four kinds between them.
rejected=
for seed in 1 2 3 6 17 83; do
	for enc in ebcdic ascii; do
		what="seed $seed, $enc" file=$WORK/$seed.$enc ref=$WORK/ref
		rrc-gen --layout dbf900 --wells 300 --seed "$seed" --encoding "$enc" \
		    --manifest "$file.json" >"$file"
		rm -rf "$ref" "$WORK/rej" && mkdir "$ref"
		ok "$what: the reference reads it" python3 "$ROOT/tests/tools/rrc_reference.py" \
		    --facts "$SHARED/rrc/layouts_wb_da_ol.csv" --encoding "$enc" --all "$ref" "$file"
		ok "$what: the view decodes" decode "$file.well" --view well \
		    --rejects "$WORK/rej" "$file"
		ok "$what: rows as the reference" compare rows "$file.well" "$ref/well.csv"
		ok "$what: book as the reference" compare book "$file.well" "$ref/well.json"
		ok "$what: book as the manifest" compare manifest "$file.well" "$file.json"
		ok "$what: raw bytes as in the source" compare raw "$WORK/rej" "$file"
		ok "$what: all segments as the reference" all_segments "$file" "$ref"
		rejected+=$(tail -n 2 "$file.well" | grep -o '[a-z_]*_\(id\|record\|key\|rejected\):' |
		    tr '\n' ' ')
	done
	ok "seed $seed: EBCDIC and ASCII have the same values" \
	    compare values "$WORK/$seed.ebcdic.well" "$WORK/$seed.ascii.well"
done
for code in bad_key root_rejected unknown_record_id orphan_record; do
	case $rejected in
	*$code:*) tap_result 0 "$code occurred" ;;
	*) tap_result 1 "$code occurred" ;;
	esac
done

rrc-gen --layout dbf900 --wells 300 --clean --manifest "$WORK/clean.json" >"$WORK/clean"
ok 'a clean file needs no reject file' decode "$WORK/clean.well" --view well "$WORK/clean"
ok 'and agrees with its manifest' compare manifest "$WORK/clean.well" "$WORK/clean.json"
like "$WORK/clean.json" '"rejected": 0,' 'which has no rejects'
like "$WORK/clean.json" '"flawed": 0,' 'and no flaws'
done_testing
