#!/usr/bin/env bash
# Who may connect to the private database: its maker, root, the server's user.
. "$(dirname "$0")/../../lib.sh"
[ "$(id -u)" = 0 ] || skip_all "becoming other users needs root"
need_pg
run=$PGHOST
other() { # other USER COMMAND...
	local user=$1
	shift
	setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$@"
}
# The checkout may be where other users cannot go.
cp -R "$AEGIS_BIN" "$WORK/bin"
query=(psql -XAtc 'SELECT current_user' -h "$run" -d aegis)

is "$("${query[@]}" -U aegis)" aegis "root is let in"
is "$(cd / && other postgres "${query[@]}" -U aegis)" aegis "the server's user is let in"
exits 2 "another user does not reach the socket" other nobody "${query[@]}" -U aegis
like "$WORK/err" 'Permission denied' "for lack of permission"

# The second wall, with the first one taken down.
chmod 711 "$WORK/var/db" "$run"
chmod 777 "$run/.s.PGSQL.5432"
exits 2 "another user is refused by the server" other nobody "${query[@]}" -U aegis
like "$WORK/err" 'Peer authentication failed' "by the peer map"
exits 2 "under its own name too" other nobody "${query[@]}" -U nobody
like "$WORK/err" 'no pg_hba.conf entry' "for there is no line for it"
exits 2 "root under another role" "${query[@]}" -U postgres
exits 2 "TCP" psql -XAtc 'SELECT 1' -h 127.0.0.1 -p 5432 -U aegis -d aegis
like "$WORK/err" 'refused' "is refused"

exits 77 "another user's status" other nobody env AEGIS_VAR="$AEGIS_VAR" "$WORK/bin/aegis-db" status
exits 77 "another user's stop" other nobody env AEGIS_VAR="$AEGIS_VAR" "$WORK/bin/aegis-db" stop
exits 77 "another user's destroy" other nobody env AEGIS_VAR="$AEGIS_VAR" "$WORK/bin/aegis-db" destroy --yes
is "$("${query[@]}" -U aegis)" aegis "it still runs"

# A user's own: served by that user, open to it and to root.
mkdir "$WORK/own"
chown nobody "$WORK/own"
own() { other nobody env HOME=/ AEGIS_VAR="$WORK/own/var" "$WORK/bin/aegis-db" "$@"; }
exits 0 "another user starts its own" own start --fast
like "$WORK/err" "of user 'nobody'" "as itself"
is "$(own psql -XAtc 'SELECT current_user')" aegis "that user is let in"
is "$(AEGIS_VAR=$WORK/own/var aegis db psql -XAtc 'SELECT current_user')" aegis "root is let in"
exits 2 "the user postgres is not" other postgres "${query[@]}" -h "$WORK/own/var/db/run" -U aegis
exits 0 "root stops it" env AEGIS_VAR="$WORK/own/var" aegis db stop
exits 0 "root starts it" env AEGIS_VAR="$WORK/own/var" aegis db start --fast
like "$WORK/err" "of user 'nobody'" "as that user"
exits 0 "its owner destroys it" own destroy --yes
ok "it is gone" test ! -e "$WORK/own/var/db"
done_testing
