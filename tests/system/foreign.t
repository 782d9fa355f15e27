#!/usr/bin/env bash
# A database that AEGIS has already, made of the schema document alone (foreign.py): adopted, a night,
# an export, drift; as superuser, as an owner without, after pg_dump | psql; on 15, 17, 18.  The
# commands of doc/existing.md are the ones that run here.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/audit.sh"
need_shared
unset AEGIS_TEST_POSTGRES
python3 "$ROOT/tests/system/schema.py" "$SHARED/aegis-database-schema.md" >"$WORK/document"
tap_result $? "the document can be read"

# block NAME: the commands of a block of doc/existing.md
block() { sed -n "/^<!-- $1 -->\$/,/^\`\`\`\$/p" "$ROOT/doc/existing.md" | grep -v '^<!--\|^```'; }

on() { # on NAME OPTIONS...: a server that lets everybody in, or status 1
	name=$1
	shift
	export AEGIS_VAR=$WORK/$name
	mkdir -p -m 755 "$AEGIS_VAR"
	unset PGHOST PGPORT PGUSER PGDATABASE
	aegis db start --fast "$@" >"$WORK/start.log" 2>&1 || return 1
	eval "$(aegis db env)"
	admin=$PGUSER
	echo 'local all all trust' >>"$AEGIS_VAR/db/data/pg_hba.conf"
	psql -XqAt -d postgres -c 'SELECT pg_reload_conf()' >/dev/null
	for _ in $(seq 50); do
		[ "$(psql -XqAt -d postgres -c "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'")" = 1 ] && break
		sleep 0.1
	done
	# The server's own, wherever it was fetched to: another version's does not dump it.
	dump=$(dirname "$(readlink "/proc/$(head -n 1 "$AEGIS_VAR/db/data/postmaster.pid")/exe")")/pg_dump
	say "$name: $(sql "SELECT version()" | cut -d' ' -f1-2)"
}
off() { aegis db destroy --yes >/dev/null 2>&1; }
trap 'status=$?; off; (exit $status); tap_exit' EXIT
as() { PGUSER=$1 "${@:2}"; }

# theirs FILE: AEGIS's tables, with what is on them and in them, sorted, without our guards; its functions
theirs() {
	PGUSER=$admin "$dump" --no-owner $(awk '$1 == "table" {print "-t " $2}' "$WORK/document") -t shift_reports -t open_filings 2>"$WORK/dump.err" |
	    grep -v '^--\|^\\\(un\)\?restrict\|ENABLE ALWAYS TRIGGER\|_truncate\|TRIGGER rule_versions_\|^GRANT\|^REVOKE\|^$' | sort >"$1"
	PGUSER=$admin psql -XqAt -c "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname IN ('prevent_audit_modification', 'etd_touch') ORDER BY proname" >>"$1"
}

foreign() { # foreign WHO: the database $PGDATABASE, as AEGIS has it, made by WHO
	exits 0 "$name, $1: a database of the document" as "$1" bash -c "python3 '$ROOT/tests/system/foreign.py' ${graph:+--graph} ${vector:+--vector} \
	    <'$WORK/document' | psql -Xq -v ON_ERROR_STOP=1" || sed 's/^/# /' "$WORK/err"
}

adopt() { # adopt WHO: what is the same whoever owns it
	theirs "$WORK/before"
	exits 0 "$name, $1: schema-apply" as "$1" aegis schema-apply || sed 's/^/# /' "$WORK/err"
	is "$(grep -c ': adopted$' "$WORK/err")" 8 "adopts AEGIS's files"
	like "$WORK/err" '2 rules have several active versions or holes.*; SELECT tenant_id' "names the rules that break the guard, by a query"
	theirs "$WORK/after"
	ok "AEGIS's tables are as they were" diff -u "$WORK/before" "$WORK/after"
	exits 0 "again" as "$1" aegis schema-apply
	unlike "$WORK/err" ': applied$|: adopted$' "there is nothing to do"
	exits 1 "schema-check" as "$1" aegis schema-check
	is "$(grep '^needed' "$WORK/out" | cut -d: -f1 | tr -s ' ' | paste -sd,)" \
	    "needed missing column public.prompt_audit_log.created_at,needed missing table public.skill_definitions" "says what is needed"
	like "$WORK/out" '^extra +extra +column +public.audit_logs.region' "what is extra"
	exits 0 "a list of it" as "$1" aegis schema-check --list
	cp "$WORK/out" "$WORK/known.$name"
	exits 0 "with its list" as "$1" aegis schema-check --accept "$WORK/known.$name"
	unlike "$WORK/out" . "it is silent"
}

night() { # night OWNER IMPORT AUDIT: who defines, imports, exports
	exits 0 "$name, $2: definitions" as "$1" aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml
	exits 0 "a night" as "$2" aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" || sed 's/^/# /' "$WORK/err"
	exits 0 "the same night" as "$2" aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT"
	is "$(sed '/^graph /,/^[^ ]/d' "$WORK/out" | grep -c '^    nothing new$\|^    the same source as at .*: nothing to do$')" 21 "nothing new"
	if [ -n "$graph" ]; then
		exits 0 "the graph's check" as "$2" aegis graph-sync --tenant "$TENANT" --check
		is "$(psql -XqAt -c "SET search_path = ag_catalog, public" -c "SELECT * FROM cypher('oilgas', \$\$ MATCH (w:Well {entity_id: 'well-001'})-[:OPERATED_BY]->(o)
		    RETURN o.operator_name \$\$) AS (o agtype)")" '"Permian Energy Inc."' "the services' own nodes stand"
	fi
	audit_setup
	signed_rows python 30 2026-10-03 | as "$1" psql -Xq -v ON_ERROR_STOP=1 -c "COPY audit_logs (id, tenant_id, event_type, event_data, actor_id, actor_type, created_at, signature) FROM STDIN CSV"
	exits 1 "an export of both audit tables ends with a finding" as "$3" aegis run "$ROOT/pipelines/audit-export.yaml" --set "archives=$ARCH" --set period=2026-10 \
	    --set "keys=$WORK/ring.yaml" --set profile=py-sorted --set "signing_key=$WORK/audit.key"
	like "$WORK/err" "'prompt_audit_log' cannot be exported: it has no column 'created_at'" "which says so"
	like "$WORK/out" '^prompt-audit-log +findings +1 ' "it is the step's"
	exits 0 "audit_logs is exported" aegis audit-check --key "$WORK/audit.key.vkey" "$ARCH"
	like "$WORK/out" '30' "all rows" || true
	rm -rf "$ARCH" "$WORK"/*.key* "$WORK/ring.yaml"
	# What services go on doing.
	ok "a rule with two active versions may be mended" as "$1" psql -Xq -v ON_ERROR_STOP=1 -c "UPDATE rule_versions SET status = 'superseded',
	    superseded_date = '2022-01-01', updated_at = now() WHERE rule_identifier = 'TWO_ACTIVE' AND version = 1"
	ok "not made worse" bash -c "! PGUSER=$1 psql -Xq -v ON_ERROR_STOP=1 -c \"INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date,
	    source, rule_data) VALUES ('$TENANT', 'statewide', 'spacing', 'TWO_ACTIVE', 3, '2024-01-01', 'manual', '{}')\" 2>/dev/null"
	ok "a rule whose versions begin at 3 gets its next" as "$1" psql -Xq -v ON_ERROR_STOP=1 -c "BEGIN; UPDATE rule_versions SET status = 'superseded' WHERE rule_identifier = 'FROM_THREE';
	    INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source, rule_data)
	    VALUES ('$TENANT', 'statewide', 'spacing', 'FROM_THREE', 4, '2024-01-01', 'manual', '{}'); COMMIT"
	ok "and one with a hole" as "$1" psql -Xq -v ON_ERROR_STOP=1 -c "BEGIN; UPDATE rule_versions SET status = 'superseded' WHERE rule_identifier = 'A_HOLE' AND status = 'active';
	    INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source, rule_data)
	    VALUES ('$TENANT', 'statewide', 'spacing', 'A_HOLE', 5, '2024-01-01', 'manual', '{}'); COMMIT"
	ok "a column of the site's own is the site's" as "$1" psql -Xq -v ON_ERROR_STOP=1 -c "UPDATE rule_versions SET updated_at = '2000-01-01'"
}

all() {
	# As superuser.
	sql "CREATE DATABASE theirs"
	export PGDATABASE=theirs
	[ -z "$graph" ] || sql "CREATE EXTENSION age"
	[ -z "$vector" ] || sql "CREATE EXTENSION vector"
	sql 'CREATE EXTENSION "uuid-ossp"'
	foreign "$admin"
	adopt "$admin"
	night "$admin" "$admin" "$admin"

	# After pg_dump | psql: what was the database's own stays behind.
	exits 0 "$name: the database may be thrown away" aegis fixture-allow theirs
	sql "CREATE DATABASE dumped"
	"$dump" theirs 2>/dev/null | psql -Xq -d dumped >/dev/null 2>&1
	exits 0 "$name: pg_dump | psql has no drift that the list does not have" aegis schema-check --db dbname=dumped --accept "$WORK/known.$name"
	unlike "$WORK/out" . "none at all"
	exits 65 "and the mark has not come along" aegis fixture-restore --into dumped "$ROOT/fixtures/demo"
	like "$WORK/err" "'dumped' is not empty and not marked" "says so"
	PGDATABASE=dumped
	exits 0 "$name: a night of the dumped one" aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT"

	# As an owner who is no superuser, by the page's commands.
	psql -Xq -d postgres -c 'DROP DATABASE dumped'
	psql -Xq -d postgres -c 'DROP OWNED BY aegis_import, aegis_audit' -c 'DROP DATABASE theirs' -c 'DROP DATABASE aegis' -c 'DROP ROLE aegis_import, aegis_audit'
	PGDATABASE=postgres
	block administrator | sed "/$([ -n "$graph" ] && echo '^$' || echo "of age\|EXTENSION IF NOT EXISTS age\|libraries")/d; /$([ -n "$vector" ] && echo '^$' || echo 'EXISTS vector')/d" >"$WORK/page.sql"
	exits 0 "$name: what the administrator does once" psql -Xq -v ON_ERROR_STOP=1 -f "$WORK/page.sql" || sed 's/^/# /' "$WORK/err"
	export PGDATABASE=aegis
	is "$(as aegis_owner sql "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user")" $'f\tf' "$name: the owner may little"
	foreign aegis_owner
	adopt aegis_owner
	night aegis_owner nightly auditor

	# A fixture, which was saved on 17, as that owner.
	if [ "$name" = age17 ]; then
		block base | psql -Xq -d postgres -v ON_ERROR_STOP=1 >"$WORK/log" 2>&1
		tap_result $? "$name: a database to begin with" || sed 's/^/# /' "$WORK/log"
		exits 77 "$name: a fixture, begun with nothing" as aegis_owner aegis fixture-restore --into demo "$ROOT/fixtures/demo"
		exits 0 "$name: begun with that" as aegis_owner aegis fixture-restore --base aegis_base --into demo "$ROOT/fixtures/demo" || sed 's/^/# /' "$WORK/err"
		exits 0 "is as it was" as aegis_owner aegis fixture-check --db dbname=demo --database "$ROOT/fixtures/demo"
		exits 0 "once more, since what is restored is marked" as aegis_owner aegis fixture-restore --base aegis_base --into demo "$ROOT/fixtures/demo"
		exits 0 "a clone of it" as aegis_owner aegis fixture-clone demo
		exits 0 "without drift" as aegis_owner aegis schema-check --db dbname=demo
		for d in $(psql -XqAt -d postgres -c "SELECT datname FROM pg_database WHERE datname LIKE 'demo%'"); do
			psql -Xq -d postgres -c "DROP DATABASE $d"
		done
	fi

	# A right that a nightly role lacks.
	psql -Xq -d postgres -c 'CREATE ROLE stranger LOGIN'
	exits 77 "$name: a role without rights" as stranger aegis history
	like "$WORK/err" 'hint: .*GRANT aegis_import TO stranger' "is told what to grant"
	psql -Xq -d postgres -c 'DROP ROLE stranger'

	# Without the administrator's commands each missing right is named.
	psql -Xq -d postgres -c 'CREATE DATABASE bare OWNER aegis_owner' -c 'DROP DATABASE aegis' -c 'DROP ROLE IF EXISTS nightly, auditor' -c 'DROP ROLE aegis_audit'
	PGDATABASE=bare
	[ -z "$graph" ] || sql "CREATE EXTENSION age"
	[ -z "$vector" ] || sql "CREATE EXTENSION vector"
	python3 "$ROOT/tests/system/foreign.py" <"$WORK/document" | as aegis_owner psql -Xq -v ON_ERROR_STOP=1 2>"$WORK/err"
	if [ -n "$graph" ]; then
		exits 77 "$name: AGE may not be used" as aegis_owner aegis schema-apply
		like "$WORK/err" 'hint: an administrator says once: GRANT USAGE ON SCHEMA ag_catalog TO aegis_owner' "the grant is named"
		sql "GRANT USAGE ON SCHEMA ag_catalog TO aegis_owner WITH GRANT OPTION"
		# A graph that services have made, as a role of their own.
		psql -Xq -c 'CREATE ROLE services LOGIN' -c "GRANT CREATE ON DATABASE bare TO services; GRANT USAGE ON SCHEMA ag_catalog TO services"
		as services psql -Xq -v ON_ERROR_STOP=1 -c 'SET search_path = ag_catalog, public' -c "SELECT create_graph('oilgas')" \
		    -c "SELECT * FROM cypher('oilgas', \$\$ CREATE (:Well {entity_id: 'w1'})-[:OPERATED_BY]->(:Operator {entity_id: 'o'}) \$\$) AS (a agtype)" >"$WORK/log" 2>&1
		exits 77 "$name: a graph of the services' own role" as aegis_owner aegis schema-apply
		like "$WORK/err" 'hint: an administrator says once: GRANT services TO aegis_owner' "its statement is named"
		sql "GRANT services TO aegis_owner"
	fi
	exits 77 "$name: a role is missing" as aegis_owner aegis schema-apply
	like "$WORK/err" 'hint: an administrator says once: .*CREATE ROLE aegis_audit NOLOGIN' "its statement is named"
	if [ -n "$graph" ]; then
		sql "CREATE ROLE aegis_audit NOLOGIN; GRANT SELECT ON ag_catalog.ag_graph, ag_catalog.ag_label TO aegis_owner WITH GRANT OPTION"
		exits 0 "$name: with all of them" as aegis_owner aegis schema-apply || sed 's/^/# /' "$WORK/err"
		psql -Xq -c 'CREATE ROLE nightly LOGIN IN ROLE aegis_import' 2>"$WORK/log"
		as aegis_owner aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
		exits 0 "a night into the services' graph" as nightly aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" || sed 's/^/# /' "$WORK/err"
		exits 0 "the graph's check" as nightly aegis graph-sync --tenant "$TENANT" --check
		is "$(sql "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname IN ('idx_Well_entity_id', 'idx_Operator_id', 'idx_OPERATED_BY_start')")" 3 \
		    "labels that were there have their indexes"
	fi
	off
}

graph='' vector=''
on plain --without age,vector
tap_result $? "plain: a server" && all
graph=1 vector=1
on age17 --postgres 17
tap_result $? "age17: a server" || sed 's/^/# /' "$WORK/start.log"
[ -z "${PGHOST:-}" ] || all
if on age18 --postgres 18; then
	all
else
	say "age18: cannot be had here"
	sed 's/^/# /' "$WORK/start.log"
fi
done_testing
