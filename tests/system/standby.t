#!/usr/bin/env bash
# On a standby, which only reads: checks, an audit export, a run that is recorded in a directory.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/audit.sh"
need_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" >"$WORK/log" 2>&1
audit_setup
signed_rows python 30 2026-10-03 | load_rows
# A second server, made of the first's backup.
bin=$(dirname "$(readlink "/proc/$(head -n 1 "$WORK/var/db/data/postmaster.pid")/exe")")
owner=$(stat -c %U "$WORK/var/db/data")
as() { if [ "$owner" = "$(id -un)" ]; then "$@"; else runuser -u "$owner" -- env "PGHOST=$PGHOST" "PGPORT=$PGPORT" "$@"; fi; }
sql "ALTER SYSTEM SET wal_level = replica" && sql "ALTER SYSTEM SET max_wal_senders = 4"
echo 'local replication all trust' >>"$WORK/var/db/data/pg_hba.conf"
echo 'local all all trust' >>"$WORK/var/db/data/pg_hba.conf"
(cd "$WORK/var/db" && as "$bin/pg_ctl" restart -D data -l log -w -s -m fast) >"$WORK/log" 2>&1
mkdir -m 777 "$WORK/second"
(cd "$WORK/second" && as "$bin/pg_basebackup" -U "$PGUSER" -D "$WORK/second/data" -R -c fast) >"$WORK/log" 2>&1
tap_result $? "a backup" || sed 's/^/# /' "$WORK/log"
mkdir -m 777 "$WORK/second/run"
as sh -c "sed -i '/^include/d' '$WORK/second/data/postgresql.conf'; printf \"unix_socket_directories = '$WORK/second/run'\nlisten_addresses = ''\nport = 5432\nhot_standby = on\n\" >>'$WORK/second/data/postgresql.auto.conf'
    cat '$WORK/second/data/postgresql.auto.conf' >/dev/null"
(cd "$WORK/second" && as "$bin/pg_ctl" start -D data -l log -w -s) >"$WORK/log" 2>&1
tap_result $? "a standby" || sed 's/^/# /' "$WORK/second/log"
trap 'status=$?; (cd "$WORK/second" && as "$bin/pg_ctl" stop -D data -m immediate -s); (exit $status); tap_exit' EXIT
export PGHOST=$WORK/second/run
is "$(sql "SELECT pg_is_in_recovery()")" t "it only reads"

exits 0 "schema-check" aegis schema-check || sed "s|^|# |" "$WORK/out"
exits 0 "the matrix's check" aegis entity-load --tenant "$TENANT" --type well --check
exits 0 "integrity-check" aegis integrity-check
exits 0 "history" aegis history
exits 0 "an audit table" aegis audit-read --table audit_logs --period 2026-10
exits 77 "a run, recorded in the database" aegis run "$ROOT/pipelines/audit-export.yaml" --set "archives=$ARCH" --set period=2026-10 \
    --set "keys=$WORK/ring.yaml" --set profile=py-sorted --set "signing_key=$WORK/audit.key"
like "$WORK/err" 'hint: .*standby.*--record' "is told of --record"
exits 0 "a run with --record" aegis run --record "$WORK/runs" "$ROOT/pipelines/audit-export.yaml" --set "archives=$ARCH" --set period=2026-10 \
    --set "keys=$WORK/ring.yaml" --set profile=py-sorted --set "signing_key=$WORK/audit.key" || sed 's/^/# /' "$WORK/err"
exits 0 "its archives are whole" aegis audit-check --key "$WORK/audit.key.vkey" "$ARCH"
is "$(python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(d["state"], d["exit_status"], [s["state"] for s in d["resources"]])' "$WORK"/runs/*.json)" \
    "done 0 ['done', 'done']" "and its record says what was done"
exits 64 "--resume with it" aegis run --resume --record "$WORK/runs" "$ROOT/pipelines/audit-export.yaml"
# One run of a pipeline at a time, there too.
mkfifo "$WORK/fifo"
printf 'pipeline: slow\ndescription: waits\nsteps:\n  - {name: one, pipe: [[seal, %s]]}\n' "$WORK/fifo" >"$WORK/slow.yaml"
aegis run --record "$WORK/runs" "$WORK/slow.yaml" >/dev/null 2>&1 &
for _ in $(seq 100); do grep -q '"slow"' "$WORK"/runs/*.json && break; sleep 0.05; done
exits 75 "a second run" aegis run --record "$WORK/runs" "$WORK/slow.yaml"
like "$WORK/err" "pipeline 'slow' is running already" "is refused"
printf 'a,b\n1,2\n' >"$WORK/fifo"
wait $!
is "$?" 0 "the first ends"
done_testing
