#!/usr/bin/env bash
# table-dump: rows, order, columns, queries; what is refused.
. "$(dirname "$0")/../../lib.sh"
need_pg
sql "INSERT INTO conversations (id, agent_id, user_id, metadata) VALUES ('b', 'x', '', NULL), ('a', E'l1\nl2', NULL, '{\"n\": 1.10}'), ('c', E'q\"\\\\\\t', 'u', '[]')"
exits 0 "a table" aegis table-dump conversations --columns id,agent_id,user_id,metadata
aegis unseal <"$WORK/out" >"$WORK/csv"
# Independently: PostgreSQL's own CSV of the same rows, parsed by another reader.
psql -Xq -c "COPY (SELECT id, agent_id, user_id, metadata FROM conversations ORDER BY id) TO STDOUT (FORMAT csv, HEADER)" >"$WORK/want"
ok "is what PostgreSQL's CSV says" python3 -c 'import csv,sys; a, b = (list(csv.reader(open(f, newline=""))) for f in sys.argv[1:]); sys.exit(a != b)' \
    "$WORK/csv" "$WORK/want"
like "$WORK/csv" '^b,x,"",$' "an empty text is no NULL"
is "$(head -c 40 "$WORK/out")" '#aegis-stream 1 kind=table:conversations' "its kind"
sql "INSERT INTO rule_versions (id, tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source, rule_data, status)
    SELECT gen_random_uuid(), 't', 'statewide', 'spacing', 'R' || k, v, '2026-01-01', 's', '{}', 'draft' FROM generate_series(9, 1, -1) k, generate_series(1, 2) v"
exits 0 "a table with a natural key" aegis table-dump rule_versions --columns rule_identifier,version
aegis unseal <"$WORK/out" | tail -n +2 >"$WORK/got"
ok "comes in its order" sh -c "LC_ALL=C sort -t, -k1,1 -k2,2n '$WORK/got' | cmp - '$WORK/got'"
exits 0 "--where" aegis table-dump rule_versions --where "rule_identifier = 'R3' AND version > 1"
is "$(aegis unseal <"$WORK/out" | tail -n +2 | wc -l)" 1 "takes those rows"
exits 0 "--query" aegis table-dump --query "SELECT rule_identifier, version FROM rule_versions WHERE version = 1 ORDER BY 1 DESC" --as rule_versions
is "$(aegis unseal <"$WORK/out" | sed -n 2p)" "R9,1" "has its own order"
exits 64 "a query's column that is none of the table's" aegis table-dump --query "SELECT 1 AS one" --as rule_versions
exits 64 "--query without --as" aegis table-dump --query "SELECT 1"
exits 64 "a column that is not there" aegis table-dump conversations --columns id,nothing
exits 64 "no table" aegis table-dump
exits 64 "two on one output" aegis table-dump agents skills
exits 78 "a table that is not there" aegis table-dump nowhere
exits 0 "two into a directory" aegis table-dump agents skills --output-dir "$WORK/dir"
is "$(ls "$WORK/dir" | paste -sd' ')" "agents.csv skills.csv" "a file each, none left over"
sql "CREATE TABLE \"odd \"\"name\" (\"a b\" int, c text); INSERT INTO \"odd \"\"name\" VALUES (1, 'x')"
exits 0 "a name with a quote and a blank" aegis table-dump 'odd "name'
exits 73 "a full disk" sh -c 'aegis table-dump conversations >/dev/full'
exits 69 "no server" aegis table-dump agents --db host=/nowhere
PGOPTIONS='-c default_transaction_read_only=on' exits 0 "a server that only reads" aegis table-dump conversations
done_testing
