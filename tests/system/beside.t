#!/usr/bin/env bash
# Nights beside AEGIS's services at work: Cypher SET on wells, matrix cells several at a time, rule
# versions in both orders.  No night fails, nobody deadlocks, nobody waits a second for us, nothing of
# theirs is lost.  BESIDE_NIGHTS (4), BESIDE_WELLS (2000).
. "$(dirname "$0")/../lib.sh"
need_full_pg
export WORK TENANT PYTHONDONTWRITEBYTECODE=1
LOG=$WORK/var/db/log
export LOG
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
for s in "log_lock_waits = on" "deadlock_timeout = '1s'" "log_connections = on" "log_line_prefix = '%p|%a|'" "lc_messages = 'C'"; do
	psql -Xqc "ALTER SYSTEM SET $s"
done
psql -XqAtc "SELECT pg_reload_conf()" >/dev/null
python3 "$ROOT/tests/system/beside.py"
