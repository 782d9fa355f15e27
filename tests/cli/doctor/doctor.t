#!/usr/bin/env bash
# doctor: each thing that can be lacking, made on purpose; each is told with its stages and its mend, and
# the mend mends it.
. "$(dirname "$0")/../../lib.sh"
exits 64 "a word too many" aegis doctor a b
exits 69 "no server" aegis doctor --db host=/nowhere
need_full_pg
exits 1 "a schema in which nobody has defined a type" aegis doctor --tenant "$TENANT"
like "$WORK/out" "^the tenant $TENANT has no entity types" "says so"
like "$WORK/out" '^    fix:  aegis entity-define --tenant' "and what to do"
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
exits 0 "before the first night" aegis doctor --tenant "$TENANT" "$ROOT/pipelines/demo.yaml"
is "$(cat "$WORK/out")" "" "nothing is missing"
like "$WORK/err" 'info: nothing is missing' "which is said"
finds() { # finds WHAT STAGES MEND: the one finding
	exits 1 "$1" aegis doctor --tenant "$TENANT"
	is "$(grep -c '^    for: ' "$WORK/out")" "${MORE:-1}" "is the only finding" || sed 's/^/# /' "$WORK/out"
	like "$WORK/out" "^$1" "by its name"
	like "$WORK/out" "^    for:  .*$2" "for its stages"
	like "$WORK/out" "^    fix:  .*$3" "with its mend"
}
mended() { exits 0 "mended: $1" aegis doctor --tenant "$TENANT" || sed 's/^/# /' "$WORK/out"; }

sql "ALTER TABLE prompt_audit_log RENAME created_at TO at"
finds "the column public.prompt_audit_log.created_at is missing" audit-read "migration of AEGIS's"
sql "ALTER TABLE prompt_audit_log RENAME at TO created_at"
sql "DROP TRIGGER rule_versions_added ON rule_versions; DROP FUNCTION batch_snapshots_mark(text); DELETE FROM batch_schema_files WHERE name = '190_rights.sql'"
finds "[0-9]+ things of AEGIS Batch's own are missing or changed, such as " all "aegis schema-apply, as"
aegis schema-apply 2>"$WORK/log"
finds "1 things of AEGIS Batch's own are missing or changed, such as trigger public.rule_versions rule_versions_added" all "aegis schema-apply --again FILE"
aegis schema-apply --again 160_rules.sql 2>"$WORK/log"
mended "by its command"
sql "DROP INDEX oilgas.\"idx_Well_id\"; INSERT INTO oilgas.\"Well\" (id, properties) SELECT id, '{}' FROM (SELECT ag_catalog._graphid((SELECT id FROM ag_catalog.ag_label
    WHERE name = 'Well'), 7) AS id FROM generate_series(1, 2)) x"
psql -Xqc 'CREATE UNIQUE INDEX CONCURRENTLY "idx_Well_id" ON oilgas."Well" (id)' 2>/dev/null
finds 'the index oilgas."idx_Well_id" is invalid' "read its table" "schema-apply --again 180_graph_indexes.sql"
sql 'DELETE FROM oilgas."Well"'
aegis schema-apply --again 180_graph_indexes.sql 2>"$WORK/log"
mended "the index"
sql "INSERT INTO batch_matrix_todo VALUES ('$TENANT', 'well', gen_random_uuid())"
finds "cells of the compliance matrix are not up to date, of type well" entity-load "the next load of the type"
sql "DELETE FROM batch_matrix_todo"
sql "UPDATE batch_rules SET spare = 1; INSERT INTO batch_rules (rule, spare) VALUES (1, 1)"
finds "1 rules have several active versions" rule-load "SELECT tenant_id"
sql "DELETE FROM batch_rules"
sql "INSERT INTO batch_runs (run_id, pipeline, host, version, started_at) VALUES (gen_random_uuid(), 'old', 'h', 'v', now() - interval '2 days')"
finds "the run .* of old is on record as running since" run "the next run"
sql "UPDATE batch_runs SET state = 'failed', cause = 'step one: it broke'"
finds "the last run of old has failed: step one: it broke" run "aegis history"
sql "DELETE FROM batch_runs"
sql "DELETE FROM entity_type_definitions WHERE type_key = 'permit'; INSERT INTO batch_datasets (tenant_id, type_key, dataset) VALUES ('$TENANT', 'permit', 'x/y')"
finds "the type permit of tenant $TENANT is not defined any more, and x/y feeds it" entity-load "define the type"
sql "DELETE FROM batch_datasets"
sql "SELECT batch_graph_label('Well', 'v')" >/dev/null
sql 'DROP INDEX oilgas."idx_Well_entity_id"'
finds "the graph's label Well has no index on entity_id" graph-sync "schema-apply --again 180_graph_indexes.sql"
aegis schema-apply --again 180_graph_indexes.sql 2>"$WORK/log"
mended "the label's index"

# Who may nothing; who may something.
psql -Xqc "CREATE ROLE nobody_here" -c "GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobody_here; REVOKE SELECT ON audit_logs FROM nobody_here"
PGOPTIONS='-c role=nobody_here' aegis doctor >"$WORK/out" 2>/dev/null
is $? 1 "a role without rights"
like "$WORK/out" "^the role nobody_here may neither import nor read the audit tables" "is told"
like "$WORK/out" "^    fix:  GRANT aegis_import TO nobody_here; or GRANT aegis_audit TO nobody_here" "what to grant"
for role in aegis_import aegis_audit; do
	exits 0 "$role" env PGOPTIONS="-c role=$role" aegis doctor || sed 's/^/# /' "$WORK/out"
done

# A pipeline; a machine.
printf 'pipeline: x\nsteps:\n  - {name: one, pipe: [[no-such-stage]]}\n' >"$WORK/bad.yaml"
exits 1 "a pipeline with faults" aegis doctor "$WORK/bad.yaml"
like "$WORK/out" "bad.yaml:[0-9]+:[0-9]+: " "each with its place"
sql "CREATE DATABASE empty"
exits 1 "an empty database" aegis doctor --db "dbname=empty host=$PGHOST user=$PGUSER"
is "$(grep -v '^    ' "$WORK/out")" "the schema of AEGIS Batch is not in this database" "one finding"
aegis doctor --db "dbname=empty host=$PGHOST user=$PGUSER" --format json >"$WORK/out" 2>/dev/null
is "$(python3 -c 'import json, sys; print([sorted(d) for d in json.load(sys.stdin)])' <"$WORK/out")" "[['fix', 'stages', 'what']]" "in JSON, too"
sql "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
aegis doctor --db "dbname=latin host=$PGHOST user=$PGUSER" >"$WORK/out" 2>/dev/null
like "$WORK/out" "^the database's encoding is LATIN1" "a database of another encoding"
done_testing
