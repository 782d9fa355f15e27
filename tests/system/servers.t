#!/usr/bin/env bash
# A night, the graph's check, drift, an audit export, a fixture there and back, on each server that AEGIS
# may have: without AGE, PostgreSQL 17 with AGE 1.5, PostgreSQL 18 with AGE 1.8.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/audit.sh"
unset AEGIS_TEST_POSTGRES

on() { # on NAME OPTIONS...: a server, or status 1
	name=$1
	shift
	mkdir -p "$WORK/$name"
	chmod 755 "$WORK/$name"
	export AEGIS_VAR=$WORK/$name
	unset PGHOST PGPORT PGUSER PGDATABASE
	aegis db start --fast "$@" >"$WORK/start.log" 2>&1 || return 1
	eval "$(aegis db env)"
	say "$name: $(sql "SELECT version()" | cut -d' ' -f1-4), $(sql "SELECT string_agg(extname || ' ' || extversion, ', ' ORDER BY 1) FROM pg_available_extensions
	    JOIN pg_extension ON extname = name WHERE extname <> 'plpgsql'") $(sql "SELECT string_agg(name || ' ' || default_version, ', ') FROM pg_available_extensions WHERE name IN ('age', 'vector')")"
}
off() { aegis db destroy --yes >/dev/null 2>&1; }
trap 'status=$?; off; (exit $status); tap_exit' EXIT

all() { # all GRAPH: everything, with a graph or not
	exits 0 "$name: the schema" aegis schema-apply
	exits 0 "$name: no drift" aegis schema-check
	unlike "$WORK/out" . "$name: nothing differs"
	aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
	exits 0 "$name: a night" aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" || sed 's/^/# /' "$WORK/err"
	exits 0 "$name: the same night" aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT"
	is "$(sed '/^graph /,/^[^ ]/d' "$WORK/out" | grep -c '^    nothing new$\|^    the same source as at .*: nothing to do$')" 21 "$name: nothing new"
	exits 0 "$name: the graph's check" aegis graph-sync --tenant "$TENANT" --check
	if [ -n "$1" ]; then
		is "$(psql -XqAt -c "SET search_path = ag_catalog, public" -c "SELECT * FROM cypher('oilgas', \$\$ MATCH (w:Well)-[:ON_LEASE]->(l:Lease)-[:OPERATED_BY]->(o:Operator)
		    RETURN w.entity_id \$\$) AS (w agtype)" | grep -c 42-)" "$(sql "SELECT count(*) FROM entity_links a JOIN entity_relationship_rules r USING (rule_id) JOIN entity_links b
		    ON b.child_key = a.parent_key JOIN entity_relationship_rules q ON q.rule_id = b.rule_id WHERE r.display_label = 'ON_LEASE' AND q.display_label = 'OPERATED_BY'
		    AND a.resolved AND b.resolved")" "$name: Cypher and SQL agree"
	fi
	audit_setup
	signed_rows python 30 2026-10-03 | load_rows
	audit_export --period 2026-10
	is "$?" 0 "$name: an audit export"
	exits 0 "$name: is whole" aegis audit-check --key "$WORK/audit.key.vkey" "$ARCH"
	exits 0 "$name: a fixture" aegis fixture-save "$WORK/$name.bag"
	exits 0 "$name: restores" aegis fixture-restore --into copy "$WORK/$name.bag"
	exits 0 "$name: as it was" aegis fixture-check --db dbname=copy --database "$WORK/$name.bag"
	rm -rf "$ARCH" "$WORK"/*.key* "$WORK/ring.yaml"
	off
}

on plain --without age,vector
tap_result $? "plain: a server" && all ""
on age17 --postgres 17
tap_result $? "age17: a server" || sed 's/^/# /' "$WORK/start.log"
[ -z "${PGHOST:-}" ] || all graph
# Debian's next release moves: that it cannot be had today is no fault of ours.
if on age18 --postgres 18; then
	all graph
else
	say "age18: cannot be had here"
	sed 's/^/# /' "$WORK/start.log"
fi
done_testing
