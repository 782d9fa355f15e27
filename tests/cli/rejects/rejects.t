#!/usr/bin/env bash
# Reject files read, counted by code, and replayed: mended rows come out right, under the same source.
. "$(dirname "$0")/../../lib.sh"
cat >"$WORK/lay.yaml" <<'Y'
layout: lay
title: Two levels
record: {length: 12, id_at: 0, id_width: 2}
segments:
  - {id: "01", name: ROOT, key: [NUMBER], fields: [{name: NUMBER, at: 2, width: 5, kind: digits}, {name: DAY, at: 7, width: 4, kind: digits}]}
  - {id: "02", name: CHILD, parent: "01", fields: [{name: CODE, at: 2, width: 3, kind: digits}]}
views:
  root:
    rows: "01"
    key: [number]
    columns: [{name: number, text: "N-{NUMBER}"}, {name: day, field: DAY, as: digits}, {name: code, from: "02", pick: first, field: CODE, as: digits}]
Y
cat >"$WORK/thing.yaml" <<'Y'
type: thing
display_name: Thing
fields:
  - { key: number, label: N, input_type: text, required: true, role: identity, rrc: "lay/root:number" }
  - { key: code, label: C, input_type: number, required: true, rrc: "lay/root:code" }
  - { key: day, label: D, input_type: number, rrc: "lay/root:day" }
Y
sed -i 's/N-{NUMBER}/N{NUMBER}/' "$WORK/lay.yaml"
for i in $(seq 10 49); do printf '01%05d%04d \n02%03d       \n' "$i" "$i" "$i"; done >"$WORK/in"
sed -e 's/^01000120012/01000X20012/' -e 's/^01000200020/01000200X20/' -e '/^02030/d' -e '/^02031/d' "$WORK/in" >"$WORK/bad"
printf '99what\n' >>"$WORK/bad"
decode() { aegis rrc-decode --layout "$WORK/lay.yaml" --view root --max-rejects 100% --max-flaws 100% "$@"; }
map() { aegis entity-map --tenant "$TENANT" --type thing --definitions "$WORK/thing.yaml" --max-rejects 100% --max-flaws 100% "$@"; }
decode --rejects "$WORK/d.rej" "$WORK/bad" 2>"$WORK/err" >"$WORK/rows"
map --rejects "$WORK/m.rej" <"$WORK/rows" >"$WORK/entities" 2>>"$WORK/err"
is "$(grep -c '^[0-9]' "$WORK/entities")" 37 "three of forty are missing"

exits 0 "reject files are no finding" aegis rejects "$WORK/d.rej" "$WORK/m.rej"
like "$WORK/out" "d.rej: 3 rejected, 1 with flaws, of '$WORK/bad' \(reject:rrc\)" "the file, its figures, its source"
like "$WORK/out" '^bad_key: 1 rejected, 0 with flaws$' "by code"
like "$WORK/out" 'record 5 at byte 52 \(reject\)' "with an example's place"
like "$WORK/out" "value that identifies the row" "what it means"
like "$WORK/out" "record 21 at byte [0-9]+ \(flaw\)" "flaws too"
like "$WORK/out" "key thing:N00030$" "the key of the row that is lost"
exits 0 "as JSON" aegis rejects --report json --code missing_required --examples 1 "$WORK/m.rej"
is "$(python3 -c 'import json,sys; r = json.load(sys.stdin); c, = r["codes"]; print(r["rejects"], c["code"], c["rejects"], len(c["examples"]), c["examples"][0]["key"], c["examples"][0]["record"], c["examples"][0]["faults"][0]["column"])' <"$WORK/out")" \
    "2 missing_required 2 1 thing:N00030 41 code" "one code, one example"
exits 64 "a code that is none" aegis rejects --code bad_luck "$WORK/m.rej"
exits 66 "a file that is not there" aegis rejects "$WORK/none"
head -c -20 "$WORK/m.rej" >"$WORK/cut.rej"
exits 65 "a cut one" aegis rejects "$WORK/cut.rej"
exits 65 "a cut one is not replayed" aegis rejects --replay "$WORK/cut.rej"
is "$(stat -c %s "$WORK/out")" 0 "not even in part"
exits 65 "another kind of stream" aegis rejects "$WORK/rows"

