#!/usr/bin/env python3
"""The second implementation of rrc-decode for the Full Wellbore (dbf900): slow and plain.

    rrc_reference.py --facts CSV [--encoding ebcdic|ascii] --segment ID FILE
    rrc_reference.py [--encoding ebcdic|ascii] --view well FILE
    rrc_reference.py --facts CSV [--encoding ebcdic|ascii] --all DIR FILE

The CSV goes to standard output; --book BOOK.json writes what was read, used, skipped,
rejected and flawed, and the codes.  --all writes DIR/ID.csv and DIR/ID.json for each
segment, and DIR/well.csv and DIR/well.json.

It reads offsets from the table of facts (layouts_wb_da_ol.csv), never from
pipelines/layouts/, and shares nothing with lib/rrc.  Output is CSV with the columns
_record,_offset,FIELD...; NULL is an empty unquoted field.  A record that is rejected
has no row.  Python's own codec for code page 037 reads the EBCDIC.
"""
import argparse
import collections
import csv
import datetime
import json
import sys

RECORD = 247
PARENT = {"02": "01", "03": "02", "15": "14", "16": "14", "17": "14", "18": "14", "19": "14",
          "24": "23", "28": "22"}
PARENT.update({f"{n:02}": "03" for n in range(4, 11)})
PARENT.update({f"{n:02}": "01" for n in (11, 12, 13, 14, 20, 21, 22, 23, 25, 26, 27)})
# Groups that redefine each other by a code byte: gas reading -> oil reading.
KEYED = {"WB-GAS-KEY": "WB-OIL-KEY", "WB-PLUG-GAS-KEY": "WB-PLUG-OIL-KEY",
         "WB-GAS-INFO": "WB-OIL-INFO", "WB14B2-GAS-KEY": "WB14B2-OIL-KEY"}
DISTRICT = {f"{n:02}": f"{n:02}" for n in range(1, 7)}
DISTRICT.update({"07": "6E", "08": "7B", "09": "7C", "10": "08", "11": "8A", "13": "09", "14": "10"})
WATER = {"I": "inland_waterway", "B": "bay_estuary", "O": "offshore", "L": "land"}
STATUS = {"A": "approved", "C": "compliant", "D": "delinquent", "N": "not_approved",
          "P": "approval_pending", "W": "w3a_extension", "U": "uic", "E": "no_test_proj_ext",
          "X": "w1x_denied"}
POSITIVE, NEGATIVE = "{ABCDEFGHI", "}JKLMNOPQR"

Field = collections.namedtuple("Field", "name at width kind decimals chosen second")


class Fault(Exception):
    """A value that cannot be; the argument is its reject code."""


def read_facts(path):
    """Segment id -> its fields, with groups and fillers left out and repetitions spelt out."""
    facts = collections.defaultdict(list)
    for row in csv.DictReader(open(path, newline="")):
        if row["dataset"] == "dbf900":
            facts[row["rec"]].append(row)
    return {rec: expand(rows) for rec, rows in facts.items()}


def expand(rows):
    fields, start = [], {}
    groups = []  # enclosing groups: (depth, name, redefines, occurs, offset, width)
    for row in rows:
        depth, at, width = int(row["depth"]), int(row["off0"]), int(row["width"])
        groups = [g for g in groups if g["depth"] < depth]
        if row["kind"] == "group":
            groups.append({"depth": depth, "name": row["field"], "redefines": row["redefines"],
                           "occurs": int(row["occurs"]), "width": width})
            start[row["field"]] = at
            continue
        if row["field"] in ("FILLER", "RRC-TAPE-FILLER", "RRC-TAPE-RECORD-ID", "RRC-TAPE-"):
            continue
        chosen, second = None, row["redefines"] not in ("", "~")
        repeats = [(0, "")]
        for g in groups + [{"name": row["field"], "redefines": "", "occurs": int(row["occurs"]),
                            "width": width}]:
            if g["name"] in KEYED:
                chosen = ("G", start[g["name"]])
            if g["name"] in KEYED.values():
                chosen = ("O", start[g["name"]])
            if g["redefines"] not in ("", "~") and g["name"] not in KEYED:
                second = True
            if g["occurs"] > 1:
                repeats = [(o + i * g["width"], f"{s}({i + 1})") for o, s in repeats
                           for i in range(g["occurs"])]
        # The code byte itself is what chooses, so the first reading shows it always.
        if chosen == ("O", at):
            chosen = None
        for offset, suffix in repeats:
            fields.append(Field(row["field"] + suffix, at + offset, width, row["kind"],
                                int(row["decimals"]), chosen, second))
    return fields


