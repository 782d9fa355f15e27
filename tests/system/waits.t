#!/usr/bin/env bash
# What a stage waits for, how long, and what it says; what one that is ended leaves on the server.
. "$(dirname "$0")/../lib.sh"
need_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
# hold STATEMENT: a session that does it in a transaction, until let_go
hold() {
	mkfifo "$WORK/fifo.$1"
	psql -Xqo /dev/null <"$WORK/fifo.$1" &
	exec 7>"$WORK/fifo.$1"
	printf 'SET application_name = %s; BEGIN; %s;\n' "'$1'" "$2" >&7
	for _ in $(seq 100); do
		[ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = '$1' AND state = 'idle in transaction'")" = 1 ] && break
		sleep 0.05
	done
}
let_go() { exec 7>&-; rm -f "$WORK"/fifo.*; }
table() { printf 'id,name,config\nx,X,{}\n' | aegis seal --kind table:agents; }

hold other "LOCK TABLE agents"
table >"$WORK/agents"
exits 75 "a table that another session has locked" aegis table-load --lock-wait 1 <"$WORK/agents"
like "$WORK/err" 'info: waits for a lock that is held by process [0-9]+ \(other of aegis, in a transaction since' "it says for whom it waits"
like "$WORK/err" 'error: .*it is held by process [0-9]+ \(other of aegis' "and whose it was"
like "$WORK/err" 'hint: .*--lock-wait' "and that it may wait longer"
let_go
exits 0 "then it may go on" aegis table-load --lock-wait 1 <"$WORK/agents"
hold rows "UPDATE agents SET name = 'Y'"
exits 75 "a row" aegis table-load --mode upsert --lock-wait 1 <"$WORK/agents"
like "$WORK/err" 'held by process [0-9]+ \(rows of aegis' "likewise"
let_go
# Our own locks: as long as it takes, and for whom.
hold rules "SELECT pg_advisory_xact_lock(hashtextextended('aegis rules $TENANT', 0))"
aegis rule-load --tenant "$TENANT" --lock-wait 1 "$ROOT/pipelines/rules/spacing.yaml" >"$WORK/out" 2>"$WORK/err" 7>&- & pid=$!
sleep 3
ok "a lock of ours is waited for longer than --lock-wait" kill -0 "$pid"
like "$WORK/err" 'waits for a lock that is held by process [0-9]+ \(rules' "and it says for whom"
let_go
wait "$pid"
is "$?" 0 "when it is free the load goes on"

# What another load wrote while this one waited for the tenant's links is seen behind the lock.
aegis rrc-decode --layout olf001 --view lease "$ROOT/fixtures/olf001-demo.ebc.gz" 2>/dev/null | aegis entity-map --tenant "$TENANT" --type lease >"$WORK/leases" 2>/dev/null
lease=$(aegis unseal "$WORK/leases" | sed -n 2p | cut -d, -f3)
sql "SELECT batch_ground('$TENANT', 'well')" >/dev/null
hold links "SELECT pg_advisory_xact_lock(hashtextextended('aegis entity-links $TENANT', 0))"
aegis entity-load --tenant "$TENANT" --type lease --rejects "$WORK/lease.rej" <"$WORK/leases" >"$WORK/out" 2>"$WORK/err" 7>&- & pid=$!
for _ in $(seq 100); do [ "$(sql "SELECT count(*) FROM pg_locks WHERE NOT granted")" = 1 ] && break; sleep 0.05; done
sql "INSERT INTO entity_links (rule_id, child_key, parent_key, resolved, changed_run) SELECT rule_id, '42-001-00001', '$lease', false, gen_random_uuid()
    FROM entity_relationship_rules WHERE display_label = 'ON_LEASE'"
let_go
wait "$pid"
is "$?" 0 "a load that waited for the links"
is "$(sql "SELECT resolved FROM entity_links WHERE child_key = '42-001-00001'")" t "resolves the first link of a rule, though that came while it waited"

# A stage that is ended ends its statement, and dies of the signal.
sql "CREATE TABLE slow (n int); CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
    CREATE TRIGGER slow BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION slow()" >/dev/null
printf 'n\n1\n' | aegis seal --kind table:slow >"$WORK/slow"
running() { sql "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'aegis-table-load%' AND state <> 'idle'"; }
for s in TERM INT HUP; do
	env --default-signal=HUP,INT,TERM aegis-table-load <"$WORK/slow" >/dev/null 2>&1 & pid=$!
	for _ in $(seq 100); do [ "$(running)" = 1 ] && break; sleep 0.05; done
	is "$(running)" 1 "SIG$s: a statement runs"
	kill "-$s" "$pid"
	wait "$pid"
	is "$?" $((128 + $(kill -l "$s"))) "the stage dies of the signal"
	for _ in $(seq 40); do [ "$(running)" = 0 ] && break; sleep 0.05; done
	is "$(running)" 0 "and its statement with it"
done
aegis-table-load <"$WORK/slow" >/dev/null 2>&1 & pid=$!
for _ in $(seq 100); do [ "$(running)" = 1 ] && break; sleep 0.05; done
kill -KILL "$pid"
wait "$pid" 2>/dev/null
for _ in $(seq 200); do [ "$(running)" = 0 ] && break; sleep 0.05; done
is "$(running)" 0 "after SIGKILL the server notices by itself"
cat >"$WORK/t.yaml" <<-T
	pipeline: t
	steps:
	  - {name: s, timeout: 2, input: $WORK/slow, pipe: [[table-load]]}
