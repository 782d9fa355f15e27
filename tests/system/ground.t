#!/usr/bin/env bash
# Yesterday's tables become partitions: with every row, while others read, or not at all.  GROUND_KILLS (6).
. "$(dirname "$0")/../lib.sh"
need_pg
cd "$WORK" || exit 1
kills=${GROUND_KILLS:-6}

# The schema as it was before, with three tenants' rows in it.
mkdir yesterday && cp -r "$ROOT"/sql/. yesterday/ && sed -i '/^220_ground/,$d' yesterday/ORDER
old() { # old DB: a database of yesterday
	psql -Xqc "CREATE DATABASE $1" && PGDATABASE=$1 aegis schema-apply --dir yesterday >/dev/null 2>&1 && psql -Xq -v ON_ERROR_STOP=1 -d "$1" <<-'S'
	INSERT INTO batch_datasets (tenant_id, type_key, dataset) SELECT ('00000000-0000-4000-8000-00000000000' || t)::uuid, k, k || '/x'
	    FROM generate_series(1, 3) t, unnest('{well,lease,a_type_with_quite_a_long_name_0,a_type_with_quite_a_long_name_1}'::text[]) k;
	INSERT INTO entities (tenant_id, type_key, entity_key, name, district, properties, changed_run, retired_at)
	    SELECT d.tenant_id, d.type_key, d.type_key || ':' || n, 'n' || n, n % 10, jsonb_build_object('n', n, 'text', repeat(md5(n::text), 8)),
	    md5((n % 7)::text)::uuid, CASE WHEN n % 50 = 0 THEN timestamptz '2026-01-01Z' END FROM batch_datasets d, generate_series(1, 4000) n;
	INSERT INTO entity_sources (dataset_id, entity_key, digest, seen_run, part) SELECT d.dataset_id, d.type_key || ':' || n,
	    decode(md5(n::text), 'hex'), md5((n % 7)::text)::uuid, CASE WHEN n % 3 = 0 THEN 'p' END FROM batch_datasets d, generate_series(1, 4000) n;
	INSERT INTO entity_links (rule_id, child_key, parent_key, resolved, changed_run) SELECT md5('r' || r)::uuid, 'well:' || n, 'lease:' || n,
	    n % 2 = 0, md5((n % 7)::text)::uuid FROM generate_series(1, 5) r, generate_series(1, 4000) n;
	S
}
columns() { # columns TABLE: those of yesterday
	case $1 in
	entities) echo "tenant_id, type_key, entity_key, name, field, district, properties, changed_run, retired_at" ;;
	entity_sources) echo "dataset_id, entity_key, digest, seen_run, part" ;;
	*) echo "rule_id, child_key, parent_key, resolved, changed_run" ;;
	esac
}
sums() { # sums DB: of every row
	for t in entities entity_sources entity_links; do
		psql -XqAt -v ON_ERROR_STOP=1 -d "$1" -c "SELECT count(*), md5(string_agg(h, '' ORDER BY h)) FROM (SELECT md5(ROW($(columns $t))::text) AS h FROM $t) x"
	done
}
kinds() { psql -XqAt -d "$1" -c "SELECT string_agg(relkind, '' ORDER BY relname) FROM pg_class WHERE relname IN ('entities', 'entity_sources', 'entity_links') AND relnamespace = 'public'::regnamespace"; }
leaves() { psql -XqAt -d "$1" -c "SELECT count(*) FILTER (WHERE isleaf) FROM unnest('{entities,entity_sources,entity_links}'::regclass[]) r (oid) CROSS JOIN LATERAL pg_partition_tree(r.oid)"; }

old was >made 2>&1; tap_result $? "a database of yesterday" || cat made
want=$(sums was)
psql -Xqd was -c "CREATE ROLE reporter; GRANT SELECT ON entities TO reporter; GRANT SELECT (rule_id, child_key) ON entity_links TO reporter WITH GRANT OPTION;
	CREATE INDEX by_name ON entities (tenant_id, name)" -c "CREATE DATABASE kept TEMPLATE was"

exits 0 "the plan" env PGDATABASE=kept aegis schema-apply --plan
like err "^aegis-schema-apply: info: 220_ground.sql: to be applied" "names the files"
like err "entities: about 48000 rows, [0-9]+ MB, get partitions" "and what is made anew, with its size"
is "$(sums kept) $(kinds kept)" "$want rrr" "and does nothing"
# Somebody reads all the while, and never waits a second.
(while [ ! -e stop ]; do s=$(date +%s%N); psql -XqAt -d kept -c "SELECT count(*) FROM entities WHERE entity_key = 'well:7'"; echo "$(( ($(date +%s%N) - s) / 1000000 )) ms"; done) >reads 2>&1 & reader=$!
exits 0 "converted" env PGDATABASE=kept aegis schema-apply
touch stop; wait "$reader"
cp err told
is "$(sums kept)" "$want" "with every row"
is "$(kinds kept) $(leaves kept)" "ppp 29" "each type, dataset and rule is a partition of its own"
is "$(grep -vc ' ms' reads) $(grep ' ms' reads | awk '$1 > 1000' | wc -l)" "$(grep -c '^3$' reads) 0" "whoever reads sees all of it, and waits for nothing ($(grep -c '^3$' reads) times)"
like told "48000 of 48000 rows" "the progress is told"
is "$(psql -XqAt -d kept -c "SELECT has_table_privilege('reporter', 'entities', 'SELECT'), has_column_privilege('reporter', 'entity_links', 'child_key', 'SELECT WITH GRANT OPTION'),
	has_table_privilege('reporter', 'entity_links', 'SELECT'), has_table_privilege('aegis_import', 'entities', 'UPDATE')")" "t|t|f|t" "grants come along"
