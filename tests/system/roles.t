#!/usr/bin/env bash
# aegis_import and aegis_audit: each does its job, and what lies beyond it is refused.
. "$(dirname "$0")/../lib.sh"
need_full_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
psql -Xq -v ON_ERROR_STOP=1 -v embedding="array_fill(0.5::real, ARRAY[1536])::vector" -f "$ROOT/tests/system/populate.sql" >"$WORK/log" 2>&1
tap_result $? "rows for every table"
as() { PGOPTIONS="-c role=$1" "${@:2}"; }

# The import's night, by the pipeline; by hand; its books; its graph.
exits 0 "aegis_import runs the nightly pipeline" as aegis_import aegis run "$ROOT/pipelines/nightly.yaml" \
    --set "tenant=$TENANT" || sed 's/^/# /' "$WORK/err"
ok "entities came in" test "$(sql "SELECT count(*) FROM entities WHERE tenant_id = '$TENANT'")" -gt 100
exits 0 "again" as aegis_import aegis run "$ROOT/pipelines/nightly.yaml" --set "tenant=$TENANT"
exits 0 "and looks at its runs" as aegis_import aegis history
psql -Xq -c "CREATE ROLE nightly LOGIN; GRANT aegis_import TO nightly"
cypher="SET search_path = ag_catalog, public; SELECT * FROM cypher('oilgas', \$\$ CREATE (a:Well {entity_id: 'w'})-[:OPERATED_BY]->
    (:Operator {entity_id: 'o'}) RETURN a \$\$) AS (a agtype); SELECT * FROM cypher('oilgas', \$\$ MATCH (a:Well)-[r]->(b) DETACH
    DELETE a RETURN b \$\$) AS (b agtype)"
ok "a user who was granted it writes the graph, by Cypher, without LOAD" psql -Xq -v ON_ERROR_STOP=1 \
    -c "SET SESSION AUTHORIZATION nightly" -c "$cypher"
ok "and by COPY" bash -c "echo '{\"entity_id\": \"c\"}' | PGOPTIONS='-c role=aegis_import' psql -Xq -v ON_ERROR_STOP=1 \
    -c 'COPY oilgas.\"Well\" (properties) FROM STDIN'"
exits 0 "aegis_import loads a rule's version" as aegis_import aegis table-load <<END
$(printf '%s\n' 'tenant_id,rule_type,rule_domain,rule_identifier,version,effective_date,source,rule_data' \
    't,statewide,spacing,NEW_1,1,2026-01-01,rrc_ingestion,{}' | aegis seal --kind table:rule_versions)
END
ok "supersedes it" psql -Xq -v ON_ERROR_STOP=1 -c "SET ROLE aegis_import" \
    -c "UPDATE rule_versions SET status = 'superseded', superseded_date = '2026-02-01' WHERE rule_identifier = 'NEW_1'"
ok "and marks a snapshot" psql -Xq -v ON_ERROR_STOP=1 -c "SET ROLE aegis_import" -c "UPDATE filing_rule_snapshots SET is_current = false"

# The audit export's night.
for t in audit_logs prompt_audit_log; do
	exits 0 "aegis_audit reads $t" as aegis_audit aegis table-dump "$t"
	is "$(sed -n 's/^#aegis-seal rows=\([0-9]*\) .*/\1/p' "$WORK/out")" "$(sql "SELECT count(*) FROM $t")" "all of it"
done

# Beyond it.  Each statement works for the superuser, or only a guard stops it, so that a
# slip of the pen is no refusal; and is refused to the role as not permitted.
beyond() { # beyond ROLE SQL
	local state
	state=$(psql -XqAt -v VERBOSITY=sqlstate -v ON_ERROR_STOP=1 -c "BEGIN; $2; ROLLBACK" 2>&1 >/dev/null | sed -n 's/.*ERROR:  //p' | head -n 1)
	case $state in '' | P0001 | 23514) ;; *) tap_result 1 "$2"; say "fails for the superuser too: $state"; return ;; esac
	state=$(PGOPTIONS="-c role=$1" psql -XqAt -v VERBOSITY=sqlstate -v ON_ERROR_STOP=1 -c "BEGIN; $2; ROLLBACK" 2>&1 >/dev/null |
	    sed -n 's/.*ERROR:  //p' | head -n 1)
	is "$state" 42501 "$1 may not: $2"
}
while IFS='|' read -r role statement; do
	[ -z "$role" ] || beyond "$role" "$statement"
