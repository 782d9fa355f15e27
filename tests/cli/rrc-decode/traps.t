#!/usr/bin/env bash
# The traps that the facts name for P-4, P-5, the field tape, the wellbore query and pending permits: bytes
# are put where the facts say (positions from 1 in P4.md and P5.md, from 0 in FIELDS.md).
. "$(dirname "$0")/../../lib.sh"

cat >"$WORK/put.py" <<'P'
"""put.py LENGTH: records from lines "ID POS=TEXT ..." on standard input; POS from 1; TEXT with _ for a space,
X'..' for bytes; what is not put is blank.  EBCDIC."""
import re, sys
length = int(sys.argv[1])
for line in sys.stdin:
    if not line.strip():
        continue
    words = line.split()
    r = bytearray(b"\x40" * length)
    r[0:2] = words[0].replace("_", " ").encode("cp037")
    for w in words[1:]:
        at, text = w.split("=", 1)
        m = re.fullmatch(r"(.*?)X'([0-9a-f]+)'", text)
        b = m[1].replace("_", " ").encode("cp037") + bytes.fromhex(m[2]) if m else text.replace("_", " ").encode("cp037")
        r[int(at) - 1:int(at) - 1 + len(b)] = b
    sys.stdout.buffer.write(r)
P
put() { python3 "$WORK/put.py" "$1" >"$WORK/in"; }
show() { # show LAYOUT VIEW COLUMN...: those columns of all rows, '|' between them
	local layout=$1 view=$2
	shift 2
	aegis rrc-decode --layout "$layout" --view "$view" --max-rejects 100% --max-flaws 100% --rejects "$WORK/rej" "$WORK/in" 2>"$WORK/err" |
	    aegis unseal 2>>"$WORK/err" | python3 -c 'import csv, sys
for r in csv.DictReader(sys.stdin): print("|".join(r[c] for c in sys.argv[1:]))' "$@"
}
codes() { # codes: of the last show's rejects
	aegis unseal "$WORK/rej" | python3 -c 'import collections, csv, sys
n = collections.Counter(r["code"] for r in csv.DictReader(sys.stdin) if r["severity"] == "reject")
print(" ".join("%s:%d" % c for c in sorted(n.items())))'
}
common="12=53613750 20=N 21=766370 27=00 29=00000000 37=N 46=N 47=X'00000c' 50=X'000c' 52=X'000c' 54=X'000c' 56=X'000000000c'"
root="4=08 6=012345 $common"

# --- P-4
put 92 <<E
01 3=O $root
02 3=79739885 19=20260115 27=20260120 51=R 52=53613750 60=766370
03 3=G 4=G 5=00200 10=677225 16=0001 20=0 21=09800
03 3=G 4=G 5=09800 10=655800 16=0002 20=0 21=00200
02 3=80000000 19=19990101 27=19990102 51=R 60=111111
03 3=O 4=H 5=00000 10=999999 16=0000 20=1 21=10000
07 3=79739885 11=79739885 19=UNIVERSITY_40
07 3=80000000 11=80000000 19=OLD_NAME
E
is "$(show p4f606 lease lease_number operator field district lease_name on_schedule P4-EFFECTIVE-DATE severed)" \
    "O-7B-12345|operator:766370|field:53613750|7B|UNIVERSITY 40|true|2026-01-15|false" \
    "P-4: the root's operator, the district's code, N is on schedule, the newest name"
is "$(show p4f606 lease gatherers)" \
    '[{"product":"gas-well gas","role":"gatherer","operator":"operator:677225","share":0.9800,"system":"0001"},{"product":"gas-well gas","role":"gatherer","operator":"operator:655800","share":0.0200,"system":"0002"}]' \
    "the share is bytes 21 to 25, not the key; gatherers of the newest filing count, whatever byte 20 says"

put 92 <<E
01 3=G 4=10 6=123456 $common
09 3=79739885 11=EN 13=23 15=20260301 23=00000000 31=00000000 42=O 43=0
09 3=79749885 11=PC 13=01 15=20260201 23=20260205 31=00000000 42=C 43=Y
09 3=79759885 11=P5 13=15 15=20250201 23=20250205 31=20250210
09 3=79769885 11=LE 13=24 15=00000000 23=00000000 31=00000000
01 3=G 4=13 6=000077 $common 20=Y 21=000000 27=01 29=20260131 46=Y
09 3=79739885 11=AD 13=99 15=20260301 23=00000000 31=00000000
E
is "$(show p4f606 lease lease_number operator on_schedule severed severed_since severance_reasons severance_issuers reconnect_ordered_on severance_letters)" \
    "G-123456|operator:766370|true|true|2026-02-01|oil and casinghead gas overproduced; production report delinquent|engineering; production clerk|2026-02-05|1
