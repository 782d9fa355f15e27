#!/usr/bin/env python3
"""The second implementation of rrc-decode for P-4, P-5, the field tape, the wellbore query and pending
permits: slow and plain.

    rrc_next.py --facts DIR --layout NAME --all DIR FILE     DIR/ID.csv for each segment, DIR/VIEW.csv for each view
    rrc_next.py --facts DIR --layout NAME --make N --seed S [--odd SHARE] > FILE
    rrc_next.py --facts DIR --layout pending --make N --seed S --into DIR       eleven files

--make writes about N records (rows) that suit their fields, put where the facts say; a SHARE of the
values are odd: blank, zeros, no number, no date, an unknown code.  DIR has layout_NAME.csv and
columns_text.csv.  It shares nothing with lib/rrc, and reads nothing of pipelines/layouts/.
"""
import argparse
import collections
import csv
import datetime
import json
import os
import random
import sys

Field = collections.namedtuple("Field", "name at width kind decimals second codes")
LENGTH = {"p4f606": 92, "orf850": 350, "flf900": 240}
PARENT = {
    "p4f606": {"01": None, "02": "01", "05": "01", "06": "01", "07": "01", "08": "01", "09": "01", "11": "01",
               "15": "01", "24": "01", "27": "01", "29": "01", "03": "02", "04": "02", "10": "09", "12": "11",
               "13": "12", "14": "13", "16": "15", "19": "15", "20": "15", "17": "16", "18": "17", "21": "20",
               "23": "20", "22": "21", "25": "24", "26": "24", "28": "27", "30": "28"},
    "orf850": {"1T": None, "A ": None, "F ": "A ", "H ": "F ", "J ": "H ", "K ": "A ", "P ": "A ", "U ": "A ",
               "R ": "A "},
    "flf900": {"01": None, "02": "01", "17": "01", "19": "01", "27": "01", "28": "01", "07": "02", "08": "02",
               "09": "02", "10": "02", "11": "02", "12": "02", "15": "02", "18": "02", "29": "02", "16": "15",
               "20": "19", "21": "19", "22": "19", "23": "19", "24": "19", "25": "19", "26": "19", "30": "19"},
}
ONE = {"p4f606": {"06", "11", "15", "26"}, "orf850": set(), "flf900": {"02", "19"}}
DISTRICT = {"%02d" % n: "%02d" % n for n in range(1, 7)}
DISTRICT.update({"07": "6E", "08": "7B", "09": "7C", "10": "08", "11": "8A", "13": "09", "14": "10"})


class Fault(Exception):
    pass


# --- facts

def facts(directory, layout):
    """Record id -> fields: leaves that are meant, repetitions spelt out."""
    out, groups = collections.OrderedDict(), []
    with open("%s/layout_%s.csv" % (directory, layout), newline="") as f:
        for r in csv.DictReader(f):
            if r["dataset"] != layout:
                continue
            fields = out.setdefault(r["rec"], [])
            depth, at = int(r["depth"]), int(r["off0"])
            groups = [g for g in groups if g[0] < depth] if depth > 1 else []
            second = r["redefines"] != ""
            if r["kind"] == "group":
                groups.append((depth, int(r["occurs"]), int(r["width"])))
                continue
            name = r["field"]
            if at == 0 or name == "FILLER" or name.endswith("-FILLER"):
                continue
            codes = []
            for v in r["values"].split("; ") if r["values"] else []:
                text = v.split("=")[0]
                if "," not in text and " " not in text.strip() and text.strip():
                    codes.append("0" * int(r["width"]) if text.startswith("ZERO") else
                                 " " * int(r["width"]) if text.startswith("SPACE") else
                                 text.rjust(int(r["width"]), "0") if r["kind"] == "digits" else text.ljust(int(r["width"])))
            places = [(at, "")]
            for times, width in [(g[1], g[2]) for g in groups] + [(int(r["occurs"]), int(r["width"]))]:
                if times > 1:
                    places = [(a + i * width, "%s(%d)" % (s, i + 1)) for a, s in places for i in range(times)]
            for a, s in places:
                fields.append(Field(name + s, a, int(r["width"]), r["kind"], int(r["decimals"]), second, codes))
    return out


def columns(directory, dataset):
    out = collections.OrderedDict()
    with open(directory + "/columns_text.csv", newline="") as f:
        for r in csv.DictReader(f):
            if r["dataset"] == dataset:
                out.setdefault(r["file"], []).append(r["column"])
    return out


# --- values

def nothing(raw):
    return raw.strip(" ") == "" or raw.strip("\0") == ""


def text(raw):
    if nothing(raw):
        return None
    raw = raw.rstrip(" \0")
    if "\0" in raw:
        raise Fault("bad_character")
    return raw or None


def plain(raw):
    """A number's digits and sign, DISPLAY."""
    if nothing(raw):
        return None
    if not (raw.isascii() and raw.isdigit()):
        raise Fault("bad_digits")
    return raw


def zoned(raw):
    if nothing(raw):
        return None
    plus, minus = "{ABCDEFGHI", "}JKLMNOPQR"
    last, sign = raw[-1], ""
    if last in minus:
        last, sign = str(minus.index(last)), "-"
    elif last in plus:
        last = str(plus.index(last))
    elif not last.isdigit():
        raise Fault("bad_sign")
    if not (raw[:-1] + last).isdigit():
        raise Fault("bad_digits")
    return sign + raw[:-1] + last


