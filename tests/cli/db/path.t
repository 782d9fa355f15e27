#!/usr/bin/env bash
# The server's programs are found where they are, whatever PATH says.
. "$(dirname "$0")/../../lib.sh"
clean() { env -i PATH=/usr/bin:/bin HOME=/ AEGIS_VAR="$WORK/var" "$@"; }
pg_up=1
for name in initdb pg_ctl postgres; do
	[ -z "$(PATH=/usr/bin:/bin command -v "$name")" ] || say "$name is in /usr/bin here"
done
exits 0 "made and started with a bare PATH" clean "$AEGIS_BIN/aegis-db" start --fast
exits 0 "stopped" clean "$AEGIS_BIN/aegis-db" stop
exits 0 "started again" clean "$AEGIS_BIN/aegis-db" start
is "$(clean "$AEGIS_BIN/aegis-db" psql -XAtc 'SELECT 1')" 1 "and used"
done_testing
