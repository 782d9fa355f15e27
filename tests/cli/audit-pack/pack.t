#!/usr/bin/env bash
# Archives of the night: sealed once, whole or not at all, none lost, none doubled.
. "$(dirname "$0")/../../lib.sh"
. "$ROOT/tests/audit.sh"
need_pg
audit_setup
vkey=$WORK/audit.key.vkey

for day in 03 04; do signed_rows python 60 "2026-10-$day" | load_rows; done
exits 0 "the first night" audit_export --period 2026-10-03
T=$ARCH/audit_logs
one=$T/audit_logs-000001-2026-10-03
is "$(ls "$one" "$one/data" | tr '\n' ' ')" "$one: bag-info.txt bagit.txt checkpoint checkpoint.body checkpoint.sig data manifest-sha256.txt tagmanifest-sha256.txt  $one/data: manifest.json rows.ndjson.zst verdicts.ndjson.zst " "a bag and nothing else"
cp -r "$one" "$WORK/first"
exits 0 "the same night again" audit_export --period 2026-10-03
like "$WORK/pack.err" 'is sealed already' "is left alone"
ok "to the byte" diff -r "$one" "$WORK/first"
exits 65 "a night too far" audit_export --period 2026-10-05
like "$WORK/pack.err" 'nothing was sealed between' "is refused: one would be missing"
exits 65 "a period that overlaps" audit_export --from 2026-10-03T12:00:00Z --to 2026-10-05
like "$WORK/pack.err" 'overlaps' "is refused: rows would be there twice"
exits 0 "the next one" audit_export --period 2026-10-04
exits 0 "an empty one" audit_export --period 2026-10-05
is "$(grep -c '"rows": 0' "$T"/audit_logs-000003-*/data/manifest.json)" 1 "is sealed, too"
ok "and stock zstd reads its files" zstd -tq "$T"/audit_logs-000003-*/data/*.zst

# Bagging-Date comes from the period: the same rows give the same bag, whenever it is made.
(ARCH=$WORK/again; audit_export --period 2026-10-03)
ok "the same rows in another place give the same bag" diff -r "$one" "$WORK/again/audit_logs/audit_logs-000001-2026-10-03"

# Late rows: a transaction that began on the 4th commits after the export of the 4th.
signed_rows python 5 2026-10-02 | load_rows
forge "INSERT INTO audit_logs VALUES ('dddddddd-0000-4000-8000-00000000000d', 't', 'login', '{}', NULL, NULL, NULL, NULL),
    ('dddddddd-0000-4000-8000-00000000000e', 't', 'login', '{}', NULL, NULL, '-infinity', NULL)"
exits 1 "late rows, two of them unsigned" audit_export --period 2026-10-06
six=$T/audit_logs-000004-2026-10-06
is "$(zstd -dcq "$six/data/verdicts.ndjson.zst" | grep -c '"late":true')" 7 "seven late rows, marked, also without a time"
like "$WORK/pack.err" '2 rows have no signature that holds' "findings are said"
exits 0 "the next night" audit_export --period 2026-10-07
is "$(grep -c '"rows": 0' "$T"/audit_logs-000005-*/data/manifest.json)" 1 "has none of them again"
exits 0 "a row for each row of the table" aegis audit-check --key "$vkey" "$ARCH"
like "$WORK/out" '127 rows' "none lost, none doubled"
rm "$T/index"
exits 0 "the index lost: made anew" audit_export --period 2026-10-08
is "$(grep -c '"rows": 0' "$T"/audit_logs-000006-*/data/manifest.json)" 1 "and nothing is taken for late"
head -c 3000 "$T/index" >"$WORK/x" && cp "$WORK/x" "$T/index"
exits 0 "the index cut: made anew" audit_export --period 2026-10-09
is "$(grep -c '"rows": 0' "$T"/audit_logs-000007-*/data/manifest.json)" 1 "and nothing is taken for late"
# More late rows than are asked for by name.
python3 "$KIT" rows python 12000 2026-09-01 | python3 "$KIT" sign py-sorted "$WORK/k1.key" | python3 "$KIT" csv | load_rows
exits 0 "12,000 late rows" audit_export --period 2026-10-10
is "$(grep -c '"late": 12000,' "$T"/audit_logs-000008-*/data/manifest.json)" 1 "all of them, and no other"
ok "a second reading agrees" python3 "$ROOT/tests/tools/archive_kit.py" read "$T"

