#!/usr/bin/env bash
# schema-check: kinds of drift, each made on purpose, each reported by name.
. "$(dirname "$0")/../lib.sh"
need_full_pg
exits 0 "a fresh schema has no drift" aegis schema-check
is "$(cat "$WORK/out")" "" "and prints nothing"

# The reference that comes along is what sql/ makes: of this database, and of one on a bare server.
full="host=$PGHOST port=$PGPORT user=$PGUSER dbname=$PGDATABASE"
mkdir -m 755 "$WORK/bare"
(
	export AEGIS_VAR=$WORK/bare
	unset PGHOST PGPORT PGUSER PGDATABASE
	aegis db start --fast --without age,vector && eval "$(aegis db env)" && aegis schema-apply &&
	    aegis schema-check --db "$full" --describe --bare "host=$PGHOST port=$PGPORT user=$PGUSER dbname=$PGDATABASE" >"$WORK/made"
	aegis db destroy --yes
) >"$WORK/log" 2>&1
# The version of an extension is the server's.
for f in "$WORK/made" "$ROOT/sql/reference"; do sed 's/\tversion .*/\tversion/' "$f"; done >"$WORK/both"
is "$(grep -c . "$WORK/made")" "$(grep -c . "$ROOT/sql/reference")" "sql/reference has a line for each of what sql/ makes (else: make reference)"
is "$(LC_ALL=C sort "$WORK/both" | uniq -c | awk '$1 != 2' | head -n 5)" "" "and says of each what is"

# Each case has a database of its own, made of a template.
exits 0 "--describe" aegis schema-check --describe
mv "$WORK/out" "$WORK/pristine"
like "$WORK/pristine" '^#aegis-schema 2$' "has a first line"
aegis db psql -Xq -d postgres -c 'ALTER DATABASE aegis RENAME TO pristine' -c 'CREATE DATABASE aegis'
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
	aegis schema-check --db "host=$PGHOST user=aegis dbname=drifted" >"$WORK/out" 2>"$WORK/err"
	local status=$?
	if [ $status -eq 1 ] && WHAT=$what KIND=$kind OBJECT=" $object:" awk \
	    '$2 == ENVIRON["WHAT"] && $3 == ENVIRON["KIND"] && index($0, ENVIRON["OBJECT"]) {f = 1} END {exit !f}' "$WORK/out" &&
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
MORE=2 drift changed column public.checklist_templates.version \
    'ALTER TABLE checklist_templates ALTER version DROP DEFAULT, ALTER version SET NOT NULL, ALTER version ADD GENERATED ALWAYS AS IDENTITY;
    CREATE INDEX mine ON checklist_templates (version)'
drift extra column public.agents.short 'ALTER TABLE agents ADD short text GENERATED ALWAYS AS (left(name, 8)) STORED'
drift changed table 'oilgas.Well_id_seq' 'ALTER SEQUENCE oilgas."Well_id_seq" MAXVALUE 1000'
drift changed table 'oilgas.Well' 'ALTER TABLE oilgas."Well" NO INHERIT oilgas._ag_label_vertex'
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
drift changed constraint 'public.checklist_artifacts checklist_artifacts_checklist_id_fkey' \
    'ALTER TABLE checklist_artifacts DISABLE TRIGGER ALL'
drift changed constraint 'public.skill_artifacts skill_artifacts_skill_id_fkey' 'ALTER TABLE skill_artifacts
    DROP CONSTRAINT skill_artifacts_skill_id_fkey, ADD FOREIGN KEY (skill_id) REFERENCES skills (id) NOT VALID'
drift extra constraint 'public.users grown' "ALTER TABLE users ADD CONSTRAINT grown CHECK (email LIKE '%@%') NOT VALID"
drift missing index 'public.users idx_users_email_lower' 'DROP INDEX idx_users_email_lower'
drift changed index 'public.approval_requests idx_approval_status' \
    'DROP INDEX idx_approval_status; CREATE INDEX idx_approval_status ON approval_requests (reviewer_id, status)'
