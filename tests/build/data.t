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
is "$(aegis run --check --format json --tenant "$TENANT" "$ROOT/pipelines/nightly.yaml" 2>/dev/null | python3 -c '
import json, sys
print("\n".join(s["step"] for s in json.load(sys.stdin)))' | while read -r s; do
	grep -q "\`${s/-//}\`" "$PAGE" || echo "$s"
done)" "graph-sync
rules
rule-snapshot" "every step that brings a view is on the page"
is "$(sed '1,/^steps:/d' "$ROOT/pipelines/demo.yaml")" "$(sed '1,/^steps:/d' "$ROOT/pipelines/nightly.yaml")" "the demo has the steps of the night"
done_testing
