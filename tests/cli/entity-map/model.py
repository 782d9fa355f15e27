#!/usr/bin/env python3
"""A second implementation of entity-map, in another language, for one handmade
definition and stream:

  model.py make DIR    writes DIR/def.yaml, DIR/in (sealed), from a fixed seed
  model.py check DIR   holds DIR/out and DIR/rejects against what they should be

It shares no code with the program: its own XXH64 (from the algorithm's published
description), its own CSV, decimal and datetime for the checks.
"""
import datetime
import json
import random
import re
import sys
from decimal import Decimal

ROWS = 3000
M = (1 << 64) - 1
P1, P2, P3, P4, P5 = (11400714785074694791, 14029467366897019727, 1609587929392839161,
                      9650029242287828579, 2870177450012600261)


def rotl(x, r):
    return ((x << r) | (x >> (64 - r))) & M


def xxh64(data):
    def rnd(acc, lane):
        return rotl((acc + lane * P2) & M, 31) * P1 & M

    n, i = len(data), 0
    if n >= 32:
        v = [(P1 + P2) & M, P2, 0, (-P1) & M]
        while i + 32 <= n:
            for k in range(4):
                v[k] = rnd(v[k], int.from_bytes(data[i + 8 * k:i + 8 * k + 8], "little"))
            i += 32
        h = (rotl(v[0], 1) + rotl(v[1], 7) + rotl(v[2], 12) + rotl(v[3], 18)) & M
        for k in range(4):
            h = ((h ^ rnd(0, v[k])) * P1 + P4) & M
    else:
        h = P5
    h = (h + n) & M
    while i + 8 <= n:
        h = (rotl(h ^ rnd(0, int.from_bytes(data[i:i + 8], "little")), 27) * P1 + P4) & M
        i += 8
    if i + 4 <= n:
        h = (rotl(h ^ (int.from_bytes(data[i:i + 4], "little") * P1 & M), 23) * P2 + P3) & M
        i += 4
    while i < n:
        h = rotl(h ^ (data[i] * P5 & M), 11) * P1 & M
        i += 1
    h = (h ^ (h >> 33)) * P2 & M
    h = (h ^ (h >> 29)) * P3 & M
    return h ^ (h >> 32)