is "$(psql -XqAt -d kept -c "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%(tenant_id, name)'")" 16 "and an index of the administrator's"
psql -Xqd kept -c "DROP INDEX by_name; REVOKE ALL ON entities FROM reporter; REVOKE ALL (rule_id, child_key) ON entity_links FROM reporter"
exits 0 "there is no drift" env PGDATABASE=kept aegis schema-check
exits 0 "again: nothing to do" env PGDATABASE=kept aegis schema-apply --again 220_ground.sql
is "$(sums kept) $(leaves kept)" "$want 29" "all is as it was"

# Killed at any moment.
span=$(date +%s%N); psql -Xqc "CREATE DATABASE timed TEMPLATE was"; PGDATABASE=timed aegis schema-apply >/dev/null 2>&1; span=$(( ($(date +%s%N) - span) / 1000000 ))
bad= done=0
for i in $(seq "$kills"); do
	psql -Xqc "CREATE DATABASE k TEMPLATE was" 2>/dev/null || { sleep 1; psql -Xqc "CREATE DATABASE k TEMPLATE was"; }
	PGDATABASE=k aegis schema-apply >/dev/null 2>&1 & pid=$!
	sleep "$(awk -v s="$span" -v i="$i" -v n="$kills" 'BEGIN {print s * i / n / 1000}')"
	if [ $((i % 2)) = 0 ]; then kill -9 "$pid" 2>/dev/null; else sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'k'" >/dev/null; fi
	wait "$pid" 2>/dev/null
	for _ in $(seq 100); do [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE datname = 'k'")" = 0 ] && break; sleep 0.1; done
	[ "$(sums k)" = "$want" ] || bad="$bad $i:rows"
	case $(kinds k) in ppp) done=$((done + 1)) ;; [rp][rp][rp]) ;; *) bad="$bad $i:kinds" ;; esac
	PGDATABASE=k aegis schema-apply >/dev/null 2>&1 || bad="$bad $i:again"
	[ "$(sums k) $(kinds k) $(leaves k)" = "$want ppp 29" ] || bad="$bad $i:after"
	psql -Xqc "DROP DATABASE k"
done
is "$bad" "" "killed $kills times: each table as before or as after ($done were through), and the next run ends it"

# What would not come along is named, and the table stays; everything works with it.
psql -Xqc "CREATE DATABASE views TEMPLATE was" && psql -Xqd views -c "CREATE VIEW wells AS SELECT entity_key, name FROM entities WHERE type_key = 'well'"
exits 0 "a view on one of the tables" env PGDATABASE=views aegis schema-apply
like err "entities stays as it is, not partitioned: view public.wells" "is named"
is "$(kinds views)" "rpp" "the others are partitioned"
export PGDATABASE=views
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
aegis rrc-decode --layout olf001 --view lease "$ROOT/fixtures/olf001-demo.ebc.gz" 2>/dev/null | aegis entity-map --tenant "$TENANT" --type lease >leases 2>/dev/null
exits 0 "a load into the table that stays" aegis entity-load --tenant "$TENANT" --type lease --max-retired 100% <leases
ok "its rows are there" test "$(sql "SELECT count(*) FROM entities WHERE type_key = 'lease' AND entity_key LIKE 'lease:O-%'")" -gt 50
psql -Xqc "DROP VIEW wells"
exits 0 "without the view" aegis schema-apply --again 220_ground.sql
is "$(kinds views)" "ppp" "it is partitioned, too"

# One who writes to the tables by hand is told how.
psql -Xqc "INSERT INTO entities (tenant_id, type_key, entity_key, properties, changed_run) VALUES ('$TENANT', 'new', 'new:1', '{}', '$TENANT')" 2>err && touch in
like err "no partition of relation" "a row of a type without a partition"
psql -XqAtc "SELECT batch_ground('$TENANT', 'new'); INSERT INTO entities (tenant_id, type_key, entity_key, properties, changed_run) VALUES ('$TENANT', 'new', 'new:1', '{}', '$TENANT')" >/dev/null
is "$(sql "SELECT tableoid::regclass FROM entities WHERE type_key = 'new'")" "entities_$(echo "$TENANT" | tr -d -)_new" "batch_ground() makes it"
# First loads of many types and tenants at the same time.
for k in $(seq 10 29); do
	for t in well field permit a_type_with_quite_a_long_name_8 a_type_with_quite_a_long_name_9; do
		psql -XqAtc "SELECT batch_ground('10000000-0000-4000-8000-0000000000$k', '$t')" >/dev/null 2>>side &
	done
	wait $(jobs -p)
done
is "$(cat side; sql "SELECT count(*) FROM pg_partition_tree('entities') WHERE isleaf AND relid::text LIKE 'entities_1000%'")" 100 "places are made side by side"
done_testing
