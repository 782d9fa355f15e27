#!/usr/bin/env bash
# sql/ against the schema document's own tables, and schema-apply's promises.
. "$(dirname "$0")/../lib.sh"
need_shared
need_pg
# What the document says, and what doc/schema.md says was completed or added.
python3 "$(dirname "$0")/schema.py" "$SHARED/aegis-database-schema.md" >"$WORK/document"
tap_result $? "the document can be read"
sed -n '/^```text additions$/,/^```$/p' "$ROOT/doc/schema.md" | grep -v '^```' >"$WORK/additions"
# As many lines as a person counts in the document.
is "$(grep -c '^table' "$WORK/document")" 27 "tables in the document"
is "$(grep -c '^column' "$WORK/document")" 240 "columns in the document"
is "$(grep -c '^index' "$WORK/document")" 20 "indexes in the document"
is "$(grep -c '^trigger' "$WORK/document")" 3 "triggers in the document"

mapfile -t TABLES < <(awk '$1 == "table" {print $2} END {print "skill_definitions"; print "skill_code_blocks"}' "$WORK/document")
list=$(printf "'%s'::regclass," "${TABLES[@]}")
list=${list%,}
is "$(sql "SELECT string_agg(relname, ' ' ORDER BY relname COLLATE \"C\") FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind = 'r' AND relname !~ '^(batch_|graph_|entities|entity_sources|entity_links|entity_pending)'")" \
    "$(printf '%s\n' "${TABLES[@]}" | LC_ALL=C sort | paste -sd' ')" "the tables are the document's, and AEGIS Batch's own"

catalogue_of() {
	sql "SELECT 'column ' || attrelid::regclass || ' ' || attname || ' ' ||
	    format_type(atttypid, atttypmod) || ' ' ||
	    CASE WHEN attnotnull THEN 'notnull' ELSE 'null' END || ' ' ||
	    coalesce(pg_get_expr(adbin, adrelid), '-')
	    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
	    WHERE attrelid IN ($list) AND attnum > 0 AND NOT attisdropped"
	sql "SELECT CASE contype WHEN 'p' THEN 'primary ' WHEN 'u' THEN 'unique ' END ||
	    conrelid::regclass || ' ' || (SELECT string_agg(attname, ', ' ORDER BY n)
	    FROM unnest(conkey) WITH ORDINALITY k(c, n)
	    JOIN pg_attribute ON attrelid = conrelid AND attnum = c)
	    FROM pg_constraint WHERE conrelid IN ($list) AND contype IN ('p', 'u')"
	sql "SELECT 'foreign ' || conrelid::regclass || ' ' || a.attname || ' ' ||
	    confrelid::regclass || '(' || f.attname || ')' ||
	    CASE confdeltype WHEN 'c' THEN ' CASCADE' WHEN 'a' THEN '' ELSE ' SET NULL' END
	    FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
	    JOIN pg_attribute f ON f.attrelid = confrelid AND f.attnum = confkey[1]
	    WHERE conrelid IN ($list) AND contype = 'f'"
	sql "SELECT 'check ' || conrelid::regclass || ' ' || attname || ' ' ||
	    coalesce((SELECT string_agg(m[1], ',' ORDER BY m[1])
	    FROM regexp_matches(pg_get_constraintdef(c.oid), '''(\\w+)''', 'g') m), '?')
	    FROM pg_constraint c JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
	    WHERE conrelid IN ($list) AND contype = 'c'"
	sql "SELECT 'index ' || indrelid::regclass || ' ' || i.indexrelid::regclass || ' ' ||
	    (SELECT string_agg(pg_get_indexdef(i.indexrelid, n, false) || coalesce(' ' || (SELECT opcname FROM
	    pg_opclass WHERE oid = indclass[n - 1] AND NOT opcdefault), ''), ', ' ORDER BY n)
	    FROM generate_series(1, indnatts) n) || CASE WHEN indisunique THEN ' unique' ELSE '' END ||
	    CASE WHEN indpred IS NOT NULL THEN ' partial' ELSE '' END
	    FROM pg_index i WHERE indrelid IN ($list)
	    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid
	    AND contype IN ('p', 'u'))"
	sql "SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname FROM pg_trigger
	    WHERE tgrelid IN ($list) AND NOT tgisinternal"
}

