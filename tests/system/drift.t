#!/usr/bin/env bash
# schema-check: kinds of drift, each made on purpose, each reported by name.
. "$(dirname "$0")/../lib.sh"
need_full_pg
exits 0 "a fresh schema has no drift" aegis schema-check
is "$(cat "$WORK/out")" "" "and prints nothing"
is "$(sql "SELECT count(*) FROM pg_database WHERE datname LIKE 'aegis\\_check\\_%'")" 0 "the scratch database is gone"

# Each case has a database of its own, made of a template; they are compared with
# the untouched one, since that is quicker than a scratch database each.
aegis db psql -Xq -d postgres -c 'ALTER DATABASE aegis RENAME TO pristine' -c 'CREATE DATABASE aegis'
reference="host=$PGHOST user=aegis dbname=pristine"
kinds=0
drift() { # drift WHAT KIND OBJECT SQL: the line that must be there, and it alone unless MORE is set
	local what=$1 kind=$2 object=$3 statement=$4
	kinds=$((kinds + 1))
	psql -Xq -d postgres -c 'DROP DATABASE IF EXISTS drifted' -c 'CREATE DATABASE drifted TEMPLATE pristine'
	if ! psql -Xq -v ON_ERROR_STOP=1 -d drifted -c "$statement" >"$WORK/sql" 2>&1; then
		tap_result 1 "made: $what $kind $object"
		sed 's/^/# /' "$WORK/sql"
		return
	fi
	aegis schema-check --db "host=$PGHOST user=aegis dbname=drifted" --reference "$reference" >"$WORK/out" 2>"$WORK/err"
	local status=$?
	if [ $status -eq 1 ] && awk -v w="$what" -v k="$kind" -v o="$object:" \
	    '$1 == w && $2 == k && index($0, " " o) {f = 1} END {exit !f}' "$WORK/out" &&
	    [ "$(wc -l <"$WORK/out")" -eq "${MORE:-1}" ]; then
		tap_result 0 "$what $kind $object"
	else
		tap_result 1 "$what $kind $object"
		say "status $status; $statement"
		sed 's/^/# /' "$WORK/out" "$WORK/err"
	fi
}

drift missing table public.conversations 'DROP TABLE conversations'
drift changed table public.budget_usage 'ALTER TABLE budget_usage SET UNLOGGED'
drift changed table public.users 'ALTER TABLE users ENABLE ROW LEVEL SECURITY'
drift changed table public.skills 'ALTER TABLE skills SET (fillfactor = 70)'
drift missing column public.agents.status 'ALTER TABLE agents DROP status'
drift extra column public.agents.note 'ALTER TABLE agents ADD note text'
drift changed column public.audit_logs.actor_type 'ALTER TABLE audit_logs ALTER actor_type TYPE text'
drift changed column public.audit_logs.signature 'ALTER TABLE audit_logs ALTER signature TYPE varchar(512)'
drift changed column public.users.password_hash 'ALTER TABLE users ALTER password_hash DROP NOT NULL'
drift changed column public.users.display_name 'ALTER TABLE users ALTER display_name SET NOT NULL'
drift changed column public.users.roles "ALTER TABLE users ALTER roles SET DEFAULT ARRAY['admin']"
drift changed column public.compliance_status.last_assessed_at 'ALTER TABLE compliance_status ALTER last_assessed_at DROP DEFAULT'
drift changed column public.agents.name 'ALTER TABLE agents ALTER name TYPE varchar(200) COLLATE "POSIX"'
drift missing constraint 'public.filing_checklists filing_checklists_status_check' \
    'ALTER TABLE filing_checklists DROP CONSTRAINT filing_checklists_status_check'
drift changed constraint 'public.compliance_status compliance_status_status_check' \
    "ALTER TABLE compliance_status DROP CONSTRAINT compliance_status_status_check, ADD CONSTRAINT
    compliance_status_status_check CHECK (status <> 'green')"
