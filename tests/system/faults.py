"""Nights with random faults, beside nights without; see faults.t."""
import gzip
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

WORK, ROOT, TENANT = (os.environ[k] for k in ("WORK", "ROOT", "TENANT"))
NIGHTS = int(os.environ["FAULTS"])
SEED = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(1 << 30))
rng = random.Random(SEED)
INBOX = f"{WORK}/in"
WELLS = {name: open(f"{WORK}/{name}", "rb").read() for name in "AB"}
LEDGER = gzip.open(f"{ROOT}/fixtures/olf001-demo.ebc.gz").read()
count = bad = 0

PIPELINE = f"""pipeline: nights
settings: {{tenant: {TENANT}}}
inbox: {INBOX}
sources: {{dbf900: {{required: true, keep: 1}}, olf001: {{required: true}}}}
defaults: {{retries: 4, retry_wait: 1}}
steps:
  - {{import: dbf900/well, load: [--max-retired, 100%]}}
  - {{import: [olf001/field, olf001/lease], load: [--max-retired, 100%]}}
  - rules: olf001/spacing
"""


def tap(good, what, more=""):
    global count, bad
    count += 1
    bad += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)
    for line in more.splitlines()[:30] if not good else []:
        print(f"# {line}", flush=True)


def sql(statement):
    return subprocess.run(["psql", "-XqAt", "-c", statement], check=True, capture_output=True, text=True).stdout


def state():
    return sql("""SELECT md5(string_agg(x, '|' ORDER BY x)) FROM (
        SELECT concat_ws(',', type_key, entity_key, properties, retired_at IS NULL) AS x FROM entities
        UNION ALL SELECT concat_ws(',', display_label, child_key, parent_key, resolved) FROM entity_links JOIN entity_relationship_rules USING (rule_id)
        UNION ALL SELECT concat_ws(',', rule_identifier, version, status, rule_data) FROM rule_versions
        UNION ALL SELECT concat_ws(',', d.dataset, entity_key, encode(digest, 'hex')) FROM entity_sources JOIN batch_datasets d USING (dataset_id)) y""")


def put(name, data):
    """Into the inbox, under a name that nobody recognises, of bytes that are another file each time."""
    with open(f"{INBOX}/.{name}", "wb") as f:
        f.write(gzip.compress(data, rng.randrange(1, 10), mtime=rng.randrange(1 << 31)))
    os.rename(f"{INBOX}/.{name}", f"{INBOX}/{name}")


def start(limit=None):
    def small():
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    env = dict(os.environ, AEGIS_INBOX_SETTLE="0", AEGIS_TENANT="")
    return subprocess.Popen(["aegis-run", f"{WORK}/nights.yaml"], stdin=subprocess.DEVNULL, stdout=open(f"{WORK}/out", "wb"),
                            stderr=open(f"{WORK}/err", "wb"), env=env, preexec_fn=small)


def said():
    return open(f"{WORK}/err", errors="replace").read()


def first_error():
    return next((line for line in said().splitlines() if ": error: " in line), "")


def clean():
    for name in os.listdir(INBOX):
        if name not in ("done", "failed", ".lock"):
            os.unlink(f"{INBOX}/{name}")


def kill_one(p, span):
    """A process of the run, at a random moment."""
    time.sleep(rng.random() * span)
    kids = subprocess.run(["pgrep", "-P", str(p.pid)], capture_output=True, text=True).stdout.split()
    try:
        os.kill(int(rng.choice(kids + [str(p.pid)])), signal.SIGKILL)
    except ProcessLookupError:
        pass


def restart(span):
    time.sleep(rng.random() * span)
    subprocess.run(["aegis-db", "stop"], capture_output=True)
    time.sleep(rng.random() * 2)
    subprocess.run(["aegis-db", "start", "--fast"], capture_output=True)


def main():
    os.makedirs(INBOX)
    with open(f"{WORK}/nights.yaml", "w") as f:
        f.write(PIPELINE)
    sums, span = {}, 0
    for name in "ABAB":
        put("wells", WELLS[name])
        put("ledger", LEDGER)
        t0 = time.monotonic()
        p = start()
        if p.wait() not in (0, 1):
            tap(False, "a night without faults", said())
            return
        span = time.monotonic() - t0
        sums[name] = state()
    tap(sums["A"] != sums["B"], "nights A and B differ")
    print(f"# FAULTS={NIGHTS} FAULTS_SEED={SEED}; a night takes {span:.2f} s")
    now = "B"
    kinds = ["absent", "cut", "doubled", "late", "restart", "disk", "kill"]
    seen, healed = {k: 0 for k in kinds}, 0
    for night in range(NIGHTS):
        kind = kinds[night % len(kinds)] if night < len(kinds) else rng.choice(kinds)
        seen[kind] += 1
        want = "A" if now == "B" else "B"
        clean()
        wells = WELLS[want]
        victim = rng.choice(["wells", "ledger"])
        data = {"wells": wells, "ledger": LEDGER}
        for name in data:
            if name == victim and kind in ("absent", "late"):
                continue
            put(name, data[name])
        cause = ""
        if kind == "cut":
            size = os.path.getsize(f"{INBOX}/{victim}")
            os.truncate(f"{INBOX}/{victim}", rng.randrange(200, size - 20))
            cause = "cannot be used: .*(cut|broken)|did not come"
        elif kind == "doubled":
            os.rename(f"{INBOX}/wells", f"{INBOX}/wells_20260902")
            put("wells_20260901", WELLS[now])
        elif kind in ("absent", "late"):
            if kind == "late":
                put(f"{victim}.part", data[victim])
            cause = "did not come"
        elif kind == "disk":
            cause = "File too large|too large|cannot write"
        p = start(limit=rng.randrange(2000, 400000) if kind == "disk" else None)
        if kind == "kill":
            kill_one(p, span)
            cause = "was killed by SIGKILL"
        elif kind == "restart":
            t = threading.Thread(target=restart, args=(span,))
            t.start()
        code = p.wait()
        if kind == "restart":
            t.join()
            cause = "database|connection|server"
        text, error = said(), first_error()
        what = f"night {night}, {kind}: "
        if code in (0, 1):
            if state() != sums[want]:
                tap(False, what + f"status {code}, another state", text)
                return
        else:
            runner_killed = kind == "kill" and code == -signal.SIGKILL
            if not runner_killed and not re.search(cause or "$^", error):
                tap(False, what + f"status {code}: '{error[:200]}' does not tell '{cause}'", text)
                return
            # The next night brings what was missing, and all is well.
            clean()
            for name in data:
                put(name, data[name])
            healed += 1
            p = start()
            code = p.wait()
            if code not in (0, 1) or state() != sums[want]:
                tap(False, what + f"the night after it: status {code}, {'' if state() == sums[want] else 'another state'}", said() + "\nbefore: " + text)
                return
        now = want
        left = [n for n in os.listdir(INBOX) if n not in ("done", "failed", ".lock")]
        running = sql("SELECT count(*) FROM batch_runs WHERE state = 'running'").strip()
        if left or running != "0":
            tap(False, what + f"left in the inbox: {left}; running: {running}", said())
            return
    tap(True, f"{NIGHTS} nights ({', '.join(f'{n} {k}' for k, n in seen.items())}): each ended as one without faults, or said first what was wrong; "
        f"the next one mended {healed}")


main()
print(f"1..{count}")
sys.exit(bad > 0)