drift changed index 'public.prompt_versions idx_prompt_versions_one_active' \
    "DROP INDEX idx_prompt_versions_one_active; CREATE INDEX idx_prompt_versions_one_active ON prompt_versions (template_id)
    WHERE status = 'active'"
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
drift changed function 'public.rule_versions_keep()' 'ALTER FUNCTION rule_versions_keep() SECURITY DEFINER'
drift changed function 'public.rule_versions_update()' 'ALTER FUNCTION rule_versions_update() SET search_path = public'
MORE=3 drift missing function 'public.rule_versions_keep()' 'SET client_min_messages = error; DROP FUNCTION rule_versions_keep() CASCADE'
drift extra grant 'public.users to aegis_import' 'GRANT SELECT ON users TO aegis_import'
drift missing grant 'public.audit_logs to aegis_audit' 'REVOKE SELECT ON audit_logs FROM aegis_audit'
drift changed grant 'public.entities to aegis_import' 'GRANT DELETE ON entities TO aegis_import'
drift extra grant 'public.users to PUBLIC' 'GRANT SELECT ON users TO PUBLIC'
drift missing grant 'public.rule_versions to aegis_import' 'REVOKE ALL ON rule_versions FROM aegis_import'
drift missing grant 'function public.batch_snapshots_mark(tenant text) to aegis_import' 'REVOKE EXECUTE ON FUNCTION batch_snapshots_mark(text) FROM aegis_import'
drift extra grant 'public.compliance_status.status to aegis_import' 'GRANT UPDATE (status) ON compliance_status TO aegis_import'
drift extra grant 'public.audit_logs to its owner' 'REVOKE INSERT ON audit_logs FROM aegis'
drift missing grant 'oilgas.Well_id_seq to aegis_import' 'REVOKE ALL ON SEQUENCE oilgas."Well_id_seq" FROM aegis_import'
drift missing grant 'ag_catalog.ag_label to aegis_import' 'REVOKE SELECT ON ag_catalog.ag_label FROM aegis_import'
drift extra grant 'function public.rule_versions_keep() to aegis_audit' 'GRANT EXECUTE ON FUNCTION rule_versions_keep() TO aegis_audit'
drift changed grant 'public.entity_links to aegis_import' 'GRANT SELECT ON entity_links TO aegis_import WITH GRANT OPTION'
drift changed grant 'schema public to PUBLIC' 'GRANT CREATE ON SCHEMA public TO PUBLIC'
drift missing grant 'function public.rule_versions_keep() to PUBLIC' 'REVOKE EXECUTE ON FUNCTION rule_versions_keep() FROM PUBLIC'
MORE=3 drift missing label oilgas.OPERATED_BY "SELECT ag_catalog.drop_label('oilgas', 'OPERATED_BY')"
drift missing index 'oilgas.Well idx_Well_entity_id' 'DROP INDEX oilgas."idx_Well_entity_id"'
MORE=12 drift missing extension uuid-ossp 'SET client_min_messages = error; ALTER TABLE users ALTER id DROP DEFAULT; DROP EXTENSION "uuid-ossp" CASCADE'
drift extra index 'public.users two\x0alines' 'CREATE INDEX "two
lines" ON users (id)'
MORE=$(($(sed 's/#.*//' "$ROOT/sql/ORDER" | grep -c .) + 1)) drift missing file 009_agent_definitions.sql 'DROP TABLE batch_schema_files'
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
like "$WORK/err" "info: 'public.theirs' is not part of the schema" "the table is mentioned"
psql -Xq -d drifted -c 'ALTER TABLE users DROP roles' -c 'DROP INDEX idx_approval_status'
exits 1 "two at once, the default way" aegis schema-check --db "$at"
is "$(awk '{print $1, $2, $3, $4}' "$WORK/out" | paste -sd,)" \
    "different missing column public.users.roles:,different missing index public.approval_requests" "each on its line, sorted"
like "$WORK/err" 'info: 2 differences: 0 needed, 2 different, 0 extra' "and counted"
exits 1 "--report json" aegis schema-check --db "$at" --report json
is "$(python3 -c 'import json,sys; d=json.load(sys.stdin); print(len(d), d[0]["drift"], d[0]["object"], d[0]["have"])' <"$WORK/out")" \
    "2 missing public.users.roles None" "parses"