drift changed constraint 'public.prompt_templates prompt_templates_active_version_id_fkey' \
    'ALTER TABLE prompt_templates ALTER CONSTRAINT prompt_templates_active_version_id_fkey NOT DEFERRABLE'
drift changed constraint 'public.checklist_artifacts checklist_artifacts_checklist_id_fkey' \
    'ALTER TABLE checklist_artifacts DROP CONSTRAINT checklist_artifacts_checklist_id_fkey, ADD FOREIGN KEY
    (checklist_id) REFERENCES filing_checklists (id)'
drift changed constraint 'public.budget_usage budget_usage_pkey' \
    'ALTER TABLE budget_usage DROP CONSTRAINT budget_usage_pkey, ADD PRIMARY KEY (id, agent_id)'
drift extra constraint 'public.users grown' "ALTER TABLE users ADD CONSTRAINT grown CHECK (email LIKE '%@%') NOT VALID"
drift missing index 'public.users idx_users_email_lower' 'DROP INDEX idx_users_email_lower'
drift changed index 'public.approval_requests idx_approval_status' \
    'DROP INDEX idx_approval_status; CREATE INDEX idx_approval_status ON approval_requests (reviewer_id, status)'
drift changed index 'public.rule_versions idx_rule_versions_one_active' \
    "DROP INDEX idx_rule_versions_one_active; CREATE INDEX idx_rule_versions_one_active ON rule_versions (tenant_id,
    rule_identifier) WHERE status = 'active'"
drift changed index 'public.episodic_memories idx_episodic_embedding' \
    'SET client_min_messages = error; DROP INDEX idx_episodic_embedding; CREATE INDEX idx_episodic_embedding ON
    episodic_memories USING ivfflat (embedding vector_l2_ops) WITH (lists = 100)'
drift extra index 'public.agents mine' 'CREATE INDEX mine ON agents (name)'
drift missing trigger 'public.audit_logs no_delete_audit' 'DROP TRIGGER no_delete_audit ON audit_logs'
drift changed trigger 'public.audit_logs no_update_audit' 'ALTER TABLE audit_logs DISABLE TRIGGER no_update_audit'
drift changed trigger 'public.prompt_audit_log no_truncate_prompt_audit' \
    'ALTER TABLE prompt_audit_log ENABLE TRIGGER no_truncate_prompt_audit'
drift extra trigger 'public.users spy' \
    'CREATE TRIGGER spy BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION prevent_audit_modification()'
drift extra rule 'public.audit_logs swallow' 'CREATE RULE swallow AS ON DELETE TO audit_logs DO INSTEAD NOTHING'
drift extra policy 'public.audit_logs several' 'CREATE POLICY several ON audit_logs USING (true)'
drift changed function 'public.prevent_audit_modification()' \
    'CREATE OR REPLACE FUNCTION prevent_audit_modification() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$'
MORE=4 drift missing function 'public.rule_versions_keep()' 'SET client_min_messages = error; DROP FUNCTION rule_versions_keep() CASCADE'
drift extra grant 'public.users to aegis_import' 'GRANT SELECT ON users TO aegis_import'
drift missing grant 'public.audit_logs to aegis_audit' 'REVOKE SELECT ON audit_logs FROM aegis_audit'
drift changed grant 'public.entities to aegis_import' 'GRANT DELETE ON entities TO aegis_import'
drift extra grant 'public.users to PUBLIC' 'GRANT SELECT ON users TO PUBLIC'
drift missing grant 'public.rule_versions.status to aegis_import' 'REVOKE UPDATE (status) ON rule_versions FROM aegis_import'
drift changed grant 'schema public to PUBLIC' 'GRANT CREATE ON SCHEMA public TO PUBLIC'
drift missing grant 'function public.rule_versions_keep() to PUBLIC' 'REVOKE EXECUTE ON FUNCTION rule_versions_keep() FROM PUBLIC'
MORE=3 drift missing label oilgas.OPERATED_BY "SELECT ag_catalog.drop_label('oilgas', 'OPERATED_BY')"
drift extra label oilgas.Saloon "SELECT ag_catalog.create_vlabel('oilgas', 'Saloon')"
drift missing index 'oilgas.Well idx_Well_entity_id' 'DROP INDEX oilgas."idx_Well_entity_id"'
MORE=12 drift missing extension uuid-ossp 'SET client_min_messages = error; ALTER TABLE users ALTER id DROP DEFAULT; DROP EXTENSION "uuid-ossp" CASCADE'
drift missing file 009_agent_definitions.sql "DELETE FROM batch_schema_files WHERE name LIKE '009%'"
drift changed file 100_batch.sql "UPDATE batch_schema_files SET sha256 = repeat('0', 64) WHERE name LIKE '100%'"
say "$kinds kinds of drift"

