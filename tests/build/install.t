#!/usr/bin/env bash
# make install: where everything goes, and that it works from there; units, man pages, completion.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1
D=$WORK/root
ok 'make install' make -s install DESTDIR="$D" PREFIX=/usr SYSCONFDIR=/etc LOCALSTATEDIR=/var
is "$(cd "$D" && find . -maxdepth 3 -type d | grep -vE '^\./usr/(share|lib)/.*/|^\.$' | LC_ALL=C sort | paste -sd' ')" \
    './etc ./etc/aegis ./usr ./usr/bin ./usr/lib ./usr/lib/systemd ./usr/lib/sysusers.d ./usr/lib/tmpfiles.d ./usr/share ./usr/share/aegis ./usr/share/bash-completion ./usr/share/doc ./usr/share/man' 'nothing goes elsewhere'
is "$(find "$D" -type f \( -perm /022 -o -perm /7000 \) | wc -l)" 0 'nobody but root may write any of it'
is "$(cd "$D/usr/bin" && printf '%s\n' * | sort | paste -sd' ')" "$(cd build/bin && printf '%s\n' * | sort | paste -sd' ')" 'all programs'
echo '# mine' >"$D/etc/aegis/aegis.yaml"
ok 'again' make -s install DESTDIR="$D" PREFIX=/usr SYSCONFDIR=/etc LOCALSTATEDIR=/var
is "$(cat "$D/etc/aegis/aegis.yaml")" '# mine' "what the administrator has written stays"

# The programs find what came with them.
unset AEGIS_HOME
bin=$D/usr/bin
exits 0 'a layout by its name' "$bin/aegis" rrc-decode --layout orf850 --view operator "$ROOT/fixtures/orf850-demo.ebc.gz"
exits 0 'the demo' env AEGIS_ETC= AEGIS_VAR="$WORK/var" "$bin/aegis" run --check demo
like "$WORK/out" "$D/usr/share/aegis/fixtures/orf850-demo.ebc.gz" 'has its files'
mkdir -p "$WORK/etc"
printf 'colour: red\n' >"$WORK/etc/nightly.yaml"
exits 78 'settings' env AEGIS_ETC="$WORK/etc" AEGIS_VAR="$WORK/var" "$bin/aegis" run --check nightly
like "$WORK/err" "$WORK/etc/nightly.yaml:1:9: unknown key 'colour'" 'of the machine are looked at'
# Another place, without touching what other tests run.
ok 'other places' make -s BUILD="$WORK/b" SYSCONFDIR=/opt/etc LOCALSTATEDIR=/opt/var "$WORK/b/rel/lib/base/home.o"
is "$(grep -ac '/opt/etc' "$WORK/b/rel/lib/base/home.o")$(grep -ac '/opt/etc' build/rel/lib/base/home.o)" 10 'are known to the programs'

# Man pages.
is "$(for f in "$D"/usr/share/man/man1/*.gz; do
	for s in NAME SYNOPSIS OPTIONS 'EXIT STATUS' ENVIRONMENT FILES; do zcat "$f" | grep -q "^.SH $s" || echo "${f##*/}: $s"; done
done)" '' 'every man page has its sections'
if command -v man >/dev/null; then
	is "$(for f in "$D"/usr/share/man/man1/*.gz; do man --warnings -E UTF-8 -l -Tutf8 "$f" 2>&1 >/dev/null | sed "s,^,${f##*/}: ,"; done)" '' 'and no warning of groff'
fi

# Completion.
complete_of() { # complete_of WORD...: what completes the last one
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _aegis "$1"; printf "%s\n" "${COMPREPLY[@]}"' - "$D/usr/share/bash-completion/completions/aegis" "$@" | sort | paste -sd' '
}
is "$(complete_of aegis rrc-)" 'rrc-decode rrc-layout' 'stages are completed'
is "$(complete_of aegis rrc-decode --e)" '--encoding' "so are a stage's options"
is "$(complete_of aegis-run --re)" '--record --resume' 'also by its full name'
is "$(complete_of aegis history --format '')" 'json text' 'and the words that an option takes'
is "$(for p in "$bin"/aegis-*; do "$p" --help >"$WORK/help"; "$p" --options | cut -f1 | while read -r o; do grep -q -- "$o" "$WORK/help" || echo "$p $o"; done; done)" '' 'no option is made up'

# Units.
if command -v systemd-analyze >/dev/null; then
	mkdir -p "$D/usr/lib/systemd/system"
	cp -rn /usr/lib/systemd/system/*.target "$D/usr/lib/systemd/system/" 2>/dev/null || cp -rn /lib/systemd/system/*.target "$D/usr/lib/systemd/system/"
	cp "$D/usr/lib/systemd/system/aegis-batch@.service" "$WORK/aegis-batch@nightly.service"
	cp "$D/usr/lib/systemd/system/aegis-batch@.timer" "$WORK/aegis-batch@nightly.timer"
	cp "$WORK"/aegis-batch@nightly.* "$D/usr/lib/systemd/system/"
	ok 'the units have no fault' systemd-analyze verify --man=no --recursive-errors=no --root="$D" aegis-batch@nightly.service aegis-batch@nightly.timer
	ok 'exposure of at most 2.0' systemd-analyze --no-pager security --offline=true --threshold=20 "$WORK/aegis-batch@nightly.service"
	say "$(systemd-analyze --no-pager security --offline=true "$WORK/aegis-batch@nightly.service" | tail -n 1)"
	when=$(sed -n 's/^OnCalendar=//p' "$WORK/aegis-batch@nightly.timer")
	is "$(systemd-analyze calendar --base-time='2027-03-13 12:00 UTC' --iterations=2 "$when" | grep -cE '2027-03-1[45]')" 2 \
	    'the timer leaves out no night when the clocks go forward'
else
	say 'no systemd-analyze here: units not looked at'
fi
done_testing
