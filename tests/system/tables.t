#!/usr/bin/env bash
# Every table dumped, loaded into an empty database, and the two compared by pg_dump.
. "$(dirname "$0")/../lib.sh"

# The same on the full server and on the plain one.
round() {
	local kind=$1 embedding=$2 tables
	psql -Xq -v ON_ERROR_STOP=1 -v embedding="$embedding" -f "$ROOT/tests/system/populate.sql" >"$WORK/log" 2>&1
	tap_result $? "$kind: rows for every table" || sed 's/^/# /' "$WORK/log"
	# What the schema has, by the catalogue; the ledger is a database's own.
	tables=$(sql "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
	    AND relname NOT LIKE 'batch\\_%' ORDER BY 1")
	is "$(for t in $tables; do [ "$(sql "SELECT count(*) FROM $t")" -gt 0 ] || echo "$t"; done)" "" "$kind: none is empty"
	exits 0 "$kind: table-dump --all" aegis table-dump --all --output-dir "$WORK/$kind"
	is "$(cd "$WORK/$kind" && ls | paste -sd' ')" "$(echo "$tables" | sed 's/$/.csv/' | paste -sd' ')" "$kind: a file a table"
	sql "CREATE DATABASE copy"
	exits 0 "$kind: an empty database" env PGDATABASE=copy aegis schema-apply
	exits 0 "$kind: table-load of all files at once" env PGDATABASE=copy aegis table-load "$WORK/$kind"/*.csv
	is "$(awk 'NR > 1 {n += $7} END {print n}' "$WORK/out")" 0 "$kind: none rejected"
	for d in aegis copy; do
		"$(pg_program pg_dump)" --data-only --exclude-table 'batch_*' --exclude-schema oilgas \
		    --exclude-schema ag_catalog -d "$d" >"$WORK/raw.$d" 2>"$WORK/log" || cat "$WORK/log"
		grep -v '^\\\(un\)\?restrict' "$WORK/raw.$d" | sort >"$WORK/$d.sql"
	done
	ok "$kind: pg_dump says the same of both" cmp "$WORK/aegis.sql" "$WORK/copy.sql"
	ok "$kind: and has rows to say it of" test "$(wc -l <"$WORK/copy.sql")" -gt 400
	# A second dump of the copy is the first to the byte, but for its run.
	exits 0 "$kind: dump the copy" env PGDATABASE=copy aegis table-dump --all --output-dir "$WORK/$kind-copy"
	for d in "$kind" "$kind-copy"; do
		(cd "$WORK/$d" && grep -hv '^#aegis-' ./*.csv | sha256sum)
	done >"$WORK/sums"
	is "$(sort -u "$WORK/sums" | wc -l)" 1 "$kind: the same rows in the same order"
	exits 0 "$kind: upsert of the same" env PGDATABASE=copy aegis table-load --mode upsert \
	    $(ls "$WORK/$kind"/*.csv | grep -v audit | grep -v rule_versions)
	is "$(awk 'NR > 1 {n += $3 + $4} END {print n}' "$WORK/out")" 0 "$kind: writes nothing"
}
pg_program() { echo "$(sql "SELECT setting FROM pg_config() WHERE name = 'BINDIR'")/$1"; }

need_pg
round plain "array_fill(0.25::real, ARRAY[1536])"
aegis db destroy --yes 2>/dev/null
need_full_pg
round full "array_fill(0.125::real, ARRAY[1536])::vector"
done_testing
