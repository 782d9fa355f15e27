#!/usr/bin/env bash
# graph-sync where there is no graph, and where it is called wrongly.
. "$(dirname "$0")/../../lib.sh"
exits 64 "no tenant" aegis graph-sync
exits 64 "a word too many" aegis graph-sync --tenant "$TENANT" now
exits 64 "a report of another form" aegis graph-sync --tenant "$TENANT" --report xml
need_pg
exits 64 "a tenant that is not a UUID" aegis graph-sync --tenant me
exits 65 "a tenant that nothing names" aegis graph-sync --tenant "$TENANT"
aegis entity-define --tenant "$TENANT" "$ROOT/pipelines/entities/field.yaml" >/dev/null 2>&1
exits 0 "a database that does without AGE on purpose" aegis graph-sync --tenant "$TENANT"
like "$WORK/out" 'does without a graph' "says so"
exits 0 "a check of it" aegis graph-sync --tenant "$TENANT" --check
export PGOPTIONS="-c aegis.without=vector"
exits 78 "one that lacks it by mistake" aegis graph-sync --tenant "$TENANT"
like "$WORK/err" 'Apache AGE is not in it' "is told so"
done_testing
