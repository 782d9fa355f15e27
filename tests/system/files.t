#!/usr/bin/env bash
# Files, descriptors and the screen: nothing is replaced that is not a program's own to replace, nothing
# hangs on what was received, nothing from outside reaches a terminal as it is.
. "$(dirname "$0")/../lib.sh"
cd "$WORK" || exit 1
zcat "$ROOT/fixtures/wellbore-demo.ebc.gz" >wells.ebc
decode() { aegis rrc-decode --layout dbf900 --view well "$@"; }
mode() { stat -c '%F %a' "$1"; }

# Outputs.
mknod null c 1 3 2>/dev/null && chmod 666 null || skip_all "no devices can be made here"
decode --rejects null wells.ebc >rows.rrc 2>err
is "$?:$(mode null)" "0:character special file 666" "a device stays a device"
like rows.rrc ' rejects=-' "and is not named as a file that can be read again"
mkfifo fifo
timeout 20 cat fifo >through & reader=$!
exits 0 "rejects through a FIFO" timeout 20 aegis rrc-decode --layout dbf900 --view well --rejects fifo wells.ebc
wait "$reader"
is "$(mode fifo | cut -d' ' -f1)" fifo "it stays one"
ok "what came through is whole" aegis unseal through
echo precious >target
ln -s target link
exits 0 "through a link" decode --rejects link wells.ebc
ok "the link stays one" test -L link
ok "and its target has the rejects" aegis unseal target
cp wells.ebc same.ebc
exits 64 "rejects into the input" decode --rejects same.ebc same.ebc
like err "'same.ebc' is also the input 'same.ebc'" "is named"
ok "which stays as it was" cmp same.ebc wells.ebc
ln same.ebc hard.ebc
exits 64 "under another name of it" decode --rejects hard.ebc same.ebc
ok "likewise" cmp same.ebc wells.ebc
(decode --rejects same.ebc <same.ebc >/dev/null) 2>err
is "$?" 64 "standard input is one too"
(decode --rejects both wells.ebc >both) 2>err
is "$?" 64 "and standard output"
cp "$ROOT/pipelines/entities/well.yaml" well.yaml
exits 64 "a file of settings is one" aegis entity-map --tenant "$TENANT" --type well --definitions well.yaml --rejects well.yaml <rows.rrc
ok "and is as it was" cmp well.yaml "$ROOT/pipelines/entities/well.yaml"
echo others >others
ln -sf others r.rej.partial
exits 0 "another's link as FILE.partial" decode --rejects r.rej wells.ebc
is "$(cat others)" others "is not written through"
ok "and the rejects are a file" test -f r.rej -a ! -L r.rej
(umask 000; decode --rejects open.rej wells.ebc >/dev/null 2>&1)
is "$(stat -c %a open.rej)" 640 "no more than 0640"
(umask 077; decode --rejects shut.rej wells.ebc >/dev/null 2>&1)
is "$(stat -c %a shut.rej)" 600 "a stricter umask holds"
(head -c $((247 * 200)) wells.ebc; head -c $((247 * 1500)) /dev/zero) >noise
exits 65 "what is no such file" decode --encoding ebcdic --rejects noise.rej noise
hint=$(sed -n "s/.*hint: .*'\\(.*\\)'.*/\\1/p" err | tail -n 1)
ok "the hint names a file that is there" test -s "$hint" || sed 's/^/# /' err
mkdir full && mount -t tmpfs -o size=4k tmpfs full 2>/dev/null && {
	head -c 8192 /dev/zero >full/fill 2>/dev/null
	exits 73 "a key on a full disk" aegis audit-keygen --hmac --out full/hmac.key
	ok "leaves no empty key" test ! -e full/hmac.key
	umount full
}
printf 'pipeline: t\nsteps:\n  - {name: s, input: %s, output: %s, pipe: [[unseal]]}\n' "$PWD/rows.rrc" "$PWD" >dir.yaml
exits 78 "output: a directory" aegis run --check dir.yaml
like err "is a directory" "is found before anything runs"
sed "s,output: [^,]*,output: $PWD/null,; s,$PWD/out,$PWD/rows.rrc," dir.yaml >device.yaml
AEGIS_VAR=$WORK/none exits 0 "to a device it may go" aegis run --check device.yaml

# What was received may hold a FIFO: nothing waits on it.
cp -a "$ROOT/tests/yesterday" got
hangs() { # hangs DESCRIPTION COMMAND...
	local what=$1
	shift
	timeout 20 "$@" >out 2>err
	status=$?
	ok "$what: status $status, and no waiting" test "$status" -ne 124 -a "$status" -ne 0
}
for f in checkpoint data/manifest.json data/rows.ndjson.zst data/verdicts.ndjson.zst manifest-sha256.txt; do
	cp -a "$ROOT/tests/yesterday/archives" arch
	one=$(ls -d arch/audit_logs/*-000003-*/)
	rm "$one$f" && mkfifo "$one$f"
	hangs "audit-check, $f a FIFO" aegis audit-check --key got/audit.key.vkey arch
	hangs "audit-open, $f a FIFO" bash -c 'aegis audit-open --key got/audit.key.vkey arch/audit_logs; exit $?' || true
	rm -rf arch
