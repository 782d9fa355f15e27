#!/usr/bin/env python3
"""The demo's files: what belongs to the wells of a wellbore file.

    demo_gen.py WELLS.csv DIR

WELLS.csv is the view dbf900/well as plain CSV.  Into DIR go olf001-demo.ebc.gz and gsf001-demo.ebc.gz with
the leases that the wells name, their fields and operators, daf802-demo.ebc.gz and daf420-demo.txt.gz with
permits of some of the wells, p4f606-demo.ebc.gz, orf850-demo.ebc.gz, flf900-demo.ebc.gz, ewa-demo.csv.gz and
pending-demo.tar.gz with who operates the leases, the operators, the fields, the wells as the wellbore query
has them, and permits to come.  Names are made up.  Some leases and permits are left out, so that some
links have no parent.  The same wells give the same bytes.

Only the fields that the views read are filled in; offsets are the manuals', counted from 0.
"""
import csv
import gzip
import sys

import demo_next

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
    more(wells, leases, oil, gas, sorted(everyone), out)


def more(wells, leases, oil, gas, everyone, out):
    """P-4 and what has come with it."""
    names, where = {}, {}
    for side in (oil, gas):
        for (d, field, name), rows in side.items():
            where[field] = (d, name, side is oil)
            for lease, operator, title in rows:
                names[(side is oil, d if side is oil else None, lease)] = (field, operator, title, d)
    everyone = everyone + ["777001", "777002"]
    of, rows = {}, []
    for i, (lease, w) in enumerate(sorted(leases.items())):
        seed = sum(map(ord, lease))
        code = lease[6]
        d = lease.split("-")[1] if code == "O" else "08"
        number = lease.split("-")[-1]
        field, operator, title, d = names.get((code == "O", d if code == "O" else None, number),
                                              (sorted(where)[seed % len(where)], everyone[seed % len(everyone)], "%s %d" % (pick(WORDS, seed), seed % 30 + 1), d))
        if i % 17 == 3:
            continue  # not in P-4: a link without its parent
        k = {"code": code, "district": d, "number": number, "field": field, "operator": operator, "name": title}
        if i % 9 == 2:
            k["former"], k["operator"] = operator, everyone[(seed + 1) % len(everyone)]
        if i % 14 == 4:
            k["to_come"] = everyone[(seed + 2) % len(everyone)]
        if i % 8 == 1:
            k["severed"] = [("20260601", "PA", "17", "20260701", "00000000")] if i % 16 == 1 else [("20250101", "PC", "01", "20250201", "20250315")]
        if i % 20 == 7:
            k["severed"] = k.get("severed", []) + [("20260815", "FO", "14", "00000000", "00000000")]
        if i % 25 == 6:
            k["removed"] = "20200131"
        of[lease] = k
        rows.append(k)
    write(out + "/p4f606-demo.ebc.gz", demo_next.p4(rows))
    status = lambda i: "DISA"[i % 11] if i % 11 < 3 else "A"
    called = lambda i, number: "SMITH, JOHN Q" if i % 12 == 5 else "%s %s LLC" % (pick(WORDS, sum(map(int, number))), pick(("OIL", "ENERGY"), i))
    write(out + "/orf850-demo.ebc.gz", demo_next.p5([
        {"number": n, "name": called(i, n), "status": status(i), "organization": "C" if i % 12 == 5 else "A", "filed": "2021%02d01" % (i % 12 + 1)}
        for i, n in enumerate(everyone)]))
    tape = []
    for i, (field, (d, name, is_oil)) in enumerate(sorted(where.items())):
        line, between, acres, tolerance = pick(RULES, sum(map(int, field)) + (not is_oil))
        tape.append({"number": field, "district": d, "name": name, "class": "O" if is_oil else "G", "line": line, "between": between,
                     "acres": acres or 40, "tolerance": tolerance, "dome": i % 7 == 3})
    write(out + "/flf900-demo.ebc.gz", demo_next.tape(tape))
    rows = []
    for i, w in enumerate(wells):
        k = of.get(w["lease"])
        if not k:
            continue
        number = k["number"].zfill(5) if k["code"] == "O" else k["number"]
        row = {1: k["district"], 2: w["api_number"][3:6], 3: w["api_number"][3:6] + w["api_number"][7:], 4: "MADE UP", 5: k["code"],
               6: k["name"], 7: k["field"], 9: number, 10: "\t1 \t", 12: called(everyone.index(k["operator"]), k["operator"]),
               13: k["operator"], 27: "Y", 29: "19840112", 31: "19%02d0601" % (40 + i % 60), 37: "1", 59: "0"}
        row.update({19: pick(("PRODUCING", "SHUT IN", "INJECTION"), i), 20: "202201" if i % 3 == 1 else "0", 38: "%d" % (i % 12 + 1), 39: "2027",
                    40: status(everyone.index(k["operator"]) + 1), 41: "4" if i % 3 == 1 else "0", 42: "7" if i % 3 == 1 else "0",
                    18: "Y" if i % 3 == 1 else "N", 43: "A" if i % 6 == 1 else ""})
        if w["WB-PLUG-FLAG"] == "true":
            row.update({21: "20190808", 27: "N", 19: ""})
        if i % 5 == 4:
            rows.append({**row, 10: "\t1U\t", 27: "N", 19: "", 20: "0", 38: "", 39: "", 40: "", 41: "", 42: "", 21: ""})
        rows.append(row)
    write(out + "/ewa-demo.csv.gz", demo_next.query(rows))
    fields, permits, bores = [], [], []
    for i, k in enumerate(list(of.values())[::9]):
        doc, name = str(498844000 + i), called(everyone.index(k["operator"]), k["operator"])
        last = {"OPERATOR_NAME": name, "OPERATOR_NUMBER": k["operator"], "OPERATOR_PHONE": "4325550100", "DISTRICT": k["district"]}
        permits.append(dict(last, UNIVERSAL_DOC_NO=doc, STATUS_NUMBER=str(912000 + i), STATUS_SEQ_NO="99", TOTAL_DEPTH="9500", IS_AMENDMENT="N",
                            STATUS_CODE="P", CURRENT_STATE_CODE="W1", DEFAULT_LEASE_NAME=k["name"], DEFAULT_WELL_NUMBER="%dH" % (i + 1),
                            SWR_LIST="37" if i % 2 else "", CASES_NO="0%d" % (330000 + i) if i % 2 else "", SUBMIT_DATE="14-NOV-26"))
        fields.append(dict(last, PERMITTED_FIELD_ID=str(1814000 + i), UNIVERSAL_DOC_NO=doc, FIELD_ID=k["field"].lstrip("0"), WELL_TYPE_CODE=k["code"],
                           PRIMARY_FIELD_FLAG="Y", COMPLETION_DEPTH="9400", NEAREST_WELL_DISTANCE="945", TOTAL_ACRES="640",
                           NEAREST_LEASE_DISTANCE="330" if i % 2 else "467", WELL_COUNT="1", POOLED_UNIT_FLAG="N", REPORTED_LEASE_NAME=k["name"]))
        bores.append(dict(last, WELLBORE_ID=str(700000 + i), UNIVERSAL_DOC_NO=doc, API_SEQUENCE_NUMBER=""))
    write(out + "/pending-demo.tar.gz", demo_next.pending({"drilling_permit": permits, "permitted_field": fields, "wellbore": bores}))


def write(path, data):
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(data)


main()
