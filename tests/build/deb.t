#!/usr/bin/env bash
# Debian's package: built twice it is the same bytes, lintian has nothing against it; installed it runs a
# night as its own user, by the unit's own command line; upgraded, removed and purged it leaves what it should.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1
for t in dpkg-buildpackage dh lintian; do command -v $t >/dev/null || { [ "${CI:-}" = true ] && echo "Bail out! no $t"; skip_all "no $t"; }; done
[ -d .git ] || skip_all "not a checkout"

build() { # build DIR SETTING...
	local at=$1
	shift
	mkdir -p "$at/aegis-batch"
	git ls-files -z | tar -c --null -T - | tar -x -C "$at/aegis-batch"
	(cd "$at/aegis-batch" && env -u TMPDIR -u SOURCE_DATE_EPOCH -u AEGIS_HOME "$@" >"$at/log" 2>&1) || { tail -n 20 "$at/log" | sed 's/^/# /'; return 1; }
}
build "$WORK/a" dpkg-buildpackage -us -uc -b &
first=$!
ok 'built, with another path, time zone, language and umask' build "$WORK/b/a/longer/path" TZ=America/Chicago LC_ALL=C sh -c 'umask 077; dpkg-buildpackage -us -uc -b -j2'
wait $first
is $? 0 'built once more'
deb=$(echo "$WORK"/a/aegis-batch_*.deb)
other=$(echo "$WORK"/b/a/longer/path/aegis-batch_*.deb)
ok 'the same bytes' cmp "$deb" "$other"
lintian --allow-root -I --pedantic "$WORK"/a/*.changes >"$WORK/lintian" 2>&1
sed 's/^/# /' "$WORK/lintian"
unlike "$WORK/lintian" '^[EW]: ' 'lintian has no error and no warning'
is "$(find debian -name '*lintian-overrides*')" '' 'and nothing was overridden'
is "$(dpkg-deb -c "$deb" | awk '$2 != "root/root"' | wc -l)" 0 'all is of root'

# Installed, in a mount namespace of its own, over copies of /etc, /usr and /var.
# In a root of its own (chroot) nothing can be made private; where nothing is shared, nothing need be.
own=private
unshare --mount --propagation private true 2>/dev/null || { grep -q ' shared:' /proc/self/mountinfo || own=unchanged; }
if [ "$(id -u)" -ne 0 ] || ! unshare --mount --propagation "$own" true 2>/dev/null; then
	say 'not root: not installed'
	done_testing
	exit
fi
need_pg
aegis entity-define --tenant "$TENANT" pipelines/entities/*.yaml >/dev/null 2>&1
# The private server is its user's alone; this once somebody else may come in.
chmod 755 "$WORK/var" "$WORK/var/db" "$PGHOST" && chmod 777 "$PGHOST"/.s.PGSQL.*
echo 'local all aegis-batch trust' >>"$WORK/var/db/data/pg_hba.conf"
psql -Xqc 'SELECT pg_reload_conf()' >/dev/null
psql -Xqc 'CREATE ROLE "aegis-batch" LOGIN; GRANT aegis_import TO "aegis-batch"'
mkdir -p "$WORK/next" && dpkg-deb -R "$deb" "$WORK/next/tree" && sed -i 's/^Version: .*/&+1/' "$WORK/next/tree/DEBIAN/control" &&
    dpkg-deb -b "$WORK/next/tree" "$WORK/next/next.deb" >/dev/null
cat >"$WORK/inside" <<'S'
set -u
fs=$WORK/fs
mkdir -p "$fs" && mount -t tmpfs -o mode=755 tmpfs "$fs" || exit 90
for d in etc usr var; do
	mkdir -p "$fs/$d.up" "$fs/$d.work"
	mount -t overlay overlay -o "lowerdir=/$d,upperdir=$fs/$d.up,workdir=$fs/$d.work" "/$d" || exit 90
