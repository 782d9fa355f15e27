#!/usr/bin/env bash
# doc/data.md names every layout, every view, and every step of the night that brings one.
. "$(dirname "$0")/../lib.sh"
PAGE=$ROOT/doc/data.md
missing=
for f in "$ROOT"/pipelines/layouts/*.yaml; do
	l=$(basename "$f" .yaml)
	grep -q "^| \`$l\` |" "$PAGE" || missing="$missing $l"
	for v in $(sed -n '/^views:/,/^segments:/s/^  \([a-z_-]*\):$/\1/p' "$f"); do
		grep -Eq "(\`$l/$v\`|\`-/$v\`)" "$PAGE" || missing="$missing $l/$v"
	done
done
is "$missing" "" "every layout and view is on the page"
ok "there are layouts to look for" test "$(ls "$ROOT"/pipelines/layouts/*.yaml | wc -l)" -ge 10
is "$(sed -n 's/^ *- { *dataset: \([^,]*\),.*/\1/p' "$ROOT/pipelines/datasets.yaml" | while read -r d; do grep -q "\`$d\`" "$PAGE" || echo "$d"; done)" "" \
    "every dataset is on the page"
is "$(sed -n 's/^  - name: //p' "$ROOT/pipelines/nightly.yaml" | grep -Evx 'graph|snapshots|statewide-rules' | while read -r s; do
	grep -q "\`$s\`" "$PAGE" || echo "$s"
done)" "" "every step that brings a view is on the page"
done_testing
