#!/usr/bin/env bash
# What somebody with the table's owner's rights can do to the database after the export.
. "$(dirname "$0")/../../lib.sh"
. "$ROOT/tests/audit.sh"
need_pg
audit_setup
signed_rows python 100 2026-10-03 >"$WORK/rows.csv"
load_rows <"$WORK/rows.csv"
audit_export --period 2026-10-03
guards="ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER no_update_audit, ENABLE ALWAYS TRIGGER no_delete_audit, ENABLE ALWAYS TRIGGER no_truncate_audit"
reconcile() { aegis audit-reconcile --archives "$ARCH" --table audit_logs "$@"; }

# attack CODE COUNTS DESCRIPTION STATEMENT...: then all is put back, but for the server's counters
attack() {
	local code=$1 counts=$2 what=$3
	shift 3
	forge "$1"
	[ $# -lt 2 ] || sql "$2" >/dev/null
	exits 1 "$what" reconcile
	like "$WORK/out" "FINDING  $code: " "$what: $code"
	[ -z "$counts" ] || like "$WORK/out" "$counts" "$what: $counts"
	[ $# -lt 3 ] || sql "$3" >/dev/null
	sql "$guards" >/dev/null
	empty_rows
	load_rows <"$WORK/rows.csv"
}
exits 0 "untouched: no findings" reconcile
like "$WORK/out" '^the same +100$' "and all the same"

at() { echo "id = (SELECT id FROM audit_logs ORDER BY created_at, id OFFSET $1 LIMIT 1)"; }
attack deleted '^gone +1$' "the oldest row deleted" "DELETE FROM audit_logs WHERE $(at 0)"
attack deleted '^gone +1$' "a row in the middle deleted" "DELETE FROM audit_logs WHERE $(at 50)"
attack deleted '^gone +1$' "the newest row deleted" "DELETE FROM audit_logs WHERE $(at 99)"
attack deleted '^gone +25$' "a tenant deleted" "DELETE FROM audit_logs WHERE tenant_id = '$TENANT'"
attack changed '^changed +1$' "a row updated" "UPDATE audit_logs SET actor_id = 'mallory' WHERE $(at 7)"
attack changed '^changed +1$' "its time moved by a microsecond" "UPDATE audit_logs SET created_at = created_at + interval '1 us' WHERE $(at 7)"
attack counters '' "updates that the server has counted" "UPDATE audit_logs SET actor_id = actor_id" "SELECT pg_stat_force_next_flush()"
attack rewritten '' "truncated and refilled with the same rows" "CREATE TABLE t AS SELECT * FROM audit_logs; TRUNCATE audit_logs; INSERT INTO audit_logs SELECT * FROM t; DROP TABLE t"
attack trigger_disabled '' "a trigger disabled" "SELECT 1" "ALTER TABLE audit_logs DISABLE TRIGGER no_update_audit"
attack trigger_weak '' "a trigger that replicas pass" "SELECT 1" "ALTER TABLE audit_logs ENABLE TRIGGER no_delete_audit"
attack no_trigger '' "a trigger gone" "SELECT 1" "DROP TRIGGER no_truncate_audit ON audit_logs" \
    "CREATE TRIGGER no_truncate_audit BEFORE TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION prevent_audit_truncate()"
attack no_trigger '' "a trigger that does nothing" "SELECT 1" "CREATE OR REPLACE FUNCTION prevent_audit_truncate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'" \
    "CREATE OR REPLACE FUNCTION prevent_audit_truncate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'"
attack rule '' "a rule that swallows rows" "SELECT 1" "CREATE RULE quiet AS ON INSERT TO audit_logs DO INSTEAD NOTHING" "DROP RULE quiet ON audit_logs"
attack row_security '' "row security" "SELECT 1" "ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY" "ALTER TABLE audit_logs DISABLE ROW LEVEL SECURITY"

# A late commit is no finding: the next export takes it.
signed_rows python 2 2026-10-01 | load_rows
sql "INSERT INTO audit_logs (tenant_id, event_type, event_data, created_at) VALUES ('t', 'x', '{}', '2026-10-05')" >/dev/null
reconcile --report json >"$WORK/json"
ok "late rows, and one of a period to come, are counted" python3 -c '
import json, sys
r = json.load(open(sys.argv[1]))
assert (r["late"], r["open"], r["same"], r["deleted"], r["changed"]) == (2, 1, 100, 0, 0), r' "$WORK/json"
exits 66 "no archive" aegis audit-reconcile --archives "$WORK/none" --table audit_logs
done_testing
