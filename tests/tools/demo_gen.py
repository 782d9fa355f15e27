#!/usr/bin/env python3
"""The demo's ledgers and permits: what belongs to the wells of a wellbore file.

    demo_gen.py WELLS.csv DIR

WELLS.csv is the view dbf900/well as plain CSV.  Into DIR go olf001-demo.ebc.gz and gsf001-demo.ebc.gz with
the leases that the wells name, their fields and operators, daf802-demo.ebc.gz and daf420-demo.txt.gz with
permits of some of the wells.  Names are made up.  Some leases and permits are left out, so that some
links have no parent.  The same wells give the same bytes.

Only the fields that the views read are filled in; offsets are the manuals', counted from 0.
"""
import csv
import gzip
import sys

CP = "cp037"
FIELDS = {"01": ["WILDCAT", "LULING-BRANYON"], "02": ["TOM O'CONNOR", "WEST RANCH"], "03": ["CONROE", "HASTINGS"],
          "04": ["AGUA DULCE", "STRATTON"], "05": ["EAST TEXAS BASIN"], "06": ["TYLER SOUTH"], "6E": ["EAST TEXAS"],
          "7B": ["RANGER", "BRECKENRIDGE"], "7C": ["SPRABERRY (TREND AREA)"], "08": ["GOLDSMITH", "MONAHANS"],
          "8A": ["WASSON", "SLAUGHTER"], "09": ["ELECTRA", "NOCONA"], "10": ["PANHANDLE"]}
# Lease line, between wells, acres, tolerance; none: the statewide rule.
RULES = [(0, 0, 0, 0), (330, 660, 10, 0), (467, 933, 20, 5), (660, 1320, 40, 10)]
LETTERS = {"6E": "06E", "7B": "07B", "7C": "07C", "8A": "08A"}
WORDS = "SMITH HOWARD MITCHELL WALKER REEVES BLANCO COTTON PRAIRIE MESA CEDAR STAR RIVER".split()


def record(length, **cuts):
    """Characters at offsets: _12="text"."""
    text = [" "] * length
    for at, value in cuts.items():
        text[int(at[1:]):int(at[1:]) + len(value)] = value
    return "".join(text)


def district(where):
    return LETTERS.get(where, where).ljust(3)


def pick(words, n):
    return words[n % len(words)]


def main():
    with open(sys.argv[1], newline="") as f:
        wells = list(csv.DictReader(f))
    out = sys.argv[2]
    leases = {}
    for w in wells:
        if w["lease"]:
            leases.setdefault(w["lease"], w)
    where = lambda lease: lease.split("-")[1] if lease.startswith("lease:O") else "08"
    number = lambda where, i: "%02d%06d" % (sorted(FIELDS).index(where) + 1, 1000 + i)

    oil, gas = {}, {}
    for i, (lease, w) in enumerate(sorted(leases.items())):
        if i % 12 == 5:
            continue  # not in the ledger: a link without its parent
        seed = sum(map(ord, lease))
        d = where(lease)
        names = FIELDS[d]
        field = number(d, seed % len(names))
        operator = (w["operator"] or "operator:%06d" % (100000 + seed % 40))[-6:]
        side = oil if lease.startswith("lease:O") else gas
        side.setdefault((d, field, pick(names, seed)), []).append(
            (lease.split("-")[-1], operator, "%s %d" % (pick(WORDS, seed), seed % 30 + 1)))
    text = []
    for (d, field, name), rows in sorted(oil.items()):
        line, between, _, _ = pick(RULES, sum(map(int, field)))
        text.append(record(1200, _0="1", _1=district(d), _4=field, _12="000000", _18="00000", _26=name,
                           _152="%04d%04d" % (line, between)))
        for lease, operator, title in sorted(rows):
            text.append(record(1200, _0="3", _1=district(d), _4=field, _12=operator, _18=lease, _26=title))
    write(out + "/olf001-demo.ebc.gz", "".join(text).encode(CP))
    text = []
    for (d, field, name), rows in sorted(gas.items()):
        line, between, acres, tolerance = pick(RULES, sum(map(int, field)) + 1)
        text.append(record(2120, _0="1", _1=district(d), _4=field, _31=name, _92="%04d%04d" % (line, between),
                           _139="%04d%03d" % (acres, tolerance)))
        for lease, operator, title in sorted(rows):
            text.append(record(2120, _0="5", _1=district(d), _4=field, _12=operator, _18=lease, _31=title))
    write(out + "/gsf001-demo.ebc.gz", "".join(text).encode(CP))

    permits, lines = [], []
    everyone = {w["operator"][-6:] for w in wells if w["operator"]} | {
        r[1] for side in (oil, gas) for rows in side.values() for r in rows}
    for i, operator in enumerate(sorted(everyone)):
        mine = [w for w in wells if w["operator"][-6:] == operator]
        for k, w in enumerate(mine[:2] or [None]):
            seed = sum(map(ord, operator)) + k
            status, name = "%07d" % (800000 + 3 * i + k), "%s %s LLC" % (pick(WORDS, seed), pick(("OIL", "ENERGY"), i))
            api = w["api_number"][3:6] + w["api_number"][7:] if w else "00000000"
            lease = w["WB-LEASE-NAME"] if w and w["WB-LEASE-NAME"] else "%s %d" % (pick(WORDS, i), k)
            issued = "20%02d%02d15" % (seed % 25, seed % 12 + 1)
            root = {"_0": "01", "_2": status, "_9": "99", "_11": api[:3], "_14": lease[:32], "_46": "08",
                    "_48": operator, "_66": name, "_100": pick("AAAP", seed), "_112": status}
            permit = {"_0": "02", "_2": status, "_9": "99", "_11": api[:3], "_14": lease[:32], "_46": "08", "_48": "  %d" % (k + 1),
                      "_54": "%05d" % (seed * 7 % 15000 + 500), "_59": operator, "_65": pick(("01", "07", "14"), seed),
                      "_129": issued, "_153": "00000000", "_502": api}
            permits += [record(510, **root), record(510, **permit)]
            if seed % 3:
                latitude, longitude = "%.7f" % (29 + seed % 60 / 10), "%.7f" % (-95 - seed % 70 / 10)
                lines += [record(212, **root), record(510, **permit),
                          record(26, _0="14", _2=longitude.rjust(12), _14=latitude.rjust(12))]
    write(out + "/daf802-demo.ebc.gz", "".join(permits).encode(CP))
    write(out + "/daf420-demo.txt.gz", "".join(line + "\r\n" for line in lines).encode("ascii"))


def write(path, data):
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(data)


main()