# RRC's records, mended.
exits 0 "records of an RRC file" aegis rejects --replay "$WORK/d.rej"
is "$(cat "$WORK/out")" "$(printf '01000X20012 \n02012       \n99what')" "as they stood"
sed -e 's/^01000X2/0100012/' -e '/^99/d' "$WORK/out" >"$WORK/mended"
decode --source "$WORK/bad" - <"$WORK/mended" >"$WORK/rows2" 2>/dev/null
is "$(grep '^[0-9]' "$WORK/rows2" | cut -d, -f3-)" "N00012,0012,012" "mended, they give the row"
is "$(grep -o 'source=[^ ]*' "$WORK/rows2" | head -n 1)" "$(grep -o 'source=[^ ]*' "$WORK/rows" | head -n 1)" "of the same source"
aegis rejects --replay "$WORK/d.rej" --with-flaws 2>/dev/null | grep -q 0100020 && tap_result 0 "flaws where they are asked for" || tap_result 1 "flaws where they are asked for"

# Rows, mended.
exits 0 "rows" aegis rejects --replay "$WORK/m.rej"
is "$(head -n 2 "$WORK/out" | sed 's/run=[^ ]*/run=R/')" "$(head -n 2 "$WORK/rows" | sed 's/run=[^ ]*/run=R/')" "are a stream as the one they came from"
cp "$WORK/out" "$WORK/replay"
again() { map --rejects "$WORK/again.rej" <"$WORK/replay"; }
exits 0 "that the stage takes" again
is "$(aegis unseal "$WORK/again.rej" | grep -c ',reject,missing_required,')" 2 "and refuses as before"
aegis rejects --replay "$WORK/m.rej" --csv 2>/dev/null | sed 's/,$/,7/' >"$WORK/mend.csv"
is "$(head -n 1 "$WORK/mend.csv")" "$(sed -n 2p "$WORK/rows")" "as plain CSV"
aegis seal --kind rrc:lay/root --source "$WORK/bad" "$WORK/mend.csv" | map >"$WORK/e3" 2>"$WORK/err"
is "$(grep '^[0-9]' "$WORK/e3")" "$(printf '41,520,thing:N00030,N00030,7,30\n42,533,thing:N00031,N00031,7,31')" "mended, sealed, mapped: with their old places" || cat "$WORK/err"

# A file behind a file is replayed as one where both say the same of their records, and else not at all.
cat "$WORK/d.rej" "$WORK/d.rej" >"$WORK/twice.rej"
aegis rejects --replay "$WORK/d.rej" >"$WORK/once" 2>/dev/null
exits 0 "a file behind a file" aegis rejects --replay "$WORK/twice.rej"
is "$(cat "$WORK/out")" "$(cat "$WORK/once" "$WORK/once")" "has the records of both"
aegis rejects --replay "$WORK/m.rej" --csv >"$WORK/once" 2>/dev/null
cat "$WORK/m.rej" "$WORK/m.rej" >"$WORK/twice.rej"
exits 0 "rows too" aegis rejects --replay "$WORK/twice.rej" --csv
is "$(cat "$WORK/out")" "$(cat "$WORK/once" && sed 1d "$WORK/once")" "with one line of names"
printf '_record,_offset,key,severity,code,faults,raw\n0,0,lay/root,form,lines,[],""\n' |
    aegis seal --kind reject:rrc 2>/dev/null | cat "$WORK/d.rej" - >"$WORK/mixed.rej"
exits 65 "lines behind records" aegis rejects --replay "$WORK/mixed.rej"
like "$WORK/err" "records of two forms" "for a reason"
is "$(stat -c %s "$WORK/out")" 0 "and nothing is written"

