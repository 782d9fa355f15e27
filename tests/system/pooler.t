#!/usr/bin/env bash
# Behind pgbouncer in transaction mode: a night, its lock, what needs a session of its own; and a run
# that loses its lock's connection.
. "$(dirname "$0")/../lib.sh"
PATH=$PATH:/usr/sbin
if ! command -v pgbouncer >/dev/null; then
	[ "${CI:-}" != true ] || { echo "Bail out! no pgbouncer"; exit 1; }
	skip_all "no pgbouncer here"
fi
need_pg
direct=$PGHOST
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
echo 'local all all trust' >>"$WORK/var/db/data/pg_hba.conf"
psql -XqAtc 'SELECT pg_reload_conf()' >/dev/null

# It does not run as root.
mkdir -m 777 "$WORK/pool"
cat >"$WORK/pool/ini" <<END
[databases]
aegis = host=$direct port=5432 user=aegis
[pgbouncer]
pool_mode = transaction
listen_addr =
listen_port = 6432
unix_socket_dir = $WORK/pool
auth_type = any
default_pool_size = 4
query_wait_timeout = 5
max_client_conn = 50
logfile = $WORK/pool/log
ignore_startup_parameters = extra_float_digits
END
chmod 644 "$WORK/pool/ini"
runner=()
[ "$(id -u)" -ne 0 ] || runner=(runuser -u "$(stat -c %U "$WORK/var/db/data")" --)
"${runner[@]}" pgbouncer "$WORK/pool/ini" >"$WORK/pool.out" 2>&1 &
bouncer=$!
trap 'status=$?; kill $bouncer 2>/dev/null; (exit $status); tap_exit' EXIT
export PGHOST=$WORK/pool PGPORT=6432
for _ in $(seq 50); do psql -XqAtc 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.1; done
is "$(psql -XqAtc 'SELECT 1' 2>"$WORK/err")" 1 "pgbouncer is between" || sed 's/^/# /' "$WORK/err" "$WORK/pool.out"
on_server() { PGHOST=$direct PGPORT=5432 psql -XqAtc "$1"; }

exits 0 "a night through it" aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" || { sed 's/^/# /' "$WORK/err"; sed 's/^/# /' "$WORK/out"; }
exits 0 "the same night" aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT"
is "$(sed '/^graph /,/^[^ ]/d' "$WORK/out" | grep -c '^    nothing new$\|^    the same source as at .*: nothing to do$')" 21 "nothing new"
exits 0 "the matrix is as the entities say" aegis entity-load --tenant "$TENANT" --type well --check
ok "with cells" test "$(on_server "SELECT count(*) FROM compliance_status")" -gt 10
is "$(on_server "SELECT count(*) FROM batch_matrix_todo")" 0 "none is due"
is "$(on_server "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0 "no lock stays behind"
# What our sessions set goes to nobody else.
for _ in 1 2 3 4 5 6; do psql -XqAtc 'SHOW lock_timeout' -c 'SHOW search_path' -c 'SHOW synchronous_commit' -c 'SHOW client_min_messages'; done | sort -u | paste -sd, >"$WORK/settings"
is "$(cat "$WORK/settings")" '"$user", public,0,notice,on' "no setting of ours is left to others"
exits 78 "schema-apply through it" aegis schema-apply
like "$WORK/err" "schema-apply needs a session of its own, and this connection goes through a pooler" "says so"
like "$WORK/err" "hint: connect to the server's own port" "and what to do"
exits 0 "an audit table through it" aegis audit-read --table audit_logs --period 2026-10
exits 0 "schema-check" aegis schema-check
exits 0 "a table" aegis table-dump entities

# Two at once.
mkfifo "$WORK/fifo"
cat >"$WORK/slow.yaml" <<END
pipeline: slow
description: two steps, of which the first waits for somebody
steps:
  - {name: one, pipe: [[seal, $WORK/fifo]]}
  - {name: two, after: [one], pipe: [[seal, $WORK/small.csv]]}
END
printf 'a,b\n1,2\n' >"$WORK/small.csv"
slow() { # slow NAME: a run whose first step waits for the fifo
	aegis run "$WORK/slow.yaml" >"$WORK/$1.out" 2>"$WORK/$1.err" &
	eval "$1=\$!"
	for _ in $(seq 100); do
		[ "$(on_server "SELECT count(*) FROM batch_runs WHERE pipeline = 'slow' AND state = 'running'")" = 1 ] && return
		sleep 0.05
	done
}
slow first
exits 75 "a second run of the pipeline" aegis run "$WORK/slow.yaml"
like "$WORK/err" "pipeline 'slow' is running already" "is refused"
is "$(on_server "SELECT string_agg(DISTINCT coalesce(backend_xmin::text, 'none'), ',') FROM pg_stat_activity WHERE state = 'idle in transaction'")" none \
    "the transaction that holds the lock holds back no vacuum"
printf 'a,b\n1,2\n' >"$WORK/fifo"
wait $first
is "$?" 0 "the first one ends well"
is "$(on_server "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0 "and its lock with it"

# The lock's connection is lost between two steps.
cut() { on_server "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'" >/dev/null; }
slow second
cut
printf 'a,b\n1,2\n' >"$WORK/fifo"
wait $second
is "$?" 0 "a run whose lock was lost takes it again"
like "$WORK/second.err" "the lock of pipeline 'slow' was lost with its connection, and is held again" "and says so"
slow third
cut
PGHOST=$direct PGPORT=5432 psql -XqAt >/dev/null 2>&1 <<'END' &
BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended('aegis-batch pipeline slow', 0));
SELECT pg_sleep(4);
END
holder=$!
for _ in $(seq 100); do [ "$(on_server "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")" = 1 ] && break; sleep 0.05; done
printf 'a,b\n1,2\n' >"$WORK/fifo"
wait $third
is "$?" 75 "one whose lock another has taken ends with 75"
like "$WORK/third.err" "the lock of the pipeline was lost with its connection: pipeline 'slow' " "says so"
is "$(on_server "SELECT count(*) FROM batch_runs WHERE pipeline = 'slow' AND state = 'failed' AND cause NOT LIKE 'pipeline%running already%'")" 1 "and is on record as failed"
wait $holder
done_testing
