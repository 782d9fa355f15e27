#!/usr/bin/env bash
# Random histories of rules, filings, snapshots and people, against a real PostgreSQL; and
# loaders that race.  RULES_STEPS (120), RULES_SEED (1), RULES_RACES (50).
. "$(dirname "$0")/../lib.sh"
need_pg
export WORK TENANT PYTHONDONTWRITEBYTECODE=1
python3 "$ROOT/tests/system/rules.py"
