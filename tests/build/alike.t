#!/usr/bin/env bash
# pipelines/layouts.yaml has every layout's present form: who changes one has said whether its rows are the same.
. "$(dirname "$0")/../lib.sh"
for f in "$ROOT"/pipelines/layouts/*.yaml; do
	l=$(basename "$f" .yaml)
	ok "$l: its digest is listed" grep -qx "      - $(sha256sum "$f" | cut -c -64)" <(sed -n "/layout: $l\$/,/layout:/p" "$ROOT/pipelines/layouts.yaml")
done
done_testing