# key, input_type, more of the YAML, hard, RRC column, good values, bad values (with code)
DISTRICTS = ["01", "02", "03", "04", "05", "06", "6E", "7B", "7C", "08", "8A", "09", "10"]
FIELDS = [
    ("api_number", "text", "required: true, preset: api_number, role: identity", True, "api",
     ["42-%03d-%05d" % (c, u) for c in (1, 383, 507) for u in (1, 12345, 99999)],
     ["42-383-0000", "43-383-12345", "42-000-12345", "42-383-00000", "4238312345", "42-38A-12345"]),
    ("well_name", "text", "role: name", False, "WB-LEASE-NAME",
     ["SMITH RANCH", 'the "B" unit', "A, B & C", " lead", "trail ", "#1", "Ä" * 500, "x\ny",
      "a\rb", "tab\tin", ""], ["Ä" * 501, "y" * 900]),
    ("district", "text", "role: district, preset: rrc_district", False, "WB-FIELD-DISTRICT",
     DISTRICTS, ["00", "07", "6F", "8", "010", ""]),
    ("county", "text", "preset: county_code", False, "COUNTY", ["001", "507"], ["000", "1", "12a"]),
    ("depth", "number", "preset: positive", False, "DEPTH",
     ["1", "007", "12000", "0.5", "00.50", "99999999999999999999.000001"],
     ["0", "-1", "+5", "1e3", "1.", ".5", "abc", " 1", "1 ", "0.000", "", "--1"]),
    ("count", "integer", "preset: non_negative", False, "COUNT", ["0", "000", "-0", "12", "0012"],
     ["1.0", "-1", "1,000", "0x1"]),
    ("delta", "number", "", False, "DELTA", ["-007.50", "-0.0", "-00", "-1", "5", "000.0"],
     ["-", "-.5", "1-", "9" * 101]),
    ("completed", "date", "", False, "COMPLETED",
     ["1963-10-27", "2000-02-29", "2024-02-29", "0001-01-01", "9999-12-31"],
     ["1900-02-29", "2023-02-29", "1950-05-00", "2024-13-01", "2024-04-31", "20240101",
      "2024-1-01", "0000-01-01", "2024-01-011", ""]),
    ("plugged", "boolean", "", False, "PLUGGED", ["Y", "N", "1", "0", "true", "false"],
     ["y", "yes", "TRUE", "2", ""]),
    ("kind", "select", "required: true, choices: [oil, gas, 'other, or none']", True, "KIND",
     ["oil", "gas", "other, or none"], ["Oil", "water", ""]),
    ("contact", "email", "", False, "CONTACT", ["a@b.example", "first.last@rrc.texas.gov"],
     ["a@b", "@b.example", "a b@c.example", "a@@b.example", "a@b."]),
    ("site", "url", "", False, "SITE", ["https://a.example/x?y=1,2", "http://b"],
     ["ftp://a.example", "https://", "https:///x", "https://a b"]),
    ("phone", "phone", "", False, "PHONE", ["512-463-6838", "+1 (512) 463.6838"],
     ["123", "call me at home", "512+4636838"]),
    ("operator", "ref", "ref: operator, preset: operator_number", False, "rows/x:operator",
     ["operator:886261", "operator:000001"],
     ["886261", "operator:", "operator:88626", "operator:000000", "lease:886261"]),
    ("lease", "text", "ref: lease, preset: lease_key", False, "handmade/rows:lease",
     ["lease:O-08-12345", "lease:G-123456", "lease:O-6E-00001"],
     ["lease:O-07-12345", "lease:G-12345", "lease:O-08-00000", "O-08-12345", "lease:"]),
    ("twin", "ref", "ref: well", False, "TWIN", ["42-383-12345"], ["well:1", "42-383-1234", ""]),
    ("lat", "number", "preset: latitude", False, "LAT", ["31.5", "-90", "90.0000", "0031.1234567"],
     ["90.0001", "-91", "100"]),
    ("lon", "number", "preset: longitude", False, "LON", ["-101.5", "180", "-180.0"],
     ["-180.1", "181", "1000000000000000000000"]),
    ("share", "number", "preset: percentage", False, "SHARE", ["0", "100", "33.333", "-0"],
     ["100.01", "-0.1", "101"]),
    ("nothing", "text", "", False, "NOT-THERE", [], []),
]
EXTRA = "UNMAPPED"


def mapped():
    return [f for f in FIELDS if f[0] not in ("operator", "nothing")]


def judge(field, v):
    """The value as it should go on, or (None, code)."""
    key, kind, more = field[0], field[1], field[2]
    preset = re.search(r"preset: (\w+)", more)
    preset = preset.group(1) if preset else None
    bad = lambda code: (None, code)
    if kind in ("number", "integer"):
        if not re.fullmatch(r"-?\d+(\.\d+)?", v, re.A) or (kind == "integer" and "." in v):
            return bad("bad_type")
        if len(v) > 99:
            return bad("too_long")
        d = Decimal(v)
        whole, dot, frac = v.lstrip("-").partition(".")
        v = ("-" if d < 0 else "") + str(int(whole)) + dot + frac
        ok = {"positive": d > 0, "non_negative": d >= 0, "percentage": 0 <= d <= 100,
              "latitude": abs(d) <= 90, "longitude": abs(d) <= 180, None: True}[preset]
        return (v, None) if ok else bad("out_of_range")
    if kind == "date":
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", v, re.A):
                raise ValueError
            datetime.date.fromisoformat(v)
        except ValueError:
            return bad("bad_date")
        return v, None
    if kind == "boolean":
        table = {"Y": "true", "1": "true", "true": "true", "N": "false", "0": "false",
                 "false": "false"}
        return (table[v], None) if v in table else bad("bad_type")
    if kind == "select":
        return (v, None) if v in ("oil", "gas", "other, or none") else bad("bad_choice")
    if kind == "email":
        return (v, None) if re.fullmatch(r"[^@\s]{1,64}@[^@\s.][^@\s]*\.[^@\s]*[^@\s.]", v) \
            else bad("bad_type")
    if kind == "url":
        return (v, None) if re.fullmatch(r"https?://[^/?#:\s]\S*", v) else bad("bad_type")
    if kind == "phone":
        ok = re.fullmatch(r"\+?[0-9 ().x-]*", v) and 7 <= sum(c.isdigit() for c in v) <= 20
        return (v, None) if ok else bad("bad_type")
    if "ref:" in more:
        target = re.search(r"ref: (\w+)", more).group(1)
        pattern = {"well": r"42-(?!000)\d{3}-(?!00000)\d{5}", "lease":
                   r"lease:(O-(%s)-(?!00000)\d{5}|G-(?!000000)\d{6})" % "|".join(DISTRICTS)}
        return (v, None) if re.fullmatch(pattern[target], v, re.A) else bad("bad_key")
    limit = {"well_name": 500, "district": 10, "api_number": 255}.get(key, 10 ** 9)
    if len(v) > limit:
        return bad("too_long")
    pattern = {"api_number": (r"42-(?!000)\d{3}-(?!00000)\d{5}", "bad_key"),
               "rrc_district": ("|".join(DISTRICTS), "bad_code"),
               "county_code": (r"(?!000)\d{3}", "bad_code"), None: (r"(?s).*", "")}[preset]
    return (v, None) if re.fullmatch(pattern[0], v) else bad(pattern[1])


