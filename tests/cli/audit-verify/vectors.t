#!/usr/bin/env bash
# Signatures by other programs (python3's json and hmac, node): each profile finds them valid,
# after their rows have been through jsonb.
. "$(dirname "$0")/../../lib.sh"
. "$ROOT/tests/audit.sh"
need_pg
key=$WORK/k1.key
new_key "$key"
printf 'keys:\n  - {id: k1, file: k1.key, not_before: 2026-01-01}\n' >"$WORK/ring.yaml"

# try PROFILE KIND SIGNER...
try() {
	local profile=$1 kind=$2
	shift 2
	python3 "$KIT" rows "$kind" 300 >"$WORK/rows.nd"
	empty_rows
	case $profile in
	pipe | jsonb-text | aegis-1) jsonb_of <"$WORK/rows.nd" >"$WORK/more.nd" ;;
	*) cp "$WORK/rows.nd" "$WORK/more.nd" ;;
	esac
	"$@" "$profile" "$key" <"$WORK/more.nd" | python3 "$KIT" csv | load_rows
	aegis audit-read --table audit_logs --period 2026-10-03 >"$WORK/rows.aegis" 2>"$WORK/err"
	exits 0 "$profile: audit-verify runs" \
	    aegis audit-verify --keys "$WORK/ring.yaml" --profile "$profile" <"$WORK/rows.aegis"
	cp "$WORK/out" "$WORK/judged.aegis"
	is "$(verdicts "$WORK/judged.aegis")" "$WANT" "$profile: 300 rows signed elsewhere: $WANT"
}
WANT="valid 300"
try py-sorted python python3 "$KIT" sign
aegis audit-verify --keys "$WORK/ring.yaml" --probe <"$WORK/rows.aegis" >"$WORK/probe"
like "$WORK/probe" '^py-sorted +300 +300 +100\.0 %' "--probe: the right profile matches every row"
like "$WORK/probe" '^jcs +300 +0 +0\.0 %' "--probe: the others match none"
exits 0 "a wrong profile is no failure of audit-verify" \
    aegis audit-verify --keys "$WORK/ring.yaml" --profile py-compact <"$WORK/rows.aegis"
like "$WORK/err" 'not one signature matches: suspect the profile' "but it is said what is likelier than tampering"
try py-compact python python3 "$KIT" sign
try pipe python python3 "$KIT" sign
try jsonb-text python python3 "$KIT" sign
try aegis-1 python python3 "$KIT" sign
WANT="unrepresentable 300"
try py-sorted hard python3 "$KIT" sign

WANT="valid 300"
if command -v node >/dev/null; then
	try jcs javascript node "$ROOT/tests/tools/audit_sign.js"
	try array javascript node "$ROOT/tests/tools/audit_sign.js"
elif [ "${CI:-}" = true ]; then
	printf 'Bail out! no node\n'
	exit 1
else
	say "no node: jcs and array are not tried"
fi

# Every other way to write an instant, and a NULL, against Python's own formatting.
python3 "$KIT" rows python 60 >"$WORK/rows.nd"
empty_rows
python3 "$KIT" csv <"$WORK/rows.nd" | load_rows
aegis audit-read --table audit_logs --period 2026-10-03 >"$WORK/unsigned.aegis" 2>/dev/null
while read -r digits between zone nulls; do
	cat >"$WORK/p.yaml" <<-END
		profile: p
		message: joined
		separator: "~"
		time: {digits: $digits, between: "${between/_/ }", zone: "$zone"}
		nulls: $nulls
		tables: {audit_logs: {fields: [created_at, actor_id, actor_type]}}
	END
	aegis audit-verify --keys "$WORK/ring.yaml" --profile "$WORK/p.yaml" --sign \
	    <"$WORK/unsigned.aegis" 2>/dev/null | aegis unseal >"$WORK/signed.csv"
	ok "time $digits '$between' '$zone', NULL '$nulls': as Python writes it" python3 - \
	    "$key" "$WORK/signed.csv" "$digits" "${between/_/ }" "$zone" "$nulls" <<-'END'
		import csv, datetime, hashlib, hmac, sys
		key, path, digits, between, zone, nulls = sys.argv[1:]
		key = bytes.fromhex(open(key).read().strip())
		n = 0
		for r in csv.DictReader(open(path)):
		    t = datetime.datetime.fromisoformat(r["created_at"].replace("+00", "+00:00"))
		    t = t.replace(tzinfo=None)
		    if digits == "millis" and t.microsecond % 1000:
		        raise SystemExit("signed what cannot be written")
		    s = t.isoformat(between, timespec="microseconds")
		    if digits == "trimmed":
		        s = s.rstrip("0").rstrip(".")
		    if digits == "python":
		        s = t.isoformat(between)
		    s += "" if zone == "none" else zone
		    parts = [s] + [r[k] or {"null": "null", "empty": "", "none": "None", "omit": None}[nulls]
		                   for k in ("actor_id", "actor_type")]
		    text = "~".join(p for p in parts if p is not None)
		    assert r["signature"] == hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), text
		    n += 1
		assert n == 60
	END
done <<'END'
always T +00:00 null
python _ none empty
trimmed T Z none
trimmed _ +00 omit
END
done_testing