# A role that may hardly do anything; a session that may not write, as on a standby.
psql -Xq -v ON_ERROR_STOP=1 -d drifted -c 'GRANT SELECT ON batch_schema_files, batch_settings, ag_catalog.ag_graph, ag_catalog.ag_label TO somebody' \
    -c 'GRANT USAGE ON SCHEMA ag_catalog, oilgas TO somebody'
exits 1 "a role that may not make databases" env PGOPTIONS='-c role=somebody -c default_transaction_read_only=on' aegis schema-check --db "$at"
like "$WORK/out" '^different missing column +public.users.roles: ' "finds the same"

# Needed, different, extra; and those that are known.
psql -Xq -d postgres -c 'DROP DATABASE IF EXISTS drifted' -c 'CREATE DATABASE drifted TEMPLATE pristine'
psql -Xq -d drifted -c 'ALTER TABLE users DROP roles' -c 'ALTER TABLE audit_logs DROP actor_type, ADD region text' \
    -c 'ALTER TABLE batch_books DROP CONSTRAINT batch_books_balance' -c "SET search_path = ag_catalog, public; SELECT create_vlabel('oilgas', 'Saloon')" >/dev/null
exits 1 "of each class" aegis schema-check --db "$at"
is "$(cut -d: -f1 "$WORK/out" | tr -s ' ' | paste -sd,)" "needed missing column public.audit_logs.actor_type,needed missing constraint \
public.batch_books batch_books_balance,different missing column public.users.roles,extra extra column public.audit_logs.region" \
    "needed ones first; a label that a service made is none"
like "$WORK/out" 'actor_type: .*; for audit-read' "with the stages that ask for it"
like "$WORK/err" '1 of them are AEGIS Batch.s own and come by: aegis schema-apply' "and what mends it"
aegis schema-check --db "$at" --format json >"$WORK/out" 2>/dev/null
is "$(python3 -c 'import json, sys; print(*[(d["class"], d["stages"] and d["stages"][:10]) for d in json.load(sys.stdin)])' <"$WORK/out")" \
    "('needed', 'audit-read') ('needed', None) ('different', None) ('extra', None)" "in JSON, too"
exits 0 "--list" aegis schema-check --db "$at" --list
mv "$WORK/out" "$WORK/known"
is "$(grep -c -v '^#' "$WORK/known")" 4 "has a line for each"
exits 0 "--accept" aegis schema-check --db "$at" --accept "$WORK/known"
unlike "$WORK/out" . "is silent"
like "$WORK/err" 'info: 4 known differences are not shown' "and counts them"
psql -Xq -d drifted -c 'ALTER TABLE audit_logs ALTER region TYPE varchar(8)' -c 'ALTER TABLE users ADD roles text[] NOT NULL DEFAULT ARRAY['"'operator'"']'
exits 1 "what has changed since is new" aegis schema-check --db "$at" --accept "$WORK/known"
is "$(tr -s ' ' <"$WORK/out")" "extra extra column public.audit_logs.region: character varying(8) default none" "and it alone"
like "$WORK/err" 'info: 2 of the known differences are gone: write the list again' "what is gone is said"
sed 1d "$WORK/known" >"$WORK/bad"
exits 65 "a list without its first line" aegis schema-check --db "$at" --accept "$WORK/bad"
like "$WORK/err" 'hint: .*--list' "says how one is made"
exits 66 "a missing list" aegis schema-check --db "$at" --accept "$WORK/nowhere"

# A database that went through pg_dump | psql has the same schema.
dump=$(dirname "$(readlink "/proc/$(head -n 1 "$WORK/var/db/data/postmaster.pid")/exe")")/pg_dump
psql -Xq -d postgres -c 'CREATE DATABASE dumped'
"$dump" pristine 2>/dev/null | psql -Xq -d dumped >/dev/null 2>&1
ok "some definitions print differently after pg_dump | psql" test "$(for d in pristine dumped; do
	psql -XqAt -d $d -c "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' ORDER BY conname"; done | sort | uniq -u | wc -l)" -gt 5
exits 0 "no drift" aegis schema-check --db "host=$PGHOST user=aegis dbname=dumped"
is "$(cat "$WORK/out")" "" "none at all"

