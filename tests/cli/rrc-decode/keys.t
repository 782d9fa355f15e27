#!/usr/bin/env bash
# Whose row a rejected record takes along: the key in the reject file, by view.
. "$(dirname "$0")/../../lib.sh"
cat >"$WORK/lay.yaml" <<'Y'
layout: lay
title: Two levels
record: {length: 12, id_at: 0, id_width: 2}
segments:
  - {id: "01", name: ROOT, key: [NUMBER], fields: [{name: NUMBER, at: 2, width: 5, kind: digits}, {name: DAY, at: 7, width: 4, kind: digits}]}
  - {id: "02", name: CHILD, parent: "01", fields: [{name: CODE, at: 2, width: 3, kind: digits}, {name: FEET, at: 5, width: 2, kind: digits}]}
views:
  root:
    rows: "01"
    key: [number, day]
    columns:
      - {name: number, text: "N-{NUMBER}"}
      - {name: day, field: DAY, as: digits}
      - {name: feet, from: "02", pick: first, field: FEET, as: digits}
  child:
    rows: "02"
    key: [code]
    columns: [{name: code, field: CODE, as: digits}, {name: number, from: "01", field: NUMBER, as: digits}]
  deep:
    rows: "02"
    key: [number, code]
    columns: [{name: number, from: "01", field: NUMBER, as: digits}, {name: code, field: CODE, as: digits}]
Y
good() { for i in $(seq 10 49); do printf '01%05d%04d \n0200177     \n' "$i" "$i"; done; }
reject() { # reject VIEW RECORD... behind good ones: key and code of each reject
	local view=$1
	shift
	{ good; printf '%s\n' "$@"; } >"$WORK/in"
	aegis-rrc-decode --layout "$WORK/lay.yaml" "${view%% *}" "${view#* }" --rejects "$WORK/rej" --max-rejects 100% --max-flaws 100% "$WORK/in" >"$WORK/out" 2>"$WORK/err" ||
	    sed 's/^/# /' "$WORK/err"
	grep '^[1-9]' "$WORK/rej" | cut -d, -f3-5 | tr '\n' ' '
}
is "$(reject '--view root' '01000X10101')" ',reject,bad_key ' "a root whose key is faulty cannot be named"
is "$(reject '--view root' '01000X10101' '0200177')" ',reject,bad_key "",reject,root_rejected ' "what is below it is no row's own"
is "$(reject '--view root' '01000070101  too long')" 'N-00007-0101,reject,long_record ' "a root too long is named all the same"
is "$(reject '--view root' '99000070101')" 'N-00007-0101,reject,unknown_record_id ' "a record of no known kind has the key that it would have as a root"
is "$(reject '--view root' '99TOTALS')" ',reject,unknown_record_id ' "or none"
is "$(reject '--view root' '9900007' '0200177')" ',reject,unknown_record_id "",reject,orphan_record ' "an orphan is no row's own"
is "$(reject '--view root' '01000070101' '02001XX')" '"",flaw,bad_digits ' "no row is lost by a flaw"
is "$(reject '--view child' '02X0133')" ',reject,bad_key ' "a view of children: the child is the row"
is "$(reject '--view child' '99001' '0200233')" '001,reject,unknown_record_id 002,reject,orphan_record ' "an orphan is one too, and has a key"
is "$(reject '--view deep' '01000X70101' '0200133')" ',reject,bad_key ' "one whose key is its parent's too cannot be named by itself"
is "$(reject '--segment 02' '99000070101')" ',reject,unknown_record_id ' "without a view there are no keys"
is "$(sed -n 3p "$WORK/rej")" '0,0,lay,form,lines,[],""' "the raw bytes are lines"
done_testing
