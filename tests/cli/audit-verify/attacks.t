#!/usr/bin/env bash
# What a verifier must catch in a row, and what it must let pass.
. "$(dirname "$0")/../../lib.sh"
. "$ROOT/tests/audit.sh"
need_pg
for k in old now next stranger revoked; do new_key "$WORK/$k.key"; done
cat >"$WORK/ring.yaml" <<'END'
overlap: 300
keys:
  - {id: old, file: old.key, not_before: 2026-01-01, not_after: 2026-10-01, status: retired}
  - {id: now, file: now.key, not_before: 2026-10-01, not_after: 2026-10-20}
  - {id: next, file: next.key, not_before: 2026-10-20}
  - {id: revoked, file: revoked.key, not_before: 2026-10-01, status: revoked}
END

# Two signed rows; the tests change the first, A.
A=aaaaaaaa-0000-4000-8000-000000000001
B=bbbbbbbb-0000-4000-8000-000000000002
cat >"$WORK/two.nd" <<END
{"id":"$A","tenant_id":"$TENANT","event_type":"ab","event_data":{"k":{"deep":[1,2]},"10":1,"9":2,"\ud83d\ude00":3,"n":1.0},"actor_id":"c","actor_type":"user","created_at":"2026-10-03T10:00:00.000007+00:00"}
{"id":"$B","tenant_id":"$TENANT","event_type":"x","event_data":{"a":2},"actor_id":null,"actor_type":"agent","created_at":"2026-10-03T11:00:00+00:00"}
END

# fresh PROFILE [KEY]: both rows, well signed
fresh() {
	empty_rows
	jsonb_of <"$WORK/two.nd" | sed "s/\"key\": \"k1\"/\"key\": \"${2:-now}\"/" |
	    python3 "$KIT" sign "$1" "$WORK/${2:-now}.key" | python3 "$KIT" csv | load_rows
}

# found PROFILE...: the verdict on row A, and on B where it is not valid
found() {
	local p args=()
	for p; do args+=(--profile "$p"); done
	aegis audit-read --table audit_logs --from 2026-01-01 --to 2026-11-01 2>/dev/null |
	    aegis audit-verify --keys "$WORK/ring.yaml" "${args[@]}" 2>/dev/null | aegis unseal |
	    python3 -c '
import csv, sys
for r in csv.DictReader(sys.stdin):
    if r["id"] != sys.argv[1] or r["_verdict"] != "valid":
        print(r["_verdict"], end=" ")' "$B" | sed 's/ $//'
}

# attack WANT DESCRIPTION STATEMENT
attack() {
	forge "$3"
	is "$(found "$profile")" "$1" "$profile: $2: $1"
	fresh "$profile"
}

for profile in py-sorted pipe aegis-1; do
	fresh "$profile"
	is "$(found "$profile")" valid "$profile: untouched rows are valid"
	for change in "id = 'aaaaaaaa-0000-4000-8000-000000000009'" "tenant_id = tenant_id || 'x'" \
	    "event_type = 'aB'" "actor_id = 'd'" "actor_type = 'agent'" "actor_id = NULL" \
	    "event_data = jsonb_set(event_data, '{k,deep,1}', '3')" \
	    "event_data = event_data - '9'" \
	    "created_at = created_at + interval '1 microsecond'" \
	    "created_at = created_at - interval '1 microsecond'" \
	    "event_type = 'a', actor_id = 'bc'"; do
		forge "UPDATE audit_logs SET $change WHERE id = '$A'"
		is "$(found "$profile")" "bad_mac" "$profile: $change: bad_mac"
		fresh "$profile"
	done
	attack no_signature "signature taken away" "UPDATE audit_logs SET signature = NULL WHERE id = '$A'"
	attack malformed_signature "signature emptied" "UPDATE audit_logs SET signature = '' WHERE id = '$A'"
	attack malformed_signature "signature of blanks" "UPDATE audit_logs SET signature = repeat(' ', 64) WHERE id = '$A'"
	attack malformed_signature "signature in upper case" "UPDATE audit_logs SET signature = upper(signature) WHERE id = '$A'"
	attack malformed_signature "signature cut" "UPDATE audit_logs SET signature = left(signature, -2) WHERE id = '$A'"
	attack malformed_signature "signature with a blank behind it" "UPDATE audit_logs SET signature = signature || ' ' WHERE id = '$A'"
	attack bad_mac "signature of zeros" "UPDATE audit_logs SET signature = regexp_replace(signature, '[0-9a-f]{64}\$', repeat('0', 64)) WHERE id = '$A'"
	attack bad_mac "another row's signature" "UPDATE audit_logs SET signature = (SELECT signature FROM audit_logs WHERE id = '$B') WHERE id = '$A'"
	attack "valid bad_mac" "a row copied to a new id" \
	    "INSERT INTO audit_logs SELECT 'cccccccc-0000-4000-8000-000000000003', tenant_id, event_type, event_data, actor_id, actor_type, created_at + interval '1 hour', signature FROM audit_logs WHERE id = '$A'"
