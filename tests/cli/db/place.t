#!/usr/bin/env bash
# Checkouts in awkward places: private to root, very deep, oddly named.
. "$(dirname "$0")/../../lib.sh"
places=()
tap_places() {
	local place
	for place in "${places[@]}"; do
		AEGIS_VAR=$place aegis db destroy --yes >/dev/null 2>&1
	done
	tap_exit
}
trap tap_places EXIT
at() { # at VAR WORDS...
	local var=$1
	shift
	AEGIS_VAR=$var aegis db "$@"
}

# What was fetched goes with the database, where that is asked for.
mkdir -p "$WORK/home/var/postgresql-17"
for f in pipelines scripts sql; do ln -s "$ROOT/$f" "$WORK/home/$f"; done
echo x >"$WORK/home/var/postgresql-17/PACKAGES"
exits 0 "destroy leaves the tree" env AEGIS_HOME="$WORK/home" AEGIS_VAR="$WORK/home/var" aegis db destroy --yes
ok "it is there" test -e "$WORK/home/var/postgresql-17/PACKAGES"
exits 0 "destroy --tree" env AEGIS_HOME="$WORK/home" AEGIS_VAR="$WORK/home/var" aegis db destroy --yes --tree
ok "removes it" test ! -e "$WORK/home/var/postgresql-17"
exits 64 "--tree belongs to destroy" aegis db stop --tree

long=$WORK
for i in 1 2 3 4 5 6; do long=$long/a-directory-with-quite-a-long-name-of-about-fifty-$i; done
mkdir -p "$long"
places+=("$long/var")
exits 0 "a very long path" at "$long/var" start --fast
socket=$(at "$long/var" status | sed -n 's/^socket *//p')
ok "its socket is in /tmp" expr "$socket" : '/tmp/aegis-[0-9]*-[0-9a-f]\{8\}$'
is "$(stat -c %a "$socket")" 700 "in a directory of its own"
is "$(at "$long/var" psql -XAtc 'SELECT 1')" 1 "clients find it"
is "$(AEGIS_VAR=$long/var aegis schema-apply 2>&1 | grep -c ': applied$')" \
    "$(sed 's/#.*//' "$ROOT/sql/ORDER" | grep -c .)" "our programs too"
exits 0 "it is destroyed" at "$long/var" destroy --yes
ok "with its socket's directory" test ! -e "$socket"

# Someone else made that directory first.
mkdir -m 755 "$socket"
exits 77 "a directory for the socket that others can enter" at "$long/var" start --fast
like "$WORK/err" 'not a directory of mode 0700' "is refused"
rmdir "$socket"
if [ "$(id -u)" = 0 ]; then
	mkdir -m 700 "$socket"
	chown nobody "$socket"
	exits 77 "a directory for the socket of another user" at "$long/var" start --fast
	rmdir "$socket"
	ln -s "$WORK" "$socket"
	exits 77 "a link for the socket" at "$long/var" start --fast
	rm "$socket"
fi
at "$long/var" destroy --yes 2>/dev/null
deep=$WORK
for i in $(seq 20); do deep=$deep/a-directory-with-quite-a-long-name-of-about-fifty-$i; done
exits 78 "a path too long for PostgreSQL" at "$deep/var" start --fast

odd="$WORK/it's, a \"dir\" of \$HOME \`id\` \\ %2F ö"
mkdir -p "$odd"
places+=("$odd/var")
exits 0 "an oddly named path" at "$odd/var" start --fast
is "$(at "$odd/var" psql -XAtc 'SELECT 1')" 1 "clients find it"
at "$odd/var" stop 2>/dev/null
exits 0 "it starts again" at "$odd/var" start --fast
at "$odd/var" destroy --yes 2>/dev/null
quoted="$WORK/it's \\ %2F&x"
mkdir -p "$quoted"
places+=("$quoted/var")
exits 0 "a path with quotes" at "$quoted/var" start --fast
is "$(at "$quoted/var" status | sed -n 's/^socket *//p')" "$quoted/var/db/run" "its socket is there"
is "$(psql -XAtc 'SELECT 1' "$(at "$quoted/var" url)")" 1 "its url"
is "$(eval "$(at "$quoted/var" env)"; psql -XAtc 'SELECT 1')" 1 "its env"
is "$(PGSERVICEFILE=$quoted/var/db/pg_service.conf PGSERVICE=aegis psql -XAtc 'SELECT 1')" 1 "its service file"
is "$(AEGIS_VAR=$quoted/var aegis schema-apply 2>&1 | grep -c ': applied$')" \
    "$(sed 's/#.*//' "$ROOT/sql/ORDER" | grep -c .)" "our programs"
at "$quoted/var" destroy --yes 2>/dev/null

if [ "$(id -u)" = 0 ]; then
	mkdir -m 700 "$WORK/root"
	mkdir "$WORK/root/checkout"
	var=$WORK/root/checkout/var
	places+=("$var")
	place=/var/lib/aegis-batch/checkout-$(printf %s "$WORK/root/checkout" | sha256sum | cut -c1-8)
	exits 0 "a directory that only root may enter" at "$var" start --fast
	is "$(readlink "$var/db")" "$place" "the data is elsewhere"
	is "$(at "$var" status | sed -n 's/^place *//p')" "$place" "status says where"
	is "$(at "$var" psql -XAtc 'SELECT 1')" 1 "clients find it"
	at "$var" psql -Xqc 'CREATE TABLE kept ()'
	exits 0 "stop" at "$var" stop
	exits 0 "start again" at "$var" start --fast
	is "$(at "$var" psql -XAtc "SELECT 'kept'::regclass")" kept "the same database"
	# A checkout that was removed and cloned again to the same place.
	at "$var" stop 2>/dev/null
	rm "$var/db"
	exits 0 "the link is made again" at "$var" start --fast
	is "$(at "$var" psql -XAtc "SELECT 'kept'::regclass")" kept "to the same database"
	exits 0 "destroy" at "$var" destroy --yes
	ok "removes the data" test ! -e "$place"
	ok "and the link" test ! -L "$var/db"
	mkdir -p "$place"
	echo precious >"$place/file"
	exits 78 "a foreign directory elsewhere" at "$var" start --fast
	is "$(cat "$place/file")" precious "is left alone"
	rm -r "$place"
	ln -s "$place" "$var/db"
	exits 0 "our own link to nowhere is filled" at "$var" start --fast
	at "$var" destroy --yes 2>/dev/null
	exits 0 "under a tight umask" bash -c "umask 077; mkdir '$WORK/tight'; AEGIS_VAR='$WORK/tight/var' aegis db start --fast"
	places+=("$WORK/tight/var")
fi
done_testing
