#!/usr/bin/env bash
# scripts/pg-tree: what is cut off never passes for whole, and the next run completes it.
. "$(dirname "$0")/../../lib.sh"
[ "$(. /etc/os-release && echo "${VERSION_ID%%.*}")" = 12 ] || skip_all "Debian 13 has the packages itself"
TREE=$WORK/tree
make_tree() { "$ROOT/scripts/pg-tree" "$TREE"; }

# Cut at many moments: by size of what lies there, not by the clock, so that each phase has some.
# setsid: the script's children end with it.
cut_after() { # cut_after SECONDS
	setsid "$ROOT/scripts/pg-tree" "$TREE" >/dev/null 2>&1 &
	local pid=$!
	sleep "$1"
	kill -KILL -- "-$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}
whole=0
for t in 0.3 1 2 3.5 5; do
	rm -rf "$TREE"
	cut_after "$t"
	if [ -e "$TREE" ]; then
		# It was faster than the knife: then it has to be whole.
		whole=$((whole + 1))
		[ -s "$TREE/PACKAGES" ] && "$TREE/usr/lib/postgresql/17/bin/postgres" --version >/dev/null
		tap_result $? "cut after $t s: done before"
	else
		exits 69 "cut after $t s: nobody takes it for a server's programs" \
		    env AEGIS_PG_TREE="$TREE" PATH="$PATH" AEGIS_VAR="$WORK/none" aegis db status
	fi
done
ok "some were cut" test "$whole" -lt 5
# What an earlier run has left may be of the right size and wrong.
rm -rf "$TREE" "$TREE.debs"
# (What apt is still fetching stands under its name in partial/.)
spoilable() { find "$TREE.debs" -maxdepth 1 -name 'postgresql-17-age_*.deb' 2>/dev/null; }
# However fast the network is: cut when the file is there, before it is used.
setsid "$ROOT/scripts/pg-tree" "$TREE" >/dev/null 2>&1 &
pid=$!
for _ in $(seq 2400); do
	deb=$(spoilable)
	[ -z "$deb" ] && kill -0 "$pid" 2>/dev/null || break
	sleep 0.05
done
kill -KILL -- "-$pid" 2>/dev/null
wait "$pid" 2>/dev/null
ok "a cut run has left its downloads" test -n "$deb"
if [ -n "$deb" ]; then
	printf 'XXXX' | dd of="$deb" bs=1 seek=100000 conv=notrunc status=none
	exits 1 "a spoilt package" make_tree
	like "$WORK/err" 'postgresql-17-age.*not what the index says' "is named"
	ok "and leaves no tree" test ! -e "$TREE"
fi
exits 0 "the next run completes it" make_tree
ok "nothing is left beside it" test ! -e "$TREE.partial" -a ! -e "$TREE.debs" -a ! -e "$TREE.apt"
(cd "$TREE" && find . -type f | sort | xargs -d '\n' sha256sum) >"$WORK/first"
exits 0 "again" make_tree
(cd "$TREE" && find . -type f | sort | xargs -d '\n' sha256sum) >"$WORK/second"
ok "changes nothing" cmp "$WORK/first" "$WORK/second"
# Its own loader says what it loads: nothing of the machine's.
lib=$(dirname "$TREE"/usr/lib/*/libpq.so.5)
loads() { "$lib"/ld-linux*.so.* --library-path "$lib" --list "$1" | grep '=>'; }
loads "$TREE/usr/lib/postgresql/17/bin/postgres" >"$WORK/libraries"
loads "$TREE/usr/lib/postgresql/17/lib/age.so" >>"$WORK/libraries"
ok "libraries are found" test "$(wc -l <"$WORK/libraries")" -gt 10
is "$(grep -v "=> $TREE/\|ld-linux" "$WORK/libraries")" "" "all in the tree"

# Two at once make it once; no network; a directory of somebody else's; a strange path.
rm -rf "$TREE"
make_tree 2>"$WORK/one" & make_tree 2>"$WORK/two" & wait
ok "two at once" test -s "$TREE/PACKAGES"
rm -rf "$TREE"
exits 1 "no mirror" env AEGIS_TREE_MIRROR=http://127.0.0.1:9/debian "$ROOT/scripts/pg-tree" "$TREE"
like "$WORK/err" '127.0.0.1' "is named"
ok "and leaves no tree" test ! -e "$TREE"
AEGIS_VAR=$WORK/var AEGIS_PG_TREE=$TREE AEGIS_TREE_MIRROR=http://127.0.0.1:9/debian \
    aegis db start --fast 2>"$WORK/err"
if [ $? -eq 0 ]; then
	say "this machine has a tree in /var/lib/aegis-batch"
	AEGIS_VAR=$WORK/var aegis db destroy --yes 2>/dev/null
else
	like "$WORK/err" 'hint: .*--without age,vector' "db start says how to do without"
fi
mkdir "$TREE" && echo mine >"$TREE/mine"
exits 1 "a directory of another" make_tree
is "$(cat "$TREE/mine")" mine "is left alone"
exits 1 "a path that no program could hold" "$ROOT/scripts/pg-tree" "$WORK/a:b"
exits 64 "no directory" "$ROOT/scripts/pg-tree"
done_testing
