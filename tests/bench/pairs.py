#!/usr/bin/env python3
"""Two builds of AEGIS Batch in turn on the same data: nothing may have become slower.

    tests/bench/pairs.py OLD NEW [CASE...]       # directories of two checkouts that are built

One line a case: the median of the pairs' ratios NEW / OLD, of wall time and of user + system CPU
time of the programs, and the spread of OLD beside itself (its 10th and 90th percentile over its
median).  PAIRS pairs (15), WELLS wells (100000), ROWS rows of other tables (100000).  The database
is NEW's private one below BENCH_DIR; OLD uses the same.
"""
import os
import resource
import statistics
import subprocess
import sys
import time

import bench

PAIRS = int(os.environ.get("PAIRS") or 15)
WELLS = int(os.environ.get("WELLS") or 100000)
ROWS = int(os.environ.get("ROWS") or 100000)


class Build:
    """The programs of one checkout, with its own pipelines."""

    def __init__(self, home):
        self.env = dict(os.environ, AEGIS_HOME=home, PATH=f"{home}/build/bin:{os.environ['PATH']}")

    def run(self, pipe, stdin=None, stdout=None):
        """Run a pipe; return its wall seconds and the CPU seconds of its programs."""
        before, t0 = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        procs, prev = [], open(stdin, "rb") if stdin else subprocess.DEVNULL
        for i, argv in enumerate(pipe):
            last = i == len(pipe) - 1
            out = (open(stdout, "wb") if stdout else subprocess.DEVNULL) if last else subprocess.PIPE
            p = subprocess.Popen(argv, stdin=prev, stdout=out, stderr=subprocess.DEVNULL, env=self.env)
            prev = p.stdout
            procs.append(p)
        codes = [p.wait() for p in procs]
        wall, after = time.perf_counter() - t0, resource.getrusage(resource.RUSAGE_CHILDREN)
        if any(codes):
            sys.exit(f"pairs: {pipe}: statuses {codes}")
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pairs(name, old, new, job, before=None):
    """PAIRS times each, in turn, the first of a pair alternately."""
    walls, cpus, alone = [], [], []
    for i in range(PAIRS + 1):
        took = {}
        for build in (old, new) if i % 2 else (new, old):
            if before:
                before()
            took[build] = job(build)
        if i == 0:
            continue  # caches
        walls.append(took[new][0] / took[old][0])
        cpus.append(took[new][1] / max(took[old][1], 1e-9))
        alone.append(took[old][0])
    middle, low, high = statistics.median(alone), *statistics.quantiles(alone, n=10)[::8]
    print(f"pairs {name} wall={statistics.median(walls):.3f} cpu={statistics.median(cpus):.3f}"
          f" old={middle:.3f}s spread={low / middle:.3f}..{high / middle:.3f}", flush=True)


def main():
    old, new = Build(os.path.abspath(sys.argv[1])), Build(os.path.abspath(sys.argv[2]))
    cases = sys.argv[3:]
    os.makedirs(bench.DIR, exist_ok=True)
    bench.database()
    for build in (old, new):
        build.env.update({k: v for k, v in os.environ.items() if k.startswith("PG")})
    path, d = bench.wellbore(WELLS), bench.DIR
    view = bench.decode_argv(path, "--view", "well")
    entity = ["aegis-entity-map", "--tenant", bench.TENANT, "--type", "well", "--rejects", f"{d}/map.rej"]
    load = ["aegis-entity-load", "--tenant", bench.TENANT, "--type", "well", "--rejects", f"{d}/load.rej"]
    graph = ["aegis-graph-sync", "--tenant", bench.TENANT]

    def case(name, *args, **more):
        if not cases or name in cases:
            pairs(name, old, new, *args, **more)

    new.run([view, entity], stdout=f"{d}/pairs.sealed")
    case("decode", lambda b: b.run([view]))
    case("decode-map", lambda b: b.run([view, entity]))
    case("load-first", lambda b: b.run([load], stdin=f"{d}/pairs.sealed"), before=bench.empty)
    bench.empty()
    new.run([load], stdin=f"{d}/pairs.sealed")
    case("load-unchanged", lambda b: b.run([load], stdin=f"{d}/pairs.sealed"))
    case("graph-first", lambda b: b.run([graph]), before=bench.graph_empty)
    case("graph-full", lambda b: b.run([graph + ["--full"]]))
    case("graph-check", lambda b: b.run([graph + ["--check"]]))
    _, sealed = bench.table_case("pairs_logs", "audit_logs", bench.AUDIT.format(n=ROWS))

    def clear():
        bench.psql("-c", "TRUNCATE pairs_logs", "-c", "CHECKPOINT")
    case("table-insert", lambda b: b.run([["aegis-table-load"]], stdin=sealed), before=clear)
    case("table-dump", lambda b: b.run([["aegis-table-dump", "pairs_logs"]]))
    ring, key = bench.audit_keys()
    bench.audit_rows(ROWS, ring, key)
    archives = f"{d}/pairs-archives"
    case("audit-export", lambda b: b.run(bench.audit_argv(ring, key, archives)),
         before=lambda: subprocess.run(["rm", "-rf", archives], check=True))
    case("audit-check", lambda b: b.run([["aegis-audit-check", "--key", key + ".vkey", archives]]))
    fixture = f"{d}/pairs-fixture"
    case("fixture-save", lambda b: b.run([["aegis-fixture-save", fixture]]),
         before=lambda: subprocess.run(["rm", "-rf", fixture], check=True))
    subprocess.run(["aegis-db", "stop"], stderr=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
