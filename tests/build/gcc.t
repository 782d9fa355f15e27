#!/usr/bin/env bash
# Everything compiles without a warning: FLAVOUR=dev is -Werror.
. "$(dirname "$0")/../lib.sh"
compiler=$(basename "$0" .t)
ok "$compiler: no warnings" env -u MAKEFLAGS make -C "$ROOT" -s --no-print-directory FLAVOUR=dev \
    CC="$compiler" BUILD="build/check-$compiler" programs units tools
done_testing
