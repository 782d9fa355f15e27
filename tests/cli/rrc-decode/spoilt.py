"""Spoilt files: each is refused, or every foreign record is rejected or of a kind that the view does not read.

    spoilt.py DIR FILES SEED

DIR has a good file of each layout, NAME of the layout (pending: a directory).  FILES spoilt ones are made
of them: another layout's file, bytes lost or too many at the start or further on, a cut inside of a record, the other
encoding, records of another dataset among the good ones.
"""
import collections
import os
import random
import re
import subprocess
import sys

VIEWS = {"p4f606": "lease", "orf850": "operator", "flf900": "field", "ewa": "completion", "dbf900": "well", "olf001": "lease",
         "gsf001": "lease", "daf802": "permit", "daf420": "permit"}
LENGTH = {"p4f606": 92, "orf850": 350, "flf900": 240, "dbf900": 247, "olf001": 1200, "gsf001": 2120, "daf802": 510}
DIR, FILES, SEED = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
dice = random.Random(SEED)
GOOD = {}
for name in sorted(VIEWS):
    with open(os.path.join(DIR, name), "rb") as f:
        GOOD[name] = f.read()


def decode(name, data, *options):
    path = os.path.join(DIR, "spoilt")
    with open(path, "wb") as f:
        f.write(data)
    rejects = os.path.join(DIR, "spoilt.rej")
    if os.path.exists(rejects):
        os.remove(rejects)
    p = subprocess.run(["aegis-rrc-decode", "--layout", name, "--view", VIEWS[name], "--rejects", rejects, *options, path],
                       capture_output=True)
    offsets = set()
    if p.returncode == 0 and os.path.exists(rejects):
        with open(rejects, "rb") as f:
            text = subprocess.run(["aegis-unseal"], stdin=f, capture_output=True).stdout
        offsets = {int(m.group(1)) for m in re.finditer(rb"^\d+,(\d+),", text, re.M)}
    return p, offsets


def rows(name, out):
    """What the rows say, without their places; a record of a kind that a view does not read says nothing."""
    text = subprocess.run(["aegis-unseal"], input=out, capture_output=True).stdout
    return re.sub(rb"(?m)^\d+,\d+,", b"", text)


def records(name, data):
    """The file's records, whatever they are."""
    if name in LENGTH:
        n = LENGTH[name]
        return [data[i:i + n] for i in range(0, len(data), n)]
    return data.splitlines(keepends=True)


def other(name, data):
    wrong = dice.choice([n for n in sorted(GOOD) if n != name])
    return wrong, data, None


def shift(name, data):
    """Bytes lost or too many, at the start or somewhere in the first half; of lines not a whole one."""
    k, at = dice.randrange(1, 40), dice.choice([0, dice.randrange(len(data) // 2)])
    if name not in LENGTH:
        # Of lines the first one is spoilt, and the others are as they were.  A first value that is lost whole, and
        # nothing else, leaves a row without it.
        at = 0
        k = min(k, data.index(b"\n") - 1)
        k += data[k:k + 1] == b","
        return name, data[k:] if dice.randrange(2) else bytes(dice.randrange(33, 126) for _ in range(k)) + data, {0}
    if dice.randrange(2):
        return name, data[:at] + data[at + k:], None
    return name, data[:at] + bytes(dice.randrange(256) for _ in range(k)) + data[at:], None


def cut(name, data):
    if name in LENGTH:
        n = LENGTH[name]
        at = dice.randrange(1, len(data) // n) * n + dice.randrange(1, n)
    else:
        lines = records(name, data)
        keep = dice.randrange(1, len(lines))
        at = sum(map(len, lines[:keep])) + len(lines[keep]) // 2
    return name, data[:at], None


def encoding(name, data):
    """EBCDIC as ASCII and the other way round, as a transfer in text mode makes it."""
    if name in LENGTH:
        return name, data.decode("cp037").encode("latin-1"), None
    return name, data.decode("latin-1").encode("cp037"), None


def foreign(name, data):
    """One record in a hundred is of another dataset, filled up or cut to the length of the others."""
    if name == "daf420":
        name = "ewa"
        data = GOOD[name]
    # A well of the oil ledger that is filled up to the gas ledger's length passes for a gas well: both begin with
    # district, field, operator and lease, and the rest is empty.
    guest = dice.choice([n for n in sorted(LENGTH) if n != name and {n, name} != {"olf001", "gsf001"}]
                        if name in LENGTH else ["daf420"])
    strange = records(guest, GOOD[guest])
    mine, out, where, at = records(name, data), [], set(), 0
    share = dice.choice([0.01, 0.05, 0.3])
    for i, r in enumerate(mine):
        if i > 0 and dice.random() < share:
            s = dice.choice(strange)
            s = s[:len(r)].ljust(len(r), b"\x40") if name in LENGTH else s
            where.add(at)
            out.append(s)
            at += len(s)
        out.append(r)
        at += len(r)
    return name, b"".join(out), where


KINDS = {"another layout": other, "shifted": shift, "cut": cut, "other encoding": encoding, "foreign records": foreign}
CLEAN = {name: rows(name, decode(name, data)[0].stdout) for name, data in GOOD.items()}
passed, count, n = collections.Counter(), collections.Counter(), 0
for i in range(FILES):
    kind = sorted(KINDS)[i % len(KINDS)]
    name = dice.choice(sorted(GOOD))
    layout, data, where = KINDS[kind](name, GOOD[name])
    p, offsets = decode(layout, data)
    count[kind] += 1
    if p.returncode in (65, 66):
        continue
    if where is not None and p.returncode == 0 and (where <= offsets or rows(layout, p.stdout) == CLEAN[layout]):
        continue
    passed[kind] += 1
    if passed[kind] <= 3:
        missed = sorted(where - offsets)[:3] if where else ""
        os.replace(os.path.join(DIR, "spoilt"), os.path.join(DIR, "passed.%d" % i))
        print("# %s: %s as %s: exit %d, %s %s (passed.%d)" % (kind, name, layout, p.returncode, p.stderr.decode(errors="replace")[:300], missed, i))
for kind in sorted(KINDS):
    n += 1
    print("%s %d - %s: %d files, none of them taken" % ("not ok" if passed[kind] else "ok", n, kind, count[kind]) +
          (", but %d" % passed[kind] if passed[kind] else ""))