def packed(raw):
    if nothing(raw):
        return None
    h = raw.encode("cp037").hex()
    if not h[:-1].isdigit():
        raise Fault("bad_digits")
    if h[-1] not in "cdf":
        raise Fault("bad_sign")
    return ("-" if h[-1] == "d" else "") + h[:-1]


def physical(f, record):
    raw = record[f.at:f.at + f.width]
    if f.kind == "char":
        return text(raw)
    v = packed(raw) if f.kind == "packed" else zoned(raw) if f.kind == "zoned-signed" else plain(raw)
    if v is None:
        return None
    sign, v = ("-", v[1:]) if v[0] == "-" else ("", v)
    if v.strip("0") == "":
        sign = ""
    if f.decimals:
        v = (v[:-f.decimals] or "0") + "." + v[-f.decimals:]
    return sign + v


def short(v):
    """A physical number without leading zeros."""
    if v is None:
        return None
    sign, v = ("-", v[1:]) if v[0] == "-" else ("", v)
    whole, _, rest = v.partition(".")
    return sign + (whole.lstrip("0") or "0") + ("." + rest if rest else "")


def day(raw):
    if raw is None or nothing(raw) or raw.strip("0") == "":
        return None
    if not (len(raw) == 8 and raw.isascii() and raw.isdigit() and 1859 <= int(raw[:4]) <= 2099):
        raise Fault("bad_date")
    try:
        return datetime.date(int(raw[:4]), int(raw[4:6]), int(raw[6:])).isoformat()
    except ValueError:
        raise Fault("bad_date") from None


def inverted(raw):
    if nothing(raw) or raw.strip("0") == "":
        return None
    return day("%08d" % (99999999 - int(plain(raw))))


def code(table, raw):
    v = text(raw)
    if v is None:
        return None
    if v not in table:
        raise Fault("bad_code")
    return table[v]


def flag(raw):
    v = text(raw)
    if v in (None, "N", "0"):
        return "false"
    if v == "Y":
        return "true"
    raise Fault("bad_code")


def key(prefix, raw):
    v = plain(raw)
    return prefix + v if v and v.strip("0") else None


def fixed(v, n):
    """A whole number in n digits."""
    v = v.lstrip("0")
    if len(v) > n:
        raise Fault("bad_digits")
    return v.rjust(n, "0")


