#!/usr/bin/env bash
# aegis_import and aegis_audit: each does its job, and what lies beyond it is refused.
. "$(dirname "$0")/../lib.sh"
need_full_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
psql -Xq -v ON_ERROR_STOP=1 -v embedding="array_fill(0.5::real, ARRAY[1536])::vector" -f "$ROOT/tests/system/populate.sql" >"$WORK/log" 2>&1
tap_result $? "rows for every table"
as() { PGOPTIONS="-c role=$1" "${@:2}"; }

# The import's night, by the pipeline; by hand; its books; its graph.
exits 0 "aegis_import runs the nightly pipeline" as aegis_import aegis run "$ROOT/pipelines/demo.yaml" \
    --set "tenant=$TENANT" || sed 's/^/# /' "$WORK/err"
ok "entities came in" test "$(sql "SELECT count(*) FROM entities WHERE tenant_id = '$TENANT'")" -gt 100
exits 0 "again" as aegis_import aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT"
exits 0 "and looks at its runs" as aegis_import aegis history
psql -Xq -c "CREATE ROLE nightly LOGIN; GRANT aegis_import TO nightly"
cypher="SET search_path = ag_catalog, public; SELECT * FROM cypher('oilgas', \$\$ CREATE (a:Well {entity_id: 'w'})-[:OPERATED_BY]->
    (:Operator {entity_id: 'o'}) RETURN a \$\$) AS (a agtype); SELECT * FROM cypher('oilgas', \$\$ MATCH (a:Well {entity_id: 'w'})
    SET a.seen = 1 RETURN a \$\$) AS (a agtype); SELECT * FROM cypher('oilgas', \$\$ MATCH (a:Well {entity_id: 'w'})-[r]->(b)
    DELETE r RETURN b \$\$) AS (b agtype)"
ok "a user who was granted it writes the graph, by Cypher, without LOAD" psql -Xq -v ON_ERROR_STOP=1 \
    -c "SET SESSION AUTHORIZATION nightly" -c "$cypher"
ok "and by COPY" bash -c "echo '{\"entity_id\": \"c\"}' | PGOPTIONS='-c role=aegis_import' psql -Xq -v ON_ERROR_STOP=1 \
    -c 'COPY oilgas.\"Well\" (properties) FROM STDIN'"
exits 0 "aegis_import loads a rule's version" as aegis_import aegis table-load <<END
$(printf '%s\n' 'tenant_id,rule_type,rule_domain,rule_identifier,version,effective_date,source,rule_data' \
    't,statewide,spacing,NEW_1,1,2026-01-01,rrc_ingestion,{}' | aegis seal --kind table:rule_versions)
END
# What a grant cannot say, a function does: versions of rule-load's own, snapshots of what is
# superseded, cells as the entities are, runs that one has begun oneself.
nightly() { psql -XqAt -v ON_ERROR_STOP=1 -c "SET SESSION AUTHORIZATION ${WHO:-nightly}" "$@"; }
sql "INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source, rule_data, detected_by)
    VALUES ('t', 'statewide', 'spacing', 'OURS', 1, '2026-01-01', 'manual', '{}', 'aegis rule-load'),
    ('t', 'statewide', 'spacing', 'THEIRS', 1, '2026-01-01', 'manual', '{}', 'ann')"
is "$(nightly -c "SELECT batch_rules_supersede(array_agg(id), array_agg('2026-02-01'::date)) FROM rule_versions WHERE rule_identifier IN ('OURS', 'THEIRS')")" 1 \
    "it supersedes a version of rule-load's"
is "$(sql "SELECT string_agg(rule_identifier || ' ' || status, ',' ORDER BY rule_identifier) FROM rule_versions WHERE rule_identifier IN ('OURS', 'THEIRS')")" \
    "OURS superseded,THEIRS active" "and nobody else's"
snapshots=$(sql "SELECT count(*) FROM filing_rule_snapshots s JOIN rule_versions v ON v.id = s.rule_version_id WHERE s.is_current AND v.status <> 'superseded'")
nightly -c "SELECT batch_snapshots_mark(tenant_id) FROM (SELECT DISTINCT tenant_id FROM rule_versions) t" >/dev/null
is "$(sql "SELECT count(*) FROM filing_rule_snapshots WHERE is_current")" "$snapshots" "snapshots of superseded versions are marked, and no others"
cell="tenant_id = '$TENANT' AND compliance_domain = 'rule_37'"
sql "UPDATE compliance_status SET status = 'overdue', entity_name = 'wrong' WHERE $cell"
nightly -c "SELECT batch_matrix_write('$TENANT', 'well', array_agg(entity_id::text), NULL, '{}', '{}') FROM compliance_status WHERE $cell" >/dev/null
is "$(sql "SELECT count(*) FILTER (WHERE entity_name = 'wrong'), string_agg(DISTINCT status, ',') FROM compliance_status c WHERE $cell
    AND EXISTS (SELECT FROM entities e WHERE e.entity_key = c.entity_id)")" $'0\toverdue' "cells get names, and keep their status"