done

# Where the profile does not say where a field ends, two rows can have one message.
fresh pipe
forge "UPDATE audit_logs SET event_type = 'ab|x' WHERE id = '$A'"
is "$(found pipe)" bad_mac "pipe: a bar in a field"

# Keys.
for profile in py-sorted aegis-1; do
	fresh "$profile" next
	is "$(found "$profile")" "key_out_of_window key_out_of_window" "$profile: re-signed with a newer key"
	fresh "$profile" old
	is "$(found "$profile")" "key_out_of_window key_out_of_window" "$profile: signed with a key that had ended"
	fresh "$profile" revoked
	is "$(found "$profile")" "key_out_of_window key_out_of_window" "$profile: signed with a revoked key"
done
fresh py-sorted stranger
is "$(found py-sorted)" "bad_mac bad_mac" "py-sorted: a key that is not on the ring"
fresh aegis-1 stranger
is "$(found aegis-1)" "unknown_key unknown_key" "aegis-1: it says which key is not on the ring"
# The times before any key.
sed 's/2026-10-03/2025-06-03/' "$WORK/two.nd" >"$WORK/early.nd"
empty_rows
python3 "$KIT" sign py-sorted "$WORK/stranger.key" <"$WORK/early.nd" | python3 "$KIT" csv | load_rows
is "$(aegis audit-read --table audit_logs --period 2025 2>/dev/null | aegis audit-verify \
    --keys "$WORK/ring.yaml" --profile py-sorted 2>/dev/null | aegis unseal | grep -c ',unknown_key,$')" 2 \
    "no key covers the row's time: unknown_key"
# The overlap: a clock that is 4 minutes behind signs with the key before.
sed 's/2026-10-03T1[01]:00/2026-10-01T00:04/' "$WORK/two.nd" >"$WORK/edge.nd"
empty_rows
python3 "$KIT" sign py-sorted "$WORK/old.key" <"$WORK/edge.nd" | python3 "$KIT" csv | load_rows
is "$(found py-sorted)" "valid_old_key valid_old_key" "in the overlap the old key passes, and is named as old"
sed 's/2026-10-03T1[01]:00/2026-10-01T00:06/' "$WORK/two.nd" >"$WORK/edge.nd"
empty_rows
python3 "$KIT" sign py-sorted "$WORK/old.key" <"$WORK/edge.nd" | python3 "$KIT" csv | load_rows
is "$(found py-sorted)" "key_out_of_window key_out_of_window" "six minutes later it does not"

# A profile downgrade: jsonb-text covers less, and was in use before October only.
fresh jsonb-text
is "$(found jsonb-text)" valid "jsonb-text by itself"
is "$(found jsonb-text aegis-1@2026-10-01)" "malformed_signature malformed_signature" \
    "a row of the new profile's time cannot be passed off as one of the old"

# Event types that are not signed.
cat >"$WORK/some.yaml" <<'END'
profile: some
message: joined
separator: "|"
tables: {audit_logs: {fields: [id, event_type, created_at], unsigned: [login]}}
END
empty_rows
sql "INSERT INTO audit_logs VALUES ('$A', 't', 'login', '{}', NULL, NULL, '2026-10-03'), ('$B', 't', 'other', '{}', NULL, NULL, '2026-10-03')"
is "$(found "$WORK/some.yaml")" "unsigned_allowed no_signature" "only the event types that the profile names need no signature"

# What must pass.
fresh py-sorted
forge "UPDATE audit_logs SET event_data = '{\"n\": 1.0, \"9\": 2, \"\\ud83d\\ude00\": 3, \"10\": 1, \"k\": {\"deep\": [1, 2]}}' WHERE id = '$A'"
is "$(found py-sorted)" valid "key order changed in the database: still valid"
forge "UPDATE audit_logs SET event_data = jsonb_set(event_data, '{n}', '1.00') WHERE id = '$A'"
sed 's/numbers: text/numbers: python/; s/^profile: .*/profile: floats/' "$ROOT/pipelines/audit/py-sorted.yaml" >"$WORK/floats.yaml"
is "$(found "$WORK/floats.yaml")" valid "1.00 for 1.0 under a profile of Python's floats: still valid"
is "$(found py-sorted)" "bad_mac" "and seen where numbers are signed as text"

