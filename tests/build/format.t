#!/usr/bin/env bash
# The C files are laid out as .clang-format says (`make format` does it).
. "$(dirname "$0")/../lib.sh"
version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p')
[ "$version" = 14 ] || skip_all "layouts differ between versions; this is clang-format ${version:-none}, not 14"
cd "$ROOT" || exit 1
shopt -s nullglob
for dir in cmd lib/* tests tests/unit/* tests/fuzz tests/tools; do
	files=("$dir"/*.[ch])
	[ ${#files[@]} -gt 0 ] || continue
	clang-format --dry-run "${files[@]}" 2>"$WORK/err"
	is "$(sed -n 's/^\([^ :]*\):[0-9]*:[0-9]*: .*/\1/p' "$WORK/err" | sort | uniq -c)" "" "$dir"
done
done_testing
