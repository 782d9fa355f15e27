"""The nights of beside.t, and the services beside them."""
import os
import random
import re
import subprocess
import sys
import threading
import time

from entity_kit import TENANT, end, ok, same, sql, stream

NIGHTS = int(os.environ.get("BESIDE_NIGHTS", "4"))
WELLS = int(os.environ.get("BESIDE_WELLS", "2000"))
SEED = int(os.environ.get("BESIDE_SEED", "1"))
WORK = os.environ["WORK"]
OWN = "operator:100001"
COLUMNS = ["api_number", "well_name", "district", "operator", "total_depth"]


def key(i):
    return "42-001-%05d" % i


def wells(night):
    """Each night one well in ten has another name, one in fifty is missing, one in a hundred new."""
    r = random.Random(night * 1000 + SEED)
    rows = []
    for i in range(WELLS + night * WELLS // 100):
        if (i + night) % 50 == 0:
            continue
        name = "WELL %d OF NIGHT %d" % (i, night if r.random() < 0.1 else i % 7)
        rows.append((key(i).encode(), {"api_number": key(i).encode(), "well_name": name.encode(),
                              "district": b"08", "operator": OWN.encode() if i % 2 else b"operator:200002",
                              "total_depth": b"%d" % (5000 + i)}))
    return rows


class Session:
    """A service's connection: psql, which says after each statement what became of it."""

    def __init__(self, name):
        self.p = subprocess.Popen(["psql", "-XqAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, env=dict(os.environ, PGAPPNAME=name))
        threading.Thread(target=self.p.stderr.read, daemon=True).start()
        assert self.do("SET search_path = public, ag_catalog") == "00000"

    def do(self, *statements):
        """The first SQLSTATE that is none of success; a transaction ends in any case."""
        for s in statements:
            self.p.stdin.write(s + ";\n\\echo @ :SQLSTATE\n")
        self.p.stdin.flush()
        worst = "00000"
        for _ in statements:
            while True:
                line = self.p.stdout.readline()
                if not line:
                    return "lost"
                if line.startswith("@ "):
                    break
            if line[2:].strip() != "00000" and worst == "00000":
                worst = line[2:].strip()
        return worst

    def end(self):
        self.p.stdin.close()
        self.p.wait()


stop = threading.Event()
tally = {k: {"done": 0, "failed": 0, "twice": 0, "states": {}} for k in ("set", "matrix", "rule")}
watched, cells, versions = {}, {}, {}


def service(name, step, pause):
    """A step, once more where it failed, as services do."""
    s, t, r = Session("service-" + name), tally[name], random.Random(SEED)
    n = 0
    while not stop.is_set():
        n += 1
        statements, kept = step(r, n)
        state = s.do(*statements)
        if state != "00000":
            t["failed"] += 1
            t["states"][state] = t["states"].get(state, 0) + 1
            s.do("ROLLBACK")
            state = s.do(*statements)
            if state != "00000":
                t["twice"] += 1
                s.do("ROLLBACK")
        if state == "00000":
            kept()
        t["done"] += 1
        time.sleep(pause)
    s.end()


def cypher_set(r, n):
    i = r.randrange(WELLS)
    i += i % 50 == 0  # one that has been there from the first night
    return (["SELECT * FROM cypher('oilgas', $$ MATCH (w:Well) WHERE w.entity_id = '%s' SET w.watched = %d"
             " RETURN w.entity_id $$) AS (e agtype)" % (key(i), n)],
            lambda: watched.__setitem__(key(i), n))


def matrix_rows(r, n):
    """Five cells in no order, in one transaction that takes its time; odd ones are of our operator."""
    some = [(key(r.randrange(WELLS) | 1), r.choice(["rule_37", "rule_32"])) for _ in range(5)]
    todo = ["BEGIN"]
    for k, d in some:
        todo += ["UPDATE compliance_status SET status = 'in_review', last_assessed_at = now(), details ="
                 " details || '{\"n\": %d}' WHERE tenant_id = '%s' AND entity_id = '%s' AND compliance_domain"
                 " = '%s'" % (n, TENANT, k, d), "SELECT pg_sleep(0.01)"]
    return todo + ["COMMIT"], lambda: cells.update({c: n for c in some})


def rule_versions(r, n):
    rule = "RULE_%d" % r.randrange(20)
    v = versions.get(rule, 0)
    old = ("UPDATE rule_versions SET status = 'superseded', superseded_date = current_date WHERE tenant_id ="
           " '%s' AND rule_identifier = '%s' AND status = 'active' AND version <= %d" % (TENANT, rule, v))
    new = ("INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version,"
           " effective_date, source, rule_data) VALUES ('%s', 'statewide', 'spacing', '%s', %d, current_date,"
           " 'manual', '{}')" % (TENANT, rule, v + 1))
    return (["BEGIN"] + ([old, new] if n % 2 else [new, old]) + ["COMMIT"],
            lambda: versions.__setitem__(rule, v + 1))


def stage(argv, data=None):
    p = subprocess.run(argv, input=data, capture_output=True)
    return p.returncode, p.stderr.decode(errors="replace")


def night(n):
    """A load and a sync; what failed."""
    bad = []
    for argv, data in ((["aegis-entity-load", "--tenant", TENANT, "--type", "well", "--matrix",
                         WORK + "/matrix.yaml", "--max-retired", "100%"], stream(COLUMNS, wells(n))),
                       (["aegis-graph-sync", "--tenant", TENANT], None)):
        status, err = stage(argv, data)
        if status:
            bad.append("night %d: %s: %d %s" % (n, argv[0], status, err))
    return bad


def waits():
    """Waits of a second and more whose holder was one of ours, by the server's log."""
    names, found = {}, []
    for line in open(os.environ["LOG"], encoding="utf-8", errors="replace"):
        m = re.match(r"(\d+)\|.*connection authorized: .*application_name=(\S+)", line)
        if m:
            names[m.group(1)] = m.group(2)
        m = re.match(r"(\d+)\|([^|]*)\|.*(?:Process|Processes) holding the lock: ([\d, ]+)\.", line)
        if m:
            ours = [p for p in m.group(3).split(", ") if names.get(p, "").startswith("aegis-")]
            if ours:
                found.append("%s waits for %s" % (m.group(2), names[ours[0]]))
    return found, len(names)


def main():
    with open(WORK + "/matrix.yaml", "w") as f:
        f.write("domains: { well: [rule_37, rule_32] }\ntenants:\n  - { tenant: %s, operators: [\"%s\"] }\n"
                % (TENANT, OWN))
    # The operators, so that there are edges, and a night before anybody is at work.
    status, err = stage(["aegis-entity-load", "--tenant", TENANT, "--type", "operator", "--delta",
                         "--dataset", "daf420/operator"],
                        stream(["operator_number", "operator_name"],
                               [(o.encode(), {"operator_number": o[9:].encode(), "operator_name": b"X"})
                                for o in (OWN, "operator:200002")], kind="entity:operator",
                               dataset="daf420/operator"))
    same((status, err if status else ""), (0, ""), "operators")
    same(night(0), [], "a night alone")
    before = int(sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
    # Ids are random, as the services' are; the well's label has rows of both.
    services = [threading.Thread(target=service, args=a) for a in (
        ("set", cypher_set, 1 / 30), ("matrix", matrix_rows, 0.02), ("rule", rule_versions, 0.05))]
    for s in services:
        s.start()
    failed = [x for n in range(1, NIGHTS + 1) for x in night(n)]
    stop.set()
    for s in services:
        s.join()
    print("# %d nights; " % NIGHTS + "; ".join(
        "%s %d done, %d failed %s, %d twice" % (k, t["done"], t["failed"], t["states"], t["twice"])
        for k, t in tally.items()))
    same(failed, [], "no night fails")
    same(int(sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")) - before, 0,
         "no deadlock")
    t = tally["set"]
    ok(t["done"] > 20 and t["failed"] <= max(1, t["done"] // 1000), "one Cypher SET in 1000 fails at most",
       t)
    same([tally[k]["twice"] for k in tally], [0, 0, 0], "nothing of theirs fails twice")
    same([tally[k]["failed"] for k in ("matrix", "rule")], [0, 0], "no update of cells fails, no rule's version")
    found, sessions = waits()
    ok(sessions > 2 * NIGHTS, "the log knows whose each process is", sessions)
    same(found[:5], [], "nobody waits a second for us")
    got = dict(x.split("|") for x in sql(
        "SET search_path = ag_catalog, public; SELECT e, w FROM cypher('oilgas', $$ MATCH (w:Well) WHERE"
        " w.watched IS NOT NULL RETURN w.entity_id, w.watched $$) AS (e agtype, w agtype)").split("\n") if x)
    got = {k.strip('"'): int(v) for k, v in got.items()}
    same({k: (got.get(k), n) for k, n in watched.items() if got.get(k) != n}, {}, "nothing that they have set is lost")
    ok(len(got) == len(watched) > 10, "and no more is there", len(got), len(watched))
    got = {}
    for line in sql("SELECT entity_id, compliance_domain, details ->> 'n', status FROM compliance_status"
                    " WHERE details ? 'n'").split("\n"):
        k, d, n, status = line.split("|")
        got[k, d] = (int(n), status)
    same({c: (got.get(c), n) for c, n in cells.items() if got.get(c) != (n, "in_review")}, {}, "nor in a cell")
    same(dict((a, int(b)) for a, b in (x.split("|") for x in sql(
        "SELECT rule_identifier, max(version) FROM rule_versions GROUP BY 1").split("\n") if x)), versions,
         "nor a rule's version")
    status, err = stage(["aegis-entity-load", "--tenant", TENANT, "--type", "well", "--matrix",
                         WORK + "/matrix.yaml", "--check"])
    same((status, err if status > 1 else ""), (0, ""), "the matrix is as the entities say")
    status, err = stage(["aegis-graph-sync", "--tenant", TENANT, "--check"])
    same((status, err if status > 1 else ""), (0, ""), "and so is the graph")
    return end()


sys.exit(main())