def quote(v, rng=None):
    if v is None:
        return ""
    needed = v == "" or v[0] in " \t#" or v[-1] in " \t" or any(c in v for c in ',"\r\n')
    if needed or (rng and rng.random() < 0.1):
        return '"' + v.replace('"', '""') + '"'
    return v


def rows():
    """(record, offset, {column: value or None}, raw bytes)"""
    rng = random.Random(20261123)
    for i in range(ROWS):
        cells = {}
        for f in FIELDS:
            if f[0] == "nothing":
                continue
            p = rng.random()
            hard = f[3]
            bad_share, null_share = (0.01, 0.005) if hard else (0.03, 0.15)
            cells[f[4].split(":")[-1]] = rng.choice(f[6]) if p < bad_share else \
                None if p < bad_share + null_share else rng.choice(f[5])
        cells[EXTRA] = rng.choice(["seen", None])
        record, offset = i + 1, i * 247
        raw = "%d,%d,%s" % (record, offset, ",".join(quote(v, rng) for v in cells.values()))
        yield record, offset, cells, raw.encode()


def book(stage, rows_):
    return ("#aegis-book stage=%s dataset=handmade/rows read=%d used=%d skipped=0 rejected=0 "
            "flawed=0 rows=%d config=- source_sha256=%s rejects=- codes=-\n"
            % (stage, rows_, rows_, rows_, "ab" * 32))


def make(where):
    with open(where + "/def.yaml", "w") as f:
        f.write("type: well\ndisplay_name: Well\nfields:\n")
        for key, kind, more, _, rrc, _, _ in FIELDS:
            f.write('  - { key: %s, label: %s, input_type: %s, %srrc: "%s" }\n'
                    % (key, key, kind, more + ", " if more else "", rrc))
    body, n = b"", 0
    for _, _, cells, raw in rows():
        if n == 0:
            body = ("#aegis-stream 1 kind=rrc:handmade/rows source=hand%%20made run=%s\n"
                    "_record,_offset,%s\n" % ("11111111-2222-4333-8444-555555555555",
                                              ",".join(cells))).encode()
        body += raw + b"\n"
        n += 1
    body += book("rrc-decode", n).encode()
    body += ("#aegis-seal rows=%d read=%d rejected=0 skipped=0 flawed=0 bytes=%d xxh64=%016x "
             "source_sha256=%s rejects=-\n" % (n, n, len(body), xxh64(body), "ab" * 32)).encode()
    with open(where + "/in", "wb") as f:
        f.write(body)


