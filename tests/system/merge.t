#!/usr/bin/env bash
# Several datasets of one type, night after night, against a real PostgreSQL and a model:
# merge, retirement, links, matrix, guards.  MERGE_NIGHTS (30) and MERGE_SEED (1).
. "$(dirname "$0")/../lib.sh"
need_pg
export WORK TENANT PYTHONDONTWRITEBYTECODE=1
python3 "$ROOT/tests/system/merge.py"
