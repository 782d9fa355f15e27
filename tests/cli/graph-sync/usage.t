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
sql "UPDATE batch_settings SET value = 'vector' WHERE name = 'without'"
exits 78 "one that lacks it by mistake" aegis graph-sync --tenant "$TENANT"
like "$WORK/err" 'Apache AGE is not in it' "is told so"
# A database that AEGIS has without AGE: nobody has said so there.
like "$WORK/err" 'hint: ' "with what would have it"
sed -i '/^aegis.without/d' "$WORK/var/db/server.conf"
psql -Xqc "ALTER DATABASE $PGDATABASE RESET ALL" -c "DELETE FROM batch_settings"
pid=$(head -n 1 "$WORK/var/db/data/postmaster.pid")
pg_ctl=$(dirname "$(readlink "/proc/$pid/exe")")/pg_ctl owner=$(stat -c %U "$WORK/var/db/data")
restart() { (cd "$WORK/var/db" && "$@" "$pg_ctl" restart -D data -l log -w -s -m fast); }
if [ "$owner" = "$(id -un)" ]; then restart; else restart runuser -u "$owner" --; fi
is "$(sql "SELECT current_setting('aegis.without', true) IS NULL")" t "a server on which nobody has set it"
exits 0 "a database that was always without AGE" aegis graph-sync --tenant "$TENANT"
like "$WORK/err" 'it is left out' "says that it is left out"
exits 78 "a check of it" aegis graph-sync --tenant "$TENANT" --check
done_testing
