#!/usr/bin/env bash
# graph-sync against a real Apache AGE: what Cypher walks is what SQL joins; what is others'
# stays; killed anywhere, a rerun gives the same graph.  GRAPH_KILLS (100) and GRAPH_SEED (1).
. "$(dirname "$0")/../lib.sh"
need_full_pg
export WORK TENANT PYTHONDONTWRITEBYTECODE=1
python3 "$ROOT/tests/system/graph.py"