done
mkfifo proof
hangs "a proof that is a FIFO" aegis audit-check --key got/audit.key.vkey --proof proof
for f in data/manifest.json data/entities.csv.zst manifest-sha256.txt; do
	cp -a got/fixture-plain bag
	rm "bag/$f" && mkfifo "bag/$f"
	hangs "fixture-check, $f a FIFO" aegis fixture-check bag
	rm -rf bag
done
ok "a FIFO that a person names is read" bash -c 'timeout 20 aegis unseal <(cat rows.rrc)'

# The screen.
esc=$(printf '\033]0;owned\007\033[31m')
c1=$(printf '\302\233')
printf 'a%s,b\n1,2\n' "$esc" >"bad${esc}name.csv"
raw() { # raw FILE: does it hold a control character that a terminal obeys
	LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$1"
}
quoted() { # quoted DESCRIPTION COMMAND...
	local what=$1
	shift
	"$@" >out 2>err
	! raw err && ! raw out
	tap_result $? "$what" || cat -v err | head -3 | sed 's/^/# /'
}
quoted "a file's name" aegis unseal "bad${esc}name.csv"
quoted "a file that is not there" aegis rrc-decode --layout dbf900 --view well "no${esc}${c1}such"
printf 'definitions:%s\n  x: [1\n' "$esc" >"y.yaml"
quoted "a YAML key" aegis entity-map --tenant "$TENANT" --type well --definitions y.yaml <wells.ebc
printf 'pipeline: "a%s"\nsteps: []\n' '\e[31m' >p.yaml
quoted "a pipeline's name" aegis run --check p.yaml
printf 'pipeline: p\nsteps:\n  - {name: s, pipe: [["e\\e[31m\\nforged: error: x"]]}\n' >p.yaml
quoted "a stage's name" aegis run p.yaml
printf 'a,b\n"x%s\ny",2\n' "$esc" | aegis seal --kind table:t --source "s$esc$c1" >evil 2>/dev/null
quoted "a stream's header" aegis unseal --books evil
quoted "a stream of another kind" aegis entity-load --db "host=$PWD" --tenant "$TENANT" --type "x$esc" <evil
sed "s/audit_logs/audit_${esc}logs/" got/archives/audit_logs/audit_logs-000003-2026-09/data/manifest.json >m && mv m got/archives/audit_logs/audit_logs-000003-2026-09/data/manifest.json
quoted "an archive" aegis audit-check --key got/audit.key.vkey got/archives
mv got/archives/audit_logs/audit_logs-000004-2026-10 "got/archives/audit_logs/audit_logs-000004-2026-10$esc"
quoted "a file in it" aegis audit-check --key got/audit.key.vkey got/archives
# A packed field is shown as hex.
python3 - wells.ebc bad.ebc <<'P'
import sys
d = bytearray(open(sys.argv[1], "rb").read())
for i in range(0, len(d), 247):
    if d[i:i + 2] == b"\xf0\xf2":  # WBCOMPL: its packed dates and depths
        d[i + 2:i + 60] = b"\x0c\x00\xff\x1a" * 14 + b"\x0c\x00"
        break
open(sys.argv[2], "wb").write(d)
P
decode --rejects bad.rej --max-rejects 50% --max-flaws 90% bad.ebc >/dev/null 2>&1
aegis rejects --examples 5 bad.rej >out 2>err
unlike out '\?\?\?' "no question marks for packed bytes"
unlike err . "and no complaint"

# Descriptors that are closed at the start.
need_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
aegis entity-map --tenant "$TENANT" --type well --rejects m.rej <<<"$(decode wells.ebc 2>/dev/null --rejects d.rej)" >wells.stream 2>/dev/null
head -c 5000 wells.stream >cut
aegis entity-load --tenant "$TENANT" --type well --rejects l.rej <wells.stream >/dev/null 2>&-
is "$?" 0 "a load with standard error closed"
is "$(sql "SELECT count(*) > 100 FROM entities")" t "is in"
aegis entity-load --tenant "$TENANT" --type well --rejects l.rej >out 2>err <&-
is "$?" 65 "with standard input closed: there is no stream"
like err 'stream is cut: no seal after row 0' "and it says so"
aegis table-dump agents <&- >&- 2>err
ok "with standard output closed: an error" test "$?" -ne 0
like err "error" "that is said"
psql -Xqc "INSERT INTO batch_runs (run_id, pipeline, host, version, state, ended_at, cause) VALUES (gen_random_uuid(), E'p\\e[31m', 'h', '1', 'failed', now(), E'x\\ny\\u009bz')"
quoted "history, from the database" aegis history
is "$(grep -c '^y' out)" 0 "a line feed forges no line"
quoted "as JSON" aegis history --report json
ok "which it is" python3 -c 'import json; json.load(open("out"))'
sql "SELECT 1 / 0" 2>/dev/null
quoted "what the server says" aegis table-dump --where "agents.name = E'\\x1b[31m' AND nowhere$esc" agents
done_testing
