#!/usr/bin/env python3
"""The figures of AEGIS Batch, each measured beside its anchor in one run.

    make bench [BENCH=decode|text|chain|memory|table|audit|rules|fixture|nightly|load|tenants|trace|links|badrows|frames|texas] [SIZE=WELLS]

One line a figure: bench NAME ours=V unit=U peer=NAME:V ratio=R aim=A
Runs of ours and of the peer take turns; the figure is the median.
"""
import csv
import json
import os
import statistics
import subprocess
import sys
import time
import zlib

import texas

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("AEGIS_BIN", f"{ROOT}/build/bin")
TOOLS = os.environ.get("AEGIS_TOOLS", f"{ROOT}/build/rel/tests/tools")
DIR = os.environ.get("BENCH_DIR", f"{ROOT}/var/bench")
SHM = os.environ.get("BENCH_SHM", "/dev/shm/aegis-bench")
SIZE = int(os.environ.get("SIZE") or 300000)
RUNS = int(os.environ.get("BENCH_RUNS") or 3)
TEXAS_SHARE = 680  # of 1,000 leases that wells name: P-4 has them
TENANT = "00000000-0000-4000-8000-0000000000be"
os.environ["PATH"] = f"{BIN}:{TOOLS}:" + os.environ["PATH"]
os.environ["AEGIS_HOME"] = ROOT
os.environ["AEGIS_VAR"] = f"{DIR}/var"


def note(text):
    print(f"# {text}", flush=True)


def figure(name, ours, unit, peer=None, value=None, aim="-"):
    fmt = "%.3f" if ours < 10 else "%.1f"
    tail = ""
    if peer is not None:
        tail = f" peer={peer}:{fmt % value} ratio={ours / value:.3f}"
    print(f"bench {name} ours={fmt % ours} unit={unit}{tail} aim={aim}", flush=True)


def run(pipe, stdin=None, stdout=None):
    """Run a pipe of argument lists; return its wall seconds."""
    procs, prev = [], open(stdin, "rb") if stdin else subprocess.DEVNULL
    t0 = time.perf_counter()
    for i, argv in enumerate(pipe):
        last = i == len(pipe) - 1
        out = (open(stdout, "wb") if stdout else subprocess.DEVNULL) if last else subprocess.PIPE
        p = subprocess.Popen(argv, stdin=prev, stdout=out, stderr=open(f"{DIR}/stderr", "ab"))
        if prev is not subprocess.DEVNULL:
            prev.close()
        prev = p.stdout
        procs.append(p)
    codes = [p.wait() for p in procs]
    wall = time.perf_counter() - t0
    if any(codes):
        sys.exit(f"bench: {pipe}: statuses {codes}; see {DIR}/stderr")
    return wall


def peaks(pipe, stdin=None):
    """Run a pipe; return each stage's peak resident memory in KiB."""
    files = [f"{DIR}/peak.{i}" for i in range(len(pipe))]
    run([["peak", f, *argv] for f, argv in zip(files, pipe)], stdin=stdin)
    return [int(open(f).read()) for f in files]


def turns(*jobs):
    """Run the jobs in turn, RUNS times; return the median wall time of each."""
    walls = [[] for _ in jobs]
    for _ in range(RUNS):
        for w, job in zip(walls, jobs):
            w.append(job())
    return [statistics.median(w) for w in walls]


def wellbore(wells, night=1):
    path = f"{DIR}/wellbore-{wells}" + (f"-{night}" if night > 1 else "") + ".ebc"
    if not os.path.exists(path):
        run([["rrc-gen", "--layout", "dbf900", "--wells", str(wells), "--seed", "1",
              *(["--change", "1%", "--night", str(night)] if night > 1 else [])]], stdout=path + ".tmp")
        os.rename(path + ".tmp", path)
    subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)  # into the page cache
    return path


def short(path):
    """The same wells with two records each, of 494 bytes: the root and the first behind it."""
    out = path.replace(".ebc", "-short.ebc")
    if not os.path.exists(out):
        with open(path, "rb") as f, open(out + ".tmp", "wb") as g:
            behind = 0
            while block := f.read(247 * 40000):
                kept = []
                for i in range(0, len(block), 247):
                    behind = 0 if block[i:i + 2] == b"\xf0\xf1" else behind + 1
                    if behind < 2:
                        kept.append(block[i:i + 247])
                g.write(b"".join(kept))
        os.rename(out + ".tmp", out)
    subprocess.run(["cat", out], stdout=subprocess.DEVNULL, check=True)
    return out


def decode_argv(path, *more):
    return ["aegis-rrc-decode", "--layout", "dbf900", *more, "--rejects", f"{DIR}/decode.rej", path]


def bench_decode():
    path = wellbore(SIZE)
    size = os.path.getsize(path)
    mb = size / 1e6
    os.makedirs(SHM, exist_ok=True)
    # A CSV file of the same size as the wellbore file, made of decoded rows.
    csv = f"{SHM}/equal.csv"
    run([decode_argv(path, "--view", "well"), ["aegis-unseal"]], stdout=f"{SHM}/well.csv")
    with open(f"{SHM}/well.csv", "rb") as f:
        text = f.read()
    with open(csv, "wb") as f:
        n = 0
        while n < size:
            n += f.write(text[:size - n])
    del text
    note(f"decode: {SIZE} wells, {size} bytes, page cache warm")
    view, split, lines, libcsv, cat = turns(
        lambda: run([decode_argv(path, "--view", "well")]),
        lambda: run([decode_argv(path, "--split", SHM)]),
        lambda: run([["wc", "-l", csv]]),
        lambda: run([["csv-count"]], stdin=csv),
        lambda: run([["sha256sum", path]]))
    figure("decode-view-well", mb / view, "MB/s", "wc-l", mb / lines, ">=600")
    figure("decode-view-well", mb / view, "MB/s", "libcsv", mb / libcsv, ">=600")
    figure("decode-view-well", mb / view, "MB/s", "sha256sum", mb / cat, ">=600")
    figure("decode-all-segments", mb / split, "MB/s", "wc-l", mb / lines, ">=250")
    figure("decode-all-segments", mb / split, "MB/s", "libcsv", mb / libcsv, ">=250")
    with open(f"{SHM}/wells.gz", "wb") as f:
        subprocess.run(["gzip", "-c", path], stdout=f, check=True)
    packed, gzip = turns(lambda: run([decode_argv(f"{SHM}/wells.gz", "--view", "well")]),
                         lambda: run([["gzip", "-dc", f"{SHM}/wells.gz"]]))
    figure("decode-view-well-gz", mb / packed, "MB/s", "gzip", mb / gzip)
    subprocess.run(["rm", "-rf", SHM], check=True)


COLUMNS = ("OIL_GAS_CODE DISTRICT_NO LEASE_NO CYCLE_YEAR CYCLE_MONTH CYCLE_YEAR_MONTH LEASE_NO_DISTRICT_NO OPERATOR_NO FIELD_NO FIELD_TYPE"
           " GAS_WELL_NO PROD_REPORT_FILED_FLAG LEASE_OIL_PROD_VOL LEASE_OIL_ALLOW LEASE_OIL_ENDING_BAL LEASE_GAS_PROD_VOL LEASE_GAS_ALLOW"
           " LEASE_GAS_LIFT_INJ_VOL LEASE_COND_PROD_VOL LEASE_COND_LIMIT LEASE_COND_ENDING_BAL LEASE_CSGD_PROD_VOL LEASE_CSGD_LIMIT"
           " LEASE_CSGD_GAS_LIFT LEASE_OIL_TOT_DISP LEASE_GAS_TOT_DISP LEASE_COND_TOT_DISP LEASE_CSGD_TOT_DISP DISTRICT_NAME LEASE_NAME"
           " OPERATOR_NAME FIELD_NAME").split()