def records(data, encoding):
    """(number, offset, text of 247 characters, what is wrong with the length)."""
    if encoding == "ebcdic":
        for i in range(0, len(data), RECORD):
            raw = data[i:i + RECORD]
            yield (i // RECORD + 1, i, raw.decode("cp037").ljust(RECORD),
                   "short_record" if len(raw) < RECORD else None)
        return
    offset = 0
    for number, line in enumerate(data.removesuffix(b"\n").split(b"\n"), 1):
        text = line.removesuffix(b"\r").decode("latin-1")
        yield (number, offset, text.ljust(RECORD),
               "long_record" if len(text) > RECORD else None)
        offset += len(line) + 1


def sort_out(data, encoding):
    """(record, offset, id, text, reject code or None), by the hierarchy."""
    present, rejected_root = set(), False
    for number, offset, text, fault in records(data, encoding):
        rec = text[:2]
        if fault is None and rec != "01" and rec not in PARENT:
            fault = "unknown_record_id"
        if fault is None and rec == "01":
            present, rejected_root = {"01"}, False
            if not (text[2:10].isascii() and text[2:10].isdigit()):
                fault, rejected_root = "bad_key", True
        elif fault is None and rejected_root:
            fault = "root_rejected"
        elif fault is None:
            if PARENT[rec] not in present:
                fault = "orphan_record"
            else:
                forget(present, rec)
                present.add(rec)
        yield number, offset, rec, text, fault


def forget(present, rec):
    """A new record ends what hung on the one before it of its kind."""
    for child, parent in PARENT.items():
        if parent == rec and child in present:
            present.discard(child)
            forget(present, child)


def nothing(raw):
    return raw.strip(" ") == "" or raw.strip("\0") == ""


def physical(field, text, encoding):
    """The value as it stands, None for none; raises Fault."""
    raw = text[field.at:field.at + field.width]
    if field.chosen and text[field.chosen[1]] != field.chosen[0]:
        return None
    if nothing(raw):
        return None
    if field.kind == "char":
        if "\0" in raw or (encoding == "ascii" and not raw.isascii()):
            raise Fault("bad_character")
        return raw.rstrip(" ")
    sign = ""
    if field.kind == "zoned-signed":
        last = raw[-1]
        if last in NEGATIVE:
            sign, last = "-", str(NEGATIVE.index(last))
        elif last in POSITIVE:
            last = str(POSITIVE.index(last))
        elif not (last.isascii() and last.isdigit()):
            raise Fault("bad_sign")
        raw = raw[:-1] + last
    if not (raw.isascii() and raw.isdigit()):
        raise Fault("bad_digits")
    if raw.strip("0") == "":
        sign = ""
    if field.decimals:
        raw = f"{raw[:-field.decimals]}.{raw[-field.decimals:]}"
    return sign + raw


class Book:
    def __init__(self):
        self.n = collections.Counter()
        self.codes = collections.Counter()
        self.rejects = []

    def reject(self, number, offset, code):
        self.n["rejected"] += 1
        self.codes[code] += 1
        self.rejects.append([number, offset, code])

    def write(self, path):
        with open(path, "w") as f:
            json.dump({**{k: self.n[k] for k in ("read", "used", "skipped", "rejected", "flawed",
                                                 "rows")},
                       "codes": self.codes, "rejects": self.rejects}, f, indent=1)