def quoted(value):
    if value is None:
        return ""
    if value == "" or value != value.strip(" ") or value[0] == "#" or any(c in value for c in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def attempt(fn, *args):
    try:
        return fn(*args)
    except Fault:
        return None


# --- records at their places

def records(path, layout):
    data = open(path, "rb").read()
    n = LENGTH[layout]
    for i in range(0, len(data), n):
        raw = data[i:i + n].decode("cp037")
        yield i // n + 1, i, raw[:2], raw


def cut(fields, rec, record, name):
    f = next(f for f in fields[rec] if f.name == name)
    return record[f.at:f.at + f.width]


def write(path, names, rows):
    with open(path, "w") as out:
        out.write(",".join(["_record", "_offset"] + names) + "\n")
        for r in rows:
            out.write(",".join([str(r[0]), str(r[1])] + [quoted(v) for v in r[2:]]) + "\n")


def segments(directory, recs, fields, layout):
    for rec, fs in fields.items():
        rows = []
        for n, at, i, record in recs:
            if i == rec:
                rows.append([n, at] + [attempt(physical, f, record) for f in fs])
        write("%s/%s.csv" % (directory, rec.strip()), [f.name for f in fs], rows)


def trees(recs, layout):
    """Each root with its records below, as a list of (id, number, offset, record, parent)."""
    tree = []
    for n, at, i, record in recs:
        if PARENT[layout].get(i, "?") is None:
            if tree:
                yield tree
            tree, opened = [], {}
        up = PARENT[layout].get(i)
        node = {"id": i, "n": n, "at": at, "raw": record, "up": opened.get(up) if up else None, "below": []}
        if node["up"]:
            node["up"]["below"].append(node)
        for other in [o for o in opened if is_below(layout, o, i)]:
            del opened[other]
        opened[i] = node
        tree.append(node)
    if tree:
        yield tree


def is_below(layout, a, b):
    while a:
        a = PARENT[layout].get(a)
        if a == b:
            return True
    return False


def below(node, i):
    return [k for k in node["below"] if k["id"] == i]


REMOVED = {"00": None, "01": "last well plugged", "02": "consolidated, subdivided or transferred", "03": "consolidated",
           "04": "subdivided", "05": "last well transferred", "06": "last well worked over", "07": "last well reclassed",
           "08": "downhole commingling (SWR 10)", "09": "built in error", "10": "administrative"}
ISSUER = {"AD": "pre-audit", "CA": "commingle audit", "EN": "engineering", "FO": "field operations",
          "LE": "legal enforcement", "PA": "proration analyst", "PC": "production clerk", "P5": "P-5 section", "UI": "UIC"}
REASON = {"01": "production report delinquent", "02": "production report discrepant",
          "03": "no oil but casinghead gas produced", "04": "no gas but condensate produced", "05": "oil overproduced",
          "06": "gas overproduced", "07": "forms delinquent", "08": "other", "09": "report differs from gatherer's",
          "10": "H-10 delinquent", "11": "H-5 delinquent", "12": "failed to prove authority",
          "13": "completion or operator violations", "14": "statewide rule violations", "15": "P-5 delinquent",
          "16": "P-4 discrepancy", "17": "produced without allowable", "18": "severance reissued", "19": "H-15 delinquent",
          "20": "H-15 violation", "21": "SWR 32 not complied with", "22": "H-15 W-1X violation",
          "23": "oil and casinghead gas overproduced", "24": "H-10H delinquent", "99": "before the data base"}
TYPE = {"O": "questionnaire of 1977", "D": "dummy", "R": "regular", "A": "automatic", "T": "tape", "B": "bridged"}
PRODUCT = {"F": "full well stream", "G": "gas-well gas", "H": "condensate", "O": "oil", "P": "casinghead gas"}
ROLE = {"G": "gatherer", "H": "purchaser", "I": "nominator"}
HOLD = {"A": "bond", "B": "plug order", "C": "14(b)(2)", "F": "pollution", "G": "complaint", "Y": "yes"}
STOCK = {"Y": "on hand", "S": "removed after it was cleared", "N": "none", "0": "none"}


def at(raw, first, last):
    """Bytes by the manual's positions, from 1."""
    return raw[first - 1:last]


def lease_of(root):
    district = DISTRICT.get(plain(at(root, 4, 5)) or "")
    if district is None:
        raise Fault("bad_code")
    if root[2] == "O":
        return "O-%s-%s" % (district, fixed(plain(at(root, 6, 11)), 5))
    if root[2] == "G":
        return "G-" + plain(at(root, 6, 11))
    raise Fault("bad_key")


def is_set(raw):
    return raw.strip(" \0") .strip("0") != ""


def joined(values, sep):
    out = []
    for v in values:
        if v is not None and v not in out:
            out.append(v)
    return sep.join(out) if out else None


def p4(recs):
    """By P4.md, positions from 1."""
    leases, severances, filings, gatherers = [], [], [], []
    for tree in trees(recs, "p4f606"):
        root = tree[0]
        raw = root["raw"]
        lease = attempt(lease_of, raw)
        if lease is None:
            continue
        first = (below(root, "02") + [None])[0]
        name = (below(root, "07") + [None])[0]
        hold = (below(root, "06") + [None])[0]
        waiting = [k for k in below(root, "02") if not is_set(at(k["raw"], 27, 34))][:1]
        severed = [k for k in below(root, "09") if is_set(at(k["raw"], 15, 22)) and not is_set(at(k["raw"], 31, 38))]
        items = []
        for g in below(first, "03") if first else []:
            r = g["raw"]
            share = attempt(plain, at(r, 21, 25))
            items.append({"product": attempt(code, PRODUCT, r[2]), "role": attempt(code, ROLE, r[3]),
                          "operator": attempt(key, "operator:", at(r, 10, 15)),
                          "share": share and short(share[:1] + "." + share[1:]),
                          "system": attempt(key, "", at(r, 16, 19))})
        listed = "[" + ",".join("{" + ",".join('"%s":%s' % (k, "null" if v is None else v if k == "share" else json.dumps(v))
                                               for k, v in i.items()) + "}" for i in items) + "]" if items else None
        permits = [k for e in below(root, "24") for k in below(e, "25") if k["raw"][17] == "Y"][:1]
        issued = [attempt(day, at(k["raw"], 15, 22)) for k in severed]
        ordered = [attempt(day, at(k["raw"], 23, 30)) for k in severed]
        leases.append([
            root["n"], root["at"], lease, attempt(key, "operator:", at(raw, 21, 26)), attempt(key, "field:", at(raw, 12, 19)),
            DISTRICT[at(raw, 4, 5)], attempt(text, at(name["raw"], 19, 50).lstrip(" ")) if name else None,
            attempt(code, {"N": "true", "Y": "false"}, raw[19]), attempt(day, at(raw, 29, 36)),
            attempt(code, REMOVED, at(raw, 27, 28)), attempt(flag, raw[45]), attempt(code, STOCK, raw[36]),
            attempt(lambda: short(packed(at(raw, 47, 49)))), attempt(lambda: short(packed(at(raw, 56, 60)))),
            attempt(day, at(first["raw"], 19, 26)) if first else None, attempt(day, at(first["raw"], 27, 34)) if first else None,
            attempt(code, TYPE, first["raw"][50]) if first else None,
            attempt(key, "operator:", at(waiting[0]["raw"], 60, 65)) if waiting else None,
            attempt(day, at(waiting[0]["raw"], 19, 26)) if waiting else None,
            listed, "true" if severed else "false", min([d for d in issued if d], default=None),
            joined([attempt(code, REASON, at(k["raw"], 13, 14)) for k in severed], "; "),
            joined([attempt(code, ISSUER, at(k["raw"], 11, 12)) for k in severed], "; "),
            max([d for d in ordered if d], default=None),
            str(len([k for k in below(root, "09") if not is_set(at(k["raw"], 15, 22))])),
            attempt(code, HOLD, hold["raw"][2]) if hold else None,
            attempt(key, "", at(permits[0]["raw"], 3, 9)) if permits else None])
        for k in below(root, "09"):
            r = k["raw"]
            letter, issuer, reason = attempt(plain, at(r, 3, 10)), attempt(text, at(r, 11, 12)), attempt(plain, at(r, 13, 14))
            if None in (letter, issuer, reason):
                continue
            severances.append([k["n"], k["at"], lease, lease and "lease:" + lease, letter, issuer.strip(" "), reason, attempt(inverted, at(r, 3, 10)),
                               ISSUER.get(issuer), REASON.get(reason), attempt(day, at(r, 15, 22)), attempt(day, at(r, 23, 30)),
                               attempt(day, at(r, 31, 38)),
                               joined([(attempt(text, at(m["raw"], 4, 35)) or "").strip(" ") or None for m in below(k, "10")], " ")])
        for k in below(root, "02"):
            r = k["raw"]
            if attempt(plain, at(r, 3, 10)) is None:
                continue
            filings.append([k["n"], k["at"], lease, at(r, 3, 10), attempt(key, "operator:", at(r, 60, 65)),
                            attempt(key, "field:", at(r, 52, 59)), attempt(day, at(r, 19, 26)), attempt(day, at(r, 27, 34)),
                            attempt(code, TYPE, r[50]), attempt(flag, r[40])])
            for g in below(k, "03"):
                q = g["raw"]
                parts = [attempt(text, q[2]), attempt(text, q[3]), attempt(plain, at(q, 5, 9)), attempt(plain, at(q, 10, 15)),
                         attempt(plain, at(q, 16, 19))]
                if None in parts:
                    continue
                share = attempt(plain, at(q, 21, 25))
                gatherers.append([g["n"], g["at"], lease, at(r, 3, 10), parts[0], parts[1],
                                  short(parts[2][:1] + "." + parts[2][1:]), parts[3], parts[4], attempt(day, at(r, 19, 26)),
                                  share and short(share[:1] + "." + share[1:])])
    return {"lease": ("lease_number operator field district lease_name on_schedule P4-REMOVE-FROM-SCHEDULE-DATE "
                      "P4-REMOVE-FROM-SCHEDULE-REASON P4-PENDING-LEASE-REMOVAL-FLAG P4-STOCK-ON-HAND-INDICATOR "
                      "P4-LAND-BORE-CNT P4-LEASE-TOTAL-DEPTH P4-EFFECTIVE-DATE P4-APPROVAL-DATE P4-TYPE-RECORD "
                      "pending_operator pending_from gatherers severed severed_since severance_reasons severance_issuers "
                      "reconnect_ordered_on severance_letters legal_hold commingle_permit", leases),
            "severance": ("lease_number lease letter_date issuer reason lettered_on issuer_name reason_text "
                          "P4-SEVERANCE-ISSUE-DATE P4-RECONNECT-ISSUE-DATE P4-ACTUAL-RECONNECT-DATE remarks", severances),
            "filing": ("lease_number sequence operator field P4-EFFECTIVE-DATE P4-APPROVAL-DATE P4-TYPE-RECORD "
                       "P4-CHANGE-OF-OPERATOR", filings),
            "gatherer": ("lease_number sequence product role percentage_key number system P4-EFFECTIVE-DATE share", gatherers)}


STATUS = {"A": "active", "I": "inactive", "D": "delinquent", "S": "see remarks", "X": "unknown", "H": "unknown", "R": "unknown"}
ORGANIZATION = {"A": "corporation", "B": "limited partnership", "C": "sole proprietorship", "D": "partnership", "E": "trust",
                "F": "joint venture", "G": "other"}
GATHERER = {"Y": "yes", "N": "no", "I": "inactive", "X": "invalid"}


def p5(recs):
    operators, officers, activities = [], [], []
    for tree in trees(recs, "orf850"):
        root = tree[0]
        if root["id"] != "A ":
            continue
        raw = root["raw"]
        number = attempt(key, "", at(raw, 3, 8))
        if number is None:
            continue

        def part(i, first, last):
            return joined([attempt(text, at(k["raw"], first, last).lstrip(" ")) for k in below(root, i)], "; ")

        month = attempt(plain, at(raw, 269, 270))
        operators.append([
            root["n"], root["at"], number, attempt(text, at(raw, 9, 40).lstrip(" ")), attempt(code, STATUS, raw[41]), attempt(text, raw[41]),
            attempt(flag, raw[40]), attempt(code, ORGANIZATION, raw[44]),
            month if month and 1 <= int(month) <= 12 else None, attempt(day, at(raw, 243, 250)), attempt(day, at(raw, 251, 258)),
            attempt(day, at(raw, 295, 302)), attempt(day, at(raw, 309, 316)), attempt(text, at(raw, 317, 319).lstrip(" ")),
            attempt(key, "operator:", at(raw, 303, 308)), attempt(flag, raw[320]), attempt(code, GATHERER, raw[321]),
            attempt(code, GATHERER, raw[322]),
            attempt(code, {"Y": "on file", "N": "not on file", "X": "not required"}, raw[323]),
            part("U ", 41, 46), part("R ", 41, 46), attempt(key, "", at(raw, 259, 268))])
        for k in below(root, "K "):
            r = k["raw"]
            name, title = (attempt(text, at(r, a, b).lstrip(" ")) for a, b in ((41, 72), (73, 104)))
            if name and title:
                officers.append([k["n"], k["at"], number, name, title, attempt(code, {"A": "agent", "O": "officer"}, r[299])])
        for k in below(root, "U "):
            r = k["raw"]
            if attempt(text, at(r, 41, 46)):
                activities.append([k["n"], k["at"], number, attempt(text, at(r, 41, 46).lstrip(" ")), attempt(plain, at(r, 47, 60))])
    return {"operator": ("operator_number OROR-ORG-ORGANIZATION-NAME OROR-P-5-STATUS p5_status_letter "
                         "OROR-REFILING-REQUIRED-FLAG OROR-ORGANIZATION-CODE OROR-REFILE-NOTICE-MONTH OROR-DATE-BUILT "
                         "OROR-DATE-INACTIVE OROR-LAST-P-5-RECEIVED-DATE OROR-FILING-PROBLEM-DATE OROR-FILING-PROBLEM-LTR-CODE "
                         "other_operator OROR-OP-NUM-MULTI-USED-FLAG OROR-OIL-GATHERER-STATUS OROR-GAS-GATHERER-STATUS "
                         "OROR-TAX-CERT activities restrictions OROR-PHONE-NUMBER", operators),
            "officer": ("operator_number OROR-OFFICER-NAME OROR-OFFICER-TITLE OROR-OFFICER-AGENT", officers),
            "activity": ("operator_number OROR-ACT-IND-CODE OROR-ACT-IND-FLAG-DISTRICTS", activities)}


def tape(recs):
    """By FIELDS.md, offsets from 0."""
    rows, spacing, gas_density = [], [], []

    def figure(k, first, width, decimals):
        if k is None:
            return None
        v = attempt(plain, k["raw"][first:first + width])
        if v is None or v.strip("0") == "":
            return None
        return short(v[:-decimals] + "." + v[-decimals:] if decimals else v)

    def zero(k, first, width, decimals):
        if k is None:
            return None
        v = attempt(plain, k["raw"][first:first + width])
        return None if v is None else short(v[:-decimals] + "." + v[-decimals:] if decimals else v)

    for tree in trees(recs, "flf900"):
        root = tree[0]
        raw = root["raw"]
        number = attempt(key, "", raw[4:12])
        if number is None:
            continue
        gas = (below(root, "02") + [None])[0]
        oil = [k for s in below(root, "19") for k in below(s, "21") if not is_set(k["raw"][18:26])]
        ruled = [k for s in below(root, "02") for k in below(s, "08") if not is_set(k["raw"][18:26]) and not is_set(k["raw"][26:34])]
        good = [k for k in oil if k["raw"][194] in " N0\0"]
        gas_good = [k for k in ruled if k["raw"][203] in " N0\0"]
        o, g = (oil + [None])[0], (ruled + [None])[0]
        s, d = (good + [None])[0], (gas_good + [None])[0]
        rows.append([root["n"], root["at"], number, attempt(text, raw[12:44].lstrip(" ")), attempt(code, DISTRICT, raw[2:4]),
                     attempt(code, {"O": "oil", "G": "gas", "B": "both"}, raw[44]),
                     attempt(code, {"Y": "present", "N": "not present", "E": "present, exempt from filing"}, raw[84]),
                     attempt(flag, raw[138]), attempt(flag, gas["raw"][154]) if gas else None,
                     figure(o, 37, 4, 0), figure(o, 41, 4, 0), figure(o, 45, 6, 2), figure(o, 52, 5, 2),
                     attempt(day, o["raw"][10:18]) if o else None,
                     figure(g, 37, 4, 0), figure(g, 41, 4, 0), figure(g, 46, 6, 2), figure(g, 52, 5, 2)])
        spacing.append([root["n"], root["at"], number, zero(s, 37, 4, 0), zero(s, 41, 4, 0)])
        gas_density.append([root["n"], root["at"], number, zero(d, 46, 6, 2), zero(d, 52, 5, 2)])
    return {"field": ("field_number FL-NAME district FL-FIELD-CLASS FL-HYDROGEN-SULFIDE-CD FL-MANUAL-REVIEW-FLAG salt_dome "
                      "oil_lease_line oil_between_wells oil_unit_acres oil_tolerance_acres oil_rules_from gas_lease_line "
                      "gas_between_wells gas_unit_acres gas_tolerance_acres", rows),
            "spacing": ("field_number lease_line between_wells", spacing),
            "gas-density": ("field_number unit_acres tolerance_acres", gas_density)}


# --- delimited text

def oracle(raw):
    raw = (raw or "").strip(" ")
    if raw.strip("0") == "":
        return None
    try:
        d = datetime.datetime.strptime(raw[:9].title(), "%d-%b-%y").date()
    except ValueError:
        raise Fault("bad_date") from None
    year = d.year % 100 + (1900 if d.year % 100 >= 50 else 2000)
    return d.replace(year=year).isoformat()


def spaced(v):
    v = v.replace("\t", " ").rstrip(" ")
    return v or None


def pad(v, n):
    v = v.strip(" ")
    return v.rjust(n, "0") if v else None


def ewa(path, names):
    data = open(path, "rb").read().decode("ascii")
    rows, at_ = [], 0
    for n, line in enumerate(data.split("\n")[:-1] if data.endswith("\n") else data.split("\n"), 1):
        row = next(csv.reader([line.rstrip("\r")]))
        rows.append((n, at_, dict(zip(names, row))))
        at_ += len(line) + 1
    segment = [[n, a] + [spaced(r[c]) for c in names] for n, a, r in rows]
    wells = []
    for n, a, r in rows:
        v = {k: (spaced(x) or "").strip(" ") for k, x in r.items()}
        api = pad(v["api_no"], 8)
        if not api or not api.isdigit():
            continue
        lease = None
        if v["oil_gas_code"] == "O" and v["lease_number"].isdigit() and v["district"]:
            lease = "lease:O-%s-%s" % (v["district"], attempt(fixed, v["lease_number"], 5))
        if v["oil_gas_code"] == "G" and v["lease_number"].isdigit():
            lease = "lease:G-" + fixed(v["lease_number"], 6)
        wells.append([n, a, "42-%s-%s" % (api[:3], api[3:]), lease,
                      attempt(key, "operator:", v["operator_number"]), v["operator_name"] or None,
                      attempt(key, "field:", v["field_number"]), v["well_no"] or None,
                      {"O": "oil", "G": "gas"}.get(v["oil_gas_code"]), attempt(flag, v["on_schedule"]), v["well_status"] or None,
                      (attempt(day, v["wl_shut_in_date"] + "01") or "")[:7] or None,
                      attempt(day, v["plug_date"]), attempt(day, v["completion_date"]), STATUS.get(v["p5_org_status"])])
    return {"completion": (" ".join(names), segment)}, \
        {"well": ("api_number lease operator operator_name field well_no oil_gas_code on_schedule well_status wl_shut_in_date "
                  "plug_date completion_date p5_org_status", wells)}


def pending_rows(path):
    """(number, offset, list of values) of a file whose header may be wrapped."""
    data = open(path, "rb").read()
    begin = data.index(b'\n"') + 1 if b'\n"' in data else len(data)
    names = data[:begin].decode().replace("\r", "").replace("\n", "").strip("}").split("}")
    rows, at_, n = [], begin, 0
    for line in data[begin:].split(b"\n"):
        if line.strip(b"\r"):
            n += 1
            values = next(csv.reader([line.decode("ascii").rstrip("\r").replace('} "', '}"')], delimiter="}"))
            rows.append((n, at_, values[:-1] if len(values) == len(names) + 1 else values))
        at_ += len(line) + 1
    return names, rows


def pending(directory, facts_dir):
    out, tables = {}, {}
    for file, names in columns(facts_dir, "pending").items():
        stem = file.replace("_yyyymmddhhmmss.txt", "")
        path = next(os.path.join(directory, f) for f in sorted(os.listdir(directory)) if f.startswith(stem))
        got, rows = pending_rows(path)
        assert got == names, (file, got)
        ident = stem.replace("dp_", "").replace("_pending", "")
        out[ident] = (" ".join(names), [[n, a] + [spaced(v) for v in r] for n, a, r in rows])
        tables[ident] = [(n, a, dict(zip(names, r))) for n, a, r in rows]
    permit = {}
    for _, _, r in tables["drilling_permit"]:
        permit.setdefault(r["UNIVERSAL_DOC_NO"], r)

    def feet(v, fillers=("0", "1")):
        v = v.strip(" ")
        if not v or v in fillers:
            return None
        whole, _, rest = v.partition(".")
        return (whole.lstrip("0") or "0") + "." + rest.ljust(2, "0")

    permits = [[n, a, pad(r["STATUS_NUMBER"], 7), pad(r["STATUS_SEQ_NO"], 2), attempt(key, "operator:", pad(r["OPERATOR_NUMBER"], 6) or ""),
                r["SWR_LIST"].strip(" ") or None, attempt(oracle, r["SUBMIT_DATE"]), attempt(oracle, r["EXPIRATION_DATE"])]
               for n, a, r in tables["drilling_permit"]]
    fields = []
    for n, a, r in tables["permitted_field"]:
        up = permit.get(r["UNIVERSAL_DOC_NO"])
        if up is not None:
            fields.append([n, a, pad(up["STATUS_NUMBER"], 7), pad(r["FIELD_ID"], 8),
                           attempt(key, "permit:", pad(up["STATUS_NUMBER"], 7) or ""), attempt(key, "field:", pad(r["FIELD_ID"], 8) or ""), feet(r["NEAREST_WELL_DISTANCE"]),
                           feet(r["NEAREST_LEASE_DISTANCE"]), feet(r["TOTAL_ACRES"], ("0",)),
                           up["SWR_LIST"].strip(" ") or None])
    return out, {"permit": ("permit_number sequence operator SWR_LIST SUBMIT_DATE EXPIRATION_DATE", permits),
                 "permitted_field": ("permit_number field_number permit field NEAREST_WELL_DISTANCE NEAREST_LEASE_DISTANCE TOTAL_ACRES SWR_LIST",
                                     fields)}


# --- made records

class Maker:
    def __init__(self, layout, fields, seed, odd):
        self.layout, self.fields, self.odd = layout, fields, odd
        self.dice = random.Random(seed)
        self.n = 0

    def date(self):
        return "%04d%02d%02d" % (self.dice.randrange(1950, 2027), self.dice.randrange(1, 13), self.dice.randrange(1, 29))

    def number(self, f, v):
        """A whole number of so many digits as the field holds it, in characters of cp037."""
        if f.kind == "packed":
            h = "%0*d" % (2 * f.width - 1, abs(v) % 10 ** (2 * f.width - 1))
            return bytes.fromhex(h + ("d" if v < 0 else self.dice.choice("cccf"))).decode("cp037")
        s = "%0*d" % (f.width, abs(v) % 10 ** f.width)
        if f.kind == "zoned-signed":
            s = s[:-1] + ("}JKLMNOPQR" if v < 0 else "{ABCDEFGHI")[int(s[-1])]
        return s

    def odd_value(self, f):
        kinds = ["blank", "zero", "text", "code"] if f.kind == "char" else ["blank", "zero", "text", "nines"]
        kind = self.dice.choice(kinds)
        if kind == "zero":
            return self.number(f, 0) if f.kind != "char" else "0" * f.width
        if kind == "nines":
            return self.number(f, 10 ** f.width - 1)
        if kind == "text":
            return "".join(self.dice.choice("AZ?/. ") for _ in range(f.width))
        return " " * f.width if kind == "blank" else self.dice.choice("QZ?") * f.width

    def value(self, f):
        d = self.dice
        if d.random() < self.odd:
            return self.odd_value(f)
        name = f.name.split("(")[0]
        if f.codes and d.random() < 0.95:
            return d.choice(f.codes)
        if f.kind == "char":
            if d.random() < 0.2:
                return " " * f.width
            if name.endswith("FLAG") or f.width == 1:
                return d.choice("YN ").ljust(f.width)
            s = "".join(d.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789-.,&'") for _ in range(d.randrange(1, f.width + 1)))
            return s.ljust(f.width)[:f.width] if d.random() < 0.97 else (s + "\0" * f.width)[:f.width]
        if f.kind == "digits" and "DISTRICT" in name and f.width == 2:
            return d.choice(list(DISTRICT))
        if f.kind == "digits" and f.width == 8 and "KEY" in name and "DATE" in name + "DTE":
            return "%08d" % (99999999 - int(self.date()))
        if f.kind == "digits" and f.width == 8 and "DATE" in name:
            return self.date() if d.random() < 0.8 else "0" * 8
        if f.kind == "digits" and f.width == 6 and "CCYYMM" in name:
            return self.date()[:6]
        if f.kind == "digits" and name.endswith(("-YEAR", "-CCYY", "-YY")) and f.width == 4:
            return self.date()[:4]
        if f.kind == "digits" and name.endswith(("-MONTH", "-MM")) and f.width == 2:
            return "%02d" % d.randrange(1, 13)
        if f.kind == "digits" and name.endswith(("-DAY", "-DD")) and f.width == 2:
            return "%02d" % d.randrange(1, 29)
        most = 10 ** min(f.width if f.kind != "packed" else 2 * f.width - 1, 15)
        return self.number(f, d.randrange(most) * (-1 if f.kind in ("packed", "zoned-signed") and d.random() < 0.1 else 1))

    def record(self, rec, fix):
        out = [" "] * LENGTH[self.layout]
        out[0:2] = rec
        dates = {}
        for f in self.fields[rec]:
            if f.second:
                continue
            v = fix.get(f.name)
            if v is None:
                v = self.value(f)
            # A date in parts is a whole one, or zeros.
            stem = f.name.rsplit("-", 1)[0]
            if f.name.endswith(("-YEAR", "-MONTH", "-DAY", "-CCYY")) and f.kind == "digits" and f.name not in fix:
                if stem not in dates:
                    dates[stem] = self.dice.random() < 0.4
                if dates[stem]:
                    v = "0" * f.width
            out[f.at:f.at + f.width] = v
        self.n += 1
        return "".join(out)

    def below(self, rec, out, fix):
        for child in [c for c, p in PARENT[self.layout].items() if p == rec]:
            times = 1 if child in ONE[self.layout] else self.dice.choice((0, 0, 1, 1, 2, 3))
            if child in ONE[self.layout] and self.dice.random() < 0.4:
                times = 0
            for _ in range(times):
                out.append(self.record(child, fix(child)))
                self.below(child, out, fix)

    def root(self, i):
        d, out = self.dice, []
        if self.layout == "p4f606":
            oil = d.random() < 0.6
            # 13 places of district and number give each lease once.
            fix = {"P4-OIL-GAS-CODE": "O" if oil else "G", "P4-DISTRICT": d.choice(list(DISTRICT)),
                   "P4-LEASE-RRCID": "%06d" % (i % 100000 if oil else i), "P4-OPERATOR-NUMBER": "%06d" % d.randrange(1, 10 ** 6)}
            rec, also = "01", lambda child: {}
        elif self.layout == "orf850":
            number = "%06d" % (i + 20)
            fix = {"OROR-ORG-OPERATOR-NUMBER": number, "OROR-REFILE-NOTICE-MONTH": "%02d" % d.randrange(0, 13)}
            rec = "A "
            first = {c: self.fields[c][0].name for c in self.fields}
            also = lambda child: {first[child]: number}
        else:
            fix = {"FL-NUMBER": "%08d" % (i + 1), "FL-DISTRICT": d.choice(list(DISTRICT))}
            rec, also = "01", lambda child: {}
        out.append(self.record(rec, fix))
        self.below(rec, out, also)
        return out


def make(args):
    out = sys.stdout.buffer
    if args.layout == "ewa":
        return make_ewa(args, out)
    if args.layout == "pending":
        return make_pending(args)
    m = Maker(args.layout, facts(args.facts, args.layout), args.seed, args.odd)
    if args.layout == "orf850":
        for i in range(39):
            out.write(m.record("1T", {"OROR-SPEC-TABLE-CODE-INDICATOR": "C%05d" % i, "OROR-SPEC-TABLE-CODE-TYPE": "SR"}).encode("cp037"))
    i = 0
    while m.n < args.make:
        i += 1
        for r in m.root(i):
            out.write(r.encode("cp037"))
    return None


def make_ewa(args, out):
    d, names = random.Random(args.seed), columns(args.facts, "ewa")["OG_WELLBORE_EWA_Report.csv"]
    for i in range(args.make):
        county, oil = "%03d" % d.choice((1, 3, 103, 227, 329, 461)), d.random() < 0.6
        on, district = d.random() < 0.5, d.choice(list(DISTRICT.values()))

        def date(share=0.5):
            return "%04d%02d%02d" % (d.randrange(1920, 2026), d.randrange(1, 13), d.randrange(1, 29)) if d.random() < share else ""

        r = dict.fromkeys(names, "")
        r.update(district=district, county_code=county, api_no=county + "%05d" % (i * 7 // 8), county_name="ANDREWS",
                 oil_gas_code=d.choice(("O" if oil else "G",) * 9 + ("",)), lease_name=d.choice(("UNIVERSITY -5-", "WILLIAMS  A. C.", 'THE ""BIG"" ONE', "")),
                 field_number="%08d" % d.randrange(1, 10 ** 8), lease_number="%0*d" % (5 if oil else 6, d.randrange(10 ** 5)),
                 well_no_display=d.choice(("\t2R \t", "   1H ", "\t2  ")), operator_name="OPERATOR  %d INC." % (i % 97),
                 operator_number="%06d" % (i % 977 + 1), on_schedule="Y" if on else "N", og_wellbore_ewa_id="%010d" % (4644000000 + i),
                 well_no=d.choice(("2R", "1H", "2")), completion_date=date(0.9), plug_date=date(0.2), w2_g1_filed_date="19840112",
                 orig_completion_dt=d.choice(("0", "", date())))
        if on:
            r.update(well_status=d.choice(("PRODUCING", "SHUT IN", "INJECTION", "SHUT IN-MULTI-COMPL")), wl_shut_in_date=d.choice(("0", "199801")),
                     p5_org_status=d.choice("AAAAID"), p5_renewal_month=str(d.randrange(1, 13)), p5_renewal_year="2026",
                     curr_inact_yrs=str(d.randrange(40)), curr_inact_mos=str(d.randrange(12)), wl_14b2_ext_status=d.choice(("A", "D", "")))
        for c in names:
            if d.random() < args.odd and c not in ("district", "county_code", "api_no", "on_schedule", "og_wellbore_ewa_id"):
                r[c] = d.choice(("", "0", "?", r[c].lower()))
        out.write((",".join('"%s"' % r[c] for c in names) + "\r\n").encode("ascii"))


def make_pending(args):
    d = random.Random(args.seed)
    os.makedirs(args.into, exist_ok=True)
    n = args.make
    keys = {"UNIVERSAL_DOC_NO": lambda i: str(498844000 + i % n), "STATUS_NUMBER": lambda i: str(912000 + i),
            "STATUS_SEQ_NO": lambda i: d.choice(("99", "98")), "PERMITTED_FIELD_ID": lambda i: str(1814000 + i % n),
            "WELLBORE_ID": lambda i: str(700000 + i % n), "WELLBORE_PROFILE_ID": lambda i: str(1883000 + i % n),
            "API_SEQUENCE_NUMBER": lambda i: "%08d" % (22700000 + i % n), "OPERATOR_NUMBER": lambda i: str(d.randrange(1, 999999)),
            "FIELD_ID": lambda i: d.choice(("53613750", "2001", "85280300")), "SWR_LIST": lambda i: d.choice(("", "37", "37, 38")),
            "NEAREST_WELL_DISTANCE": lambda i: d.choice(("0", "1", "945", "1352.5")), "TOTAL_ACRES": lambda i: d.choice(("1471.55", "640", "")),
            "NEAREST_LEASE_DISTANCE": lambda i: d.choice(("0", "330", "467"))}
    for file, names in columns(args.facts, "pending").items():
        with open(os.path.join(args.into, file.replace("yyyymmddhhmmss", "20261129060000")), "w", newline="") as out:
            header = "}".join(names)
            at_ = 0
            # The header breaks anywhere, also inside of a name.
            while len(header) - at_ > 400:
                step = d.randrange(200, 400)
                out.write(header[at_:at_ + step] + "\r\n")
                at_ += step
            out.write(header[at_:] + "\r\n")
            for i in range(n):
                row = []
                for c in names:
                    v = keys[c](i) if c in keys else ""
                    if c not in keys and c.endswith(("_DT", "_DATE")):
                        v = d.choice(("", "14-FEB-26", "09-DEC-25 08.54.53.814000 PM", "01-JAN-99"))
                    if c not in keys and c.endswith("_ID"):
                        v = str(100000 + i)
                    if c not in keys and c.endswith(("_FLAG", "_YN")):
                        v = d.choice("YN")
                    if c in ("RESTRICTION_TEXT", "DIRECTIONS"):
                        v = 'NO "H2S", SEE RULE 36'
                    row.append('"%s"' % v.replace('"', '""'))
                out.write("".join(v + d.choice(("}", "} ")) for v in row).rstrip(" ") + "\r\n")


def everything(args):
    if args.layout in ("ewa", "pending"):
        names = columns(args.facts, "ewa").get("OG_WELLBORE_EWA_Report.csv")
        segs, views = ewa(args.file, names) if args.layout == "ewa" else pending(args.file, args.facts)
        for name, (cols, rows) in segs.items():
            write("%s/segment-%s.csv" % (args.all, name), cols.split(" "), rows)
    else:
        recs = list(records(args.file, args.layout))
        segments(args.all, recs, facts(args.facts, args.layout), args.layout)
        views = {"p4f606": p4, "orf850": p5, "flf900": tape}[args.layout](recs)
    for view, (cols, rows) in views.items():
        write("%s/view-%s.csv" % (args.all, view), cols.split(" "), rows)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--facts", required=True)
    p.add_argument("--layout", choices=sorted(LENGTH) + ["ewa", "pending"], required=True)
    p.add_argument("--all", metavar="DIR")
    p.add_argument("--make", type=int)
    p.add_argument("--into")
    p.add_argument("--odd", type=float, default=0)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("file", nargs="?")
    args = p.parse_args()
    make(args) if args.make else everything(args)


if __name__ == "__main__":
    main()