# compare SERVER: the document against the catalogue, without what doc/schema.md lists.
compare() {
	local table kind
	catalogue_of >"$WORK/catalogue"
	# The document names three indexes without their columns: nor do we, here.
	sed -i 's/^\(index entity_relationship_rules idx_err_[a-z]*\) .*/\1 ?/' "$WORK/catalogue"
	for table in $(awk '$1 == "table" && $3 == "typed" {print $2}' "$WORK/document"); do
		sed -i "s/^\(column $table [a-z_]* .*\) \(notnull\|null\) [^ ].*/\1 ? ?/
		    s/^\(foreign $table .*)\).*/\1/" "$WORK/catalogue"
	done
	is "$(while read -r kind table name _; do
		grep -q "^$kind $table $name\( \|\$\)" "$WORK/catalogue" || echo "$kind $table $name"
	done <"$WORK/additions")" "" "$1: what doc/schema.md lists is there"
	awk 'NR == FNR {add[$1, $2, $3] = 1; next} !(($1, $2, $3) in add)' "$WORK/additions" "$WORK/catalogue" >"$WORK/rest"
	for table in "${TABLES[@]}"; do
		for kind in column primary unique foreign check index trigger; do
			grep "^$kind $table " "$WORK/document" | sort >"$WORK/want"
			grep "^$kind $table " "$WORK/rest" | sort >"$WORK/got"
			[ -s "$WORK/want" ] || [ -s "$WORK/got" ] || continue
			ok "$1: $table: $kind, $(wc -l <"$WORK/want") in the document" diff -u "$WORK/want" "$WORK/got"
		done
	done
}
# Without pgvector the document's vector(1536) is an array, and has no index.
cp "$WORK/document" "$WORK/whole"
sed -i 's/^\(column episodic_memories embedding\) .*/\1 real[] null -/; /idx_episodic_embedding/d' "$WORK/document"
echo "check episodic_memories embedding ?" >>"$WORK/document"
compare plain
is "$(sql "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = 'compliance_status'::regclass AND attnum > 0")" \
    "$(sed -n 's/^column compliance_status \([a-z_]*\) .*/\1/p' "$WORK/document" | paste -sd,)" \
    "columns in the document's order"

