#!/usr/bin/env python3
"""Kills, cuts and starves the import chain, and checks that the database holds the
state before or the state after, never one between.  Started by chaos.t, which gives it
a private PostgreSQL, two nights of one generated file (A, B) and the tenant.  Prints TAP.
"""
import hashlib
import os
import random
import signal
import subprocess
import sys
import time

WORK = os.environ["WORK"]
TENANT = os.environ["TENANT"]
KILLS = int(os.environ.get("CHAOS_KILLS", "24"))
CUTS = int(os.environ.get("CHAOS_CUTS", "8"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
# The two files come by turns, and each lacks what the other brought.
TOGGLE = ["--accept-older", "--max-retired", "100%"]
FILES = {"A": f"{WORK}/a.ebc", "B": f"{WORK}/b.ebc"}
rng = random.Random(SEED)
tests = failures = 0


def tap(good, what, detail=""):
    global tests, failures
    tests += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {tests} - {what}", flush=True)
    if not good and detail:
        for line in detail.splitlines()[:40]:
            print(f"# {line}")


def sql(statement):
    for _ in range(40):  # the server may still be cleaning up after a killed client
        p = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement],
                           capture_output=True, text=True)
        if p.returncode == 0:
            return p.stdout.strip()
        time.sleep(0.1)
    raise RuntimeError(p.stderr)


def settle():
    """Wait until no backend but ours is left in a transaction."""
    for _ in range(200):
        n = sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                "AND pid <> pg_backend_pid() AND application_name LIKE 'aegis-%'")
        if n == "0":
            return
        time.sleep(0.05)
    raise RuntimeError("a backend of a dead client stays")


def state():
    settle()
    tables = [sql("SELECT entity_key, name, field, district, properties, retired_at IS NOT NULL"
                  " FROM entities ORDER BY 1"),
              sql("SELECT entity_key, encode(digest, 'hex') FROM entity_sources ORDER BY 1"),
              sql("SELECT rule_id, child_key, parent_key, resolved FROM entity_links ORDER BY 1, 2")]
    return hashlib.sha256("\0".join(tables).encode()).hexdigest()


def loads():
    return int(sql("SELECT count(*) FROM batch_sources"))


def chain(path):
    rej = f"{WORK}/rej"
    os.makedirs(rej, exist_ok=True)
    return [
        ["aegis-rrc-decode", "--layout", "dbf900", "--view", "well", "--rejects", f"{rej}/d", path],
        ["aegis-entity-map", "--tenant", TENANT, "--type", "well", "--rejects", f"{rej}/m"],
        ["aegis-entity-load", "--tenant", TENANT, "--type", "well", "--rejects", f"{rej}/l", *TOGGLE],
    ]


def start(stages, err):
    procs, prev = [], subprocess.DEVNULL
    for i, argv in enumerate(stages):
        last = i == len(stages) - 1
        p = subprocess.Popen(argv, stdin=prev, stdout=subprocess.DEVNULL if last else subprocess.PIPE,
                             stderr=err)
        if prev is not subprocess.DEVNULL:
            prev.close()
        prev = p.stdout
        procs.append(p)
    return procs


