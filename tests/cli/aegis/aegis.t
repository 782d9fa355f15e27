#!/usr/bin/env bash
# The front command, beside stages of our own making.
. "$(dirname "$0")/../../lib.sh"
bin=$WORK/bin
mkdir -p "$bin" "$WORK/path" "$WORK/man/man1"
cp "$AEGIS_BIN/aegis" "$bin/"
stage() { # stage DIR NAME GROUP SUMMARY
	cat >"$1/aegis-$2" <<-END
	#!/bin/sh
	case \$1 in
	--about) printf '%s\t%s\t%s\n' '$3' '$2' '$4' ;;
	--help) echo 'usage of $2' ;;
	*) printf '<%s>' "\$@"; cat; exit \${STATUS:-0} ;;
	esac
	END
	chmod +x "$1/aegis-$2"
}
stage "$bin" rule-load Rules 'load rules'
stage "$bin" rule-diff Rules 'compare rules'
stage "$bin" seal Streams 'seal a stream'
stage "$bin" unseal Streams 'open a stream'
stage "$WORK/path" elsewhere Others 'in PATH'
printf '#!/bin/sh\nexit 1\n' >"$bin/aegis-mute"
chmod +x "$bin/aegis-mute"
echo 'not a program' >"$bin/aegis-note.txt"
echo 'not a program' >"$bin/aegis-note"
PATH=$WORK/path:$PATH

exits 0 "a stage" "$bin/aegis" seal a 'b c' --d=e <<<input
is "$(cat "$WORK/out")" "<a><b c><--d=e>input" "gets its arguments and its input"
export STATUS=65
exits 65 "a stage's status" "$bin/aegis" seal </dev/null
unset STATUS
exits 0 "a stage in PATH" "$bin/aegis" elsewhere x </dev/null
is "$(cat "$WORK/out")" "<x>" "is found"
is "$(yes | "$bin/aegis" seal | head -c 5)" "<>y
y" "a closed pipe ends it as it ends others"

exits 0 "help" "$bin/aegis" help
is "$(sed '1,2d; s/ *$//' "$WORK/out")" "
Rules
  rule-diff          compare rules
  rule-load          load rules

Streams
  seal               seal a stream
  unseal             open a stream

others
  mute" "the stages by group"
exits 0 "--help" "$bin/aegis" --help
like "$WORK/out" 'rule-load' "is the same"
exits 73 "help to a full disk" bash -c "'$bin/aegis' help >/dev/full"
exits 0 "help of a stage" "$bin/aegis" help rule-load
is "$(cat "$WORK/out")" "usage of rule-load" "is that stage's"
exits 64 "help of none" "$bin/aegis" help nothing-like-it
exits 64 "help with too much" "$bin/aegis" help seal unseal
if command -v script >/dev/null && command -v man >/dev/null; then
	printf '.TH aegis-seal 1\n.SH NAME\naegis-seal \\- the manual\n' >"$WORK/man/man1/aegis-seal.1"
	MANPAGER=cat PAGER=cat script -qec "'$bin/aegis' help seal" /dev/null </dev/null >"$WORK/tty" 2>&1
	like "$WORK/tty" 'the manual' "help of a stage on a terminal is its manual"
fi

exits 64 "an unknown stage" "$bin/aegis" rule-laod
like "$WORK/err" "'rule-laod' is not a stage" "is named"
like "$WORK/err" "hint: did you mean 'rule-load'" "the nearest first"
exits 64 "a part of a name" "$bin/aegis" rule
like "$WORK/err" "did you mean 'rule-diff' or 'rule-load'" "names both"
exits 64 "a name like no other" "$bin/aegis" xyzzyxyzzy
unlike "$WORK/err" 'did you mean' "suggests none"
exits 64 "an unknown option" aegis-seal --sorce x
like "$WORK/err" "hint: did you mean '--source'" "names the nearest"
exits 64 "an option like no other" aegis-seal --xyzzy x
unlike "$WORK/err" 'did you mean' "suggests none"
exits 64 "a path is no stage" "$bin/aegis" ../bin/aegis-seal
exits 64 "a long name" "$bin/aegis" "$(printf 'x%.0s' $(seq 5000))"
exits 64 "a name with a control character" "$bin/aegis" "$(printf 'a\033b')"
exits 64 "no stage" "$bin/aegis"
exits 64 "an unknown option" "$bin/aegis" --frobnicate
exits 78 "a stage that cannot be run" bash -c "printf '#!/nonexistent/interpreter' >'$bin/aegis-broken'; printf '\0\1' >'$bin/aegis-broken'; chmod +x '$bin/aegis-broken'; '$bin/aegis' broken"
exits 0 "--version" "$bin/aegis" --version
like "$WORK/out" '^aegis [0-9]+\.[0-9]+\.[0-9]+$' "is one line"
exits 0 "--man" "$bin/aegis" --man
like "$WORK/out" '^\.TH aegis 1' "is a manual page"
done_testing