done
unset AEGIS_HOME AEGIS_VAR AEGIS_ETC
PATH=/usr/sbin:/usr/bin:/sbin:/bin
say() { echo "$*"; }
dpkg -i --force-depends "$deb" >"$WORK/dpkg" 2>&1 && say 'installed' || { cat "$WORK/dpkg"; }
id aegis-batch >/dev/null 2>&1 && say 'has a user'
[ "$(stat -c '%U %a' /var/lib/aegis 2>/dev/null)" = 'aegis-batch 750' ] || install -d -o aegis-batch -g aegis-batch -m 750 /var/lib/aegis
as() { setpriv --reuid=aegis-batch --regid=aegis-batch --init-groups --inh-caps=-all env HOME=/var/lib/aegis "$@"; }
as test -w /usr/bin/aegis && say 'user may write programs'
as test -w /etc/aegis/aegis.yaml && say 'user may write settings'
install -d -o aegis-batch -g aegis-batch -m 2770 /var/lib/aegis/inbox
cat >/etc/aegis/aegis.yaml <<Y
tenants: [$TENANT]
inbox: /var/lib/aegis/inbox
database: host=$PGHOST port=$PGPORT dbname=$PGDATABASE user=aegis-batch
sources:
  orf850: {required: true}
  dbf900: {keep: 2}
Y
F=/usr/share/aegis/fixtures
in=/var/lib/aegis/inbox
cp $F/wellbore-demo.ebc.gz $in/wells
cp $F/olf001-demo.ebc.gz $in/ledger
cp $F/p4f606-demo.ebc.gz $in/p4
head -c 700 $F/daf420-demo.txt.gz >$in/cut.gz
echo nothing of RRC >$in/readme
chown aegis-batch: $in/*
command=$(sed -n 's/^ExecStart=//p' '/usr/lib/systemd/system/aegis-batch@.service' | sed 's/%i/nightly/')
night() { env -u PGHOST -u PGPORT -u PGDATABASE -u PGUSER AEGIS_INBOX_SETTLE=0 setpriv --reuid=aegis-batch --regid=aegis-batch --init-groups --inh-caps=-all env HOME=/var/lib/aegis sh -c "umask 077; $command" >"$WORK/night.out" 2>"$WORK/night.err"; echo "night $?"; }
night
grep -m1 error "$WORK/night.err" | sed 's/^/cause /'
echo "inbox $(cd $in && find . -type f ! -name .lock | sed 's/-[0-9a-f]*\.zst$/-HEX.zst/' | LC_ALL=C sort | paste -sd' ')"
cp $F/orf850-demo.ebc.gz $in/p5 && chown aegis-batch: $in/p5
night
find /var/lib/aegis -not -user aegis-batch | head -3 | sed 's/^/not its own: /'
find /var/lib/aegis/runs -type f -perm /077 ! -path '*/inbox/*' | head -3 | sed 's/^/open to others: /'
dpkg -i --force-depends --force-confold "$WORK/next/next.deb" >"$WORK/dpkg" 2>&1 && say 'upgraded' || cat "$WORK/dpkg"
grep -q "^tenants: \[$TENANT" /etc/aegis/aegis.yaml && say 'settings stay'
night
dpkg -r aegis-batch >"$WORK/dpkg" 2>&1 && say 'removed' || cat "$WORK/dpkg"
[ -e /usr/bin/aegis ] && say 'programs stay'
[ -e /etc/aegis/aegis.yaml ] && say 'settings stay'
[ -e $in/done/dbf900 ] && say 'state stays'
dpkg -P aegis-batch >"$WORK/dpkg" 2>&1 && say 'purged' || cat "$WORK/dpkg"
[ -e /etc/aegis ] && say "left: $(find /etc/aegis)"
[ -e /var/lib/aegis/runs ] && say 'left: runs'
[ -e $in/done/dbf900 ] && say 'kept sources stay'
grep -q 'still has data' "$WORK/dpkg" && say 'and are named'
exit 0
S
export WORK deb TENANT PGHOST PGPORT PGDATABASE
unshare --mount --propagation "$own" bash "$WORK/inside" >"$WORK/said" 2>&1
if [ $? -eq 90 ]; then
	say 'no overlay here: not installed'
	done_testing
	exit
fi
is "$(cat "$WORK/said")" "installed
has a user
night 66
cause aegis-run: error: step orf850-operator: source 'orf850' did not come, and is required
inbox ./done/dbf900/wells-HEX.zst ./done/ledger ./done/p4 ./failed/cut.gz ./failed/cut.gz.why ./failed/readme ./failed/readme.why
night 0
upgraded
settings stay
night 66
removed
settings stay
state stays
purged
kept sources stay
and are named" 'installed, run, upgraded, removed, purged' || { sed 's/^/# /' "$WORK/night.err" | head -20; }
is "$(sql "SELECT count(*) FILTER (WHERE state = 'failed'), count(DISTINCT tenant_id) FROM batch_runs WHERE pipeline = 'nightly'")" '2	1' 'three nights are on record'
ok 'and the entities are there' test "$(sql "SELECT count(*) FROM entities WHERE type_key = 'well'")" -gt 100
done_testing