# A row changed after it was archived, and exported again as if it were new.
aegis audit-read --table audit_logs --period 2026-10-03 2>/dev/null |
    aegis audit-verify --keys "$WORK/ring.yaml" --profile py-sorted 2>/dev/null >"$WORK/third"
exits 0 "due: what was missed" audit_export --period due
exits 0 "due: nothing" audit_export --period due
like "$WORK/pack.err" 'nothing is due' "and says so"
exits 65 "a period that is not over" aegis audit-read --table audit_logs --period 2099
like "$WORK/err" 'rows may still come' "is refused by audit-read"

# Streams that are not whole leave nothing.
n=$(ls "$T" | wc -l)
head -c 5000 "$WORK/third" >"$WORK/cut"
for bad in cut; do
	exits 65 "a stream without its seal" aegis audit-pack --archives "$WORK/none" --key "$WORK/audit.key" <"$WORK/$bad"
	is "$(find "$WORK/none" -name 'audit_logs-*' -o -name '.tmp*')" "" "leaves nothing behind"
done
aegis audit-read --table audit_logs --period 2026-10-03 2>/dev/null >"$WORK/unjudged"
exits 65 "a stream without verdicts" aegis audit-pack --archives "$WORK/none" --key "$WORK/audit.key" <"$WORK/unjudged"
chmod 644 "$WORK/audit.key"
exits 77 "a signing key that others can read" aegis audit-pack --archives "$WORK/none" --key "$WORK/audit.key" <"$WORK/third"
chmod 600 "$WORK/audit.key"
mv "$vkey" "$WORK/v" && aegis audit-keygen --name x --out "$WORK/x.key" >/dev/null && cp "$WORK/x.key.vkey" "$vkey"
exits 78 "a public key that is another's" aegis audit-pack --archives "$WORK/none" --key "$WORK/audit.key" <"$WORK/third"
mv "$WORK/v" "$vkey"

# Two exporters at once: one seals, the other is told to come back.
mkfifo "$WORK/slow"
aegis audit-pack --archives "$WORK/both" --key "$WORK/audit.key" <"$WORK/slow" 2>/dev/null &
pid=$!
exec 7>"$WORK/slow"
head -c 4000 "$WORK/third" >&7
for _ in $(seq 100); do [ -e "$WORK/both/audit_logs/lock" ] && break; sleep 0.05; done
exits 75 "a second exporter while the first is running" aegis audit-pack --archives "$WORK/both" --key "$WORK/audit.key" <"$WORK/third"
tail -c +4001 "$WORK/third" >&7
exec 7>&-
wait "$pid"
is "$?" 0 "the first one seals"
is "$(ls -d "$WORK"/both/audit_logs/audit_logs-*/ | wc -l)" 1 "one archive"

# Killed, or the disk full, at every write: nothing half is ever taken for whole.
# (The ordinary build: the sanitizers take the same calls for themselves.)
gcc -shared -fPIC -O1 -o "$WORK/fault.so" "$(dirname "$0")/fault.c" -ldl
aegis audit-read --table audit_logs --period 2026-10-04 2>/dev/null |
    aegis audit-verify --keys "$WORK/ring.yaml" --profile py-sorted 2>/dev/null >"$WORK/fourth"