# Constraints have the names that PostgreSQL gives, which others' migrations use.
is "$(sql "SELECT string_agg(conname, ' ' ORDER BY conname COLLATE \"C\") FROM pg_constraint
    WHERE conrelid = 'compliance_status'::regclass AND contype <> 'n'")" \
    "compliance_status_checklist_id_fkey compliance_status_pkey compliance_status_status_check compliance_status_tenant_id_entity_id_compliance_domain_key" \
    "default names of constraints"

sql "INSERT INTO entity_type_definitions (tenant_id, type_key, display_name, updated_at)
    VALUES ('$TENANT', 'well', 'Well', '2001-01-01')"
sql "UPDATE entity_type_definitions SET display_name = 'A well'"
is "$(sql "SELECT updated_at > '2002-01-01' FROM entity_type_definitions")" t "the trigger sets updated_at"

# Applying again is nothing.
catalogue() { pg_dump --schema-only | grep -v '^\\\(un\)\?restrict' | sha256sum; }
before=$(catalogue)
applied=$(sql "SELECT string_agg(name || sha256 || applied_at, ',' ORDER BY name) FROM batch_schema_files")
exits 0 "apply again" aegis schema-apply
unlike "$WORK/err" ': applied$' "applies nothing"
is "$(grep -c ': unchanged$' "$WORK/err")" "$(sed 's/#.*//' "$ROOT/sql/ORDER" | grep -c .)" "names each file"
is "$(sql "SELECT string_agg(name || sha256 || applied_at, ',' ORDER BY name) FROM batch_schema_files")" \
    "$applied" "the record is as it was"
is "$(cd "$ROOT/sql" && sha256sum ./*.sql | sed 's/ .*//' | sort | paste -sd,)" \
    "$(sql "SELECT string_agg(sha256, ',' ORDER BY sha256 COLLATE \"C\") FROM batch_schema_files")" \
    "the digests are sha256sum's, and every file is in ORDER"
sql "DELETE FROM batch_schema_files"
exits 0 "apply to tables that are there already" aegis schema-apply
is "$(catalogue)" "$before" "changes none of them"
is "$(sql "SELECT count(*), count(*) FILTER (WHERE name < '1' OR name > 'a') FROM batch_schema_files WHERE adopted")" $'8\t8' \
    "AEGIS's files are not applied to tables of which nothing is on record: they are adopted"
exits 64 "a file of AEGIS's --again" aegis schema-apply --again init.sql
exits 64 "a file that ORDER does not have" aegis schema-apply --again 999_none.sql
sql "DROP TRIGGER rule_versions_no_delete ON rule_versions"
exits 0 "a file of ours --again" aegis schema-apply --again 110_guards.sql
is "$(grep -c ': applied$' "$WORK/err")$(catalogue)" "1$before" "brings back what had gone"
sql "UPDATE batch_schema_files SET adopted = false"

# Faulty directories.
cp -r "$ROOT/sql" "$WORK/sql"
echo '-- edited' >>"$WORK/sql/007_entity_type_definitions.sql"
echo '200_new.sql' >>"$WORK/sql/ORDER"
echo 'CREATE TABLE new_one ()' >"$WORK/sql/200_new.sql"
exits 65 "an edited file" aegis schema-apply --dir "$WORK/sql"
like "$WORK/err" "007_entity_type_definitions.sql" "is named"
like "$WORK/err" "$(sha256sum "$ROOT/sql/007_entity_type_definitions.sql" | cut -c1-64)" "with its digest then"
like "$WORK/err" "$(sha256sum "$WORK/sql/007_entity_type_definitions.sql" | cut -c1-64)" "and now"
is "$(sql "SELECT to_regclass('new_one') IS NULL")" t "nothing else is applied"
cp "$ROOT/sql/007_entity_type_definitions.sql" "$WORK/sql/"
rm "$WORK/sql/200_new.sql"
exits 78 "a missing file" aegis schema-apply --dir "$WORK/sql"
like "$WORK/err" "ORDER:[0-9]+: .*200_new.sql" "is named, and where it stands"
exits 78 "a missing directory" aegis schema-apply --dir "$WORK/nowhere"
printf 'CREATE TABLE new_one ();\nCREATE TABL new_two ();\n' >"$WORK/sql/200_new.sql"
exits 78 "a faulty statement" aegis schema-apply --dir "$WORK/sql"
like "$WORK/err" '200_new.sql: .*syntax error' "is named"
is "$(sql "SELECT to_regclass('new_one') IS NULL")" t "its file is undone"
echo 'CREATE TABLE new_one ();' >"$WORK/sql/200_new.sql"
exits 0 "a new file" aegis schema-apply --dir "$WORK/sql"
is "$(grep ': applied$' "$WORK/err")" "aegis-schema-apply: info: 200_new.sql: applied" "only it is applied"
echo '200_new.sql' >>"$WORK/sql/ORDER"
exits 78 "a file named twice" aegis schema-apply --dir "$WORK/sql"
echo '../sql/200_new.sql' >"$WORK/sql/ORDER"
exits 78 "a path in ORDER" aegis schema-apply --dir "$WORK/sql"

# A former text that ORDER names.
cp "$ROOT/sql/ORDER" "$WORK/sql/ORDER"
was=$(sha256sum "$WORK/sql/009_agent_definitions.sql" | cut -c1-64)
echo 'CREATE TABLE IF NOT EXISTS newer ();' >>"$WORK/sql/009_agent_definitions.sql"
exits 65 "a new text of an old file" aegis schema-apply --dir "$WORK/sql"
sed -i "s/^009_agent_definitions.sql.*/& was:$(printf '%064d' 0) was:$was # former/" "$WORK/sql/ORDER"
exits 0 "whose former text ORDER names" aegis schema-apply --dir "$WORK/sql"
is "$(grep ': applied$' "$WORK/err")" "aegis-schema-apply: info: 009_agent_definitions.sql: applied" "it is applied over it"
is "$(sql "SELECT to_regclass('newer') IS NOT NULL")" t "for real"
exits 0 "again" aegis schema-apply --dir "$WORK/sql"
unlike "$WORK/err" ': applied$' "it is the text that is recorded"
sed -i 's/was:/is:/' "$WORK/sql/ORDER"
exits 78 "another word behind a name" aegis schema-apply --dir "$WORK/sql"
sql "DROP TABLE newer"
sql "DELETE FROM batch_schema_files WHERE name IN ('009_agent_definitions.sql', '200_new.sql')"

# A server without, said to schema-apply.
psql -Xqc 'CREATE DATABASE bare' -c "ALTER DATABASE bare SET aegis.without = ''"
# Debian 13's own server has it.
if [ "$(sql "SELECT count(*) FROM pg_available_extensions WHERE name = 'age'")" = 0 ]; then
	exits 78 "a server that lacks AGE and nobody said so" env PGDATABASE=bare aegis schema-apply
	like "$WORK/err" '"age"' "names it"
fi
exits 64 "--without something else" env PGDATABASE=bare aegis schema-apply --without graph
exits 0 "--without age,vector" env PGDATABASE=bare aegis schema-apply --without age,vector
is "$(PGDATABASE=bare sql "SELECT value FROM batch_settings WHERE name = 'without'")" age,vector "is noted in the database"
exits 0 "and known the next time" env PGDATABASE=bare aegis schema-apply --again 120_graph.sql
psql -Xqc 'CREATE ROLE owner CREATEROLE' -c 'CREATE DATABASE owned OWNER owner'
exits 0 "--without by an owner who is no superuser" env PGDATABASE=owned PGOPTIONS='-c role=owner' aegis schema-apply --without vector,age
like "$WORK/err" '130_roles.sql: applied' "applies the schema"
psql -Xqc 'CREATE DATABASE yesterdays' -c "ALTER DATABASE yesterdays SET aegis.without = 'age,vector'"
exits 0 "a database whose setting says so" env PGDATABASE=yesterdays aegis schema-apply

# No statement waits long for a lock, and so nobody waits behind it: it is tried again.
sql "DELETE FROM batch_schema_files WHERE name = '110_guards.sql'"
psql -Xq -c 'BEGIN; LOCK TABLE audit_logs IN ROW EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT' >/dev/null & holder=$!
for _ in $(seq 100); do
	[ "$(sql "SELECT count(*) FROM pg_locks WHERE mode = 'RowExclusiveLock' AND relation = 'audit_logs'::regclass")" = 1 ] && break
	sleep 0.05
done
aegis schema-apply 2>"$WORK/err" & apply=$!
longest=$(for _ in $(seq 8); do
	psql -XqAt -c '\timing on' -c "BEGIN; INSERT INTO audit_logs (tenant_id, event_type, event_data) VALUES ('t', 'e', '{}'); ROLLBACK" |
	    sed -n 's/^Time: \([0-9]*\).*/\1/p'
	sleep 0.2
done | sort -n | tail -n 1)
ok "a service's insert never waits a second meanwhile (${longest} ms)" test "$longest" -lt 1000
wait $apply
is "$?" 0 "and then it is applied"
like "$WORK/err" 'waits for a lock that is held by process' "after saying who held it"
like "$WORK/err" '110_guards.sql: applied' "the file"
wait $holder
sql "DELETE FROM batch_schema_files WHERE name = '110_guards.sql'"
psql -Xq -c 'BEGIN; LOCK TABLE audit_logs IN ROW EXCLUSIVE MODE; SELECT pg_sleep(6); COMMIT' >/dev/null & holder=$!
sleep 0.5
exits 75 "--lock-wait 1" aegis schema-apply --lock-wait 1
like "$WORK/err" 'held by process [0-9]+ ' "names the holder"
wait $holder
exits 0 "later" aegis schema-apply

# Files that are online: statement by statement, an index that a broken run left made again, the
# partitions of a table one by one.
mkdir "$WORK/online"
sql "CREATE TABLE busy (a int, note text); INSERT INTO busy SELECT i, 'x; y' FROM generate_series(1, 1000) i"
sql "CREATE TABLE parts (at date, a int) PARTITION BY RANGE (at)"
sql "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY RANGE (a);
    CREATE TABLE parts_2a PARTITION OF parts_2 FOR VALUES FROM (0) TO (10);
    INSERT INTO parts VALUES ('2026-01-05', 1), ('2026-02-05', 2)"
cat >"$WORK/online/300_online.sql" <<'END'
-- A comment; with a semicolon, and 'a quote.
/* and /* another */ ; */
CREATE TABLE IF NOT EXISTS seen (what text);
INSERT INTO seen VALUES ('one; two'), (E'it\'s; three'), ($q$four; $$ five$q$);
SELECT batch_online_index('public.busy', 'idx_busy_a', 'UNIQUE', 'a')
\gexec
SELECT s FROM batch_online_index('public.parts', 'idx_parts_a', '', 'a') s \gexec
SELECT batch_online_index('public.nowhere', 'idx_nowhere', '', 'a') \gexec
END
echo '300_online.sql online # indexes' >"$WORK/online/ORDER"
sql "INSERT INTO busy VALUES (1, 'doubled')"
exits 65 "an index that the data does not allow" aegis schema-apply --dir "$WORK/online"
like "$WORK/err" '300_online.sql: .*idx_busy_a' "ends the file"
is "$(sql "SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_busy_a'::regclass")" f "and leaves an invalid index"
sql "DELETE FROM busy WHERE note = 'doubled'"
exits 0 "once mended" aegis schema-apply --dir "$WORK/online"
is "$(sql "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ',' ORDER BY indexrelid::regclass::text) FROM pg_index
    WHERE indrelid IN ('busy'::regclass, 'parts'::regclass)")" "idx_busy_a true,idx_parts_a true" "it is made again, and the partitioned one is whole"
