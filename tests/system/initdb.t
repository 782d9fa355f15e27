#!/usr/bin/env bash
# make initdb-dir: what a container's init directory makes is what schema-apply makes.
. "$(dirname "$0")/../lib.sh"
need_full_pg
exits 0 "make initdb-dir" make -s -C "$ROOT" initdb-dir DIR="$WORK/initdb"
is "$(cd "$WORK/initdb" && ls | sort | sed 's/^[0-9]*-//' | paste -sd' ')" \
    "$(sed 's/#.*//' "$ROOT/sql/ORDER" | awk 'NF {print $1}' | paste -sd' ')" "sorted by name they have ORDER's order"
sql "CREATE DATABASE container"
export PGDATABASE=container
for f in "$WORK"/initdb/*.sql; do
	ok "$(basename "$f")" psql -Xq -f "$f"
done
exits 0 "schema-apply" aegis schema-apply
unlike "$WORK/err" ': applied$' "finds each file applied"
exits 0 "schema-check finds no difference" aegis schema-check
is "$(cat "$WORK/out")" "" "none at all"
# A file that fails leaves nothing of itself.
sql "CREATE DATABASE broken"
export PGDATABASE=broken
psql -Xq -f "$WORK/initdb/00-00-create-extension-age.sql"
sed '/^COMMIT;/i SELECT 1/0;' "$WORK/initdb/01-init.sql" >"$WORK/bad.sql"
exits 3 "a file with a fault" psql -Xq -f "$WORK/bad.sql"
is "$(sql "SELECT to_regclass('audit_logs') IS NULL")" t "is undone"
is "$(sql "SELECT count(*) FROM batch_schema_files")" 1 "and not on record"
done_testing