mkdir -p "$WORK/whole"
aegis audit-pack --archives "$WORK/whole" --key "$WORK/audit.key" --also csv <"$WORK/third" 2>/dev/null
cp -r "$WORK/whole" "$WORK/before"
aegis audit-pack --archives "$WORK/whole" --key "$WORK/audit.key" --also csv <"$WORK/fourth" 2>/dev/null
for fault in kill full; do
	bad='' n=0
	for at in $(seq 1 200); do
		rm -rf "$WORK/f" && cp -r "$WORK/before" "$WORK/f"
		FAULT=$fault FAULT_AT=$at LD_PRELOAD=$WORK/fault.so "$ROOT/build/bin/aegis-audit-pack" --archives "$WORK/f" \
		    --key "$WORK/audit.key" --also csv <"$WORK/fourth" 2>"$WORK/err"
		rc=$?
		[ $rc -ne 0 ] || break
		n=$((n + 1))
		aegis audit-check --key "$vkey" "$WORK/f" >"$WORK/out" 2>&1 || bad="$bad $at:check"
		aegis audit-pack --archives "$WORK/f" --key "$WORK/audit.key" --also csv <"$WORK/fourth" 2>/dev/null || bad="$bad $at:again"
		diff -r -x index -x lock -x index.lock "$WORK/f" "$WORK/whole" >/dev/null || bad="$bad $at:differs"
		[ $fault = kill ] || case $rc in 73 | 74) ;; *) bad="$bad $at:status-$rc" ;; esac
	done 2>/dev/null
	is "$bad" "" "$fault at each of $n writes: the archives stay whole, and the next run makes the same one"
	ok "$fault: there were writes" test "$n" -gt 15
done

# The page and the copy beside it.
forge "INSERT INTO audit_logs VALUES ('eeeeeeee-0000-4000-8000-00000000000e', '<script>alert(1)</script>', '=HYPERLINK(\"x\")', '{}', '\"+&', '@x', '2026-08-05', NULL)"
aegis audit-read --table audit_logs --period 2026-08 2>/dev/null | aegis audit-verify --keys "$WORK/ring.yaml" --profile py-sorted 2>/dev/null |
    aegis audit-pack --archives "$WORK/page" --key "$WORK/audit.key" --also csv 2>/dev/null
page=$(echo "$WORK"/page/audit_logs/*.html)
unlike "$page" '<script|HYPERLINK\("x"' "no value is markup"
like "$page" '&lt;script&gt;alert\(1\)&lt;/script&gt;' "it is there as text"
unlike "$page" 'https?://|src=|@import' "the page needs nothing from elsewhere"
ok "and is well-formed" python3 -c '
import html.parser, sys
class P(html.parser.HTMLParser):
    def __init__(s): super().__init__(); s.open = []
    def handle_starttag(s, t, a):
        if t not in ("meta", "rect"): s.open.append(t)
    def handle_endtag(s, t): assert s.open.pop() == t, t
p = P(); p.feed(open(sys.argv[1]).read()); assert p.open == []' "$page"
like "$(echo "$WORK"/page/audit_logs/*.csv)" '^"eeeeeeee.*,"<script>alert\(1\)</script>","'"'"'=HYPERLINK\(""x""\)","\{\}","""\+&","'"'"'@x"' "formulas in the CSV are guarded"
exits 0 "--report json" aegis audit-pack --archives "$WORK/again" --key "$WORK/audit.key" --report json <"$WORK/third"
like "$WORK/out" '"sealed_before":true,"sequence":1' "says what was done"

# Keys.
exits 73 "audit-keygen overwrites nothing" aegis audit-keygen --name example.com/audit --out "$WORK/audit.key"
is "$(stat -c %a "$WORK/audit.key")" 600 "a private key is its owner's"
openssl genpkey -algorithm ed25519 -out "$WORK/ossl.key" 2>/dev/null && chmod 600 "$WORK/ossl.key"
exits 0 "a key made by openssl" aegis audit-keygen --name example.com/ossl --public-of "$WORK/ossl.key"
is "$(cat "$WORK/ossl.key.pub")" "$(openssl pkey -in "$WORK/ossl.key" -pubout)" "openssl finds the same public key"
is "$(openssl pkey -in "$WORK/audit.key" -pubout)" "$(cat "$WORK/audit.key.pub")" "and ours, too"
ok "the verifier's key as the note's text has it" python3 - "$WORK/ossl.key.vkey" "$WORK/ossl.key.pub" <<'END'
import base64, hashlib, sys
name, h, b = open(sys.argv[1]).read().strip().split("+", 2)
raw = base64.b64decode(b)
der = base64.b64decode("".join(open(sys.argv[2]).read().split("\n")[1:-2]))
assert raw == b"\x01" + der[-32:]
assert h == hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
END
(umask 022; aegis audit-keygen --hmac --out "$WORK/h.key")
is "$(stat -c %a "$WORK/h.key") $(wc -c <"$WORK/h.key")" "600 65" "--hmac: a key file for a ring"
done_testing