is "$(sql "SELECT count(*) FROM pg_inherits WHERE inhparent = 'idx_parts_a'::regclass"):$(sql "SELECT count(*) FROM pg_index WHERE NOT indisvalid")" "2:0" \
    "each partition's is attached"
is "$(sql "SELECT string_agg(what, '|' ORDER BY what) FROM (SELECT DISTINCT what FROM seen) s")" "four; \$\$ five|it's; three|one; two" "statements end where they end"
exits 0 "again" aegis schema-apply --dir "$WORK/online"
unlike "$WORK/err" ': applied$' "it is on record"
exits 0 "the same for psql" "$ROOT/scripts/initdb-dir" "$WORK/online-init" "$WORK/online"
sql "DROP INDEX idx_busy_a; DROP INDEX idx_parts_a; DELETE FROM batch_schema_files WHERE name = '300_online.sql'"
exits 0 "which runs it" psql -Xq -f "$WORK/online-init/00-300_online.sql"
is "$(sql "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid IN (to_regclass('idx_busy_a'), to_regclass('idx_parts_a'))")" 2 "to the same end"
sql "DROP TABLE busy, parts, seen; DELETE FROM batch_schema_files WHERE name = '300_online.sql'"

# Files in a directory below.
mkdir "$WORK/below" "$WORK/below/migrations"
echo 'CREATE TABLE below ();' >"$WORK/below/migrations/001_users.sql"
echo 'migrations/001_users.sql' >"$WORK/below/ORDER"
exits 0 "a file in a directory below" aegis schema-apply --dir "$WORK/below"
is "$(sql "SELECT name, to_regclass('below') IS NOT NULL FROM batch_schema_files WHERE name LIKE '%/%'")" \
    $'migrations/001_users.sql\tt' "is applied, and on record under its name"