done <<'END'
aegis_import|SELECT * FROM users
aegis_import|SELECT email FROM users
aegis_import|INSERT INTO users (email, password_hash) VALUES ('a', 'b')
aegis_import|UPDATE users SET roles = '{admin}'
aegis_import|SELECT * FROM audit_logs
aegis_import|INSERT INTO audit_logs (tenant_id, event_type, event_data) VALUES ('t', 'e', '{}')
aegis_import|UPDATE audit_logs SET actor_id = 'x'
aegis_import|DELETE FROM audit_logs
aegis_import|TRUNCATE audit_logs
aegis_import|SELECT * FROM prompt_audit_log
aegis_import|ALTER TABLE audit_logs DISABLE TRIGGER no_update_audit
aegis_import|SET session_replication_role = replica
aegis_import|INSERT INTO entity_type_definitions (tenant_id, type_key, display_name) VALUES (gen_random_uuid(), 'x', 'X')
aegis_import|UPDATE entity_field_definitions SET required = true
aegis_import|DELETE FROM rrc_field_mappings
aegis_import|DELETE FROM entities
aegis_import|TRUNCATE entities
aegis_import|UPDATE compliance_status SET status = 'compliant'
aegis_import|UPDATE compliance_status SET deadline = now()
aegis_import|DELETE FROM compliance_status
aegis_import|UPDATE rule_versions SET rule_data = '{}'
aegis_import|UPDATE rule_versions SET effective_date = '2020-01-01'
aegis_import|DELETE FROM rule_versions
aegis_import|UPDATE filing_rule_snapshots SET acknowledged = true
aegis_import|UPDATE filing_rule_snapshots SET rule_data_at_snapshot = '{}'
aegis_import|UPDATE filing_checklists SET status = 'approved'
aegis_import|UPDATE batch_books SET read = 0
aegis_import|DELETE FROM batch_rejects
aegis_import|UPDATE batch_schema_files SET sha256 = ''
aegis_import|SELECT * FROM conversations
aegis_import|SELECT * FROM episodic_memories
aegis_import|SELECT * FROM approval_requests
aegis_import|SELECT * FROM prompt_versions
aegis_import|SELECT * FROM agents
aegis_import|CREATE TABLE public.mine (a int)
aegis_import|DROP INDEX idx_rule_versions_domain
aegis_import|ALTER TABLE entities ADD x int
aegis_import|CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'
aegis_import|SELECT pg_read_file('postgresql.conf')
aegis_import|CREATE ROLE other
aegis_import|ALTER TABLE entities OWNER TO aegis_import
aegis_import|SET log_statement = 'all'
aegis_import|LOAD 'pageinspect'
aegis_audit|SELECT * FROM users
aegis_audit|SELECT * FROM entities
aegis_audit|SELECT * FROM rule_versions
aegis_audit|SELECT * FROM batch_books
aegis_audit|INSERT INTO audit_logs (tenant_id, event_type, event_data) VALUES ('t', 'e', '{}')
aegis_audit|UPDATE audit_logs SET signature = NULL
aegis_audit|DELETE FROM prompt_audit_log
aegis_audit|TRUNCATE audit_logs
aegis_audit|ALTER TABLE audit_logs DISABLE TRIGGER ALL
aegis_audit|DROP TABLE audit_logs
aegis_audit|CREATE TABLE public.mine (a int)
aegis_audit|SELECT * FROM oilgas."Well"
aegis_audit|INSERT INTO entities (tenant_id, type_key, entity_key, properties, changed_run) VALUES (gen_random_uuid(), 'a', 'b', '{}', gen_random_uuid())
aegis_audit|SELECT * FROM prompt_templates
aegis_audit|SELECT * FROM conversations
aegis_audit|SELECT pg_read_file('postgresql.conf')
END
done_testing