def main():
    err = open(f"{WORK}/chaos.err", "ab")
    # From the second load on A and B only toggle: what one brings anew the other retires.
    # A pipeline of one import, whose two files come by turns.
    with open(f"{WORK}/nightly.yaml", "w") as f:
        f.write("pipeline: nightly\nsettings: {tenant: ~}\nsteps:\n"
                "  - {import: dbf900/well, load: [%s]}\n" % ", ".join(TOGGLE))
    sums = {}
    for name in "ABAB":
        codes = [p.wait() for p in start(chain(FILES[name]), err)]
        if codes != [0, 0, 0]:
            tap(False, f"night {name} loads", f"statuses {codes}\n" + open(f"{WORK}/chaos.err").read())
            return finish()
        sums[name] = state()
    tap(sums["A"] != sums["B"], "the two nights differ")
    t0 = time.monotonic()
    codes = [p.wait() for p in start(chain(FILES["A"]), err)]
    span = time.monotonic() - t0
    tap(codes == [0, 0, 0] and state() == sums["A"], "a load toggles the state")
    now, before = "A", loads()

    # Each stage killed at a random moment, through a bare pipe.
    died = whole = 0
    for i in range(KILLS):
        want = "B" if now == "A" else "A"
        procs = start(chain(FILES[want]), err)
        victim = rng.randrange(3)
        time.sleep(rng.random() * span * 1.05)
        procs[victim].send_signal(signal.SIGKILL)
        codes = [p.wait() for p in procs]
        got, n = state(), loads()
        good = got in (sums[now], sums[want])
        # The books say exactly what the data says, and a status of 0 is never a lie.
        good = good and (n == before + 1) == (got == sums[want])
        if codes[2] == 0:
            good = good and got == sums[want]
        if not good:
            tap(False, f"kill {i}: stage {victim} of the load of night {want}",
                f"statuses {codes}; state {'new' if got == sums[want] else 'old' if got == sums[now] else 'TORN'}; "
                f"loads {before} -> {n}")
            return finish()
        if got == sums[want]:
            now, whole = want, whole + 1
            span *= 0.95  # too late: the machine was busier when the span was measured
        else:
            died += 1
        before = n
    tap(True, f"{KILLS} kills by SIGKILL: {died} left the old state, {whole} the new one, none another")
    tap(died > KILLS // 5, f"the kills hit: {died} of {KILLS} loads died")

    # The runner's own children, and the runner itself.
    runs = max(KILLS // 5, 10)
    died = whole = lied = 0
    span = 0  # of a run that nobody kills: the first
    for i in range(runs):
        want = "B" if now == "A" else "A"
        t0 = time.monotonic()
        p = subprocess.Popen(["aegis-run", "--source", f"dbf900={FILES[want]}", "--set", f"tenant={TENANT}",
                              f"{WORK}/nightly.yaml"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err)
        if i == 0:
            p.wait()
            span = time.monotonic() - t0
        time.sleep(rng.random() * span * 1.1)
        kids = subprocess.run(["pgrep", "-P", str(p.pid)], capture_output=True, text=True).stdout.split()
        target = rng.choice(kids + [str(p.pid)])
        try:
            os.kill(int(target), signal.SIGKILL)
        except ProcessLookupError:
            pass
        code = p.wait()
        got, n = state(), loads()
        torn = got not in (sums[now], sums[want]) or (n == before + 1) != (got == sums[want])
        lied += code == 0 and got != sums[want]
        if torn or lied:
            tap(False, f"run {i}: {'the runner' if target == str(p.pid) else 'a stage'} killed",
                f"status {code}, loads {before} -> {n}, torn {torn}")
            return finish()
        if got == sums[want]:
            now, whole = want, whole + 1
        else:
            died += 1
        before = n
    tap(True, f"{runs} kills under aegis run: {died} left the old state, {whole} the new one, none another")

    # A stage's output cut at any byte: everything behind it refuses, with 65.
    want = "B" if now == "A" else "A"
    stages = chain(FILES[want])
    mid = [open(f"{WORK}/cut.rrc", "wb"), open(f"{WORK}/cut.entity", "wb")]
    subprocess.run(stages[0], stdout=mid[0], stderr=err, check=True)
    subprocess.run(stages[1], stdin=open(f"{WORK}/cut.rrc", "rb"), stdout=mid[1], stderr=err, check=True)
    bad = []
    for i in range(CUTS):
        k = rng.randrange(2)
        data = open(mid[k].name, "rb").read()
        size = len(data)
        # Half of the cuts fall into the books and the seal at the end.
        at = rng.randrange(size) if i % 2 else rng.randrange(max(size - 900, 0), size)
        p = subprocess.run(stages[k + 1], input=data[:at], stdout=subprocess.PIPE, stderr=err)
        codes = [p.returncode]
        if k == 0:  # what entity-map wrote goes on to the loader all the same
            q = subprocess.run(stages[2], input=p.stdout, stdout=subprocess.DEVNULL, stderr=err)
            codes.append(q.returncode)
        if any(c != 65 for c in codes):
            bad.append(f"{mid[k].name} cut at {at} of {size}: statuses {codes}")
    same = state() == sums[now] and loads() == before
    tap(not bad, f"{CUTS} cuts of a stage's output: each refused with 65", "\n".join(bad))
    tap(same, "and nothing has changed")

    # A full disk under any output.
    full = {
        "rrc-decode to a full disk": (stages[0], None, "/dev/full"),
        "entity-map to a full disk": (stages[1], f"{WORK}/cut.rrc", "/dev/full"),
    }
    for what, (argv, src, out) in full.items():
        p = subprocess.run(argv, stdin=open(src, "rb") if src else subprocess.DEVNULL,
                           stdout=open(out, "wb"), stderr=err)
        tap(p.returncode in (73, 74), f"{what}: status {p.returncode}")
    for what, argv, src in [("rrc-decode", stages[0], None), ("entity-map", stages[1], f"{WORK}/cut.rrc"),
                            ("entity-load", stages[2], f"{WORK}/cut.entity")]:
        i = argv.index("--rejects")
        argv = argv[:i] + ["--rejects", "/dev/full/none"] + argv[i + 2:]
        p = subprocess.run(argv, stdin=open(src, "rb") if src else subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=err)
        tap(p.returncode in (73, 74), f"{what}, reject file that cannot be made: status {p.returncode}")
    limit = ["bash", "-c", 'ulimit -f 8; exec "$@"', "-"]
    p = subprocess.run(limit + stages[2], stdin=open(f"{WORK}/cut.entity", "rb"), stdout=subprocess.DEVNULL, stderr=err)
    tap(p.returncode in (73, 74), f"entity-load, spool over the file size limit: status {p.returncode}")
    p = subprocess.run(["bash", "-c", 'ulimit -f 8; exec "$@" > ' + f"{WORK}/limited", "-"] + stages[0],
                       stdin=subprocess.DEVNULL, stderr=err)
    tap(p.returncode in (73, 74), f"rrc-decode, output over the file size limit: status {p.returncode}")
    tap(state() == sums[now] and loads() == before, "and nothing has changed")
    finish()


def finish():
    print(f"1..{tests}")
    sys.exit(1 if failures else 0)


main()