# Roles belong to the whole server.
for right in BYPASSRLS LOGIN CREATEROLE SUPERUSER; do
	psql -Xq -d postgres -c "ALTER ROLE aegis_audit $right"
	drift changed role aegis_audit 'SELECT 1'
	psql -Xq -d postgres -c "ALTER ROLE aegis_audit NO$right"
done
psql -Xq -d postgres -c 'GRANT pg_read_all_data TO aegis_import'
drift changed role aegis_import 'SELECT 1'
psql -Xq -d postgres -c 'REVOKE pg_read_all_data FROM aegis_import' -c 'DROP DATABASE drifted' \
    -c 'CREATE DATABASE drifted TEMPLATE pristine'
say "$kinds drifts in all"
at="host=$PGHOST user=aegis dbname=drifted"

# What is others' is theirs; owners are nobody's business.
psql -Xq -d drifted -c 'CREATE TABLE theirs (a int PRIMARY KEY)' -c 'CREATE INDEX ON theirs (a)' \
    -c 'CREATE FUNCTION theirs() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$' -c 'CREATE ROLE somebody' \
    -c 'ALTER TABLE users OWNER TO somebody'
exits 0 "a table of others, and another owner" aegis schema-check --db "$at"
like "$WORK/err" "info: 'public.theirs' is none of the schema's" "the table is mentioned"
psql -Xq -d drifted -c 'ALTER TABLE users DROP roles' -c 'DROP INDEX idx_approval_status'
exits 1 "two at once, the default way" aegis schema-check --db "$at"
is "$(awk '{print $1, $2, $3}' "$WORK/out" | paste -sd,)" \
    "missing column public.users.roles:,missing index public.approval_requests" "each on its line, sorted"
like "$WORK/err" 'info: 2 differences' "and counted"
exits 1 "--report json" aegis schema-check --db "$at" --report json
is "$(python3 -c 'import json,sys; d=json.load(sys.stdin); print(len(d), d[0]["drift"], d[0]["object"], d[0]["have"])' <"$WORK/out")" \
    "2 missing public.users.roles None" "parses"

# A role that may not make databases; a scratch database that a killed run left.
sql "GRANT SELECT ON ALL TABLES IN SCHEMA public TO somebody" 2>/dev/null
exits 77 "a role that may not make databases" env PGOPTIONS='-c role=somebody' aegis schema-check --db "$at"
like "$WORK/err" 'hint: .*--reference' "is told another way"
psql -Xq -d postgres -c 'CREATE DATABASE aegis_check_1000000000_0123abcd' -c 'CREATE DATABASE aegis_check_mine'
exits 1 "the next run" aegis schema-check --db "$at"
is "$(sql "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname LIKE 'aegis\\_check\\_%'")" aegis_check_mine \
    "removes what is old and its own"
exits 64 "a word too many" aegis schema-check now
exits 69 "no server" aegis schema-check --db host=/nowhere
exits 73 "a full disk" sh -c "aegis schema-check --db '$at' >/dev/full"
done_testing
