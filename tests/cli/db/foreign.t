#!/usr/bin/env bash
# What is not ours is left alone.
. "$(dirname "$0")/../../lib.sh"
export AEGIS_VAR=$WORK/var
export AEGIS_HOME=$ROOT
mkdir -p "$WORK/var/db/data"
echo precious >"$WORK/var/db/data/file"

for verb in start stop status "destroy --yes"; do
	# shellcheck disable=SC2086
	exits 78 "$verb: a directory with something in it" aegis db $verb
	like "$WORK/err" 'no private database.*left alone' "$verb: says why"
done
is "$(cd "$WORK/var" && find . | sort | tr '\n' ' ')" ". ./db ./db/data ./db/data/file " "nothing is touched"

rm -r "$WORK/var/db"
echo precious >"$WORK/var/db"
exits 78 "a file in its place" aegis db start
is "$(cat "$WORK/var/db")" precious "is left alone"

rm "$WORK/var/db"
mkdir "$WORK/var/db"
echo "aegis-private-database 2" >"$WORK/var/db/AEGIS-PRIVATE-DATABASE"
[ "$(id -u)" = 0 ] && chown -R postgres "$WORK/var/db"
exits 78 "a marker of another version" aegis db start
like "$WORK/err" 'another version' "says so"

rm -r "$WORK/var/db"
ln -s "$WORK/nowhere" "$WORK/var/db"
exits 78 "a link to nowhere" aegis db start
ok "nothing is made there" test ! -e "$WORK/nowhere"
exits 0 "destroy of a link to nowhere" aegis db destroy --yes
ok "the link is left alone" test -L "$WORK/var/db"

rm "$WORK/var/db"
mkdir "$WORK/var/db"
exits 0 "an empty directory is taken" aegis db start --fast
mkdir "$WORK/outside"
echo precious >"$WORK/outside/file"
ln -s "$WORK/outside" "$WORK/var/db/link"
exits 0 "destroy follows no link" aegis db destroy --yes
is "$(cat "$WORK/outside/file")" precious "out of the directory"
ok "and removes the rest" test ! -e "$WORK/var/db"

if [ "$(id -u)" = 0 ]; then
	mkdir "$WORK/var/db"
	echo "aegis-private-database 1" >"$WORK/var/db/AEGIS-PRIVATE-DATABASE"
	exits 78 "a directory of root's" aegis db start
fi
done_testing
