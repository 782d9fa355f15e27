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

# More files than two digits number, one in a directory below; what an earlier run left goes,
# and nothing of anybody else's.
mkdir -p "$WORK/files/migrations" "$WORK/many"
for i in $(seq 100); do
	echo 'SELECT 1;' >"$WORK/files/f$i.sql"
	echo "f$i.sql # the ${i}th"
done >"$WORK/files/ORDER"
echo 'CREATE TABLE last_one ();' >"$WORK/files/migrations/001_users.sql"
echo "migrations/001_users.sql was:$(printf '%064d' 0)" >>"$WORK/files/ORDER"
cp "$WORK/initdb/03-004_skill_schema.sql" "$WORK/many/"
echo 'SELECT 2;' >"$WORK/many/90-mine.sql"
exits 0 "a hundred files" "$ROOT/scripts/initdb-dir" "$WORK/many" "$WORK/files"
is "$(cd "$WORK/many" && ls | wc -l)" 102 "are there, with the stranger's"
is "$(cd "$WORK/many" && ls ??-* ???-* | LC_ALL=C sort | grep -v mine | sed 's/^[0-9]*-//' | paste -sd' ')" \
    "$(seq -f 'f%g.sql' 100 | paste -sd' ') migrations-001_users.sql" "in order by name"
exits 0 "the last" psql -Xq -f "$WORK/many/100-migrations-001_users.sql"
is "$(sql "SELECT to_regclass('last_one') IS NOT NULL, count(*) FROM batch_schema_files WHERE name = 'migrations/001_users.sql'
    AND sha256 = '$(sha256sum "$WORK/files/migrations/001_users.sql" | cut -c1-64)'")" $'t\t1' "is applied, and on record under its name in ORDER"
rm "$WORK/files/f7.sql"
ok "a missing file is no success" sh -c '! "$1" "$2" "$3" 2>/dev/null' - "$ROOT/scripts/initdb-dir" "$WORK/other" "$WORK/files"
rm "$WORK/files/ORDER"
ok "nor a missing ORDER" sh -c '! "$1" "$2" "$3" 2>/dev/null' - "$ROOT/scripts/initdb-dir" "$WORK/other" "$WORK/files"
done_testing
