#!/usr/bin/env bash
# Archives read back, row for row; views of them; the table held against them.
. "$(dirname "$0")/../../lib.sh"
. "$ROOT/tests/audit.sh"
need_pg
audit_setup
vkey=$WORK/audit.key.vkey
signed_rows python 200 2026-10-03 | load_rows
audit_export --period 2026-10-03
T=$ARCH/audit_logs
one=$T/audit_logs-000001-2026-10-03

exits 0 "nothing has changed: no findings" aegis audit-reconcile --archives "$ARCH" --table audit_logs
like "$WORK/out" '^the same +200$' "every row is the same"

aegis audit-open --key "$vkey" "$T" >"$WORK/open" 2>"$WORK/err"
sql "COPY (SELECT x::text FROM audit_logs x ORDER BY id) TO STDOUT" >"$WORK/before"
empty_rows
exits 0 "audit-open into table-load" aegis table-load "$WORK/open"
sql "COPY (SELECT x::text FROM audit_logs x ORDER BY id) TO STDOUT" >"$WORK/after"
ok "row for row the same" cmp "$WORK/before" "$WORK/after"

sql "ALTER TABLE audit_logs DISABLE TRIGGER USER;
    DELETE FROM audit_logs WHERE id = (SELECT min(id::text)::uuid FROM audit_logs);
    UPDATE audit_logs SET actor_id = 'mallory' WHERE id = (SELECT max(id::text)::uuid FROM audit_logs);
    CREATE RULE quiet AS ON UPDATE TO audit_logs DO INSTEAD NOTHING"
exits 1 "a row gone, one changed, triggers off, a rule" aegis audit-reconcile --archives "$ARCH" --table audit_logs
for code in deleted changed trigger_disabled rule; do
	like "$WORK/out" "FINDING  $code: " "$code is a finding"
done

exits 0 "a tenant's view" aegis audit-extract --tenant "$TENANT" --output-dir "$WORK/view" "$one"
exits 0 "it is checked without the rest" aegis audit-check --key "$vkey" "$WORK/view"
ok "other tenants' rows are not in it" bash -c "! zstd -dcq '$WORK/view/rows.ndjson.zst' | grep -q 8000-000000000002"
zstd -dcq "$WORK/view/rows.ndjson.zst" | sed '1s/2026-/2025-/' | zstd -q >"$WORK/x" && mv "$WORK/x" "$WORK/view/rows.ndjson.zst"
exits 1 "a row of the view changed" aegis audit-check --key "$vkey" "$WORK/view"
exits 0 "a redacted view" aegis audit-extract --redact actor_id --output-dir "$WORK/red" "$one"
ok "the column is not in it" bash -c "! zstd -dcq '$WORK/red/rows.ndjson.zst' | grep -q actor_id"
exits 0 "and its rows stand in their places" aegis audit-check --key "$vkey" "$WORK/red"
exits 73 "an existing directory is not written into" aegis audit-extract --redact actor_id --output-dir "$WORK/red" "$one"
printf x >>"$one/data/rows.ndjson.zst"
exits 65 "an archive that is not whole is not opened" aegis audit-open --key "$vkey" "$T"
unlike "$WORK/out" '^#aegis-seal' "and leaves no seal"
done_testing
