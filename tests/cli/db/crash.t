#!/usr/bin/env bash
# Killed servers, half-made databases, two at once.
. "$(dirname "$0")/../../lib.sh"
export AEGIS_VAR=$WORK/var
pg_up=1
q() { aegis db psql -XqAtc "$1"; }
server() { head -1 "$WORK/var/db/data/postmaster.pid"; }

# What a killed first start leaves: the marker and a part of a cluster.
mkdir -p "$WORK/var/db/data.partial/base"
: >"$WORK/var/db/AEGIS-PRIVATE-DATABASE"
echo junk >"$WORK/var/db/data.partial/PG_VERSION"
[ "$(id -u)" = 0 ] && chown -R postgres "$WORK/var/db" && chmod 700 "$WORK/var/db"

(aegis db start --fast >"$WORK/one" 2>&1; echo "status $?" >>"$WORK/one") &
(aegis db start --fast >"$WORK/two" 2>&1; echo "status $?" >>"$WORK/two") &
wait
is "$(cat "$WORK/one" "$WORK/two" | grep -c '^status 0$')" 2 "two starts at once both succeed"
is "$(cat "$WORK/one" "$WORK/two" | grep -c 'made a database')" 1 "one of them makes it"
is "$(cat "$WORK/one" "$WORK/two" | grep -c 'already running')" 1 "the other finds it running"
ok "the part of a cluster is gone" test ! -e "$WORK/var/db/data.partial"
like "$WORK/var/db/AEGIS-PRIVATE-DATABASE" '^aegis-private-database 1$' "the marker is whole"

# The same from nothing at all, some times over: races do not show at once.
bad=0
for i in 1 2 3; do
	for j in 1 2 3; do
		(AEGIS_VAR=$WORK/races/$i/var aegis db start --fast 2>"$WORK/race.$j"
		echo $? >>"$WORK/race.$j") &
	done
	wait
	[ "$(tail -qn1 "$WORK"/race.[123] 2>/dev/null | tr -d '\n')" = 000 ] || { bad=1; tail "$WORK"/race.[123]; }
	AEGIS_VAR=$WORK/races/$i/var aegis db destroy --yes 2>/dev/null
done
is "$bad" 0 "three starts at once from nothing succeed"

q 'CREATE TABLE kept (x int); INSERT INTO kept SELECT generate_series(1, 1000)'
# A session in an open transaction, whose server process must notice the death.
mkfifo "$WORK/feed"
aegis db psql -Xq <"$WORK/feed" >/dev/null 2>&1 &
session=$!
exec 7>"$WORK/feed"
echo 'BEGIN; INSERT INTO kept VALUES (0); SELECT pg_sleep(0);' >&7
for _ in $(seq 100); do
	[ "$(q "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")" = 1 ] && break
	sleep 0.1
done
dead=$(server)
kill -KILL "$dead"
exits 0 "start after the server was killed" aegis db start --fast
like "$WORK/err" 'info: started' "starts it again"
exec 7>&-
wait "$session"
is "$(q 'SELECT count(*), min(x) FROM kept')" "1000|1" "what was committed is there, the rest is not"
[ "$(server)" != "$dead" ]
tap_result $? "it is a new process"

# The number of the dead server's process belongs to another process by now.
dead=$(server)
kill -KILL "$dead"
if [ "$(id -u)" = 0 ]; then
	setpriv --reuid=postgres --regid="$(id -g postgres)" --clear-groups -- sleep 300 &
else
	sleep 300 &
fi
stranger=$!
for _ in $(seq 100); do
	[ -e "/proc/$dead" ] || break
	sleep 0.1
done
sed -i "1s/.*/$stranger/" "$WORK/var/db/data/postmaster.pid"
[ "$(id -u)" = 0 ] && chown postgres "$WORK/var/db/data/postmaster.pid"
exits 69 "a stranger with the server's number is not the server" aegis db status
exits 0 "stop does not stop the stranger" aegis db stop
like "$WORK/err" 'not running' "says that nothing runs"
exits 0 "start starts" aegis db start --fast
like "$WORK/err" 'info: started' "a server"
ok "the stranger lives" kill -0 "$stranger"
kill "$stranger"
is "$(q 'SELECT count(*) FROM kept')" 1000 "the data is there"

# A start that was killed before it came to the database.
q 'SELECT 1' >/dev/null
aegis db psql -d postgres -Xqc 'DROP DATABASE aegis'
exits 0 "start where the database is missing" aegis db start --fast
is "$(q 'SELECT current_database()')" aegis "makes it"

# A server that cannot start.
aegis db stop 2>/dev/null
mv "$WORK/var/db/data/pg_ident.conf" "$WORK/ident"
mv "$WORK/var/db/data/global" "$WORK/global"
exits 69 "start of a damaged one fails" aegis db start --fast
like "$WORK/err" 'info: log: .*(FATAL|PANIC|could not)' "and shows the log's end"
mv "$WORK/global" "$WORK/var/db/data/global"
mv "$WORK/ident" "$WORK/var/db/data/pg_ident.conf"
exits 0 "start of the mended one" aegis db start --fast

# The server holds nothing of its starter's open: this pipe ends at once.
aegis db stop 2>/dev/null
# shellcheck disable=SC2094
ok "the server does not hold its starter's descriptors" \
    timeout 60 bash -c '(exec 9>&1; aegis db start --fast) 2>&1 | cat >/dev/null'
done_testing