for name in /etc/passwd ../sql/init.sql migrations/../ORDER migrations//001_users.sql ./ORDER migrations/.hidden; do
	echo "$name" >"$WORK/below/ORDER"
	exits 78 "'$name' in ORDER" aegis schema-apply --dir "$WORK/below"
	like "$WORK/err" "'$name' is not the name of a file" "is none"
done
sql "DROP TABLE below; DELETE FROM batch_schema_files WHERE name LIKE '%/%'"

# Two at once on an empty database.
psql -Xqc 'CREATE DATABASE two'
for i in 1 2 3; do
	(PGDATABASE=two aegis schema-apply 2>"$WORK/at.$i"; echo "status $?" >>"$WORK/at.$i") &
done
wait
is "$(cat "$WORK"/at.[123] | grep -c '^status 0$')" 3 "three at once succeed"
is "$(cat "$WORK"/at.[123] | grep -c ': applied$')" "$(sed 's/#.*//' "$ROOT/sql/ORDER" | grep -c .)" \
    "each file is applied once"
exits 0 "--db" aegis schema-apply --db "dbname=two host=$PGHOST user=aegis"
exits 69 "no server" aegis schema-apply --db "dbname=two host=/nowhere"
exits 64 "a word too many" aegis schema-apply now
sql "CREATE ROLE plain"
sql "CREATE DATABASE three"
exits 77 "a role that may not create" env PGDATABASE=three PGOPTIONS='-c role=plain' aegis schema-apply
# The full server: the document as it stands, and the graph.
aegis db destroy --yes 2>/dev/null
need_full_pg
cp "$WORK/whole" "$WORK/document"
compare full
sql "SELECT pg_get_indexdef('idx_episodic_embedding'::regclass)" >"$WORK/index"
like "$WORK/index" "USING ivfflat \(embedding vector_cosine_ops\) WITH \(lists='100'\)" "the index over embeddings"
is "$(sql "SELECT string_agg(l.name, ' ' ORDER BY l.name::text COLLATE \"C\") FROM ag_catalog.ag_label l JOIN
    ag_catalog.ag_graph g ON g.graphid = l.graph WHERE g.name = 'oilgas' AND kind = 'v' AND l.name !~ '^_'")" \
    "$(sed -n '/^20 vertex labels:/,/\.$/p' "$SHARED/aegis-facts.md" | tr '\n' ' ' | sed 's/^20 vertex labels: //; s/\. *$//' |
    tr -s ', ' '\n' | LC_ALL=C sort | paste -sd' ')" "the 20 vertex labels of AEGIS's own page"
sql "SET search_path = ag_catalog, public; SET enable_seqscan = off; EXPLAIN SELECT * FROM cypher('oilgas',
    \$\$ MATCH (n:Well) WHERE n.entity_id = 'x' RETURN n \$\$) AS (n agtype)" >"$WORK/plan"
like "$WORK/plan" 'idx_Well_entity_id' "a question for an entity_id takes its index"
done_testing
