#!/usr/bin/env bash
# House rules that a machine can check (CONTRIBUTING.md, "Style").
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1
shopt -s nullglob
sources=(cmd/*.c lib/*/*.[ch] tests/*.h tests/unit/*/*.c tests/fuzz/*.c tests/tools/*.c)

none() { # none DESCRIPTION OFFENDERS
	is "$2" "" "$1"
}

none "no C file is longer than 600 lines" \
    "$(wc -l "${sources[@]}" | awk '$1 > 600 && $2 != "total" { print $2 ": " $1 }')"

none "every file of the library and every program begins with what it is for" "$(
	for f in lib/*/*.c cmd/*.c; do head -n 1 "$f" | grep -q '^/\*' || echo "$f"; done
)"

none "every static function has its sentence" "$(awk '
	FNR == 1 { two = one = "" }
	/^[a-z_0-9]+\(/ && one ~ /^static/ && one !~ /;/ && two !~ /\*\/$/ { at = FILENAME ":" FNR ": " $0; open = 1 }
	open && /;$/ { open = 0 }
	open && /^\{/ { print at; open = 0 }
	{ two = one; one = $0 }
' lib/*/*.c cmd/*.c)"

none "messages and help write 'cannot' and 'does not' out" "$(
	grep -nE "^[^*]*\"[^\"]*n't\\>" lib/*/*.[ch] cmd/*.c | grep -vE '^[^:]*:[0-9]+:[[:space:]]*/?\*'
)"

# A line of a macro may end in a backslash; SQL and roff are others' words.
none "messages use PostgreSQL's words: 'is not a X', 'after', 'again', 'space', 'fix', 'running'" "$(
	grep -nE '^[^*]*"[^"]*\<(is|are|was|were) (no [a-z]|none\>)' lib/*/*.[ch] cmd/*.c | grep -vE '"[^"]*(SELECT|WHERE)|is no longer|^[^:]*:[0-9]*:[[:space:]]*/?\*'
	grep -nE '^[^*]*"[^"]*\<([Bb]ehind|anew|blanks?|nights?|mend(s|ed)?|at work)\>' lib/*/*.[ch] cmd/*.c |
	    grep -vE '^[^:]*:[0-9]*:[[:space:]]*/?\*|^[^"]*/\*[^"]*"'
)"

none "no line of a query breaks a literal" "$(
	awk -v quote="'" '!/^--/ { if (gsub(quote, quote) % 2) print FILENAME ":" FNR ": " $0 }' sql/queries/*.sql
)"

none "help is 80 columns wide" "$(
	for p in build/bin/aegis build/bin/aegis-*; do
		"$p" --help | awk -v p="${p##*/}" 'length($0) > 80 { print p ": " $0 }'
	done
)"

none "no function is longer than 100 lines" "$(awk '
	FNR == 1 { start = 0 }
	/^\{/ { start = FNR }
	/^\}/ && start { if (FNR - start > 101) print FILENAME ":" start ": " FNR - start - 1; start = 0 }
' "${sources[@]}")"

# A child after fork() leaves with _exit(); err.c ends the process where nobody could go on.
none "the library neither prints nor exits (err, log and program aside)" "$(
	grep -nE '\<(printf|puts|putchar|perror|exit|abort)\(|fprintf\(stderr' lib/*/*.c |
	    grep -vE '^lib/base/(err|log|program|program_man)\.c:'
)"

# The list of CONTRIBUTING.md: each directory of lib/ and those that it uses.
awk '/^A directory of `lib\/` uses/ { on = 1; next } on && /^    [a-z]/ { print $0; seen = 1 } on && seen && /^$/ { exit }' \
    CONTRIBUTING.md | sed 's/^ *//; s/  */ /' >"$WORK/layers"
none "the list of what uses what is the code's" "$(diff <(sort "$WORK/layers") <(
	for d in lib/*/; do
		d=$(basename "$d")
		uses=$(grep -rhoE '^#include "[a-z_]+/' "lib/$d" | sed 's/.*"//; s,/,,' | grep -vxe "$d" -e queries | sort -u | tr '\n' ' ')
		echo "$d ${uses:-- }" | sed 's/ $//'
	done | sort))"
none "and no directory comes before one that it uses" "$(
	awk '{ for (i = 2; i <= NF; i++) if ($i != "-" && !($i in seen)) print $1 " uses " $i; seen[$1] = 1 }' "$WORK/layers"
)"

none "a foreign library's header is included in one directory of lib/ only" "$(
	for h in csv.h zstd.h crypt.h libpq-fe.h yaml.h archive.h xxhash.h yajl openssl; do
		dirs=$(grep -lE "^#include <$h" lib/*/*.[ch] cmd/*.c | sed 's,/[^/]*$,,' | sort -u)
		[ "$(printf '%s\n' "$dirs" | wc -l)" -le 1 ] || echo "$h:" $dirs
	done
)"

# Non-zero is failure: nobody makes -1 of it.
none "no function spells out '? -1 : 0'" "$(cat lib/*/*.c cmd/*.c | tr -s ' \t\n' ' ' | grep -oE '[^;]{0,60}\? -1 : 0\)?;')"

none "every test script can be run" "$(
	for t in tests/*/*.t tests/*/*/*.t; do [ -x "$t" ] || echo "$t"; done
)"

none "every shell script can be parsed" "$(
	for s in scripts/* .ci/run tests/lib.sh tests/*/*.t tests/*/*/*.t; do
		head -n 1 "$s" | grep -q 'bash\|^# Helpers' || continue
		bash -n "$s" 2>&1
	done
)"

none "every stage has its help, its man page and its line in 'aegis help'" "$(
	aegis help >"$WORK/help"
	for c in cmd/*.c; do
		s=$(basename "$c" .c)
		[ "$s" != aegis ] || continue
		"aegis-$s" --help >"$WORK/out" 2>&1 && grep -q '^usage: ' "$WORK/out" || echo "$s --help"
		[ -s "build/man/man1/aegis-$s.1" ] || echo "$s.1"
		grep -q "^ *$s " "$WORK/help" || echo "$s in help"
	done
)"
# No message names a stage that is not there.
is "$(grep -rhoE '"[^"]*"' "$ROOT"/lib "$ROOT"/cmd --include=*.c | grep -oE 'aegis [a-z]+(-[a-z]+)+' | sort -u | sed 's/^aegis //' | grep -vx entity-links |
    while read -r stage; do [ -e "$ROOT/cmd/$stage.c" ] || echo "$stage"; done)" "" "no message names a stage that is not there"
done_testing