# A sealed file that no stage wrote: its faults are no JSON, or none of ours.
hostile() { # hostile FAULTS
	printf '_record,_offset,key,severity,code,faults,raw\n1,0,k,reject,bad_date,"%s",30\n' "$1" |
	    aegis seal --kind reject:rrc >"$WORK/hostile.rej" 2>/dev/null
}
for faults in 'x' '{}' '[1]' '[[""a""]]'; do
	hostile "$faults"
	exits 65 "faults that are $faults" aegis rejects --report json "$WORK/hostile.rej"
	exits 65 "as text as well" aegis rejects "$WORK/hostile.rej"
done
like "$WORK/err" "row 1: its faults are not a list of objects" "with the row"

# Through the whole pipe, into the database.
need_pg
aegis entity-define --tenant "$TENANT" "$WORK/thing.yaml" >/dev/null 2>&1
printf 'datasets:\n  - {dataset: lay/root, type: thing, role: own, coverage: full}\n' >"$WORK/datasets.yaml"
load() { aegis entity-load --tenant "$TENANT" --type thing --datasets "$WORK/datasets.yaml" --max-rejects 100% --max-flaws 100% --rejects "$WORK/l.rej" "$@"; }
decode --rejects "$WORK/d0.rej" "$WORK/in" 2>/dev/null | map --rejects "$WORK/m0.rej" 2>/dev/null | load >/dev/null 2>"$WORK/err"
is "$(sql "SELECT count(*) FROM entities WHERE retired_at IS NULL")" 40 "the first night is good"
sed -e '/^02030/d' -e '/^02031/d' "$WORK/in" >"$WORK/night2"
decode --rejects "$WORK/d.rej" "$WORK/night2" 2>/dev/null | map --rejects "$WORK/m.rej" 2>/dev/null | load >"$WORK/out" 2>"$WORK/err"
is "$(sql "SELECT count(*) FROM entities WHERE retired_at IS NULL")" 40 "of the second two rows are refused, and nothing is retired"
like "$WORK/out" '2 entities are kept, as their records were rejected' "which the report says"
aegis rejects --replay "$WORK/m.rej" --csv 2>/dev/null | sed 's/,$/,777/' | aegis seal --kind rrc:lay/root --source "$WORK/night2" - |
    map 2>/dev/null | load --delta >"$WORK/out" 2>"$WORK/err"
is "$(sql "SELECT string_agg(properties ->> 'code', ',' ORDER BY entity_key) FROM entities WHERE (properties ->> 'code')::numeric > 50")" "777,777" "mended and replayed, they are in"
is "$(sql "SELECT count(*), count(retired_at) FROM entities")" $'40\t0' "and the others are as they were"
is "$(sql "SELECT count(DISTINCT source) FROM batch_sources WHERE source LIKE '%night2'")" 1 "under the same source"

# The catalogue: the manual, the program and the library have the same codes.
exits 0 "the catalogue" aegis rejects --codes
sed 1d "$WORK/out" | grep -o '^[a-z_]\{3,\}' | sort >"$WORK/program"
sed -n 's/^| `\([a-z_]*\)` |.*| .* |$/\1/p' "$ROOT/doc/formats/reject-codes.md" | sort >"$WORK/manual"
is "$(diff "$WORK/program" "$WORK/manual")" "" "has the codes of the manual"
grep -rhoE 'fault_add\([^;]*' "$ROOT"/lib | grep -oE '^fault_add\([^"]*"[a-z_]+"' | grep -oE '"[a-z_]+"' | tr -d '"' | sort -u >"$WORK/library"
is "$(comm -23 "$WORK/library" "$WORK/program")" "" "and every code that the library gives"
ok "and more than ten of these" test "$(wc -l <"$WORK/library")" -gt 10
ok "the man page says how to list them" grep -q 'codes lists the codes' "$ROOT/build/man/man1/aegis-rejects.1"
printf '_record,_offset,key,severity,code,faults,raw\n0,0,%0200d,form,rrc:a/b,[],61\n' 0 | aegis seal --kind reject:rrc >"$WORK/long.rej"
exits 65 "a dataset's name that none can have" aegis rejects --replay "$WORK/long.rej"
done_testing