G-000077||false|true|2026-03-01|before the data base|pre-audit||0" \
    "severed: issued and not reconnected; a letter alone is not; codes of the layout and of the text; off schedule and severed at once; no operator is none"
is "$(show p4f606 severance lease_number lettered_on issuer reason P4-SEVERANCE-ISSUE-DATE | head -n 2)" \
    "G-123456|2026-01-14|EN|23|2026-03-01
G-123456|2025-01-14|PC|01|2026-02-01" "a severance's letter date stands as 99999999 minus it"
is "$(show p4f606 lease P4-REMOVE-FROM-SCHEDULE-REASON P4-REMOVE-FROM-SCHEDULE-DATE P4-PENDING-LEASE-REMOVAL-FLAG | tail -n 1)" \
    "last well plugged|2026-01-31|true" "why a lease is off schedule, since when, and a removal that is pending"

put 92 <<E
01 3=O 4=08 6=112345 $common
02 3=79739885
01 3=O 4=12 6=012345 $common
01 3=X $root
01 3=O $root
28 3=00000001 11=X'0012345c' 15=0000345 22=Y
27 3=79739885
28 3=00000001 11=X'0012345c' 15=0000345 22=Y
E
is "$(show p4f606 lease lease_number)" "O-7B-12345" "six digits of an oil lease, a district 12, a code that is neither O nor G are no leases"
is "$(codes)" "bad_key:3 orphan_record:1 root_rejected:1" "and are rejected, with the used records below them; a check without its fee is an orphan"

put 92 <<E
01 3=O $root
27 3=79739885
28 3=00000012 11=X'0012345c' 15=0000345 22=Y
E
aegis rrc-decode --layout p4f606 --segment 28 --max-flaws 100% "$WORK/in" 2>"$WORK/err" | grep '^3' >"$WORK/got"
is "$(cut -d, -f6- "$WORK/got")" "00000012,0012345,0000345,Y" "numbers of the fee records are DISPLAY, the amount is packed"

# --- P-5
put 350 <<E
1T 3=OPRS/O 9=AI 11=OIL_OPERATOR
A_ 3=766370 9=SEM_OPERATING_CO 41=Y 42=A 45=A 243=19990101 251=00000000 269=07 295=20250701 303=000000 309=00000000 321=Y 322=Y 323=N 324=Y
U_ 3=766370 9=SEM 41=OPRS/O 47=11111111111111
U_ 3=766371 9=OTHER 41=GTHS/O 47=00000000000000
K_ 3=766370 41=MARIA_LOPEZ 73=PRESIDENT 280=12345678 300=O
R_ 3=766370 41=SWHAUL 47=00000000000000
A_ 3=000016 9=JOE_SMITHX'0000' 41=N 42=X 45=C 269=00
A_ 3=000017 9=R_STATE 42=R 45=C 269=00
A_ 3=000000 9=NONE
E
is "$(show orf850 operator operator_number OROR-ORG-ORGANIZATION-NAME OROR-P-5-STATUS p5_status_letter OROR-REFILE-NOTICE-MONTH activities restrictions)" \
    "766370|SEM OPERATING CO|active|A|07|OPRS/O|SWHAUL
000016|JOE SMITH|unknown|X|||
000017|R STATE|unknown|R|||" "P-5: ids end in a space; X and R are kept; month 00 is none; another's activity is not his; NULs behind a name are not its own"
is "$(codes)" "bad_key:1 orphan_record:1" "a child that bears another number is rejected, and an organisation 000000"
for v in officer operator activity codes; do
	aegis rrc-decode --layout orf850 --view $v --max-rejects 100% --rejects "$WORK/rej" "$WORK/in" 2>&1
done >"$WORK/all"
unlike "$WORK/all" 12345678 "no view has an officer's licence number"
like "$WORK/all" "MARIA LOPEZ" "while officers are there for those who need them"