def parse(data):
    """A sealed stream: control lines before, rows (None for NULL), control lines behind."""
    head, tail, table, i = [], [], [], 0
    while i < len(data):
        if data.startswith(b"#aegis-", i):
            end = data.index(b"\n", i)
            (tail if table else head).append(data[i:end].decode())
            i = end + 1
            continue
        row = []
        while True:
            if data[i:i + 1] == b'"':
                v, i = b"", i + 1
                while True:
                    j = data.index(b'"', i)
                    v += data[i:j]
                    i = j + 1
                    if data[i:i + 1] != b'"':
                        break
                    v += b'"'
                    i += 1
                row.append(v.decode())
            else:
                j = re.compile(rb"[,\n]").search(data, i).start()
                row.append(data[i:j].decode() if j > i else None)
                i = j
            i += 1
            if data[i - 1:i] == b"\n":
                break
        table.append(row)
    seal = dict(w.split("=", 1) for w in tail[-1].split()[1:])
    size = data.rindex(b"#aegis-seal")
    assert int(seal["bytes"]) == size, "bytes of the seal"
    assert seal["xxh64"] == "%016x" % xxh64(data[:size]), "digest of the seal"
    assert int(seal["rows"]) == len(table) - 1, "rows of the seal"
    return head, table, tail


def same(got, want, what):
    if got != want:
        print("not the same: %s\n got: %r\nwant: %r" % (what, got, want))
        sys.exit(1)


def check(where):
    want_rows, want_rejects, codes, flawed = [], [], {}, 0
    for record, offset, cells, raw in rows():
        values, faults, reject = [], [], False
        for f in mapped():
            column = f[4].split(":")[-1]
            v = cells[column]
            if f[3] and v in (None, ""):
                faults.append(("missing_required", column))
                reject = True
                v = None
            elif v is not None:
                good, code = judge(f, v)
                if code:
                    faults.append((code, column))
                    reject |= f[3]
                v = good
            values.append(v)
        for code, _ in faults:
            codes[code] = codes.get(code, 0) + 1
        if not reject:
            want_rows.append([str(record), str(offset), values[0]] + values)
            flawed += bool(faults)
        if faults:
            want_rejects.append((record, offset, "reject" if reject else "flaw", faults, raw,
                                 values[0] if reject else ""))
    rejected = sum(r[2] == "reject" for r in want_rejects)
    assert rejected > 20 and flawed > 200 and len(codes) > 7, "the test data has enough in it"

    head, table, tail = parse(open(where + "/out", "rb").read())
    same(head, ["#aegis-stream 1 kind=entity:well source=hand%20made "
                "run=11111111-2222-4333-8444-555555555555 dataset=handmade/rows "
                "tenant=00000000-0000-4000-8000-000000000001"], "header")
    same(table[0], ["_record", "_offset", "entity_key"] + [f[0] for f in mapped()], "columns")
    same(len(table) - 1, len(want_rows), "number of rows")
    for got, want in zip(table[1:], want_rows):
        same(got, want, "row")
    same(len(tail), 3, "two books and a seal")
    same(tail[0] + "\n", book("rrc-decode", ROWS), "the book that came with the input")
    own = dict(w.split("=", 1) for w in tail[1].split()[1:])
    figures = {"stage": "entity-map", "dataset": "handmade/rows", "read": ROWS,
               "used": len(want_rows), "skipped": 0, "rejected": rejected, "flawed": flawed,
               "rows": len(want_rows), "source_sha256": "ab" * 32}
    same({k: own[k] for k in figures}, {k: str(v) for k, v in figures.items()}, "own book")
    same(dict((c, int(n)) for c, n in (p.split(":") for p in own["codes"].split(","))), codes,
         "faults by code")

    head, table, tail = parse(open(where + "/rejects", "rb").read())
    same(len(table) - 2, len(want_rejects), "number of rejects and flaws")
    same(table[1][:5] + [bytes.fromhex(table[1][6]).decode()],
         ["0", "0", "", "form", "rrc:handmade/rows", "_record,_offset," + ",".join(cells)], "what the raw bytes are")
    for got, want in zip(table[2:], want_rejects):
        same(got[:4], [str(want[0]), str(want[1]), want[5], want[2]], "place, key and severity")
        same(got[4], want[3][0][0], "first code of record %d" % want[0])
        same([(f["code"], f["column"]) for f in json.loads(got[5])], want[3],
             "faults of record %d" % want[0])
        same(bytes.fromhex(got[6]), want[4], "raw bytes of record %d" % want[0])
    print("%d rows, %d rejects, %d flaws, codes %s" % (len(want_rows), rejected, flawed, codes))


{"make": make, "check": check}[sys.argv[1]](sys.argv[2])