WANTED = ("LEASE_NO", "DISTRICT_NAME", "CYCLE_YEAR_MONTH", "OPERATOR_NO", "LEASE_OIL_PROD_VOL", "LEASE_CSGD_PROD_VOL")


def delimited(quoted):
    """A file of production's shape, and a layout for it: '}' and nothing quoted, or ',' and all."""
    name = "quoted" if quoted else "plain"
    with open(f"{SHM}/{name}.yaml", "w") as f:
        f.write(f"layout: {name}\nrecord: {{delimiter: \"{',' if quoted else '}'}\", header: {'none' if quoted else 'line'}"
                f"{', quotes: true' if quoted else ''}}}\nsegments:\n  - {{id: t, name: T, key: [LEASE_NO], fields: [{', '.join(COLUMNS)}]}}\n"
                "views:\n  v:\n    rows: t\n    key: [LEASE_NO]\n    columns:\n" +
                "".join(f"      - {{name: {c}, as: text}}\n" for c in WANTED))
    rows = []
    for i in range(20000):
        v = ["O", "%02d" % (i % 14 + 1), "%05d" % i, "20%02d" % (i % 26), "%02d" % (i % 12 + 1), "20%02d%02d" % (i % 26, i % 12 + 1),
             "%d" % (i * 7), "%06d" % (i * 31 % 999983), "%08d" % (i * 4391), "O", "", "Y"] + ["%d" % (i * k % 9973) for k in range(1, 17)] + [
             "7C", "UNIVERSITY %d" % (i % 97), "MADE UP ENERGY %d LLC" % (i % 53), "SPRABERRY (TREND AREA)"]
        rows.append(",".join('"%s"' % x for x in v) if quoted else "}".join(v))
    block = ("\r\n".join(rows) + "\r\n").encode()
    path = f"{SHM}/{name}.txt"
    with open(path, "wb") as f:
        f.write(b"" if quoted else ("}".join(COLUMNS) + "\r\n").encode())
        for _ in range(max(1, 3 * SIZE // 20000)):
            f.write(block)
    return path, f"{SHM}/{name}.yaml"


def duckdb():
    """Where DuckDB for Node.js is, fetched once; None where it cannot be had."""
    at = f"{DIR}/duckdb"
    if not os.path.isdir(f"{at}/node_modules/@duckdb/node-api"):
        os.makedirs(at, exist_ok=True)
        try:
            p = subprocess.run(["npm", "install", "--silent", "--prefix", at, "@duckdb/node-api"], capture_output=True)
        except FileNotFoundError:
            return None
        if p.returncode:
            return None
    with open(f"{at}/read.js", "w") as f:
        f.write("""const { DuckDBInstance } = require('@duckdb/node-api');
(async () => {
  const c = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const [path, delim, quote, header, columns, wanted, out] = process.argv.slice(2);
  const names = '{' + columns.split(' ').map((n) => `'${n}': 'VARCHAR'`).join(', ') + '}';
  await c.run(`COPY (SELECT ${wanted} FROM read_csv('${path}', delim='${delim}', quote='${quote}', header=${header}, auto_detect=false,`
    + ` columns=${names})) TO '${out}' (FORMAT csv)`);
})();
""")
    return at


def bench_text():
    """Delimited text to a sealed stream of six of its columns, beside what reads such text, on one core each."""
    os.makedirs(SHM, exist_ok=True)
    duck = duckdb()
    if duck is None:
        note("text: DuckDB cannot be fetched here: without it")
    for quoted in (False, True):
        path, layout = delimited(quoted)
        mb, name = os.path.getsize(path) / 1e6, "quoted" if quoted else "plain"
        note(f"text-{name}: {mb:.0f} MB of {len(COLUMNS)} columns, page cache warm")
        jobs = [lambda: run([["aegis-rrc-decode", "--layout", layout, "--view", "v", "--rejects", f"{DIR}/decode.rej", path]],
                            stdout="/dev/null"),
                lambda: run([["wc", "-l", path]]), lambda: run([["csv-count"]], stdin=path)]
        if duck:
            jobs.append(lambda: run([["node", f"{duck}/read.js", path, "," if quoted else "}", '"' if quoted else "", str(not quoted).lower(),
                                      " ".join(COLUMNS), ", ".join(WANTED), "/dev/null"]]))
        ours, *peers = turns(*jobs)
        for peer, wall in zip(("wc-l", "libcsv", "duckdb-1-thread"), peers):
            figure(f"text-{name}", mb / ours, "MB/s", peer, mb / wall, "-" if quoted else ">=1000")
    subprocess.run(["rm", "-rf", SHM], check=True)


def texas_files(wells):
    """P-5 and two nights of P-4 for the same share of the leases that the wells name: 450,000 and 75,000 operators
    for 1.2 million wells."""
    names = [f"{DIR}/texas-{wells}-{what}.ebc" for what in ("p5", "p4", "p4-2")]
    if not all(os.path.exists(n) for n in names):
        p = subprocess.Popen(["aegis-rrc-decode", "--layout", "dbf900", "--view", "well", "--rejects", f"{DIR}/decode.rej", wellbore(wells)],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        u = subprocess.Popen(["aegis-unseal"], stdin=p.stdout, stdout=subprocess.PIPE, text=True)
        leases = sorted({r["lease"] for r in csv.DictReader(u.stdout) if r["lease"]})
        if p.wait() or u.wait():
            sys.exit("bench: the wells cannot be decoded")
        leases = [k for k in leases if zlib.crc32(k.encode()) % 1000 < TEXAS_SHARE]
        texas.p5(names[0], wells // 16)
        for night in (1, 2):
            texas.p4(names[night], leases, wells // 16, night)
    for n in names:
        subprocess.run(["cat", n], stdout=subprocess.DEVNULL, check=True)
    return names


def bench_texas():
    """Operators, leases and wells of a whole state, and of a quarter of it: each load once."""
    database()
    seconds, peak, rows = {}, {}, {}
    for wells in (SIZE, 4 * SIZE):
        p5, *p4 = texas_files(wells)
        loads = {"operators": ("orf850", "operator", "operator", p5), "leases": ("p4f606", "lease", "lease", p4[0]),
                 "wells": ("dbf900", "well", "well", wellbore(wells))}
        empty()
        for what, load in loads.items():
            seconds[what, wells] = run(load_argv(*load))
        for what in loads:
            rows[what, wells] = int(query(f"SELECT count(*) FROM entities WHERE type_key = '{what[:-1]}'"))
        rows["unchanged", wells] = sum(rows[what, wells] for what in loads)
        rows["hands", wells] = rows["leases", wells]
        t0 = time.perf_counter()
        peak[wells] = [max(p) for p in zip(*(peaks(load_argv(*load)) for load in loads.values()))]
        seconds["unchanged", wells] = time.perf_counter() - t0
        before = query("SELECT md5(string_agg(parent_key, ' ' ORDER BY child_key)) FROM entity_links WHERE parent_key LIKE 'operator:%'")
        seconds["hands", wells] = run(load_argv("p4f606", "lease", "lease", p4[1]))
        if query("SELECT md5(string_agg(parent_key, ' ' ORDER BY child_key)) FROM entity_links WHERE parent_key LIKE 'operator:%'") == before:
            sys.exit("bench: no well has changed hands")
        note(f"texas: {os.path.getsize(p4[0]) // 92} P-4 records, {query('SELECT count(*) FROM entity_links WHERE resolved')} links; "
             + ", ".join(f"{rows[what, wells]} {what} in {seconds[what, wells]:.1f} s" for what in (*loads, "unchanged"))
             + f", {seconds['hands', wells]:.1f} s where one lease in a hundred has changed hands")
    for what in (*loads, "unchanged", "hands"):
        cost = [1e6 * seconds[what, wells] / rows[what, wells] for wells in (4 * SIZE, SIZE)]
        figure(f"texas-{what}", cost[0], "us/row", "quarter", cost[1], "<=1.1x")
    for i, stage in enumerate(("rrc-decode", "entity-map", "entity-load")):
        figure(f"texas-memory-{stage}", peak[4 * SIZE][i] / 1024, "MiB", "quarter", peak[SIZE][i] / 1024,
               "<=32" if stage != "entity-load" else "<=32+40B/key")


def psql(*args, stdin=None):
    t0 = time.perf_counter()
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", *args], check=True, stdin=stdin)
    return time.perf_counter() - t0


def query(statement):
    return subprocess.run(["psql", "-XqAt", "-c", statement], check=True, capture_output=True,
                          text=True).stdout.strip()


def define(tenant):
    subprocess.run(["aegis-entity-define", "--tenant", tenant,
                    *sorted(f"{ROOT}/pipelines/entities/{f}" for f in os.listdir(f"{ROOT}/pipelines/entities"))],
                   check=True, stdout=subprocess.DEVNULL)


def database():
    subprocess.run(["aegis-db", "start"], check=True, stderr=open(f"{DIR}/stderr", "ab"))
    env = subprocess.run(["bash", "-c", 'eval "$(aegis-db env)" && env -0'], check=True, capture_output=True,
                         text=True).stdout
    os.environ.update(line.split("=", 1) for line in env.split("\0") if line.startswith("PG"))
    subprocess.run(["aegis-schema-apply"], check=True, stderr=subprocess.DEVNULL)
    define(TENANT)
    names = ["server_version", "shared_buffers", "fsync", "synchronous_commit", "wal_level", "max_wal_size",
             "full_page_writes"]
    note("server: " + " ".join(f"{n}={query('SHOW ' + n)}" for n in names))


TABLES = "batch_rejects, batch_books, batch_links, batch_sources, entity_pending, entity_sources, entity_links, entities, batch_changes"


# As before anything was loaded: without partitions.
BARE = """DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT inhrelid FROM pg_inherits WHERE inhparent IN
    ('entities'::regclass, 'entity_sources'::regclass, 'entity_links'::regclass)
    LOOP EXECUTE 'DROP TABLE ' || t; END LOOP; END; $$"""


# What one tenant has, with its partitions.
WITHOUT = f"""DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT batch_ground_above('entities', '{TENANT}')
        UNION SELECT batch_ground_find('entity_sources', dataset_id::text) FROM batch_datasets WHERE tenant_id = '{TENANT}'
        UNION SELECT batch_ground_find('entity_links', rule_id::text) FROM entity_relationship_rules WHERE tenant_id = '{TENANT}'
    LOOP IF t IS NOT NULL THEN EXECUTE 'DROP TABLE ' || t; END IF; END LOOP; END; $$"""


def without():
    """The tenant is gone, the others stay."""
    mine = f"(SELECT dataset_id FROM batch_datasets WHERE tenant_id = '{TENANT}')"
    psql("-c", WITHOUT, *(word for d in GROUND["entity_sources"] for word in ("-c", f"DROP TABLE IF EXISTS entity_sources_{d}")),
         *(word for t in ("batch_rejects", "batch_books", "batch_links", "batch_sources") for word in (
        "-c", f"DELETE FROM {t} WHERE dataset_id IN {mine}")), "-c", f"DELETE FROM batch_datasets WHERE tenant_id = '{TENANT}'", "-c", "CHECKPOINT")


def empty():
    psql("-c", BARE, "-c", f"TRUNCATE {TABLES}", "-c", f"DELETE FROM batch_datasets WHERE tenant_id = '{TENANT}'", "-c", "CHECKPOINT")


def load_argv(layout, view, kind, path, *more, tenant=TENANT):
    return [["aegis-rrc-decode", "--layout", layout, "--view", view, "--rejects", f"{DIR}/decode.rej", path],
            ["aegis-entity-map", "--tenant", tenant, "--type", kind, "--rejects", f"{DIR}/map.rej"],
            ["aegis-entity-load", "--tenant", tenant, "--type", kind, "--rejects", f"{DIR}/load.rej", *more]]


def chain_argv(path, *more):
    return load_argv("dbf900", "well", "well", path, *more)


LOADED = ("entities", "entity_sources", "entity_links")


GROUND = {}  # table: what the rows of the copies need of it


def copy_out():
    """The rows that a load left, as psql's \\copy takes them back, and what partitions they need."""
    for t, key in zip(LOADED, ("type_key", "dataset_id", "rule_id")):
        psql("-c", f"\\copy (SELECT * FROM {t}) to '{DIR}/{t}.copy'")
        GROUND[t] = query(f"SELECT DISTINCT {key} FROM {t}").split()


def places():
    """Those partitions, with their indexes, made outside of what is measured."""
    psql("-o", os.devnull, "-c", f"SELECT batch_ground_tenant('{TENANT}')", *(word for t, keys in GROUND.items() for k in keys for word in (
        "-c", f"SELECT batch_ground_hang(batch_ground_above('{t}', '{TENANT}'), batch_ground_make('{t}', '{TENANT}', '{k}'), '{k}', '{t}')")))


def copy_in(*tables):
    """psql's \\copy of the rows that a load left, in one transaction."""
    return psql("-1", *(word for t in tables for word in ("-c", f"\\copy {t} from '{DIR}/{t}.copy'")))


def first_beside_copy(path, bare=empty):
    """Seconds of a first load, of \\copy of the rows that one left (copy_out()), and of decoding alone, in turn."""
    def load():
        bare()
        return run(chain_argv(path))

    def copied():
        bare()
        places()
        return copy_in(*LOADED)

    return turns(load, copied, lambda: run([decode_argv(path, "--view", "well")]))


def nights(night1, night2):
    """Two nights that come by turns, and the last of them once more: seconds of the change, and of what is the same."""
    names = [night1, night2]  # night1 is there
    return turns(lambda: names.reverse() or run(chain_argv(names[0], *TOGGLE)), lambda: run(chain_argv(names[0], *TOGGLE)))


def bench_chain():
    path = wellbore(SIZE)
    database()
    empty()
    run(chain_argv(path))
    copy_out()
    rows = query("SELECT count(*) FROM entities")
    size = sum(os.path.getsize(f"{DIR}/{t}.copy") for t in LOADED)
    note(f"chain: {SIZE} wells, {os.path.getsize(path)} bytes; {rows} entities, {size} bytes of COPY text")

    first, copy, decode = first_beside_copy(path)
    name, anchor = max(("psql-copy", copy), ("decode", decode), key=lambda x: x[1])
    figure("chain-first-load", first, "s", name, anchor, "<=1.25x")
    note(f"chain: psql \\copy {copy:.2f} s, decoding alone {decode:.2f} s")
    empty()
    run(chain_argv(path))
    again, decode = turns(lambda: run(chain_argv(path)), lambda: run([decode_argv(path, "--view", "well")]))
    figure("chain-unchanged-load", again, "s", "decode", decode)


def bench_memory():
    database()
    small = max(SIZE // 10, 1)
    highest = {}
    for wells in (small, SIZE):
        empty()
        first, again = (peaks(chain_argv(wellbore(wells))) for _ in range(2))
        highest[wells] = [max(pair) for pair in zip(first, again)]
    for i, stage in enumerate(("rrc-decode", "entity-map", "entity-load")):
        figure(f"memory-{stage}", highest[SIZE][i] / 1024, "MiB", f"{small}-wells", highest[small][i] / 1024, "<=32")


# What graph-sync writes, as psql's \\copy takes it.
VERTICES = """SELECT (e.properties || jsonb_build_object('entity_id', e.entity_key, 'tenant_id', e.tenant_id))::text
    FROM entities e WHERE type_key = '{type}'"""
EDGES = """SELECT start_id, end_id, properties FROM oilgas."{label}" """
GRAPH = {"Well": "well", "Lease": "lease", "Operator": "operator"}


def graph_empty():
    for label in (*GRAPH, "ON_LEASE", "OPERATED_BY"):
        psql("-c", f'TRUNCATE oilgas."{label}"')
    psql("-c", "TRUNCATE graph_synced, graph_books", "-c", "CHECKPOINT")


def bench_graph(night1, night2):
    """Leases and operators that the wells name become entities, so that there are edges."""
    for kind in ("lease", "operator"):
        psql("-o", os.devnull, "-c", f"SELECT batch_ground('{TENANT}', '{kind}')")
        psql("-c", f"""INSERT INTO entities (tenant_id, type_key, entity_key, name, properties, changed_run)
            SELECT DISTINCT ON (parent_key) '{TENANT}', '{kind}', parent_key, parent_key, jsonb_build_object('{kind}_number',
            split_part(parent_key, ':', 2)), changed_run FROM entity_links WHERE parent_key LIKE '{kind}:%'""")
    psql("-c", "UPDATE entity_links SET resolved = true WHERE parent_key IS NOT NULL", "-c", "VACUUM ANALYZE")
    sync = ["aegis-graph-sync", "--tenant", TENANT]

    def first():
        graph_empty()
        return run([sync])

    graph_empty()
    peak = peaks([sync])[0]
    for label, kind in GRAPH.items():
        psql("-c", "\\copy (" + " ".join(VERTICES.format(type=kind).split()) + f") to '{DIR}/{label}.agtype'")
    for label in ("ON_LEASE", "OPERATED_BY"):
        psql("-c", "\\copy (" + EDGES.format(label=label) + f") to '{DIR}/{label}.agtype'")
    note("graph: " + ", ".join(f"{query(f'SELECT count(*) FROM oilgas.{chr(34)}{label}{chr(34)}')} {label}"
                                for label in (*GRAPH, "ON_LEASE", "OPERATED_BY")))

    def copied():
        graph_empty()
        return psql("-1", *(word for label in GRAPH for word in (
            "-c", f"\\copy oilgas.\"{label}\" (properties) from '{DIR}/{label}.agtype'")),
            *(word for label in ("ON_LEASE", "OPERATED_BY") for word in (
                "-c", f"\\copy oilgas.\"{label}\" (start_id, end_id, properties) from '{DIR}/{label}.agtype'")))

    whole, copy = turns(first, copied)
    figure("graph-first-sync", whole, "s", "psql-copy-agtype", copy, "<=1.05x")
    figure("graph-memory", peak / 1024, "MiB", aim="<=64")
    first()
    psql("-c", "VACUUM ANALYZE")
    walls = []
    for i in range(RUNS):
        run(chain_argv((night1, night2)[i % 2], *TOGGLE))
        walls.append(run([sync]))
    figure("graph-1%-changed", statistics.median(walls), "s", "graph-first-sync", whole, "<=0.15x")
    t = run([[*sync, "--check"]])
    vertices = sum(int(query(f'SELECT count(*) FROM oilgas."{label}"')) for label in GRAPH)
    figure("graph-check", t * 1e6 / vertices, "us/vertex", aim="<=10")


# Two nights that come by turns.
TOGGLE = ("--accept-older", "--max-retired", "100%")


def bench_nightly():
    """A night at the size of Texas: SIZE wells, 1,200,000 where it is not said."""
    wells = int(os.environ.get("SIZE") or 1200000)
    night1, night2 = wellbore(wells), wellbore(wells, 2)
    database()
    empty()
    decode = lambda: run([decode_argv(night1, "--view", "well")])
    report = f"{DIR}/report.json"
    first = peaks(chain_argv(night1, "--report", "json"))
    copy_out()
    note(f"nightly: {wells} wells, {os.path.getsize(night1)} bytes; {query('SELECT count(*) FROM entities')} entities, "
         f"{query('SELECT count(*) FROM entity_links')} links")

    ours, copy, alone = first_beside_copy(night1)
    name, anchor = max(("psql-copy", copy), ("decode", alone), key=lambda x: x[1])
    figure("nightly-first-load", ours, "s", name, anchor, "<=1.25x")
    note(f"nightly: psql \\copy {copy:.2f} s, decoding alone {alone:.2f} s")
    empty()
    run(chain_argv(night1))
    psql("-c", "VACUUM ANALYZE", "-c", "CHECKPOINT")
    again, alone = turns(lambda: run(chain_argv(night1)), decode)
    figure("nightly-unchanged", again, "s", "decode", alone, "<=1.3x")
    changed, same = nights(night1, night2)
    run(chain_argv(night1, *TOGGLE), stdout=os.devnull)
    figure("nightly-1%-changed", changed, "s", "unchanged", same, "<=1.5x")
    unchanged = peaks(chain_argv(night1, "--report", "json"))
    run(chain_argv(night2, *TOGGLE, "--report", "json"), stdout=report)
    with open(report) as f:
        index = json.load(f)["index"]
    for i, stage in enumerate(("rrc-decode", "entity-map", "entity-load")):
        figure(f"nightly-memory-{stage}", max(first[i], unchanged[i]) / 1024, "MiB", aim="<=64")
    figure("nightly-index", index["bytes"] / index["keys"], "bytes/entity", aim="<=64")
    if query("SELECT to_regclass('ag_catalog.ag_graph') IS NOT NULL") == "t":
        bench_graph(night1, night2)
    else:
        note("graph: no AGE here")


def others(path, n=19):
    """As many other tenants that have the same wells."""
    for i in range(n):
        tenant = f"{TENANT[:-4]}{i:04}"
        define(tenant)
        run(load_argv("dbf900", "well", "well", path, tenant=tenant))
    psql("-c", "VACUUM ANALYZE")


def halves(path):
    """The file's wells in two files."""
    with open(path, "rb") as f:
        data = f.read()
    at = len(data) // 494 * 247
    while data[at:at + 2] != b"\xf0\xf1":
        at += 247
    for name, part in (("a", data[:at]), ("b", data[at:])):
        with open(f"{DIR}/half-{name}.ebc", "wb") as f:
            f.write(part)
    return f"{DIR}/half-a.ebc", f"{DIR}/half-b.ebc"


def into_rows(path, *more):
    """The second half of the wells into a type that has the first, beside \\copy of what it adds: by another dataset, for the
    first time, or with --delta by the same one, which notes each as a change."""
    a, b = halves(path)

    def half():
        empty()
        run(chain_argv(a))
        if not more:
            psql("-c", "UPDATE batch_datasets SET dataset = 'other/well', fields = '{}'")
        psql("-c", "VACUUM ANALYZE", "-c", "CHECKPOINT")

    half()
    before = query("SELECT max(changed_run::text) FROM entities")
    run(chain_argv(b, *more))
    for t, run_of in (("entities", "changed_run"), ("entity_sources", "seen_run"), ("entity_links", "changed_run")):
        psql("-c", f"\\copy (SELECT * FROM {t} WHERE {run_of} <> '{before}') to '{DIR}/{t}.copy'")

    def load():
        half()
        return run(chain_argv(b, *more))

    def copied():
        half()
        dataset = query("SELECT max(dataset_id) FROM batch_datasets")
        if not more:
            psql("-o", os.devnull, "-c", f"SELECT batch_ground_hang(batch_ground_above('entity_sources', '{TENANT}'), batch_ground_make('entity_sources',"
                 f" '{TENANT}', '{int(dataset) + 1}'), '{int(dataset) + 1}', 'entity_sources')")
        subprocess.run(["sed", "-i", f"s/^[0-9]*\\t/{int(dataset) + (not more)}\\t/", f"{DIR}/entity_sources.copy"], check=True)
        return copy_in(*LOADED)

    return turns(load, copied)


def same_source(path):
    """A step of a pipeline whose source was loaded already, beside a digest of the compressed file."""
    with open(f"{DIR}/same.gz", "wb") as f:
        subprocess.run(["gzip", "-1c", path], stdout=f, check=True)
    with open(f"{DIR}/same.yaml", "w") as f:
        f.write("pipeline: same\nsteps:\n  - name: wells\n    pipe:\n" + "".join(f"      - [{', '.join(w)}]\n" for w in (
            ["rrc-decode", "--layout", "dbf900", "--view", "well", "--rejects", f"{DIR}/decode.rej", f"{DIR}/same.gz"],
            ["entity-map", "--tenant", TENANT, "--type", "well", "--rejects", f"{DIR}/map.rej"],
            ["entity-load", "--tenant", TENANT, "--type", "well", "--rejects", f"{DIR}/load.rej"])))
    run([["aegis-run", f"{DIR}/same.yaml"]])
    return turns(lambda: run([["aegis-run", f"{DIR}/same.yaml"]]), lambda: run([["openssl", "dgst", "-sha256", f"{DIR}/same.gz"]]))


def bench_load():
    """A night's load beside \\copy of its rows and beside decoding alone, of wells of 494 bytes and of 6 KB."""
    database()
    for size, shape in (("494B", short), ("6KB", lambda path: path)):
        night1, night2 = shape(wellbore(SIZE)), shape(wellbore(SIZE, 2))
        decode = lambda: run([decode_argv(night1, "--view", "well")])
        empty()
        run(chain_argv(night1))
        copy_out()
        note(f"load: {SIZE} wells of {size}, {os.path.getsize(night1)} bytes; {query('SELECT count(*) FROM entities')} entities")

        ours, copy, alone = first_beside_copy(night1)
        figure(f"load-{size}-first", ours, "s", "psql-copy", copy, "<=0.95x")
        note(f"load: decoding alone {alone:.2f} s")
        empty()
        run(chain_argv(night1))
        psql("-c", "VACUUM ANALYZE", "-c", "CHECKPOINT")
        again, alone = turns(lambda: run(chain_argv(night1)), decode)
        figure(f"load-{size}-no-news", again, "s", "decode", alone, "<=1.5x")
        changed, same = nights(night1, night2)
        figure(f"load-{size}-1%-changed", changed, "s", "no-news", same, "<=1.2x")
        figure(f"load-{size}-same-source", *(lambda v: (v[0], "s", "openssl-dgst", v[1]))(same_source(night1)), "<=1.2x")
        ours, copy = into_rows(night1)
        figure(f"load-{size}-into-rows", ours, "s", "psql-copy", copy, "<=1.05x")
        ours, copy = into_rows(night1, "--delta")
        figure(f"load-{size}-into-own-rows", ours, "s", "psql-copy-without-changes", copy)


def bench_tenants():
    """The first load of the 20th tenant beside \\copy of its rows."""
    database()
    path = short(wellbore(SIZE))
    empty()
    run(chain_argv(path))
    copy_out()
    others(path)
    ours, copy, _ = first_beside_copy(path, without)
    note(f"tenants: {query('SELECT count(*) FROM entities')} entities")
    figure("load-494B-20th-tenant", ours, "s", "psql-copy", copy, "<=0.95x")
    empty()
    psql("-c", f"DELETE FROM batch_datasets WHERE tenant_id::text LIKE '{TENANT[:-4]}%' AND tenant_id <> '{TENANT}'")


def bench_trace():
    """A value of any well traced to its bytes in a kept file."""
    database()
    path = wellbore(SIZE)
    empty()
    run(chain_argv(path))
    kept = subprocess.run(["aegis-source-keep", "--to", f"{DIR}/kept", path], check=True, capture_output=True, text=True).stdout.strip()
    psql("-c", "VACUUM ANALYZE")
    keys = query(f"SELECT entity_key FROM entities WHERE type_key = 'well' ORDER BY md5(entity_key) LIMIT {100 * RUNS}").split()
    trace = ["aegis-trace", "--tenant", TENANT, "--sources", f"{DIR}/kept"]
    walls = sorted(run([[*trace, key, field]]) for key in keys for field in ("total_depth", "lease"))
    note(f"trace: {len(walls)} values of {SIZE} wells, {os.path.getsize(path)} bytes, kept in {os.path.getsize(kept)}")
    figure("trace-value", walls[len(walls) // 2] * 1000, "ms", aim="<=50")
    figure("trace-value-longest", walls[-1] * 1000, "ms", aim="<=50")


AUDIT = """SELECT md5('id' || g)::uuid AS id, 'tenant-' || g % 20 AS tenant_id, 'approval.' || g % 7 AS event_type,
    jsonb_build_object('approval_id', md5('a' || g), 'decision', CASE g % 3 WHEN 0 THEN 'approved' ELSE 'rejected' END,
    'comment', repeat(md5('c' || g), 6), 'amount', g * 1.10, 'nested', jsonb_build_object('n', g, 'unit', 'mcf')) AS event_data,
    'user-' || g % 100 AS actor_id, 'user' AS actor_type,
    '2026-01-01Z'::timestamptz + g * interval '1 second' AS created_at, encode(sha256(g::text::bytea), 'hex') AS signature
    FROM generate_series(1, {n}) g"""
VECTORS = """SELECT md5('m' || g)::uuid AS id, 'rule37-agent' AS agent_id, 'user-' || g % 50 AS user_id,
    'conversation-' || g AS conversation_id, repeat('A summary. ', 10) AS summary, '{{"d": 1}}'::jsonb AS key_decisions,
    (SELECT array_agg(round((random() * 2 - 1)::numeric, 5)::real) FROM generate_series(1, 1536) i WHERE g > 0){cast} AS embedding
    FROM generate_series(1, {n}) g"""


def table_case(name, like, select, bad=0):
    """A CSV file of a SELECT's rows, and the same sealed, for a table without rows."""
    psql("-c", f"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} (LIKE {like} INCLUDING ALL)")
    plain, sealed = f"{DIR}/{name}.csv", f"{DIR}/{name}.sealed"
    psql("-c", "\\copy (" + " ".join(select.split()) + f") to '{plain}' csv header")
    if bad:
        lines = open(plain, encoding="utf-8").read().split("\n")
        step = (len(lines) - 2) // bad
        for i in range(bad):
            at = 1 + i * step + step // 2
            lines[at] = lines[at].replace('"{""', '"{bad ""', 1)
        with open(sealed + ".csv", "w", encoding="utf-8") as f:
            f.write("\n".join(lines))
    run([["aegis-seal", "--kind", f"table:{name}"]], stdin=sealed + ".csv" if bad else plain, stdout=sealed)
    return plain, sealed


def bench_table():
    database()
    rows = int(os.environ.get("SIZE") or 1000000)
    few = max(rows // 50, 1)
    vector = query("SELECT to_regtype('vector') IS NOT NULL") == "t"
    cases = (("audit", "audit_logs", AUDIT.format(n=rows), 0, "<=1.10x"),
             ("audit-100-bad", "audit_logs", AUDIT.format(n=rows), 100, "<=1.5x"),
             ("vectors" if vector else "arrays", "episodic_memories",
              VECTORS.format(n=few, cast="::vector" if vector else ""), 0, "<=1.10x"))
    for name, like, select, bad, aim in cases:
        table = "bench_" + name.replace("-", "_")
        plain, sealed = table_case(table, like, select, bad)
        if like == "episodic_memories" and vector:
            # An index that is made with the table would be measured, not the load.
            for index in query(f"SELECT indexrelid::regclass FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
                               f"JOIN pg_am a ON a.oid = relam WHERE indrelid = '{table}'::regclass "
                               "AND amname = 'ivfflat'").split():
                psql("-c", f"DROP INDEX {index}")
        note(f"{name}: {os.path.getsize(plain)} bytes of CSV")

        argv = [["aegis-table-load", "--rejects", f"{DIR}/table.rej"]]

        def fresh():
            psql("-c", f"TRUNCATE {table}", "-c", "CHECKPOINT")

        def ours():
            fresh()
            return run(argv, stdin=sealed)

        def peer():
            fresh()
            with open(plain, "rb") as f:
                head = f.readline().decode().strip()
            return psql("-c", f"\\copy {table} ({head}) from '{plain}' csv header")

        load, copy = turns(ours, peer)
        figure(f"table-load-{name}", load, "s", "psql-copy", copy, aim)
        ours()
        note(f"{name}: {query(f'SELECT count(*) FROM {table}')} rows are in")
        fresh()
        peak = peaks(argv, sealed)[0]
        figure(f"table-load-{name}-memory", peak / 1024, "MiB", aim="<=64")
        psql("-c", f"DROP TABLE {table}")


def sealed_leases(ledger, name, copies, last=None):
    """The sample's leases, each as often as asked with a key of its own; the last ones under another name."""
    whole = f"{DIR}/leases.stream"
    run([["aegis-rrc-decode", "--layout", "olf001", "--view", "lease", ledger],
         ["aegis-entity-map", "--tenant", TENANT, "--type", "lease"], ["aegis-unseal"]], stdout=whole)
    with open(whole, newline="") as f:
        head, *rows = csv.reader(f)
    key, called = head.index("entity_key"), head.index("lease_name")
    with open(f"{DIR}/{name}.csv", "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(head)
        for k in range(copies):
            for r in rows[-last:] if last else rows:
                r = list(r)
                r[key] += f"x{k}" if k else ""
                r[called] = "RENAMED" if last else r[called]
                out.writerow(r)
    run([["aegis-seal", "--kind", "entity:lease", "--tenant", TENANT, "--dataset", "olf001/lease", "--source", name,
          f"{DIR}/{name}.csv"]], stdout=f"{DIR}/{name}.stream")
    return f"{DIR}/{name}.stream", len(rows) * copies


def bench_links():
    """50 leases in the run that has brought 14,030 before, with no statistics and 4 MB of work_mem."""
    database()
    ledger = f"{DIR}/olf001l"
    run([["zstd", "-qdc", f"{ROOT}/../shared/rrc/samples/olf001l_19155.ebc.zst"]], stdout=ledger)
    psql("-c", "ALTER DATABASE aegis SET work_mem = '4MB'", "-c", "ALTER SYSTEM SET autovacuum = off", "-c", "SELECT pg_reload_conf()")
    os.environ["AEGIS_RUN"] = "00000000-0000-4000-8000-0000000000bf"
    load = ["aegis-entity-load", "--tenant", TENANT, "--type", "lease", "--accept-older"]
    walls = {}
    for copies in (1, 4):
        many, n = sealed_leases(ledger, f"leases-{copies}", copies)
        few, _ = sealed_leases(ledger, "leases-50", 1, 50)

        def fresh():
            psql("-c", f"TRUNCATE {TABLES}")
            return run([load], stdin=many)

        walls[copies] = turns(fresh, lambda: run([[*load, "--delta"]], stdin=few))
        figure(f"links-50-beside-{n}", walls[copies][1], "s", f"those-{n}", walls[copies][0], "<=0.2x")
    figure("links-4-times-as-many", walls[4][0], "s", "once", walls[1][0], "<=4x")
    figure("links-50-beside-4-times-as-many", walls[4][1], "s", "once", walls[1][1], "<=4x")
    del os.environ["AEGIS_RUN"]
    psql("-c", f"TRUNCATE {TABLES}", "-c", "ALTER DATABASE aegis RESET work_mem", "-c", "ALTER SYSTEM RESET autovacuum",
         "-c", "SELECT pg_reload_conf()")


def bench_badrows():
    """Every second row bad beside the same number of good ones."""
    database()
    n = int(os.environ.get("SIZE") or 200000)
    psql("-c", "DROP TABLE IF EXISTS bench_numbers", "-c", "CREATE TABLE bench_numbers (n int PRIMARY KEY, t text NOT NULL)")
    for name, bad in (("good", 0), ("bad", 2)):
        with open(f"{DIR}/{name}.csv", "w") as f:
            f.write("n,t\n")
            f.writelines(f"x{i},row\n" if bad and i % bad == 0 else f"{i},row {i}\n" for i in range(1, n + 1))
        run([["aegis-seal", "--kind", "table:bench_numbers", f"{DIR}/{name}.csv"]], stdout=f"{DIR}/{name}.stream")

    def load(name):
        psql("-c", "TRUNCATE bench_numbers")
        return run([["aegis-table-load", "--rejects", f"{DIR}/bad.rej", "--max-rejects", "60%"]], stdin=f"{DIR}/{name}.stream")

    bad, good = turns(lambda: load("bad"), lambda: load("good"))
    figure(f"table-load-half-of-{n}-bad", bad, "s", "all-good", good)
    psql("-c", "DROP TABLE bench_numbers")


def audit_rows(rows, ring, key):
    """audit_logs with ${rows} rows that audit-verify has signed, by profile py-sorted."""
    select = AUDIT.format(n=rows).replace("encode(sha256(g::text::bytea), 'hex') AS signature", "NULL::text AS signature")
    empty = ["-c", "ALTER TABLE audit_logs DISABLE TRIGGER USER; TRUNCATE audit_logs"]
    psql(*empty, "-c", f"INSERT INTO audit_logs {select}")
    subprocess.run(["rm", "-rf", f"{DIR}/signed"], check=True)
    run([["aegis-audit-read", "--table", "audit_logs", "--period", "2026-01"],
         ["aegis-audit-verify", "--keys", ring, "--profile", "py-sorted", "--sign"],
         ["aegis-audit-pack", "--archives", f"{DIR}/signed", "--key", key]])
    psql(*empty)
    run([["aegis-audit-open", f"{DIR}/signed/audit_logs"], ["aegis-table-load"]])
    psql("-c", "VACUUM ANALYZE audit_logs")


def audit_keys():
    """A key ring and a key of archives, both new; return their paths."""
    subprocess.run(["bash", "-c", f"cd {DIR} && rm -f audit.key* hmac.key && aegis-audit-keygen --name bench/audit --out audit.key &&"
                    " aegis-audit-keygen --hmac --out hmac.key && echo 'keys: [{id: k, file: hmac.key}]' >ring.yaml"],
                   check=True, stdout=subprocess.DEVNULL)
    return f"{DIR}/ring.yaml", f"{DIR}/audit.key"


def audit_argv(ring, key, archives):
    return [["aegis-audit-read", "--table", "audit_logs", "--period", "2026-01"],
            ["aegis-audit-verify", "--keys", ring, "--profile", "py-sorted"],
            ["aegis-audit-pack", "--archives", archives, "--key", key]]


def bench_audit():
    database()
    rows = int(os.environ.get("SIZE") or 1000000)
    ring, key = audit_keys()
    archives, packed = f"{DIR}/archives", f"{DIR}/audit.zst"
    pipe = audit_argv(ring, key, archives)

    def ours():
        subprocess.run(["rm", "-rf", archives], check=True)
        return run(pipe)

    def peer():
        return run([["psql", "-Xqc", "COPY audit_logs TO STDOUT"], ["zstd", "-q", "-3", "-f", "-o", packed]])

    for n in sorted({rows // 10, rows}):
        audit_rows(n, ring, key)
        note(f"audit_logs: {query('SELECT count(*), sum(pg_column_size(event_data)) / count(*) FROM audit_logs')}"
             " rows, bytes of event_data")
        export, copy = turns(ours, peer)
        figure(f"audit-export-{n}", export, "s", "copy-zstd", copy, "<=2.0x")
        subprocess.run(["rm", "-rf", archives], check=True)
        for stage, kib in zip(("read", "verify", "pack"), peaks(pipe)):
            figure(f"audit-export-{n}-{stage}-memory", kib / 1024, "MiB", aim="<=64")
    zst = subprocess.run(f"ls {archives}/audit_logs/*/data/rows.ndjson.zst", shell=True, capture_output=True,
                         text=True, check=True).stdout.strip()
    check = [["aegis-audit-check", "--key", key + ".vkey", archives]]
    mine, sums = turns(lambda: run(check), lambda: run([["zstd", "-dcq", zst], ["sha256sum"]]))
    figure("audit-check", mine, "s", "zstd-sha256sum", sums, "<=1.5x")
    figure("audit-check-memory", peaks(check)[0] / 1024, "MiB", aim="<=64")


def bench_frames():
    """The stream's two body forms between the stages of one chain: wall time and CPU."""
    database()
    path = wellbore(SIZE)
    rows = max(SIZE // 3, 1000)
    ring, key = audit_keys()
    archives = f"{DIR}/archives"
    audit_rows(rows, ring, key)

    def export():
        subprocess.run(["rm", "-rf", archives], check=True)
        return run(audit_argv(ring, key, archives))

    def wells():
        return run(chain_argv(path)[:2])

    for name, pipe in ((f"audit-{rows}", export), (f"wells-{SIZE}", wells)):
        cpu = {"text": [], "frames": []}

        def form(body):
            before = os.times()
            os.environ["AEGIS_STREAM"] = body
            wall = pipe()
            del os.environ["AEGIS_STREAM"]
            after = os.times()
            cpu[body].append(after.children_user + after.children_system - before.children_user - before.children_system)
            return wall

        frames, text = turns(lambda: form("frames"), lambda: form("text"))
        figure(f"frames-{name}", frames, "s", "text", text, "<=1x")
        figure(f"frames-{name}-cpu", statistics.median(cpu["frames"]), "s", "text", statistics.median(cpu["text"]), "<=1x")


def keep_off(table, statement):
    """A statement that the table's guards do not allow, in a benchmark's own database."""
    psql("-1", "-c", f"ALTER TABLE {table} DISABLE TRIGGER USER", "-c", statement,
         "-c", f"ALTER TABLE {table} ENABLE TRIGGER USER")


def bench_rules():
    database()
    rules = int(os.environ.get("SIZE") or 200000)
    filings = rules // 2
    sealed, copied = f"{DIR}/rules.sealed", f"{DIR}/rules.copy"
    with open(f"{DIR}/rules.csv", "w") as f:
        f.write("_record,_offset,field_number,lease_line,between_wells\n")
        for i in range(rules):
            f.write(f"{i + 1},{i * 1200},{i + 1000:08d},{330 + i % 3 * 137},{660 + i % 5 * 100 + (600 if i % 3 else 0)}\n")
    subprocess.run(["aegis-seal", "--kind", "rrc:olf001/spacing", f"{DIR}/rules.csv"], check=True,
                   stdout=open(sealed, "wb"), stderr=subprocess.DEVNULL)
    load = [["aegis-rule-load", "--tenant", TENANT]]

    def clear():
        psql("-c", "TRUNCATE filing_rule_snapshots, filing_checklists CASCADE")
        keep_off("rule_versions", "DELETE FROM rule_versions")
        psql("-c", BARE)
        psql("-c", f"TRUNCATE {TABLES}, batch_rules", "-c", "VACUUM rule_versions", "-c", "CHECKPOINT")

    def ours():
        clear()
        return run(load, stdin=sealed)

    def peer():
        clear()
        return psql("-c", f"\\copy rule_versions from '{copied}'")

    clear()
    run(load, stdin=sealed)
    psql("-c", f"\\copy rule_versions to '{copied}'")
    note(f"rules: {rules} field rules, {os.path.getsize(copied)} bytes of COPY text")
    first, copy = turns(ours, peer)
    figure("rules-first-load", first, "s", "psql-copy", copy, "<=1.5x")
    ours()
    again, = turns(lambda: run(load, stdin=sealed))
    figure("rules-unchanged-load", again, "s", "first-load", first, "<=0.25x")
    figure("rules-load-memory", peaks(load, stdin=sealed)[0] / 1024, "MiB", aim="<=64")

    run([["aegis-rule-load", "--tenant", TENANT,
          *(f"{ROOT}/pipelines/rules/{f}" for f in sorted(os.listdir(f"{ROOT}/pipelines/rules")))]])
    psql("-c", "INSERT INTO filing_checklists (tenant_id, entity_id, entity_type, compliance_domain, status, items)"
         f" SELECT '{TENANT}', 'field:' || lpad((1000 + g)::text, 8, '0'), 'field', (ARRAY['rule_37', 'rule_32',"
         f" 'form_pr', 'flaring_monitor'])[1 + g % 4], 'draft', '[]' FROM generate_series(0, {filings - 1}) g",
         "-c", "VACUUM ANALYZE filing_checklists", "-c", "VACUUM ANALYZE rule_versions")
    # The rows that rule-snapshot writes, by one statement that knows the domains beforehand.
    statement = f"""INSERT INTO filing_rule_snapshots (checklist_id, rule_version_id, rule_data_at_snapshot)
        WITH f AS (SELECT * FROM filing_checklists f WHERE tenant_id = '{TENANT}' AND status IN ('draft',
        'in_progress', 'ready_for_review', 'in_review') AND NOT EXISTS (SELECT FROM filing_rule_snapshots s
        WHERE s.checklist_id = f.id)), d (c, r) AS (VALUES ('rule_37', 'spacing'), ('rule_37', 'density'),
        ('rule_32', 'flaring'), ('flaring_monitor', 'flaring'), ('form_pr', 'reporting')),
        v AS (SELECT * FROM rule_versions WHERE tenant_id = '{TENANT}' AND status = 'active')
        SELECT f.id, v.id, v.rule_data FROM f JOIN d ON d.c = f.compliance_domain JOIN v ON v.rule_domain = d.r
        AND v.rule_type <> 'field_specific' UNION ALL SELECT f.id, v.id, v.rule_data FROM f
        JOIN d ON d.c = f.compliance_domain JOIN v ON v.rule_domain = d.r AND v.rule_type = 'field_specific'
        AND v.rule_data->>'field' = f.entity_id"""

    def fresh():
        psql("-c", "TRUNCATE filing_rule_snapshots", "-c", "CHECKPOINT")

    def freeze():
        fresh()
        return run([["aegis-rule-snapshot", "--tenant", TENANT]])

    def insert():
        fresh()
        return psql("-c", statement)

    mine, plain = turns(freeze, insert)
    note(f"snapshots: {filings} filings, {query('SELECT count(*) FROM filing_rule_snapshots')} rows")
    figure("rules-snapshot", mine, "s", "psql-insert", plain, "<=1.2x")


def programs():
    """Directory of the server's own pg_dump and pg_restore."""
    major = query("SHOW server_version_num")[:-4]
    for where in (f"{ROOT}/var/postgresql-{major}/usr/lib/postgresql/{major}/bin", f"{DIR}/var/postgresql-{major}"
                  f"/usr/lib/postgresql/{major}/bin", f"/usr/lib/postgresql/{major}/bin"):
        if os.path.exists(f"{where}/pg_dump"):
            return where
    raise SystemExit("no pg_dump of the server's version")


def tree_size(path):
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(path) for f in files)


def bench_fixture():
    """1,000,000 rows: entities with their digests, rules, filings, snapshots and audit rows."""
    subprocess.run(["aegis-db", "destroy", "--yes"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    database()
    rows = int(os.environ.get("SIZE") or 1000000)
    n = rows // 10
    psql("-c", f"""INSERT INTO entities (tenant_id, type_key, entity_key, name, field, district, properties, changed_run)
        SELECT '{TENANT}', 'well', '42-' || lpad((g % 508)::text, 3, '0') || '-' || lpad(g::text, 6, '0'), 'WELL ' || g,
        'field:' || lpad((g % 5000)::text, 8, '0'), '08', jsonb_build_object('api_number', g, 'operator', 'operator:' || g % 900,
        'total_depth', g % 20000, 'latitude', 31.5 + g % 1000 / 1000.0, 'survey', md5(g::text)), '{TENANT}'
        FROM generate_series(1, {3 * n}) g""",
         "-c", f"INSERT INTO entity_sources SELECT 1, entity_key, decode(md5(entity_key), 'hex'), '{TENANT}' FROM entities",
         "-c", f"""INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source,
        rule_data) SELECT '{TENANT}', 'field_specific', 'spacing', 'field:' || g, 1, '2026-01-01', 'rrc_ingestion',
        jsonb_build_object('figures', jsonb_build_object('lease_line', g % 1000)) FROM generate_series(1, {n}) g""",
         "-c", f"""INSERT INTO filing_checklists (tenant_id, entity_id, entity_type, compliance_domain, items)
        SELECT '{TENANT}', entity_key, 'well', 'rule_37', '[]' FROM entities LIMIT {n}""",
         "-c", f"""INSERT INTO filing_rule_snapshots (checklist_id, rule_version_id, rule_data_at_snapshot)
        SELECT f.id, v.id, v.rule_data FROM (SELECT id, row_number() OVER () AS n FROM filing_checklists) f
        JOIN (SELECT *, row_number() OVER () AS n FROM rule_versions) v USING (n)""",
         "-c", f"""INSERT INTO audit_logs (tenant_id, event_type, event_data, actor_id, signature) SELECT '{TENANT}', 'filing.created',
        jsonb_build_object('seq', g, 'note', md5(g::text) || md5((g + 1)::text), 'text', 'filing checked against rule 37'), 'u',
        encode(sha256(g::text::bytea), 'hex') FROM generate_series(1, {n}) g""",
         "-c", "VACUUM ANALYZE", "-c", "CHECKPOINT")
    note("fixture: " + query("SELECT sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false,"
                             " true, '')))[1]::text::bigint) || ' rows, ' || pg_size_pretty(pg_database_size(current_database()))"
                             " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"))
    tools, fixture, dump = programs(), f"{DIR}/fixture", f"{DIR}/dump"

    def save():
        subprocess.run(["rm", "-rf", fixture], check=True)
        return run([["aegis-fixture-save", fixture]])

    def pg_dump():
        subprocess.run(["rm", "-rf", dump], check=True)
        return run([[f"{tools}/pg_dump", "-Fd", "-j2", "-f", dump, os.environ["PGDATABASE"]]])

    mine, theirs = turns(save, pg_dump)
    figure("fixture-save", mine, "s", "pg_dump-j2", theirs, "<=0.8x")
    figure("fixture-size", tree_size(fixture) / 1e6, "MB", "pg_dump-Fd", tree_size(dump) / 1e6, "<=0.8x")

    def restore():
        psql("-c", "DROP DATABASE IF EXISTS ours", "-c", "CHECKPOINT")
        return run([["aegis-fixture-restore", "--into", "ours", fixture]])

    def pg_restore():
        psql("-c", "DROP DATABASE IF EXISTS theirs", "-c", "CHECKPOINT")
        t0 = time.perf_counter()
        psql("-c", "CREATE DATABASE theirs TEMPLATE template0")
        # It complains of roles that are there already, and of ag_catalog's own rows.
        subprocess.run([f"{tools}/pg_restore", "-j2", "-d", "theirs", dump], stderr=open(f"{DIR}/stderr", "ab"))
        return time.perf_counter() - t0

    mine, theirs = turns(restore, pg_restore)
    figure("fixture-restore", mine, "s", "pg_restore-j2", theirs, "<=1.0x")
    psql("-c", "DROP DATABASE ours", "-c", "DROP DATABASE theirs")
    run([["aegis-fixture-restore", "--into", "shape", "--template", fixture]])
    note("clone: of " + query("SELECT pg_size_pretty(pg_database_size('shape'))"))

    def clone():
        t0 = time.perf_counter()
        name = subprocess.run(["aegis-fixture-clone", "shape"], check=True, capture_output=True, text=True).stdout.strip()
        wall = time.perf_counter() - t0
        run([["aegis-fixture-clone", "--drop", name]])
        return wall

    wall, = turns(clone)
    figure("fixture-clone", wall, "s", aim="<=1 (200 MB)")
    figure("fixture-clone-per-200MB", wall * 200e6 / int(query("SELECT pg_database_size('shape')")), "s", aim="<=1")
    run([["aegis-fixture-restore", "--into", "shape", fixture]])


def main():
    os.makedirs(DIR, exist_ok=True)
    os.chmod(DIR, 0o755)
    which = os.environ.get("BENCH") or "decode text chain memory table audit rules fixture nightly load tenants trace links badrows frames texas"
    cpu = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    note(f"machine: {len(cpu)} x {cpu[0]}; {time.strftime('%Y-%m-%d')}; median of {RUNS} runs in turn")
    try:
        for name in which.split():
            globals()["bench_" + name]()
    finally:
        if which not in ("decode", "text"):
            subprocess.run(["aegis-db", "stop"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
