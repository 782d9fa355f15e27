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
decode_all() { # decode_all PREFIX FILE
	local id
	for id in $(seq -w 1 28); do
		decode "$1$id" --segment "$id" --rejects "$WORK/rej" "$2" || return
	done
}
ref() { # ref ENCODING OPTIONS...
	python3 "$ROOT/tests/tools/rrc_reference.py" --facts "$SHARED/rrc/layouts_wb_da_ol.csv" \
	    --encoding "$@"
}
generate() { # generate SEED ENCODING FILE
	rrc-gen --layout dbf900 --wells 300 --seed "$1" --encoding "$2" --manifest "$3.json" >"$3"
}

for seed in 1 2 3; do
	for enc in ebcdic ascii; do
		what="seed $seed, $enc" file=$WORK/$seed.$enc
		generate "$seed" "$enc" "$file"
		mkdir "$file.ref"
		ok "$what: the reference reads it" ref "$enc" --all "$file.ref" "$file"
		ok "$what: segments decode" decode_all "$file-" "$file"
		ok "$what: the view decodes" decode "$file-well" --view well \
		    --rejects "$WORK/rej" "$file"
		ok "$what: rows and books as the reference" compare all "$file-" "$file.ref"
		ok "$what: book as the manifest" compare manifest "$file-well" "$file.json"
		ok "$what: raw bytes as in the source" compare raw "$WORK/rej" "$file"
	done
	ok "seed $seed: EBCDIC and ASCII have the same values" \
	    compare all-values "$WORK/$seed.ebcdic-" "$WORK/$seed.ascii-"
done

# Seed 115 has rejects of all four kinds.
for enc in ebcdic ascii; do
	file=$WORK/115.$enc
	generate 115 "$enc" "$file"
	ok "$enc: a view with rejects" decode "$file-well" --view well --rejects "$WORK/rej" "$file"
	ref "$enc" --view well --book "$WORK/book" "$file" >"$WORK/rows"
	ok "$enc: rows as the reference" compare rows "$file-well" "$WORK/rows"
	ok "$enc: book as the reference" compare book "$file-well" "$WORK/book"
	ok "$enc: book as the manifest" compare manifest "$file-well" "$file.json"
	ok "$enc: raw bytes as in the source" compare raw "$WORK/rej" "$file"
	for code in bad_key root_rejected unknown_record_id orphan_record; do
		like "$file-well" "^#aegis-book .*[=,]$code:[1-9]" "$enc: $code occurred"
	done
done

rrc-gen --layout dbf900 --wells 300 --clean --manifest "$WORK/clean.json" >"$WORK/clean"
ok 'a clean file needs no reject file' decode "$WORK/clean.well" --view well "$WORK/clean"
ok 'and agrees with its manifest' compare manifest "$WORK/clean.well" "$WORK/clean.json"
like "$WORK/clean.json" '"rejected": 0,' 'which has no rejects'
like "$WORK/clean.json" '"flawed": 0,' 'and no flaws'
done_testing
