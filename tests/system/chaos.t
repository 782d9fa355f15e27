#!/usr/bin/env bash
# The chain killed at any point leaves no change or the whole load.
# CHAOS_KILLS (200), CHAOS_CUTS (60) and CHAOS_SEED (1) set the amount and the dice.
. "$(dirname "$0")/../lib.sh"
need_pg
export WORK ROOT TENANT
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/define.log" 2>&1 ||
	{ sed 's/^/# /' "$WORK/define.log"; echo "Bail out! no definitions"; exit 1; }
rrc-gen --layout dbf900 --wells 2500 --seed 7 >"$WORK/a.ebc"
rrc-gen --layout dbf900 --wells 2500 --seed 7 --change 40% --night 2 >"$WORK/b.ebc"
python3 "$ROOT/tests/system/chaos.py"