def quoted(value):
    if value is None:
        return ""
    if value == "" or value != value.strip(" ") or value[0] == "#" or any(c in value for c in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def segment_rows(sorted_records, encoding, fields, wanted, book, out):
    out.write(",".join(["_record", "_offset"] + [f.name for f in fields]) + "\n")
    for number, offset, rec, text, fault in sorted_records:
        book.n["read"] += 1
        # What would be skipped anyway is not rejected for what is above it.
        if fault and (fault != "root_rejected" or rec == wanted):
            book.reject(number, offset, fault)
            continue
        if rec != wanted:
            book.n["skipped"] += 1
            continue
        row, flawed = [str(number), str(offset)], False
        for field in fields:
            try:
                row.append(quoted(physical(field, text, encoding)))
            except Fault as e:
                row.append("")
                if not field.second:
                    book.codes[e.args[0]] += 1
                    flawed = True
        book.n["used"] += 1
        book.n["rows"] += 1
        book.n["flawed"] += flawed
        out.write(",".join(row) + "\n")


# The view `well`, by the brief's table.

def date(raw):
    if nothing(raw) or raw.strip("0") == "":
        return None
    if not (raw.isascii() and raw.isdigit()) or not 1859 <= int(raw[:4]) <= 2099:
        raise Fault("bad_date")
    try:
        return datetime.date(int(raw[:4]), int(raw[4:6]), int(raw[6:8])).isoformat()
    except ValueError:
        raise Fault("bad_date") from None


def month(raw):
    day = None if nothing(raw) or raw.strip("0") == "" else date(raw + "01")
    return day and day[:7]


def digits(raw):
    """Text of digits, None for zeros and for none."""
    if nothing(raw):
        return None
    if not (raw.isascii() and raw.isdigit()):
        raise Fault("bad_digits")
    return raw if raw.strip("0") else None


def number(raw):
    raw = digits(raw)
    return raw and raw.lstrip("0")


def degrees(raw, negate, low, high):
    if nothing(raw):
        return None
    last = raw[-1]
    negative = last in NEGATIVE
    if negative or last in POSITIVE:
        last = str((NEGATIVE if negative else POSITIVE).index(last))
    elif not (last.isascii() and last.isdigit()):
        raise Fault("bad_sign")
    raw = raw[:-1] + last
    if not (raw.isascii() and raw.isdigit()):
        raise Fault("bad_digits")
    value = -int(raw) if negative != negate else int(raw)
    if value == 0:
        return None
    if not low * 10 ** 7 <= value <= high * 10 ** 7:
        raise Fault("out_of_range")
    return f"{'-' if value < 0 else ''}{abs(value) // 10 ** 7}.{abs(value) % 10 ** 7:07}"


def code(raw, table):
    if nothing(raw):
        return None
    if raw.strip(" ") not in table:
        raise Fault("bad_code")
    return table[raw.strip(" ")]


def flag(raw):
    if nothing(raw) or raw in "N0":
        return "false"
    if raw == "Y":
        return "true"
    raise Fault("bad_code")


def trimmed(raw, encoding):
    if nothing(raw):
        return None
    if "\0" in raw or (encoding == "ascii" and not raw.isascii()):
        raise Fault("bad_character")
    return raw.strip(" ")


def lease(text):
    if text[2] == "O":
        district, lse = code(text[3:5], {**DISTRICT, "00": None}), digits(text[5:10])
        return f"lease:O-{district}-{lse}" if district and lse else None
    if text[2] == "G":
        gas = digits(text[3:9])
        return gas and f"lease:G-{gas}"
    return None


def well_columns(kids, encoding):
    """(column, function) in the view's order; ${kids}: id -> its records' texts."""
    root = kids["01"][0]
    first = lambda rec: kids[rec][0] if kids[rec] else None
    last = lambda rec: kids[rec][-1] if kids[rec] else None
    of = lambda text, a, n, convert: None if text is None else convert(text[a:a + n])
    name = lambda raw: trimmed(raw, encoding)
    completion, spot = last("02"), first("13")
    kind = completion[2] if completion else " "
    operator = lambda: (lambda n: n and f"operator:{n}")(of(first("23"), 11, 6, digits))
    return [
        ("api_number", lambda: f"42-{root[2:5]}-{root[5:10]}"),
        ("WB-FIELD-DISTRICT", lambda: of(root, 14, 2, lambda r: code(r, {**DISTRICT, "00": None}))),
        ("WB-RES-CNTY-CODE", lambda: of(root, 16, 3, digits)),
        ("WB-ORIG-COMPL-DATE", lambda: of(root, 20, 8, date)),
        ("WB-TOTAL-DEPTH", lambda: of(root, 28, 5, number)),
        ("WB-NEWEST-DRL-PMT-NBR", lambda: of(root, 80, 6, digits)),
        ("WB-WATER-LAND-CODE", lambda: of(root, 131, 1, lambda r: code(r, WATER))),
        ("WB-PLUG-FLAG", lambda: of(root, 90, 1, flag)),
        ("WB-SHUT-IN-DATE", lambda: of(root, 145, 6, month)),
        ("WB-ORPHAN-WELL-HOLD-FLAG", lambda: of(root, 159, 1, flag)),
        ("completions", lambda: str(len(kids["02"]))),
        ("well_type", lambda: {"O": "oil", "G": "gas"}.get(kind)),
        ("lease", lambda: completion and lease(completion)),
        ("well_number", lambda: of(completion, *{"O": (10, 6), "G": (18, 6)}[kind], name)
         if kind in "OG" else None),
        ("WB-WGS84-LATITUDE", lambda: of(spot, 132, 10, lambda r: degrees(r, False, 25, 37))),
        ("WB-WGS84-LONGITUDE", lambda: of(spot, 142, 10, lambda r: degrees(r, True, -107, -93))),
        ("WB-SURVEY", lambda: of(spot, 11, 55, name)),
        ("WB-ABSTRACT", lambda: of(spot, 5, 6, name)),
        ("WB-BLOCK-NUMBER", lambda: of(spot, 66, 10, name)),
        ("WB-SECTION", lambda: of(spot, 76, 8, name)),
        ("WB-LEASE-NAME", lambda: of(first("12"), 2, 32, name)),
        ("WB-DATE-WELL-BORE-PLUGGED", lambda: of(last("14"), 10, 8, date)),
        ("WB-H15-STATUS", lambda: of(first("23"), 10, 1, lambda r: code(r, STATUS))),
        ("operator", operator),
    ]


# Of these segments the view uses each record, of those one a well: the first or the last.
EACH_BY_WELL, ONE_BY_WELL = ("01", "02"), ("12", "13", "14", "23")


def well_rows(sorted_records, encoding, book, out):
    def emit():
        if well is None:
            return
        row, flawed = [str(well[0]), str(well[1])], False
        for _, value in well_columns(kids, encoding):
            try:
                row.append(quoted(value()))
            except Fault as e:
                row.append("")
                book.codes[e.args[0]] += 1
                flawed = True
        book.n["rows"] += 1
        book.n["flawed"] += flawed
        out.write(",".join(row) + "\n")

    blank = collections.defaultdict(list, {"01": [" " * RECORD]})
    out.write(",".join(["_record", "_offset"] + [c for c, _ in well_columns(blank, encoding)]) + "\n")
    well, kids = None, None
    for number_, offset, rec, text, fault in sorted_records:
        book.n["read"] += 1
        if rec == "01" and fault in (None, "bad_key"):
            emit()
            well, kids = (None if fault else (number_, offset)), collections.defaultdict(list)
        if fault == "root_rejected" and rec not in EACH_BY_WELL + ONE_BY_WELL:
            book.n["skipped"] += 1
        elif fault:
            book.reject(number_, offset, fault)
        else:
            used = rec in EACH_BY_WELL or (rec in ONE_BY_WELL and not kids[rec])
            kids[rec].append(text)
            book.n["used" if used else "skipped"] += 1
    emit()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts")
    parser.add_argument("--encoding", choices=["ebcdic", "ascii"], default="ebcdic")
    parser.add_argument("--segment")
    parser.add_argument("--view", choices=["well"])
    parser.add_argument("--all", metavar="DIR")
    parser.add_argument("--book")
    parser.add_argument("file")
    args = parser.parse_args()
    everything = list(sort_out(open(args.file, "rb").read(), args.encoding))
    facts = read_facts(args.facts) if args.facts else {}
    for what in sorted(facts) + ["well"] if args.all else [args.segment or args.view]:
        book = Book()
        out = open(f"{args.all}/{what}.csv", "w") if args.all else sys.stdout
        if what == "well":
            well_rows(everything, args.encoding, book, out)
        else:
            segment_rows(everything, args.encoding, facts[what], what, book, out)
        out.flush()
        if args.all or args.book:
            book.write(f"{args.all}/{what}.json" if args.all else args.book)


if __name__ == "__main__":
    main()
