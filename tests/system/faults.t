#!/usr/bin/env bash
# Nights with random faults (absent, cut, doubled, late files; restarts; full disk; kills): the end state of each is
# that of a night without, or the fault is the first line that it prints, and the next night mends it.  FAULTS: how many nights.
. "$(dirname "$0")/../lib.sh"
need_pg
rrc-gen --layout dbf900 --wells 2500 --seed 7 >"$WORK/A" 2>/dev/null || skip_all "no generator"
rrc-gen --layout dbf900 --wells 2500 --seed 7 --change 5% --night 2 >"$WORK/B" 2>/dev/null
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
export ROOT WORK TENANT AEGIS_VAR=$WORK/var
FAULTS=${FAULTS:-12} python3 "$ROOT/tests/system/faults.py" || say "the campaign ended with $?"
