#!/usr/bin/env bash
# entity-load against a real PostgreSQL: what comes out is held against what python3
# makes of the same values.  LOAD_ROUNDS (12), LOAD_CUTS (60) and LOAD_SEED (1).
. "$(dirname "$0")/../lib.sh"
need_pg
export WORK TENANT PYTHONDONTWRITEBYTECODE=1
python3 "$ROOT/tests/system/entity_load.py"
