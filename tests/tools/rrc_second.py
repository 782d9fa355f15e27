#!/usr/bin/env python3
"""The second implementation of rrc-decode for olf001, gsf001, daf802 and daf420: slow and plain.

    rrc_second.py --facts DIR --layout NAME [--encoding ebcdic|ascii] --all DIR FILE
    rrc_second.py --facts DIR --layout daf802 --make N --seed S > FILE

--all writes DIR/ID.csv for each segment and DIR/VIEW.csv for each view.  --make writes N permits
of random bytes that suit their fields, in EBCDIC: there is no sample of daf802.

Facts are layouts_wb_da_ol.csv (olf001, daf802) and layouts.md (gsf001, daf420), never
pipelines/layouts/; offsets are the sums of the PIC widths.  What it has of code pages, numbers and CSV
it shares with rrc_reference.py, and nothing with lib/rrc.
"""
import argparse
import collections
import csv
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rrc_reference as ref
from rrc_reference import Fault, digits, quoted

PARENT = {
    "olf001": {"1": None, "3": "1", "4": "3", "5": "3"},
    "gsf001": {"1": None, "5": "1"},
    "daf802": {"01": None, "02": "01", "03": "02", "04": "03", "05": "03", "06": "02", "07": "06",
               "08": "02", "09": "08", "10": "02", "11": "01", "12": "01", "13": "01"},
}
PARENT["daf420"] = dict(PARENT["daf802"], **{"14": "01", "15": "01"})
LENGTH = {"olf001": 1200, "gsf001": 2120, "daf802": 510, "daf420": 510}
# Of daf420's lines, as measured (layouts.md, section B2).
LINES = {"01": 212, "02": 510, "03": 50, "04": 72, "05": 262, "06": 52, "07": 15, "08": 87,
         "09": 15, "10": 262, "11": 72, "12": 93, "13": 28, "14": 26, "15": 26}
# Groups of gas records that repeat: name of the first field, how often, bytes.
MONTHS = {"1": ("FLD-DATE", 14, 82), "5": ("W-DATE", 14, 116)}


def facts_csv(directory, layout):
    facts = collections.defaultdict(list)
    with open(directory + "/layouts_wb_da_ol.csv", newline="") as f:
        for row in csv.DictReader(f):
            if row["dataset"] == layout:
                facts[row["rec"]].append(row)
    return {rec: ref.expand([r for r in rows if r["off0"] != "0" or r["kind"] == "group"])
            for rec, rows in facts.items()}