# The ring and its files.
chmod 640 "$WORK/now.key"
exits 77 "a key file that the group can read" aegis audit-verify --keys "$WORK/ring.yaml" --profile pipe </dev/null
like "$WORK/err" "now.key' has mode 0640" "the message says which, and its mode"
chmod 600 "$WORK/now.key"
for bad in "" "00" "$(printf '%030d' 0)" "zz$(printf '%062d' 0)"; do
	printf '%s' "$bad" >"$WORK/next.key"
	exits 78 "a key of '${bad:0:10}...' is refused" aegis audit-verify --keys "$WORK/ring.yaml" --profile pipe </dev/null
done
unlike "$WORK/err" 'zz000' "and stands in no message"
new_key "$WORK/next.key"
sed 's/id: next/id: now/' "$WORK/ring.yaml" >"$WORK/twice.yaml"
exits 78 "two keys of one id" aegis audit-verify --keys "$WORK/twice.yaml" --profile pipe </dev/null
sed 's/2026-10-20}/2026-10-32}/' "$WORK/ring.yaml" >"$WORK/day.yaml"
exits 78 "a day that is none" aegis audit-verify --keys "$WORK/day.yaml" --profile pipe </dev/null
like "$WORK/err" 'day.yaml:4:65:' "with its place"

# Broken input.
fresh py-sorted
aegis audit-read --table audit_logs --period 2026-10-03 >"$WORK/s" 2>/dev/null
head -n 3 "$WORK/s" >"$WORK/cut"
exits 65 "a stream without its seal" aegis audit-verify --keys "$WORK/ring.yaml" --profile py-sorted <"$WORK/cut"
unlike "$WORK/out" '^#aegis-seal' "gets no seal from audit-verify either"
cat "$WORK/s" "$WORK/s" >"$WORK/two"
exits 65 "two streams" aegis audit-verify --keys "$WORK/ring.yaml" --profile py-sorted <"$WORK/two"
aegis audit-verify --keys "$WORK/ring.yaml" --profile py-sorted <"$WORK/s" >"$WORK/judged" 2>/dev/null
exits 65 "verdicts upon verdicts" aegis audit-verify --keys "$WORK/ring.yaml" --profile py-sorted <"$WORK/judged"
exits 64 "no profile" aegis audit-verify --keys "$WORK/ring.yaml" <"$WORK/s"
exits 64 "only a profile of later" aegis audit-verify --keys "$WORK/ring.yaml" --profile pipe@2026-10-01 <"$WORK/s"

# The process keeps its keys to itself.
mkfifo "$WORK/fifo"
"$ROOT/build/bin/aegis-audit-verify" --keys "$WORK/ring.yaml" --profile pipe <"$WORK/fifo" >/dev/null 2>&1 &
pid=$!
exec 7>"$WORK/fifo"
for _ in $(seq 50); do
	limit=$(awk '/core file size/ { print $5, $6 }' "/proc/$pid/limits" 2>/dev/null)
	[ "$limit" = "0 0" ] && break
	sleep 0.1
done
is "$limit" "0 0" "no core file can come of it"
k=$(cat "$WORK/now.key")
is "$(tr '\0' '\n' <"/proc/$pid/cmdline" | grep -c "$k"; tr '\0' '\n' <"/proc/$pid/environ" | grep -c "$k")" "$(printf '0\n0')" \
    "and no key is in its arguments or environment"
# (OpenSSL keeps the key itself for as long as its context lives, and wipes it then.)
ok "its memory holds no key file's text any more" python3 - "$pid" "$k" <<'END'
import re, sys
pid, key = sys.argv[1], sys.argv[2].encode()
mem = open("/proc/%s/mem" % pid, "rb", 0)
seen = 0
for line in open("/proc/%s/maps" % pid):
    m = re.match(r"(\w+)-(\w+) r", line)
    if not m or "[v" in line:
        continue
    low, high = int(m[1], 16), int(m[2], 16)
    mem.seek(low)
    data = mem.read(high - low)
    seen += len(data)
    assert key not in data, line
assert seen > 100000
END
exec 7>&-
wait "$pid"
done_testing
