#!/usr/bin/env bash
# What the tables themselves refuse, whoever asks: here the owner, who is a superuser.
. "$(dirname "$0")/../lib.sh"
need_pg
T=00000000-0000-4000-8000-000000000001
refused() { # refused DESCRIPTION SQL [PATTERN]
	if psql -Xq -v ON_ERROR_STOP=1 -c "$2" >"$WORK/out" 2>"$WORK/err"; then
		tap_result 1 "refused: $1"
		say "$2"
	elif grep -Eq -- "${3:-append-only}" "$WORK/err"; then
		tap_result 0 "refused: $1"
	else
		tap_result 1 "refused: $1"
		sed 's/^/# /' "$WORK/err"
	fi
}
passes() { ok "passes: $1" psql -Xq -v ON_ERROR_STOP=1 -c "$2"; }

sql "INSERT INTO audit_logs (id, tenant_id, event_type, event_data) VALUES ('$T', 't', 'e', '{}'), (gen_random_uuid(), 't', 'f', '{}')"
sql "INSERT INTO prompt_audit_log (id, tenant_id, action, actor_id) VALUES ('$T', '$T', 'a', 'me')"
audit_sum() { sql "SELECT md5(string_agg(x::text, '' ORDER BY x.id)) FROM $1 x"; }
for table in audit_logs prompt_audit_log; do
	before=$(audit_sum $table)
	refused "$table: UPDATE" "UPDATE $table SET actor_id = 'x'"
	refused "$table: UPDATE of one row to itself" "UPDATE $table SET id = id WHERE id = '$T'"
	refused "$table: DELETE" "DELETE FROM $table"
	refused "$table: TRUNCATE" "TRUNCATE $table"
	refused "$table: TRUNCATE CASCADE" "TRUNCATE $table CASCADE"
	refused "$table: TRUNCATE with others" "TRUNCATE conversations, $table"
	refused "$table: by a WITH" "WITH d AS (DELETE FROM $table RETURNING 1) SELECT count(*) FROM d"
	refused "$table: as a replica, UPDATE" "SET session_replication_role = replica; UPDATE $table SET actor_id = 'x'"
	refused "$table: as a replica, DELETE" "SET session_replication_role = replica; DELETE FROM $table"
	refused "$table: as a replica, TRUNCATE" "SET session_replication_role = replica; TRUNCATE $table"
	refused "$table: MERGE" "MERGE INTO $table a USING (SELECT '$T'::uuid AS id) s ON a.id = s.id WHEN MATCHED THEN DELETE"
	is "$(audit_sum $table)" "$before" "$table is as it was"
done
refused "ON CONFLICT DO UPDATE" "INSERT INTO audit_logs (id, tenant_id, event_type, event_data) VALUES ('$T', 't', 'e', '{}')
    ON CONFLICT (id) DO UPDATE SET event_type = 'x'"
passes "INSERT" "INSERT INTO audit_logs (tenant_id, event_type, event_data) VALUES ('t', 'e', '{}')"

passes "an e-mail" "INSERT INTO users (email, password_hash) VALUES ('Admin@AEGIS.local', 'x')"
refused "the same in lower case" "INSERT INTO users (email, password_hash) VALUES ('admin@aegis.local', 'y')" idx_users_email_lower

# Steps of a rule's life: each pair of states.
rule() { echo "INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source,
    rule_data, status) VALUES ('t', 'statewide', 'spacing', '$1', $2, '2026-01-01', 'manual', '{}', '$3');"; }
for from in draft pending_review active superseded; do
	for to in draft pending_review active superseded; do
		psql -Xq -c "$(rule "R_${from}_$to" 1 $from)"
		move="UPDATE rule_versions SET status = '$to' WHERE rule_identifier = 'R_${from}_$to'"
		case $from:$to in
		"$from:$from" | draft:* | pending_review:* | active:superseded) passes "$from to $to" "$move" ;;
		*) refused "$from to $to" "$move" "cannot go from $from to $to" ;;
		esac
	done
done
refused "no state" "UPDATE rule_versions SET status = NULL WHERE rule_identifier = 'R_draft_draft'" "cannot go"
at="WHERE rule_identifier = 'R_active_active'"
passes "superseded_date once" "UPDATE rule_versions SET superseded_date = '2026-02-01' $at"
refused "superseded_date twice" "UPDATE rule_versions SET superseded_date = '2026-02-02' $at" "written once"
refused "superseded_date away" "UPDATE rule_versions SET superseded_date = NULL $at" "written once"
passes "graph_node_id" "UPDATE rule_versions SET graph_node_id = 'n' $at"
passes "graph_node_id, again" "UPDATE rule_versions SET graph_node_id = 'm' $at"
passes "change_summary" "UPDATE rule_versions SET change_summary = 'as it was' $at"
for column in $(sql "SELECT attname || ':' || CASE WHEN format_type(atttypid, NULL) = 'uuid' THEN 'gen_random_uuid()' WHEN
    format_type(atttypid, NULL) = 'jsonb' THEN '''{\"x\":1}''' WHEN format_type(atttypid, NULL) = 'integer' THEN '7' WHEN
    format_type(atttypid, NULL) = 'date' THEN '''2020-01-01''' WHEN format_type(atttypid, NULL) LIKE 'time%' THEN '''2020-01-01'''
    ELSE '''other''' END FROM pg_attribute WHERE attrelid = 'rule_versions'::regclass AND attnum > 0 AND
    attname NOT IN ('status', 'superseded_date', 'graph_node_id', 'change_summary')"); do
	refused "another ${column%%:*}" "UPDATE rule_versions SET ${column%%:*} = ${column#*:} $at" "immutable"
done
refused "DELETE of a rule" "DELETE FROM rule_versions $at" "keeps every version"
refused "TRUNCATE of rules" "TRUNCATE rule_versions CASCADE" "keeps every version"
passes "versions that begin at 3" "$(rule R_hole 3 draft)"
passes "and go on" "$(rule R_hole 4 draft)"
refused "a hole before them" "$(rule R_hole 1 draft)" "without holes"
refused "a hole after them" "$(rule R_hole 6 draft)" "without holes"
passes "three at once, in any order" "INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version,
    effective_date, source, rule_data, status) SELECT 't', 'statewide', 'spacing', 'R_bulk', v, '2026-01-01', 'manual', '{}', 'draft'
    FROM unnest(ARRAY[3, 1, 2]) v"
