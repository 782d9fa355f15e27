#!/usr/bin/env bash
# What doc/tutorial/first-import.md says is typed by hand gives what it says is printed.
. "$(dirname "$0")/../lib.sh"
cd "$WORK" || exit 1
ln -s "$ROOT/fixtures" "$ROOT/pipelines" .

# One file a command, and one with the lines that it should print.
awk '
	$0 == "```console" { on = 1; next }
	$0 == "```" { on = 0 }
	!on { next }
	/^\$ / { n++; sub(/^\$ /, ""); print > n ".sh"; more = /[|\\]$/; next }
	more { print > n ".sh"; more = /[|\\]$/; next }
	{ print > n ".want" }
' "$ROOT/doc/tutorial/first-import.md"

for ((i = 1; i == 1 || i <= $(ls ./*.sh | wc -l); i++)); do
	bash "$i.sh" >got 2>&1
	touch "$i.want"
	# Two stages of a pipe end in any order.
	is "$(sort got)" "$(sort "$i.want")" "$(head -n 1 "$i.sh" | cut -c 1-60)"
done
# Every page that one leads to is there.
is "$(cd "$ROOT" && for f in README.md CONTRIBUTING.md $(find doc -name '*.md'); do
	grep -o '](\([^)#:]*\))' "$f" | sed 's/^](//; s/)$//' | while read -r l; do [ -e "$(dirname "$f")/$l" ] || echo "$f: $l"; done
done)" "" "links lead to files that are there"
ok "README takes two minutes" test "$(wc -l <"$ROOT/README.md")" -le 85
done_testing