def facts_gas(directory):
    """Tables without levels: the offsets are added up here, and held against the printed ones."""
    text = open(directory + "/layouts.md").read()
    out = {}
    for rec in "15":
        table = text.split("#### gsf record `%s`" % rec, 1)[1].split("\n####", 1)[0]
        table = table.split("\n## ", 1)[0]
        fields, at, names = [], 0, collections.Counter()
        first, times, size = MONTHS[rec]
        month = None
        for line in re.findall(r"^\| (\d+ \|.*) \|$", table, re.M):
            off, width, pic, kind, name = [c.strip() for c in line.split("|")]
            if name == first:
                month = at
            if month is not None and at == month + size:
                at += (times - 1) * size
                break
            if int(off) - 1 != at:
                raise SystemExit("%s: offset %d, printed %s" % (name, at, off))
            each = int(width)
            many = int(pic.split(" x")[1]) if " x" in pic else 1
            decimals = int((re.search(r"V9\((\d+)\)", pic) or [0, 0])[1])
            names[name] += 1
            shown = name if names[name] == 1 else "%s-%d" % (name, names[name])
            if name != "FILLER" and at > 0:
                if month is not None:
                    fields += [ref.Field("%s(%d)" % (shown, i + 1), at + i * size, each, kind,
                                         decimals, None, False) for i in range(times)]
                elif many > 1:
                    fields += [ref.Field("%s(%d)" % (shown, i + 1), at + i * (each // many),
                                         each // many, kind, decimals, None, False)
                               for i in range(many)]
                else:
                    fields.append(ref.Field(shown, at, each, kind, decimals, None, False))
            at += each
        out[rec] = fields
    return out


def facts(directory, layout):
    if layout == "gsf001":
        return facts_gas(directory)
    out = facts_csv(directory, "daf802" if layout == "daf420" else layout)
    if layout == "daf420":
        for rec in ("14", "15"):
            out[rec] = [ref.Field("LONGITUDE", 2, 12, "char", 0, None, False),
                        ref.Field("LATITUDE", 14, 12, "char", 0, None, False)]
    return out


def packed(raw):
    text = raw.encode("cp037").hex()
    if not text[:-1].isdigit():
        raise Fault("bad_digits")
    if text[-1] not in "cdf":
        raise Fault("bad_sign")
    return ("-" if text[-1] == "d" else "") + text[:-1]


def physical(field, text, encoding):
    raw = text[field.at:field.at + field.width]
    if field.kind in ("packed", "binary"):
        if raw.strip(" ") == "" or (raw.strip("\0") == "" and field.kind == "packed"):
            return None
        if field.kind == "binary":
            n = int.from_bytes(raw.encode("cp037"), "big", signed=True)
            return "%s%09d" % ("-" if n < 0 else "", abs(n))
        value = packed(raw)
    else:
        value = ref.physical(field._replace(decimals=0), text, encoding)
        if value is None or field.kind == "char":
            return value
    sign, value = ("-", value[1:]) if value[0] == "-" else ("", value)
    if value.strip("0") == "":
        sign = ""
    if field.decimals:
        value = "%s.%s" % (value[:-field.decimals] or "0", value[-field.decimals:])
    return sign + value


def records(data, layout, encoding):
    """(number, offset, id, text of the full length)."""
    length, width = LENGTH[layout], 2 if layout.startswith("daf") else 1
    if encoding == "ebcdic":
        for i in range(0, len(data), length):
            text = data[i:i + length].decode("cp037")
            yield i // length + 1, i, text[:width], text
        return
    # A line end within a record: the next line begins with 0x85, and the two are one.
    lines, offset = [], 0
    for line in data.removesuffix(b"\n").split(b"\n"):
        text = line.removesuffix(b"\r").decode("latin-1")
        if text[:1] == "\x85" and len(lines[-1][1]) + 1 + len(text) <= LINES[lines[-1][1][:2]]:
            lines[-1][1] += "  " + text[1:]
        else:
            lines.append([offset, text])
        offset += len(line) + 1
    for number, (at, text) in enumerate(lines, 1):
        yield number, at, text[:width], text.ljust(length)


def segment_csv(path, recs, fields, wanted, encoding):
    with open(path, "w") as out:
        out.write(",".join(["_record", "_offset"] + [f.name for f in fields]) + "\n")
        for number, offset, rec, text in recs:
            if rec != wanted:
                continue
            row = [str(number), str(offset)]
            for f in fields:
                try:
                    row.append(quoted(physical(f, text, encoding)))
                except Fault:
                    row.append("")
            out.write(",".join(row) + "\n")


# The views, by their descriptions; a row is a list of (column, value).

NAMES = {"06E": "6E", "07B": "7B", "07C": "7C", "08A": "8A"}
APPLICATION = dict(zip("PAWDECOXZ", ("pending approved withdrawn dismissed denied closed other deleted"
                                     " cancelled").split()))
TYPE = ("drill deepen_below_casing deepen_within_casing plug_back other amended_drill reenter"
        " sidetrack field_transfer amended_prior_to_1977 drill_directional_sidetrack"
        " drill_horizontal sidetrack_horizontal recompletion reclass").split()


def field_of(fields, name):
    return next(f for f in fields if f.name == name)


def key(kind, raw):
    n = digits(raw)
    return n and "%s:%s" % (kind, n)


def text_of(raw):
    return raw.strip(" ") or None


def ledger_rows(layout, recs, fields):
    oil = layout == "olf001"
    number, name, operator, field, district = \
        ("LEASE-REC-LEASE", "L-NAME", "LEASE-REC-OPR", "LEASE-REC-FIELD", "LEASE-REC-DIST") if oil else \
        ("WELL-ID", "LSE-NAME", "OPER-ID", "W-PERM-FLD-ID", None)
    lease, top = "3" if oil else "5", "1"

    def cut(rec, column, text):
        f = field_of(fields[rec], column)
        return text[f.at:f.at + f.width]

    def where(rec, text):
        raw = (cut(rec, "DIST" if rec == top else district, text) if oil else text[1:4]).strip(" ")
        return NAMES.get(raw, raw)

    leases, tops = [], []
    for n, offset, rec, text in recs:
        if rec == lease:
            where_ = where(rec, text)
            leases.append([n, offset, "O-%s-%s" % (where_, cut(rec, number, text)) if oil else
                           "G-" + cut(rec, number, text), text_of(cut(rec, name, text)),
                           key("operator", cut(rec, operator, text)),
                           key("field", cut(rec, field, text)), where_])
        if rec == top:
            tops.append([n, offset, cut(rec, "FIELD" if oil else "PERM-FLD-ID", text),
                         text_of(cut(rec, "F-NAME" if oil else "FLD-NAME", text)), where(rec, text)])
    return {"lease": (["lease_number", "lease_name", "operator", "field", "district"], leases),
            "field": (["field_number", "F-NAME", "DIST"] if oil else
                      ["field_number", "FLD-NAME", "district"], tops)}


def permit_rows(layout, recs):
    permits, operators, now = [], [], None
    for n, offset, rec, text in recs:
        if rec == "01":
            now = {"01": (n, offset, text)}
            permits.append(now)
            operators.append([n, offset, text[48:54], text_of(text[66:98])])
        else:
            now.setdefault(rec, (n, offset, text))
    rows = []
    for p in permits:
        n, offset, root = p["01"]
        if layout == "daf420":
            spot = p["14"][2] if "14" in p else " " * 26
            rows.append([n, offset, root[2:9], text_of(spot[14:26]), text_of(spot[2:14])])
            continue
        pmt = p["02"][2] if "02" in p else " " * 510
        county, unique, kind = digits(pmt[502:505]), digits(pmt[505:510]), pmt[65:67].strip(" ")
        rows.append([n, offset, root[2:9], APPLICATION.get(root[100].strip(" ")), key("operator", root[48:54]),
                     TYPE[int(kind) - 1] if kind else None,
                     "42-%s-%s" % (county, unique) if county and unique else None,
                     text_of(pmt[14:46]), text_of(pmt[48:54]), ref.number(pmt[54:59]),
                     ref.date(pmt[129:137]), ref.date(pmt[153:161])])
    columns = ["permit_number", "latitude", "longitude"] if layout == "daf420" else [
        "permit_number", "DA-STATUS-OF-APP-FLAG", "operator", "DA-TYPE-APPLICATION", "well",
        "DA-PERMIT-LEASE-NAME", "DA-PERMIT-WELL-NUMBER", "DA-PERMIT-TOTAL-DEPTH",
        "DA-PERMIT-ISSUED-DATE", "DA-PERMIT-SPUD-DATE"]
    return {"permit": (columns, rows), "operator": (["operator_number", "operator_name"], operators)}


def everything(args):
    recs = list(records(open(args.file, "rb").read(), args.layout, args.encoding))
    fields = facts(args.facts, args.layout)
    for rec in PARENT[args.layout]:
        segment_csv("%s/%s.csv" % (args.all, rec), recs, fields[rec], rec, args.encoding)
    views = permit_rows(args.layout, recs) if args.layout.startswith("daf") else \
        ledger_rows(args.layout, recs, fields)
    for view, (columns, rows) in views.items():
        with open("%s/%s.csv" % (args.all, view), "w") as out:
            out.write(",".join(["_record", "_offset"] + columns) + "\n")
            for row in rows:
                out.write(",".join([str(row[0]), str(row[1])] + [quoted(v) for v in row[2:]]) + "\n")


def make(args):
    """Permits whose fields are full: each of its own kind, at its own place."""
    dice, fields = random.Random(args.seed), facts(args.facts, args.layout)
    out = sys.stdout.buffer

    def record(rec, values):
        text = [" "] * LENGTH[args.layout]
        text[0:2] = rec
        for f in fields[rec]:
            if f.second or f.chosen:
                continue
            v = values.get(f.name)
            if v is None and f.kind == "char":
                v = "".join(dice.choice("ABCXYZ 09-/.,&") for _ in range(f.width))
            elif v is None and f.kind == "binary":
                v = dice.randrange(-10 ** 8, 10 ** 8).to_bytes(4, "big", signed=True).decode("cp037")
            elif v is None:
                v = "%0*d" % (f.width, dice.randrange(10 ** f.width)) if dice.random() < 0.8 else \
                    dice.choice((" ", "0")) * f.width
            text[f.at:f.at + f.width] = v
        out.write("".join(text).encode("cp037"))

    def date(prefix):
        y = "%04d" % dice.randrange(1950, 2026)
        return {prefix + "CENTURY": y[:2], prefix + "YEAR": y[2:],
                prefix + "MONTH": "%02d" % dice.randrange(1, 13), prefix + "DAY": "%02d" % dice.randrange(1, 29)}

    for i in range(args.make):
        record("01", {"DA-STATUS-NUMBER": "%07d" % (1000 + i), "DA-STATUS-SEQUENCE-NUMBER": "99",
                      "DA-OPERATOR-NUMBER": "%06d" % dice.randrange(1, 10 ** 6),
                      "DA-STATUS-OF-APP-FLAG": dice.choice(list(APPLICATION) + [" "])})
        if dice.random() < 0.95:
            record("02", {"DA-TYPE-APPLICATION": "%02d" % dice.randrange(1, 16),
                          **date("DA-PMT-ISSUED-"), **date("DA-PMT-SPUD-")})
            for rec in ("03", "04", "05", "03", "05", "06", "07", "07", "08", "09", "10"):
                if dice.random() < 0.8 or rec in ("03", "06", "08"):
                    record(rec, {})
        for rec in ("11", "12", "12", "13"):
            if dice.random() < 0.5:
                record(rec, {})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", required=True)
    parser.add_argument("--layout", choices=sorted(PARENT), required=True)
    parser.add_argument("--encoding", choices=["ebcdic", "ascii"], default="ebcdic")
    parser.add_argument("--all", metavar="DIR")
    parser.add_argument("--make", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("file", nargs="?")
    args = parser.parse_args()
    make(args) if args.make else everything(args)


if __name__ == "__main__":
    main()
