#!/usr/bin/env bash
# The private database with Apache AGE and pgvector, and one that is to be without.
. "$(dirname "$0")/../../lib.sh"
need_full_pg
cypher() { sql "SET search_path = ag_catalog, public; SELECT * FROM ag_catalog.cypher('oilgas', \$\$ $1 \$\$) AS (n ag_catalog.agtype)"; }

is "$(sql "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql'")" \
    "age uuid-ossp vector" "the extensions"
cypher "CREATE (:Operator {entity_id: 'operator:886261'})<-[:OPERATED_BY]-(:Well {entity_id: '42-383-67890'})" >/dev/null
is "$(cypher "MATCH (w:Well)-[:OPERATED_BY]->(o) WHERE o.entity_id = 'operator:886261' RETURN w.entity_id")" \
    '"42-383-67890"' "a walk by Cypher, without LOAD"
# 3-4-5: a distance that everybody knows.
is "$(sql "SELECT '[0,0]'::vector <-> '[3,4]'")" 5 "a distance of vectors"
exits 0 "status" aegis db status
like "$WORK/out" '^extensions +age [0-9.]+ vector [0-9.]+$' "names the extensions"
is "$(sed -n 's/^extensions *age \([0-9.]*\) vector .*/\1/p' "$WORK/out")" \
    "$(sql "SELECT extversion FROM pg_extension WHERE extname = 'age'")" "with the server's own version of AGE"
exits 0 "start while it runs" aegis db start
exits 78 "start --without, of one that is with" aegis db start --without age,vector
like "$WORK/err" 'made with age and vector' "says what it is"
ok "stop" aegis db stop
exits 78 "the same while it is stopped" aegis db start --without vector
ok "start again" aegis db start --fast
is "$(cypher "MATCH (w:Well) RETURN w.entity_id")" '"42-383-67890"' "with its graph"
is "$(aegis db psql -XqAtc "SHOW server_version_num" | cut -c1-2)" \
    "$("$(aegis db psql -XqAtc "SELECT setting FROM pg_config() WHERE name = 'BINDIR'")/psql" --version |
    sed 's/.* \([0-9]*\)\..*/\1/')" "db psql is of the server's version"
ok "destroy" aegis db destroy --yes

exits 0 "one of the two left out" aegis db start --fast --without age
is "$(aegis db status | sed -n 's/^extensions */extensions /p')" "extensions vector $(aegis db psql -XqAtc \
    "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")" "status names the other"
exits 0 "schema-apply does without" aegis schema-apply
is "$(aegis db psql -XqAtc "SELECT to_regclass('ag_catalog.ag_graph') IS NULL")" t "and makes no graph"
is "$(aegis db psql -XqAtc "SELECT format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = 'episodic_memories'::regclass AND attname = 'embedding'")" "vector(1536)" "but vectors"
ok "destroy" aegis db destroy --yes
exits 0 "both" aegis db start --fast --without vector,age
is "$(aegis db status | sed -n 's/^extensions */extensions /p')" "extensions none (made without age,vector)" "status says so"
exits 0 "schema-apply does without" aegis schema-apply
is "$(aegis db psql -XqAtc "SELECT format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = 'episodic_memories'::regclass AND attname = 'embedding'")" "real[]" "embeddings are arrays"
for bad in "'{1,2}'" "array_fill(NULL::real, ARRAY[1536])" "array_fill(1::real, ARRAY[1535])" \
    "array_fill(1::real, ARRAY[2,1536])"; do
	exits 1 "not $bad" aegis db psql -XqAtc "INSERT INTO episodic_memories (agent_id, conversation_id,
	    summary, embedding) VALUES ('a', 'c', 's', $bad)"
done
ok "but 1536 numbers" aegis db psql -XqAtc "INSERT INTO episodic_memories (agent_id, conversation_id,
    summary, embedding) VALUES ('a', 'c', 's', array_fill(0.5::real, ARRAY[1536]))"
# A database of the time before there was a choice is one without.
aegis db stop 2>/dev/null
rm "$AEGIS_VAR/db/data/aegis-without"
exits 0 "start an old one" aegis db start --fast
is "$(aegis db status | sed -n 's/^extensions */extensions /p')" "extensions none (made without age,vector)" "it stays as it was"
# And one that the older version started, which still runs: it has no such setting.
aegis db stop 2>/dev/null
server=$(aegis db psql --version | sed 's/.* \([0-9]*\)\..*/\1/')
sed -i '/^aegis.without/d' "$AEGIS_VAR/db/server.conf"
owner=$(stat -c %U "$AEGIS_VAR/db/data")
as_owner=()
[ "$(id -u)" != 0 ] || as_owner=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --clear-groups)
(cd "$AEGIS_VAR/db" && "${as_owner[@]}" "/usr/lib/postgresql/$server/bin/pg_ctl" start -D data -l log -w -s)
is "$(aegis db psql -XqAtc "SELECT current_setting('aegis.without', true) IS NULL")" t "a running server that says nothing"
exits 0 "is left running" aegis db start
is "$(aegis db psql -XqAtc "SHOW aegis.without")" age,vector "and its database says it"
exits 0 "so that the schema can be applied" aegis schema-apply
ok "destroy" aegis db destroy --yes
exits 64 "an unknown word" aegis db start --without age,postgis
like "$WORK/err" 'postgis' "is named"
exits 64 "--without belongs to start" aegis db stop --without age
done_testing