T
exits 75 "a step that runs out of time" aegis run "$WORK/t.yaml"
is "$(running)" 0 "leaves nothing on the server"

# A session's limits are off where a load waits for the stages before it.
psql -Xqc "ALTER DATABASE aegis SET statement_timeout = '700ms'" -c "ALTER DATABASE aegis SET idle_in_transaction_session_timeout = '700ms'"
[ "$(sql "SHOW server_version_num")" -lt 170000 ] || psql -Xqc "ALTER DATABASE aegis SET transaction_timeout = '700ms'"
exits 0 "a slow producer and a server with time limits" bash -c "(cat '$WORK/agents' | head -c 150; sleep 2; cat '$WORK/agents' | tail -c +151) | aegis table-load --mode upsert"
psql -Xqc "ALTER DATABASE aegis RESET ALL" -c "ALTER DATABASE aegis SET aegis.without = 'age,vector'"

# Statuses by SQLSTATE, made to happen.
exits 69 "no such database" aegis table-dump --db dbname=nowhere agents
exits 77 "a role that may not log in" env PGUSER=aegis_audit aegis table-dump agents
like "$WORK/err" 'hint: .*pg_hba.conf' "has a hint"
psql -Xqc "ALTER DATABASE aegis SET default_transaction_read_only = on"
exits 77 "read only" aegis table-load --mode upsert <"$WORK/agents"
like "$WORK/err" 'hint: .*primary' "has a hint"
PGOPTIONS='-c default_transaction_read_only=off' psql -Xqc "ALTER DATABASE aegis RESET default_transaction_read_only"
exits 64 "a condition that the server cannot read" aegis table-dump --where 'name ==== 1' agents
exits 64 "a column that it has not" aegis fixture-save --where 'agents=colour = 1' "$WORK/none"
exits 64 "a query" aegis table-dump --as agents --query 'SELECT nothing FROM nowhere'
sql "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no such agent''; END';
    CREATE TRIGGER no BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION no()" >/dev/null
printf 'id,name,config\ny,Y,{}\n' | aegis seal --kind table:agents >"$WORK/new"
exits 65 "a guard's RAISE is the data's" aegis table-load <"$WORK/new"
like "$WORK/err" 'no such agent' "in its words"
sql "DROP TRIGGER no ON agents; ALTER TABLE agents RENAME COLUMN config TO settings" >/dev/null
exits 78 "a column that is gone" aegis table-load <"$WORK/new"
sql "ALTER TABLE agents RENAME COLUMN settings TO config" >/dev/null
psql -Xqc "CREATE DATABASE busy" -c "ALTER DATABASE busy SET aegis.disposable = on" -c "ALTER DATABASE busy IS_TEMPLATE true"
sleep 7 | psql -Xqd busy & holder=$!
sleep 0.5
exits 75 "a database that somebody uses" aegis fixture-clone busy
wait "$holder"

# A policy that hides rows: an export is whole, or says that it cannot be.
psql -Xqc "INSERT INTO audit_logs (tenant_id, event_type, event_data, created_at) VALUES ('$TENANT', 'x', '{}', '2026-01-05Z'), ('another', 'x', '{}', '2026-01-05Z')" \
    -c "ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY" -c "CREATE POLICY p ON audit_logs USING (tenant_id = '$TENANT')" \
    -c "CREATE ROLE auditor LOGIN IN ROLE aegis_audit"
as() { PGOPTIONS='-c role=auditor' "$@"; }
exits 77 "an audit export under a policy" as aegis audit-read --table audit_logs --period 2026-01
like "$WORK/err" 'row-level security' "says so"
exits 77 "a dump" as aegis table-dump audit_logs
psql -Xqc "ALTER ROLE auditor BYPASSRLS"
exits 0 "with BYPASSRLS" as aegis audit-read --table audit_logs --period 2026-01
like "$WORK/out" 'seal rows=2 ' "all rows"

# Guards look at the tables, whatever stands before them in the path.
sql "INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source, rule_data)
    VALUES ('t', 'statewide', 'spacing', 'R', 1, current_date, 'manual', '{}')" >/dev/null
exits 1 "a temporary table of a guarded one's name" psql -Xq -v ON_ERROR_STOP=1 -c "CREATE TEMP TABLE rule_versions (LIKE public.rule_versions)" \
    -c "INSERT INTO public.rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source, rule_data, status)
    VALUES ('t', 'statewide', 'spacing', 'R', 3, current_date, 'manual', '{}', 'draft')"
like "$WORK/err" 'has 2 versions between 1 and 3' "does not fool the guard"
pg_dump -a -t rule_versions >"$WORK/data.sql"
psql -Xqc "CREATE DATABASE again"
aegis schema-apply --db dbname=again --without age,vector >/dev/null 2>&1
exits 0 "pg_dump -a restores" psql -Xq -v ON_ERROR_STOP=1 -d again -f "$WORK/data.sql"
done_testing
