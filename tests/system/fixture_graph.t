#!/usr/bin/env bash
# The graph in a fixture: by Cypher it is the same afterwards.
. "$(dirname "$0")/../lib.sh"
need_full_pg
cd "$WORK" || exit 1
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" >night.log 2>&1
cypher() { # cypher DATABASE QUERY COLUMNS
	psql -XqAtd "$1" -c "SET search_path = ag_catalog, public" -c "SELECT * FROM cypher('oilgas', \$\$ $2 \$\$) AS ($3)" | grep . | sort
}
home=$PGDATABASE
# A label that the schema's files do not make, values that are hard to carry, two edges between two vertices.
cypher "$home" "CREATE (a:Rig {entity_id: 'rig-1', note: 'a \"quoted\" \\\\\\\\ back, line\\nend, é', depth: 1.5, tags: ['x', 'y'], none: null})-[:AT {n: 1}]->(b:Rig {entity_id: 'rig-2'}), (a)-[:AT {n: 2}]->(b)" "x agtype" >/dev/null
exits 0 "save" aegis fixture-save one
digest=$(sed 's/.*digest //' err)
ok "vertices and edges are in it" test "$(zstd -dcq one/data/graph/vertices.csv.zst | wc -l)" -gt 300 -a "$(zstd -dcq one/data/graph/edges.csv.zst | wc -l)" -gt 300
exits 0 "restore" aegis fixture-restore --into copy one
exits 0 "save again" env PGDATABASE=copy aegis fixture-save two
is "$(sed 's/.*digest //' err)" "$digest" "the same digest"
same() { # same DESCRIPTION QUERY COLUMNS
	is "$(cypher copy "$2" "$3" | sha256sum)" "$(cypher "$home" "$2" "$3" | sha256sum)" "$1"
	ok "of some" test "$(cypher copy "$2" "$3" | wc -l)" -gt "${4:-100}"
}
same "every vertex, with label and properties" "MATCH (n) RETURN label(n), properties(n)" "l agtype, p agtype"
same "every edge, with what it joins" "MATCH (a)-[e]->(b) RETURN label(e), properties(e), label(a), properties(a), label(b), properties(b)" \
	"l agtype, p agtype, al agtype, ap agtype, bl agtype, bp agtype"
same "even their ids" "MATCH (a)-[e]->(b) RETURN id(a), id(e), id(b)" "a agtype, e agtype, b agtype"
same "from permit to field" "MATCH (p:Permit)-[:PERMIT_FOR]->(w:Well)-[:ON_LEASE]->(l:Lease)-[:LOCATED_IN]->(f:Field) RETURN p.entity_id, w.entity_id, l.entity_id, f.entity_id" \
	"p agtype, w agtype, l agtype, f agtype" 20
same "the label that the schema has not" "MATCH (a:Rig)-[e:AT]->(b:Rig) RETURN a, e, b" "a agtype, e agtype, b agtype" 1
exits 0 "graph-sync finds the graph as the tables say" env PGDATABASE=copy aegis graph-sync --tenant "$TENANT" --check
exits 0 "and a new vertex has a number of its own" psql -XqAtd copy -v ON_ERROR_STOP=1 -c "SET search_path = ag_catalog, public" \
	-c "SELECT * FROM cypher('oilgas', \$\$ CREATE (:Well {entity_id: 'new'}), (:Rig {entity_id: 'rig-3'}) \$\$) AS (x agtype)"
is "$(cypher copy "MATCH (n) RETURN id(n)" "i agtype" | uniq -d | wc -l)" 0 "no id twice"
exits 0 "a tenant's slice" aegis fixture-save --tenant 00000000-0000-4000-8000-000000000099 none
is "$(zstd -dcq none/data/graph/vertices.csv.zst | wc -l)" 1 "has none of another's vertices"
exits 0 "ours" aegis fixture-save --tenant "$TENANT" ours
exits 0 "restores" aegis fixture-restore --into copy ours
is "$(cypher copy "MATCH (a)-[e]->(b) RETURN id(a), id(e), id(b)" "a agtype, e agtype, b agtype" | sha256sum)" \
	"$(cypher "$home" "MATCH (a {tenant_id: '$TENANT'})-[e]->(b {tenant_id: '$TENANT'}) RETURN id(a), id(e), id(b)" "a agtype, e agtype, b agtype" | sha256sum)" "with its edges"
done_testing
