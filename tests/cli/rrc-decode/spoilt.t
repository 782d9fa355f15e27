#!/usr/bin/env bash
# Spoilt files are refused, or their foreign records rejected: SPOILT (200) files, SPOILT_SEED (1).  Good files with
# odd values in them, two in a hundred, are not: ODD (40) files.
. "$(dirname "$0")/../../lib.sh"
need_shared
export PYTHONDONTWRITEBYTECODE=1
NEXT=$SHARED/rrc/next
for l in p4f606 orf850 flf900 ewa; do
	python3 "$ROOT/tests/tools/rrc_next.py" --facts "$NEXT" --layout "$l" --make 1500 --seed 3 >"$WORK/$l"
done
rrc-gen --layout dbf900 --wells 60 --seed 5 >"$WORK/dbf900" 2>/dev/null
gzip -dc "$ROOT/fixtures/daf802-demo.ebc.gz" >"$WORK/daf802"
for l in olf001 gsf001; do cp "$SHARED/rrc/samples/${l}l_101.ebc" "$WORK/$l"; done
head -n 1500 "$SHARED/rrc/samples/daf420_daily.dat" >"$WORK/daf420"
spoilt() { python3 "$(dirname "$0")/spoilt.py" "$WORK" "${SPOILT:-200}" "${SPOILT_SEED:-1}" >"$WORK/spoilt.out"; }
ok "the spoilt files were tried" spoilt
while read -r line; do
	case $line in
	ok*) tap_result 0 "${line#ok * - }" ;;
	not*) tap_result 1 "${line#not ok * - }" ;;
	*) printf '%s\n' "$line" ;;
	esac
done <"$WORK/spoilt.out"

# Sentinels, blanks, letters among digits, days that are none, codes that nobody knows.
declare -A view=([p4f606]=lease [orf850]=operator [flf900]=field [ewa]=completion)
refused='' rejected=0 read=0
for ((i = 0; i < ${ODD:-40}; i++)); do
	names=("${!view[@]}")
	l=${names[i % 4]}
	python3 "$ROOT/tests/tools/rrc_next.py" --facts "$NEXT" --layout "$l" --make 300 --seed "$((1000 + i))" --odd 0.02 >"$WORK/odd"
	aegis rrc-decode --layout "$l" --view "${view[$l]}" --rejects "$WORK/odd.rej" --max-rejects 100% --max-flaws 100% "$WORK/odd" >"$WORK/rows" 2>"$WORK/err" ||
	    refused="$refused $l/$((1000 + i)): $(head -c 200 "$WORK/err")"
	rejected=$((rejected + $(sed -n 's/^#aegis-seal .* rejected=\([0-9]*\) .*/\1/p' "$WORK/rows" || echo 0)))
	read=$((read + $(sed -n 's/^#aegis-seal .* read=\([0-9]*\) .*/\1/p' "$WORK/rows" || echo 0)))
done
is "$refused" "" "$i files with odd values are read"
say "$rejected of $read records rejected"
ok "and few of their records are rejected" test $((20 * rejected)) -lt "$read"
done_testing
