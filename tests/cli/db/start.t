#!/usr/bin/env bash
# The private database's life: start, look, open, stop, destroy.
. "$(dirname "$0")/../../lib.sh"
export AEGIS_VAR=$WORK/var
pg_up=1

exits 0 "stop where there is none" aegis db stop
like "$WORK/err" 'not running' "says so"
exits 69 "status where there is none" aegis db status
like "$WORK/out" '^state +none$' "says so"
exits 69 "url where there is none" aegis db url
like "$WORK/err" 'hint: start one with: aegis db start' "says what to do"
exits 69 "psql where there is none" aegis db psql
exits 69 "schema-apply where there is none" aegis schema-apply
exits 0 "destroy where there is none" aegis db destroy --yes
ok "nothing was made by looking" test ! -e "$WORK/var/db"

exits 0 "first start" aegis db start --fast
like "$WORK/err" 'made a database of PostgreSQL' "says that it made one"
exits 0 "second start" aegis db start --fast
like "$WORK/err" 'already running' "says so"
unlike "$WORK/err" 'made a database' "and makes nothing"
exits 0 "status of a running one" aegis db status
like "$WORK/out" '^state +running$' "is running"
pid=$(sed -n 's/^process *//p' "$WORK/out")
is "$(head -1 "$WORK/var/db/data/postmaster.pid")" "$pid" "the process is the server's"
is "$(cat "$WORK/var/db/data/PG_VERSION")" "$(sed -n 's/^version *//p' "$WORK/out")" "the version"
[ "$(stat -c %u "/proc/$pid")" != 0 ]
tap_result $? "the server does not run as root"

# The sockets that the server's process holds, looked up in the kernel's tables.
find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n' | sort >"$WORK/held"
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { print $10 }' | sort >"$WORK/tcp"
awk '{ print $7 }' /proc/net/unix | sort >"$WORK/unix"
is "$(comm -12 "$WORK/held" "$WORK/tcp" | wc -l)" 0 "no TCP socket listens"
[ "$(comm -12 "$WORK/held" "$WORK/unix" | wc -l)" -gt 0 ]
tap_result $? "a Unix socket is there"
is "$(stat -c %a "$WORK/var/db")" 700 "mode of the directory"
is "$(stat -c %a "$WORK/var/db/run")" 700 "mode of the socket's directory"
is "$(stat -c %a "$WORK/var/db/run/.s.PGSQL.5432")" 700 "mode of the socket"

is "$(echo 'SELECT current_user, current_database()' | aegis db psql -XqAt)" "aegis|aegis" \
    "psql from a pipe"
is "$(aegis db psql -XAtc 'SELECT 1; SELECT 2' | tr '\n' ' ')" "1 2 " "psql's own options"
is "$(PGHOST=/nowhere PGPORT=1 PGUSER=x PGDATABASE=y PGOPTIONS='-c jit=on' aegis db psql -XAtc 'SELECT 1')" 1 \
    "psql in spite of the environment"
exits 3 "psql's own status" aegis db psql -X -v ON_ERROR_STOP=1 -f - <<<'SELECT nothing'
is "$(psql -XAtc 'SELECT 1' "$(aegis db url)")" 1 "the url works"
is "$(eval "$(aegis db env)"; psql -XAtc 'SELECT current_user')" aegis "the env works"
is "$(PGSERVICEFILE=$WORK/var/db/pg_service.conf PGSERVICE=aegis psql -XAtc 'SELECT current_user')" \
    aegis "the service file works"
exits 73 "url to a full disk" bash -c 'aegis db url >/dev/full'
exits 73 "env to a full disk" bash -c 'aegis db env >/dev/full'
exits 73 "status to a full disk" bash -c 'aegis db status >/dev/full'

show() { aegis db psql -XAtc "SHOW $1"; }
is "$(show listen_addresses)" "" "listen_addresses"
is "$(show TimeZone)" UTC "TimeZone"
is "$(show shared_buffers)" 256MB "shared_buffers"
is "$(show max_wal_size)" 4GB "max_wal_size"
is "$(show fsync) $(show full_page_writes) $(show synchronous_commit)" "off off on" "--fast"
is "$(show data_checksums)" on "checksums"
is "$(aegis db psql -XAtF' ' -c "SELECT pg_encoding_to_char(encoding), datcollate, rolname, rolsuper
    FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE datname = 'aegis'")" "UTF8 C aegis t" \
    "the database, its order and its owner"

exits 78 "--set on a running server" aegis db start --set work_mem=9MB
exits 0 "stop" aegis db stop
exits 0 "stop again" aegis db stop
like "$WORK/err" 'not running' "says so"
[ -e "/proc/$pid/cwd" ] # a zombie, where nobody waits for it, works nowhere
is $? 1 "the process is gone"
exits 69 "status of a stopped one" aegis db status
like "$WORK/out" '^state +stopped$' "is stopped"
exits 69 "schema-apply to a stopped one" aegis schema-apply
like "$WORK/err" 'hint: start the private database' "says what to do"

exits 0 "start with settings" aegis db start --set work_mem=9MB --set "search_path=a'b\\c"
is "$(show work_mem)" 9MB "a setting"
is "$(show search_path)" "a'b\\c" "a setting with a quote and a backslash"
is "$(show fsync)" on "without --fast fsync is on"
aegis db stop 2>/dev/null
exits 0 "start with one of them again" aegis db start --set work_mem=10MB
is "$(show work_mem) $(grep -c work_mem "$WORK/var/db/settings.conf")" "10MB 1" "the last one counts"
is "$(show search_path)" "a'b\\c" "the other one is kept"
aegis db stop 2>/dev/null
exits 64 "a setting that would open it" aegis db start --set listen_addresses=0.0.0.0
exits 64 "a setting without a name" aegis db start --set =1
exits 64 "a setting without a value" aegis db start --set fsync
exits 69 "a setting that the server refuses" aegis db start --fast --set work_mem=purple
like "$WORK/err" 'info: log: .*purple' "shows the server's words"
exits 0 "does not bar the next start" aegis db start --fast
is "$(show work_mem)" 10MB "with the settings as they were"

exits 64 "destroy without --yes" aegis db destroy
is "$(aegis db psql -XAtc 'SELECT 1')" 1 "destroys nothing"
exits 0 "destroy" aegis db destroy --yes
ok "the directory is gone" test ! -e "$WORK/var/db"
ok "var is not" test -d "$WORK/var"
exits 64 "no word" aegis db
exits 64 "a word too many" aegis db start now
exits 64 "an unknown word" aegis db begin
exits 64 "--fast elsewhere" aegis db stop --fast
exits 64 "--yes elsewhere" aegis db start --yes
done_testing
