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
# This tenant takes a well's operator from its own records, so that wells alone make cells.
sql "INSERT INTO rrc_field_mappings (tenant_id, type_id, entity_field_id, rrc_field_key) SELECT f.tenant_id, f.type_id, f.field_id, 'operator'
    FROM entity_field_definitions f JOIN entity_type_definitions t USING (type_id) WHERE t.type_key = 'well' AND f.field_key = 'operator'" >/dev/null
sql "DELETE FROM rrc_field_mappings m USING entity_field_definitions f WHERE f.field_id = m.entity_field_id AND f.field_key = 'h15_operator'" >/dev/null
for s in "log_lock_waits = on" "deadlock_timeout = '1s'" "log_connections = on" "log_line_prefix = '%p|%a|'" "lc_messages = 'C'"; do
	psql -Xqc "ALTER SYSTEM SET $s"
done
psql -XqAtc "SELECT pg_reload_conf()" >/dev/null
python3 "$ROOT/tests/system/beside.py"