passes "one active" "$(rule R_active 1 active)"
refused "two active" "$(rule R_active 2 active)" "2 active versions"
supersede="UPDATE rule_versions SET status = 'superseded' WHERE rule_identifier = 'R_active' AND version ="
passes "the new version first, then the old one superseded" "BEGIN; $(rule R_active 2 active) $supersede 1; COMMIT"
passes "the old one first" "BEGIN; $supersede 2; $(rule R_active 3 active) COMMIT"
passes "a service's ON CONFLICT DO NOTHING" "$(rule R_active 3 active | sed 's/;$//') ON CONFLICT DO NOTHING"
refused "the new one alone" "BEGIN; $(rule R_active 4 active) COMMIT" "2 active versions"
is "$(sql "SELECT string_agg(version || status, ' ' ORDER BY version) FROM rule_versions WHERE rule_identifier = 'R_active'")" \
    "1superseded 2superseded 3active" "and nothing of it is left"
# Two writers of one rule at the same moment: one of them wins, whatever they see.
for level in "READ COMMITTED" "REPEATABLE READ" SERIALIZABLE; do
	psql -Xq -c "$(rule "R_race" 1 active)" 2>/dev/null
	last=$(sql "SELECT max(version) FROM rule_versions WHERE rule_identifier = 'R_race'")
	for who in 1 2; do
		psql -Xq -v ON_ERROR_STOP=1 -c "BEGIN ISOLATION LEVEL $level; SELECT count(*) FROM rule_versions; SELECT pg_sleep(0.3);
		    UPDATE rule_versions SET status = 'superseded' WHERE rule_identifier = 'R_race' AND status = 'active';
		    $(rule R_race $((last + who)) active) SELECT pg_sleep(0.3); COMMIT" >/dev/null 2>&1 &
	done
	wait
	is "$(sql "SELECT count(*) FILTER (WHERE status = 'active') FROM rule_versions WHERE rule_identifier = 'R_race'")" 1 \
	    "two writers at $level leave one active version"
done
refused "a version that a function of its own path would hide" "SET search_path = pg_temp; CREATE TEMP TABLE rule_versions
    (LIKE public.rule_versions); $(rule R_active 5 active | sed 's/INTO rule_versions/INTO public.rule_versions/')" "active versions"

# Prompts, personas.
sql "INSERT INTO prompt_namespaces (id, tenant_id, namespace_key, display_name) VALUES ('$T', '$T', 'n', 'N')"
sql "INSERT INTO prompt_templates (id, namespace_id, slug) VALUES ('$T', '$T', 's')"
version() { echo "INSERT INTO prompt_versions (template_id, status, body, author_id, draft_owner_id) VALUES ('$T', '$1', 'b', 'me', $2)"; }
passes "a draft" "$(version draft "'ann'")"
passes "another's draft" "$(version draft "'bob'")"
refused "a second draft of one user" "$(version draft "'ann'")" one_draft
for s in pre_production active; do
	passes "one $s" "$(version $s NULL)"
	refused "two $s" "$(version $s NULL)" "one_$s"
done
is "$(sql "SELECT string_agg(version_number::text, ',' ORDER BY version_number) FROM prompt_versions")" 1,2,3,4 "versions count by themselves"
sql "INSERT INTO skill_definitions (id, tenant_id, skill_key, display_name) VALUES ('$T', '$T', 'k', 'K')"
persona() { echo "INSERT INTO skill_personas (skill_id, persona_key, display_name, is_default) VALUES ('$T', '$1', 'P', $2)"; }
passes "a default persona" "$(persona a true)"
passes "another that is not" "$(persona b false)"
refused "a second default" "$(persona c true)" one_default
refused "a persona's key twice" "$(persona b false)" skill_personas_skill_id_persona_key_key

# users alone, for a database from before.
sql "CREATE DATABASE older"
before=$(pg_dump --schema-only -t users | grep -v '^\\\(un\)\?restrict')
ok "migrations/001_users.sql" psql -Xq -d older -1 -f "$ROOT/sql/migrations/001_users.sql"
ok "twice" psql -Xq -d older -1 -f "$ROOT/sql/migrations/001_users.sql"
is "$(pg_dump --schema-only -t users -d older | grep -v '^\\\(un\)\?restrict')" "$before" "makes init.sql's table"
done_testing
