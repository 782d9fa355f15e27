#!/usr/bin/env python3
"""Audit rows and their signatures, by Python's own json and hmac: nothing of the project.

    audit_kit.py rows KIND N [DAY]        rows of audit_logs, NDJSON; KIND python, javascript, hard, bulk
    audit_kit.py sign PROFILE KEYFILE     NDJSON -> NDJSON with signatures
    audit_kit.py jsonb FILE KEYID         adds event_data as PostgreSQL prints it (FILE: id TAB text)
    audit_kit.py csv                      NDJSON -> CSV for COPY audit_logs FROM ... CSV
"""
import csv
import datetime
import hashlib
import hmac
import json
import random
import sys
import uuid

FIELDS = ["id", "tenant_id", "event_type", "event_data", "actor_id", "actor_type", "created_at"]
TENANTS = ["00000000-0000-4000-8000-00000000000%d" % i for i in range(1, 5)]
EVENTS = ["filing.created", "filing.submitted", "rule.changed", "login", "export"]


def nasty(kind, i, rng):
    """event_data whose text jsonb gives back in another form."""
    shapes = [
        {"bb": 1, "a": 2, "ccc": 3, "Z": 4, "aa": 5, "é": 6},
        {"10": "ten", "9": "nine", "b": [1, 2, {"z": 1, "y": [None, True, False]}], "100": 0},
        {"\U0001f600": 1, "\ufb33": 2, "€": 3, "a\u0001b": "\u001f\u007f\b\f\n\r\t\"\\/"},
        {"f": [1.5, 0.1, 1.1, 100.25, 0.001, 123456.789], "n": [0, -1, 2**53 - 1, 10]},
        {"nested": {"deep": {"er": [[], {}, "", " "]}}, "text": "Zürich – 東京 \U0001f6e2"},
        {"empty": {}, "list": [], "null": None},
        "a text", [1, 2, 3], 42, True,
    ]
    if kind == "javascript":
        shapes[3] = {"f": [1.5, 0.1, 0.2 + 0.1, 1e21, 1e-7, 5e-324, 123456789012345680000, 1e16],
                     "n": [0, -1, 2**53, 100]}
    if kind == "python":
        shapes[3]["f"] += [1.0, 0.1 + 0.2, 1e15, 2.0**52]
    if kind == "hard":
        return {"v": [1e16, -0.0, 1e-05][i % 3]}
    if kind == "bulk":
        return {"well": "42-%03d-%05d" % (rng.randrange(1, 508), i % 100000), "seq": i,
                "status": rng.choice(["open", "closed", "pending"]),
                "note": "%064x" % rng.getrandbits(256), "pressure": round(rng.random() * 5000, 2),
                "fields": [rng.randrange(10**8) for _ in range(8)],
                "by": {"service": "compliance", "host": "node-%d" % (i % 7)},
                "text": "filing checked against rule 37 and 38, spacing is %d feet" % (i % 1200),
                "hash": "%032x" % rng.getrandbits(128)}
    return shapes[i % len(shapes)]


def rows(kind, n, day="2026-10-03"):
    rng = random.Random(7 + sum(map(ord, kind + day)))
    start = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.timezone.utc)
    for i in range(n):
        # Microseconds only where the signer has them, and none at all now and then.
        us = i * 86_000_000_000 // max(n, 1)
        us -= us % (1000 if kind == "javascript" else 1)
        if i % 5 == 0:
            us -= us % 1_000_000
        t = start + datetime.timedelta(microseconds=us)
        yield {"id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
               "tenant_id": TENANTS[i % 4], "event_type": EVENTS[i % 5],
               "event_data": nasty(kind, i, rng),
               "actor_id": None if i % 7 == 3 else "user-%d | ü" % (i % 11),
               "actor_type": ["user", "agent", "system", None][i % 4],
               "created_at": t.isoformat()}


def text(profile, row):
    """What the signer signs."""
    when = datetime.datetime.fromisoformat(row["created_at"])
    obj = {k: row[k] for k in FIELDS}
    if profile == "py-sorted":
        return json.dumps(obj, sort_keys=True)
    if profile == "py-compact":
        return json.dumps(obj, sort_keys=True, separators=(",", ":"))
    if profile == "jsonb-text":
        return row["jsonb"]
    if profile == "pipe":
        obj["event_data"] = row["jsonb"]
        return "|".join("" if obj[k] is None else obj[k] for k in FIELDS)
    if profile == "aegis-1":
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        us = (when - epoch) // datetime.timedelta(microseconds=1)
        parts = ["aegis-1", "audit_logs", row["id"], row["tenant_id"], str(us), row["key"],
                 row["event_type"], row["jsonb"], row["actor_id"], row["actor_type"]]
        net = b""
        for p in parts:
            b = None if p is None else p.encode()
            net += b"-," if b is None else b"%d:%s," % (len(b), b)
        return net.decode()
    raise SystemExit("no profile " + profile)


def main():
    out = sys.stdout
    if sys.argv[1] == "rows":
        for row in rows(sys.argv[2], int(sys.argv[3]), *sys.argv[4:5]):
            out.write(json.dumps(row) + "\n")
    elif sys.argv[1] == "sign":
        key = bytes.fromhex(open(sys.argv[3]).read().strip())
        for line in sys.stdin:
            row = json.loads(line)
            mac = hmac.new(key, text(sys.argv[2], row).encode(), hashlib.sha256).hexdigest()
            row["signature"] = "aegis-1:%s:%s" % (row["key"], mac) if sys.argv[2] == "aegis-1" else mac
            out.write(json.dumps(row) + "\n")
    elif sys.argv[1] == "jsonb":
        printed = dict(line.rstrip("\n").split("\t", 1) for line in open(sys.argv[2]))
        for line in sys.stdin:
            row = json.loads(line)
            row.update(jsonb=printed[row["id"]], key=sys.argv[3])
            out.write(json.dumps(row) + "\n")
    elif sys.argv[1] == "csv":
        w = csv.writer(out, lineterminator="\n")
        for line in sys.stdin:
            row = json.loads(line)
            row["event_data"] = json.dumps(row["event_data"])
            w.writerow(["" if row.get(k) is None else row[k] for k in FIELDS + ["signature"]])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