# --- the field tape (positions below are the facts' + 1)
put 240 <<E
01 3=08 5=53613750 13=SPRABERRY 45=O 85=Y 139=Y
02 3=1 155=Y 156=N
08 3=79739885 11=20250101 19=00000000 27=20260101 38=0467 42=1200 47=004000 53=00400
08 3=80739885 11=20150101 19=00000000 27=00000000 38=0330 42=0660 47=008000 53=00800 204=Y
03 3=00000000
19 3=1
21 3=79739885 11=20250101 19=20260101 38=0999 42=0999 46=009900 53=00990
21 3=80739885 11=20150101 19=00000000 38=0467 42=1200 46=004000 53=00400 98=02100 185=OIL0012345
30 3=01 5=0330 9=0660
E
is "$(show flf900 field field_number FL-NAME district FL-FIELD-CLASS FL-HYDROGEN-SULFIDE-CD FL-MANUAL-REVIEW-FLAG salt_dome oil_lease_line oil_between_wells oil_unit_acres oil_tolerance_acres oil_rules_from gas_lease_line gas_unit_acres)" \
    "53613750|SPRABERRY|7B|oil|present|true|true|467|1200|40.00|4.00|2015-01-01|330|80.00" \
    "field tape: the newest rule that is neither suspended nor rescinded; a record that is not laid out is known"
is "$(show flf900 spacing field_number lease_line between_wells)|$(show flf900 gas-spacing lease_line between_wells)" "53613750|467|1200||" \
    "figures that RRC calls not reliable give no rule"

# --- the wellbore query
ewa() { # ewa FIELD=VALUE...: a row
	python3 - "$@" <<'P'
import sys
names = """district county_code api_no county_name oil_gas_code lease_name field_number field_name lease_number
well_no_display oil_unit_number operator_name operator_number wb_water_land multi_comp_flag api_depth wb_shut_in_date wb_14b2_flag
well_status wl_shut_in_date plug_date plug_lease_name plug_operator_name recent_permit recent_permit_lease_name
recent_permit_operator_no on_schedule og_wellbore_ewa_id w2_g1_filed_date w2_g1_date completion_date w3_file_date created_by created_dt
modified_by modified_dt well_no""".split()
r = dict(a.split("=", 1) for a in sys.argv[1:])
print(",".join('"%s"' % r.get(n, "").replace("\\t", "\t") for n in names + ["x"] * 21 + ["orig"]))
P
}
{
	ewa district=08 county_code=003 api_no=00300446 oil_gas_code=O lease_number=09082 'well_no_display=\t2R \t' operator_number=829482 on_schedule=Y \
	    og_wellbore_ewa_id=0000000001 plug_operator_name=SOMEBODY wl_shut_in_date=0 orig=0 'operator_name=SUPREME ENERGY COMPANY  INC.'
	ewa district=6E county_code=401 api_no=40100001 oil_gas_code=G lease_number=15896 on_schedule=N og_wellbore_ewa_id=0000000002
	ewa district=8A county_code=003 api_no=00300447 on_schedule=N og_wellbore_ewa_id=0000000003
} >"$WORK/in"
is "$(show ewa well api_number lease operator operator_name on_schedule plug_date wl_shut_in_date p5_org_status)" \
    "42-003-00446|lease:O-08-09082|operator:829482|SUPREME ENERGY COMPANY  INC.|true|||
42-401-00001|lease:G-015896|||false|||
42-003-00447||||false|||" "wellbore query: keys of leases, no date where 0 stands, no lease without O or G, an empty state is unknown"
is "$(aegis rrc-decode --layout ewa --segment completion "$WORK/in" 2>/dev/null | aegis unseal | python3 -c 'import csv, sys
print(repr(next(csv.DictReader(sys.stdin))["well_no_display"]))')" "' 2R'" "a TAB is a space"

# --- pending permits
if [ -d "$SHARED/rrc/samples/pending_permits" ]; then
	cp "$SHARED/rrc/samples/pending_permits/dp_permitted_field_pending.txt" "$WORK/dp_permitted_field_pending.txt"
	chmod u+w "$WORK/dp_permitted_field_pending.txt"
	sed -i 's/NEAREST_WELL_DISTANCE/NEAREST_WELL_DIST/' "$WORK/dp_permitted_field_pending.txt"
	exits 65 "pending: a changed header is refused" aegis rrc-decode --layout pending --segment permitted_field "$WORK/dp_permitted_field_pending.txt"
	like "$WORK/err" "column 18 of its header is 'NEAREST_WELL_DIST', not NEAREST_WELL_DISTANCE" "with the first column that differs"
	like "$WORK/err" "segment permitted_field" "and what to change"
fi
done_testing
