#!/usr/bin/env python3
"""Hold what rrc-decode made against what the reference, the generator or the source says.

    compare.py rows STREAM REFERENCE.csv       rows and columns, by the columns' names
    compare.py stream STREAM STREAM            two streams: all but source, digests, run
    compare.py values STREAM STREAM            the same, and but for _offset
    compare.py book STREAM BOOK.json           the book against the reference's
    compare.py manifest STREAM MANIFEST.json   the view's book against the generator's
    compare.py all PREFIX DIR                  PREFIX01 to PREFIX28 and PREFIXwell: rows, books
    compare.py split DIR PREFIX                DIR/dbf900-ID.rrc: rows as in PREFIXID
    compare.py all-values PREFIX PREFIX        "values" for all 29
    compare.py raw REJECTS SOURCE              each reject's bytes against the source's

It prints what differs and exits 1.
"""
import glob
import json
import re
import sys


def parse(text):
    """CSV rows of (value, None for NULL); the module csv cannot tell NULL from ""."""
    rows, row, at = [], [], 0
    field = re.compile(r'"((?:[^"]|"")*)"(,|\n)|([^,\n"]*)(,|\n)')
    while at < len(text):
        m = field.match(text, at)
        if m is None:
            sys.exit(f"no CSV at byte {at}: {text[at:at + 60]!r}")
        if m[2]:
            row.append(m[1].replace('""', '"'))
        else:
            row.append(m[3] or None)
        if (m[2] or m[4]) == "\n":
            rows.append(row)
            row = []
        at = m.end()
    return rows


def read(path):
    return open(path, encoding="utf-8", newline="").read()


def stream(path):
    """The columns, the rows and the book of a sealed stream."""
    m = re.fullmatch(r"#aegis-stream 1 [^\n]*\n(.*?\n)((?:#aegis-book [^\n]*\n)+#aegis-seal [^\n]*\n)",
                     read(path), re.DOTALL)
    if m is None:
        sys.exit(f"{path}: no sealed stream")
    body, tail = m.groups()
    rows = parse(body)
    book = dict(w.split("=", 1) for w in tail.splitlines()[-2].split()[1:])
    codes = book["codes"]
    book["codes"] = {} if codes == "-" else {
        c: int(n) for c, n in (w.split(":") for w in codes.split(","))}
    return rows[0], rows[1:], book


IDS = [f"{n:02}" for n in range(1, 29)] + ["well"]


def same(what, got, want):
    if got != want:
        sys.exit(f"{what}:\n  got  {got!r}\n  want {want!r}")


def rows(path, reference):
    columns, got, _ = stream(path)
    wanted, *want = parse(read(reference))
    missing = [c for c in wanted if c not in columns]
    if missing:
        sys.exit(f"{path} lacks the columns {missing}; it has {columns}")
    # A stream begins with the keys of the records above; its own columns stand last.
    place = [len(columns) - 1 - columns[::-1].index(c) for c in wanted]
    for g, w in zip(got, want):
        for column, k, value in zip(wanted, place, w):
            if g[k] != value:
                sys.exit(f"record {w[0]}, {column}: got {g[k]!r}, want {value!r}")
    same("number of rows", len(got), len(want))


def streams(a, b, but):
    (ca, ra, ba), (cb, rb, bb) = stream(a), stream(b)
    same("columns", ca, cb)
    keep = [i for i, c in enumerate(ca) if c not in but]
    for x, y in zip(ra, rb):
        same(f"record {x[0]}", [x[i] for i in keep], [y[i] for i in keep])
    same("number of rows", len(ra), len(rb))
    for key in ("read", "used", "skipped", "rejected", "flawed", "rows", "codes", "config"):
        same(key, ba[key], bb[key])


def book(path, reference):
    got, want = stream(path)[2], json.load(open(reference))
    for key in ("read", "used", "skipped", "rejected", "flawed", "rows"):
        same(key, int(got[key]), want[key])
    same("codes", got["codes"], want["codes"])


def manifest(path, made):
    got, want = stream(path)[2], json.load(open(made))
    # Below a bad key the view rejects what it would have used, and skips the rest.
    lost = want["rejects"]["root_rejected"]
    want["rejects"]["root_rejected"] = sum(
        n for i, n in want["below_bad_key"].items() if i in ("02", "12", "13", "14", "23"))
    want["rejected"] -= lost - want["rejects"]["root_rejected"]
    same("read", int(got["read"]), want["records"])
    for key in ("rejected", "flawed", "rows"):
        same(key, int(got[key]), want[key])
    codes = {c: n for c, n in {**want["rejects"], **want["flaws"]}.items() if n}
    same("codes", got["codes"], codes)
    same("read = used + skipped + rejected", int(got["read"]),
         int(got["used"]) + int(got["skipped"]) + int(got["rejected"]))


def raw(rejects, source):
    data = open(source, "rb").read()
    columns, got, _ = stream(rejects)
    same("columns", columns, ["_record", "_offset", "key", "severity", "code", "faults", "raw"])
    got = [g for g in got if g[3] != "form"]
    if not got:
        sys.exit("no rejects")
    for number, offset, _, severity, code, faults, hexed in got:
        piece = bytes.fromhex(hexed or "")
        want = data[int(offset):int(offset) + 247]
        if b"\r\n" in data:
            want = want.split(b"\r\n")[0]
        if severity == "flaw":
            # A row of the view is made of several records; its root comes first.
            piece = piece[:len(want)]
        same(f"bytes of record {number}", piece, want)
        same(f"first code of record {number}", json.loads(faults)[0]["code"], code)


def every(check):
    """Call check(id) for all ids; name all that failed."""
    failed = []
    for i in IDS:
        try:
            check(i)
        except SystemExit as e:
            failed.append(f"{i}: {e}")
    if failed:
        sys.exit("\n".join(failed))


def everything(prefix, reference):
    every(lambda i: (rows(prefix + i, f"{reference}/{i}.csv"),
                     book(prefix + i, f"{reference}/{i}.json")))


def split(directory, prefix):
    made = {p[-6:-4]: p for p in glob.glob(f"{directory}/dbf900-*.rrc")}
    same("number of streams", sorted(made), IDS[:-1])
    for i, path in made.items():
        same(f"rows of {i}", stream(path)[:2], stream(prefix + i)[:2])


if __name__ == "__main__":
    {"rows": rows, "all": everything, "split": split, "book": book, "manifest": manifest, "raw": raw,
     "stream": lambda a, b: streams(a, b, ()),
     "values": lambda a, b: streams(a, b, ("_offset",)),
     "all-values": lambda a, b: every(lambda i: streams(a + i, b + i, ("_offset",)))}[sys.argv[1]](*sys.argv[2:])