nightly -c "SELECT batch_run_begin('00000000-0000-4000-8000-00000000000a', 'mine', 'h', 'v')" >/dev/null
psql -Xqc "CREATE ROLE another LOGIN; GRANT aegis_import, aegis_audit TO another"
is "$(WHO=another nightly -c "SELECT batch_run_end('00000000-0000-4000-8000-00000000000a', 'failed', 1, 'x', '[]')")" f "a run is not another's to end"
is "$(WHO=another nightly -c "SELECT batch_run_begin('00000000-0000-4000-8000-00000000000b', 'mine', 'h', 'v')")" 0 "nor to call dead"
is "$(nightly -c "SELECT batch_run_end('00000000-0000-4000-8000-00000000000a', 'done', 0, NULL, '[]')")" t "it is one's own"
is "$(nightly -c "SELECT batch_run_end('00000000-0000-4000-8000-00000000000a', 'done', 0, NULL, '[]')")" t "also once more, where the answer was lost"
is "$(nightly -c "SELECT batch_run_end('00000000-0000-4000-8000-00000000000a', 'failed', 1, 'x', '[]'), batch_run_note('00000000-0000-4000-8000-00000000000a', '[1]')")" "f|f" \
    "but what is ended stays as it is"

# A role for one tenant, by the page's commands.
sed -n '/^<!-- tenant -->$/,/^```$/p' "$ROOT/doc/existing.md" | grep -v '^<!--\|^```' | psql -Xq -v ON_ERROR_STOP=1
tap_result $? "a role for one tenant"
is "$(WHO=nightly_acme nightly -c "SELECT batch_matrix_write('$TENANT', 'well', array_agg(entity_id::text), NULL, '{}', '{}') IS NOT NULL FROM compliance_status WHERE $cell")" t \
    "it writes its own tenant's cells"
other() { # other WHAT SQL: refused to it
	is "$(WHO=nightly_acme nightly -v VERBOSITY=sqlstate -c "$2" 2>&1 | sed -n 's/.*ERROR:  //p')" 42501 "it may not: $1"
	is "$(nightly -c "BEGIN" -c "$2" -c ROLLBACK >/dev/null 2>"$WORK/err"; echo $?)" 0 "which a role for all may" || sed 's/^/# /' "$WORK/err"
}
other "another's cells" "SELECT batch_matrix_write('00000000-0000-4000-8000-0000000000ff', 'well', '{a}', NULL, '{}', '{}')"
other "another's rules" "INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source, rule_data)
    VALUES ('another', 'statewide', 'spacing', 'X', 1, '2026-01-01', 'manual', '{}')"