# Descriptions that cannot be trusted.
bad() { # bad STATUS WHAT PATTERN: the file $WORK/bad
	exits "$1" "--against $2" aegis schema-check --db "$at" --against "$WORK/bad"
	like "$WORK/err" "$3" "says so"
}
head -n -1 "$WORK/pristine" >"$WORK/bad"
bad 65 "a file without its end" 'end is missing'
sed 5d "$WORK/pristine" >"$WORK/bad"
bad 65 "a file that lacks a line" 'lines are missing'
{ sed -n '1p;5p' "$WORK/pristine"; sed '1d;5d' "$WORK/pristine"; } >"$WORK/bad"
bad 65 "lines in another order" 'line 3: .*not sorted'
sed '3s/^/mysql/' "$WORK/pristine" >"$WORK/bad"
bad 65 "a row for no server" "'mysql' is not a kind of server"
printf 'kind,object\n' >"$WORK/bad"
bad 65 "something else" 'no description'
exits 66 "--against a missing file" aegis schema-check --against "$WORK/nowhere"
exits 64 "--against and --describe" aegis schema-check --against "$WORK/pristine" --describe
exits 64 "--bare alone" aegis schema-check --bare "$at"
exits 0 "--against" aegis schema-check --against "$WORK/pristine" --db "host=$PGHOST user=aegis dbname=pristine"
exits 64 "a word too many" aegis schema-check now
exits 69 "no server" aegis schema-check --db host=/nowhere
exits 73 "a full disk" sh -c "aegis schema-check --db '$at' >/dev/full"

# Made by hand, in another order, by a role that is no superuser; on a server without AGE and
# pgvector, where such a role may do all of it.
aegis db destroy --yes 2>/dev/null
unset PGHOST PGPORT PGUSER PGDATABASE
need_pg
psql -Xq -d aegis -c 'DROP OWNED BY aegis_import, aegis_audit' -c 'DROP ROLE aegis_import, aegis_audit'
exits 1 "a server that lacks the two roles" aegis schema-check
is "$(awk '$3 != "grant"' "$WORK/out" | cut -d: -f1 | tr -s ' ' | paste -sd,)" \
    "needed missing role aegis_audit,needed missing role aegis_import" "both are named"
psql -Xq -d postgres -c 'CREATE ROLE hand CREATEDB CREATEROLE' -c 'CREATE DATABASE hand OWNER hand'
export PGDATABASE=hand
at="host=$PGHOST user=aegis dbname=hand"
exits 1 "an empty database" aegis schema-check --db "$at"
is "$(awk '$2 != "missing"' "$WORK/out")" "" "lacks everything"
is "$(grep -c '^needed    missing file ' "$WORK/out")" "$(sed 's/#.*//' "$ROOT/sql/ORDER" | grep -c .)" "each file"
export PGOPTIONS='-c role=hand'
psql -Xqc 'CREATE TABLE batch_schema_files (sha256 char(64) NOT NULL, name varchar(128) PRIMARY KEY,
    adopted boolean NOT NULL DEFAULT false, applied_at timestamptz DEFAULT now() NOT NULL)'
by_hand() { psql -Xq -v ON_ERROR_STOP=1 -c 'SET search_path TO public' -f "$ROOT/sql/$1"; }
for f in 007_entity_type_definitions init 001_initial_schema migrations/001_users 100_batch 004_skill_schema \
    009_agent_definitions 002_checklist_compliance_tables 008_skill_persona_and_flags 110_guards 120_graph \
    00-create-extension-age 130_roles 140_merge 150_guards 160_rules 170_settings 180_graph_indexes 190_rights 200_edits 210_operators 220_ground 230_changes 240_runs 250_expire; do
	ok "$f by hand" by_hand "$f.sql"
done
exits 1 "by hand, in another order: nothing is on record" aegis schema-check --db "$at"
is "$(awk '$3 != "file"' "$WORK/out" | cut -d: -f1)" "" "and nothing else differs"
exits 0 "schema-apply over it" aegis schema-apply
exits 0 "no drift" aegis schema-check --db "$at"
is "$(cat "$WORK/out")" "" "none at all"
psql -Xq -d hand -c 'DROP TABLE budget_usage'
exits 1 "drift" aegis schema-check --db "$at"
is "$(cut -d: -f1 "$WORK/out" | tr -s ' ')" "different missing table public.budget_usage" "a table goes with all that is on it"
unset PGOPTIONS
done_testing
