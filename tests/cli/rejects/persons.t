#!/usr/bin/env bash
# What is a person's is not printed unless it is asked for: by the layout in rrc-decode's rejects, by the
# entity's fields in those of entity-map and entity-load, in messages, and in what a plan shows.
. "$(dirname "$0")/../../lib.sh"
need_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
zcat "$ROOT/fixtures/orf850-demo.ebc.gz" >"$WORK/p5"
# Of one organisation: letters in a telephone number; of one officer: a byte in the name that is no character.
PHONE=SECRET5550 OFFICER=HIDDEN
python3 - "$WORK/p5" "$PHONE" "$OFFICER" <<'E'
import sys
path, phone, officer = sys.argv[1:]
b = bytearray(open(path, "rb").read())
a = next(i for i in range(0, len(b), 350) if b[i:i + 2] == "A ".encode("cp037"))
b[a + 258:a + 268] = phone.encode("cp037")
k = bytearray(" " * 350, "cp037")
k[:40] = "K ".encode("cp037") + b[a + 2:a + 40]
k[40:86] = (officer.ljust(32) + "PRESIDENT".ljust(14)).encode("cp037")
k[299] = "O".encode("cp037")[0]
k[47], k[48] = 0, k[40]
open(path, "wb").write(b[:a + 350] + k + b[a + 350:])
E
decode() { aegis rrc-decode --layout orf850 --view "$1" --rejects "$WORK/decode.rej" --max-rejects 100% --max-flaws 100% "$WORK/p5" >"$WORK/stream" 2>"$WORK/err"; }
shown() { grep -c "$1" "$WORK/out"; } # shown WORD
hidden='a person.s; --persons shows it'

ok "a file with letters in a telephone number" decode operator
exits 0 "rejects" aegis rejects "$WORK/decode.rej"
is "$(shown "$PHONE") $(shown "OROR-PHONE-NUMBER ($hidden)")" "0 1" "hides it, and says whose and how to see it"
exits 0 "rejects --format json" aegis rejects --format json "$WORK/decode.rej"
is "$(shown "$PHONE")" 0 "so does JSON"
is "$(python3 -c 'import json, sys
print([f for c in json.load(sys.stdin)["codes"] for x in c["examples"] for f in x["faults"] if f.get("person")])' <"$WORK/out")" \
    "[{'code': 'bad_digits', 'column': 'OROR-PHONE-NUMBER', 'value': None, 'reason': None, 'person': True}]" "with null for value and reason"
exits 0 "rejects --persons" aegis rejects --persons "$WORK/decode.rej"
is "$(shown "'$PHONE'")" 1 "shows it"
exits 0 "a segment" aegis rrc-decode --layout orf850 --segment 'A' --rejects "$WORK/segment.rej" --max-flaws 100% "$WORK/p5"
exits 0 "its rejects" aegis rejects "$WORK/segment.rej"
is "$(shown "$PHONE") $(shown "$hidden")" "0 1" "by the field's name"
ok "officers" decode officer
exits 0 "their rejects" aegis rejects "$WORK/decode.rej"
is "$(shown "$OFFICER") $(shown 'the key may name a person') $(shown "$hidden")" "0 1 1" "hide the name, also in the key"
exits 0 "with --persons" aegis rejects --persons "$WORK/decode.rej"
is "$(shown "$OFFICER")" 1 "the name is there"
exits 65 "without --rejects" aegis rrc-decode --layout orf850 --view officer "$WORK/p5"
is "$(grep -c "$OFFICER" "$WORK/err") $(grep -c "OROR-OFFICER-NAME (a person's): " "$WORK/err")" "0 1" "the message does not have it"

# entity-map and entity-load go by the entity's fields, whatever the layout says.
aegis seal --kind rrc:orf850/operator >"$WORK/rows" <<'E'
_record,_offset,operator_number,OROR-ORG-ADDR-LINE1,OROR-DATE-BUILT
1,0,000017,1 HIDDEN LANE,2001-01-01
E
sql "UPDATE entity_field_definitions SET input_type = 'number' WHERE field_key = 'address'" >/dev/null
exits 0 "an address that is no number, to entity-map" sh -c "aegis entity-map --tenant '$TENANT' --type operator --rejects '$WORK/map.rej' --max-flaws 100% <'$WORK/rows'"
exits 0 "its rejects" aegis rejects "$WORK/map.rej"
is "$(shown HIDDEN) $(shown "OROR-ORG-ADDR-LINE1 ($hidden)")" "0 1" "hide it"
aegis seal --kind entity:operator --tenant "$TENANT" --dataset orf850/operator >"$WORK/entities" <<'E'
_record,_offset,entity_key,operator_number,address,built
1,0,operator:000017,000017,1 HIDDEN LANE,2001-01-01
E
exits 0 "to entity-load" sh -c "aegis entity-load --tenant '$TENANT' --type operator --rejects '$WORK/load.rej' --max-rejects 100% --max-flaws 100% <'$WORK/entities'"
exits 0 "its rejects" aegis rejects "$WORK/load.rej"
is "$(shown HIDDEN) $(shown "address ($hidden)")" "0 1" "hide it"
sql "UPDATE entity_field_definitions SET input_type = 'text' WHERE field_key = 'address'" >/dev/null

plan() { # plan OPTIONS...: what changes
	aegis entity-load --tenant "$TENANT" --type operator --plan --accept-change "$@" <"$WORK/new"
}
as() { # as ORGANISATION NAME ADDRESS: a stream
	printf '_record,_offset,entity_key,operator_number,organization_name,organization_type,address\n1,0,operator:000018,000018,%s,%s,%s\n' "$2" "$1" "$3" |
	    aegis seal --kind entity:operator --tenant "$TENANT" --dataset orf850/operator
}
as corporation 'FIRST OIL' '1 HIDDEN LANE' | aegis entity-load --tenant "$TENANT" --type operator --accept-change >/dev/null 2>&1
as corporation 'SECOND OIL' '2 HIDDEN LANE' >"$WORK/new"
exits 0 "a plan" plan
is "$(shown HIDDEN) $(shown SECOND) $(grep -c "a person.s" "$WORK/out")" "0 1 1" "hides the address, and not a corporation's name"
exits 0 "with --persons" plan --persons
is "$(shown '2 HIDDEN LANE')" 1 "it shows both"
as 'sole proprietorship' 'JOHN HIDDEN' '1 HIDDEN LANE' >"$WORK/new"
exits 0 "one man's name" plan --format json
is "$(shown HIDDEN)" 0 "is hidden"
is "$(python3 -c 'import json, sys
print([(c["field"], json.loads(c["new"])) for c in json.load(sys.stdin)["changes"]])' <"$WORK/out")" \
    "[('organization_name', \"(a person's; --persons shows it)\"), ('organization_type', 'sole proprietorship')]" "the values are JSON still"

printf 'layout: x\nrecord: {length: 4}\npersons: [NAEM]\nsegments:\n  - {id: "01", name: R, key: [K], fields: [{name: K, at: 2, width: 2, kind: char}]}\n' >"$WORK/x.yaml"
exits 78 "a pattern that names nothing" aegis rrc-decode --layout "$WORK/x.yaml" --segment 01 "$WORK/p5"
is "$(grep -c "'persons': no field and no column is called so" "$WORK/err")" 1 "is refused"
done_testing