other "another's versions" "SELECT batch_rules_supersede(array_agg(id), array_agg(now()::date)) FROM rule_versions WHERE tenant_id = 't'"
other "another's snapshots" "SELECT batch_snapshots_mark('t')"
exits 0 "its night" env PGOPTIONS="-c session_authorization=nightly_acme" aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" || sed 's/^/# /' "$WORK/err"

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
aegis_import|INSERT INTO compliance_status (tenant_id, entity_id, entity_type, compliance_domain, status) VALUES ('t', 'e', 'well', 'd', 'compliant')
aegis_import|UPDATE compliance_status SET entity_name = 'x'
aegis_import|UPDATE compliance_status SET details = '{}'
aegis_import|TRUNCATE compliance_status
aegis_import|UPDATE rule_versions SET status = 'superseded' WHERE status = 'active'
aegis_import|UPDATE rule_versions SET superseded_date = now()
aegis_import|UPDATE rule_versions SET change_summary = 'x'
aegis_import|TRUNCATE rule_versions CASCADE
aegis_import|UPDATE filing_rule_snapshots SET is_current = false
aegis_import|UPDATE filing_rule_snapshots SET superseded_by = rule_version_id
aegis_import|DELETE FROM filing_rule_snapshots
aegis_import|UPDATE batch_runs SET state = 'failed'
aegis_import|UPDATE batch_runs SET started_by = 'x'
aegis_import|DELETE FROM batch_runs WHERE pipeline = 'none'
aegis_import|UPDATE batch_sources SET source = 'x'
aegis_import|DELETE FROM batch_sources
aegis_import|DELETE FROM batch_links
aegis_import|UPDATE graph_synced SET sync_id = gen_random_uuid()
aegis_import|DELETE FROM graph_books
aegis_import|INSERT INTO batch_settings VALUES ('disposable', 'on')
aegis_import|UPDATE batch_rules SET spare = 9
aegis_import|DELETE FROM batch_rules
aegis_import|DELETE FROM oilgas."Well"
aegis_import|DELETE FROM oilgas."Operator"
aegis_import|TRUNCATE oilgas."Well"
aegis_import|UPDATE oilgas."OPERATED_BY" SET end_id = start_id
aegis_import|TRUNCATE oilgas."OPERATED_BY"
aegis_import|DROP INDEX oilgas."idx_Well_entity_id"
aegis_import|UPDATE ag_catalog.ag_label SET kind = kind
aegis_import|DELETE FROM entity_relationship_rules
aegis_import|UPDATE entity_type_definitions SET compliance_footprint = false
aegis_import|DELETE FROM batch_datasets WHERE dataset = 'none'
aegis_import|ALTER FUNCTION batch_matrix_write(uuid, text, text[], uuid, text[], text[]) SECURITY INVOKER
aegis_import|ALTER TABLE entities DISABLE TRIGGER ALL
aegis_import|GRANT SELECT ON users TO aegis_import
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
aegis_audit|SELECT * FROM compliance_status
aegis_audit|SELECT * FROM entity_type_definitions
aegis_audit|SELECT * FROM rrc_field_mappings
aegis_audit|SELECT * FROM filing_checklists
aegis_audit|SELECT * FROM filing_rule_snapshots
aegis_audit|SELECT * FROM entity_links
aegis_audit|SELECT * FROM entity_sources
aegis_audit|SELECT * FROM batch_sources
aegis_audit|SELECT * FROM batch_rejects
aegis_audit|SELECT * FROM batch_rules
aegis_audit|SELECT * FROM agents
aegis_audit|SELECT * FROM skills
aegis_audit|SELECT * FROM episodic_memories
aegis_audit|SELECT * FROM approval_requests
aegis_audit|SELECT * FROM budget_usage
aegis_audit|SELECT * FROM prompt_versions
aegis_audit|SELECT * FROM checklist_artifacts
aegis_audit|UPDATE audit_logs SET event_data = '{}'
aegis_audit|UPDATE audit_logs SET created_at = now()
aegis_audit|DELETE FROM audit_logs
aegis_audit|UPDATE prompt_audit_log SET hmac_signature = NULL
aegis_audit|INSERT INTO prompt_audit_log (tenant_id, action, actor_id) VALUES (gen_random_uuid(), 'a', 'b')
aegis_audit|TRUNCATE prompt_audit_log
aegis_audit|UPDATE batch_runs SET state = 'failed'
aegis_audit|INSERT INTO batch_runs (run_id, pipeline, host, version) VALUES (gen_random_uuid(), 'a', 'b', 'c')
aegis_audit|DELETE FROM batch_runs WHERE pipeline = 'none'
aegis_audit|INSERT INTO batch_settings VALUES ('disposable', 'on')
aegis_audit|DELETE FROM batch_schema_files
aegis_audit|UPDATE batch_schema_files SET adopted = true
aegis_audit|UPDATE compliance_status SET status = 'compliant'
aegis_audit|DELETE FROM compliance_status
aegis_audit|DELETE FROM rule_versions
aegis_audit|UPDATE rule_versions SET status = 'superseded'
aegis_audit|SELECT batch_rules_supersede('{}', '{}')
aegis_audit|SELECT batch_snapshots_mark('t')
aegis_audit|SELECT batch_matrix_write(gen_random_uuid(), 'well', '{}', NULL, '{}', '{}')
aegis_audit|INSERT INTO oilgas."Well" DEFAULT VALUES
aegis_audit|DELETE FROM oilgas."Well"
aegis_audit|ALTER TABLE audit_logs OWNER TO aegis_audit
aegis_audit|ALTER TABLE audit_logs ADD x int
aegis_audit|DROP TRIGGER no_update_audit ON audit_logs
aegis_audit|CREATE ROLE other
aegis_audit|SET session_replication_role = replica
aegis_audit|LOAD 'pageinspect'
END
done_testing
