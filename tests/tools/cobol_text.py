#!/usr/bin/env python3
"""Prints the COBOL description of a dataset from the facts beside the checkout, in the form of RRC's
manuals: levels, PIC, OCCURS, REDEFINES, COMP-3, level 88, and to the right of an entry its position.

    cobol_text.py FACTS.csv DATASET [--parents ID=PARENT,...] [--spoil KIND --seed N]
    cobol_text.py --normal FACTS.csv DATASET     the facts as a table whose values are spelt one way

--spoil makes one contradiction (printed with its kind and line on standard error):
    position   a printed position is another
    width      a PICTURE is longer by one than the positions say
"""
import argparse
import csv
import random
import re
import sys

FIGURATIVE = re.compile(r"^(ZERO|ZEROS|SPACE|SPACES)$")


def rows(path, dataset):
    with open(path, newline="") as f:
        return [r for r in csv.DictReader(f) if r["dataset"] == dataset]


def values(r):
    """[(list of literals, name or None)]; the facts spell lists in several ways."""
    out = []
    for v in r["values"].split("; ") if r["values"] else []:
        text, _, name = v.partition("=")
        if text == "blank":
            text = "SPACES"
        # "1 2 3" and "1, 2, 3" are lists; " " and "P-1 " are texts.
        parts = text.split(", ") if ", " in text else text.split(" ") if re.search(r"\S \S", text) else [text]
        out.append((parts, re.sub(r"[^A-Za-z0-9-]+", "-", name) or None))
    # Values without a name are one VALUE of the item.
    own = [p for v in out if v[1] is None for p in v[0]]
    return ([(own, None)] if own else []) + [v for v in out if v[1] is not None]


def literal(text, kind):
    if FIGURATIVE.match(text):
        return text
    if kind in ("digits", "packed", "zoned-signed") and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return text
    return "'" + text.replace("'", "''") + "'"


def normal(path, dataset):
    w = csv.writer(sys.stdout, lineterminator="\n")
    head = None
    for r in rows(path, dataset):
        if head is None:
            head = list(r)
            w.writerow(head)
        r["values"] = "; ".join(", ".join(p) + ("=" + n if n else "") for p, n in values(r))
        w.writerow([r[c] for c in head])


def entry(r):
    """The clauses of one item, without level, name and full stop."""
    text = ""
    if r["redefines"] not in ("", "~"):
        text += " REDEFINES " + r["redefines"]
    if r["kind"] != "group":
        text += " PIC " + r["pic"]
        if r["kind"] == "packed":
            text += " COMP-3"
        if r["kind"] == "binary":
            text += " COMP"
    if r["occurs"] != "1":
        text += " OCCURS %s TIMES" % r["occurs"]
    return text


def describe(all_rows, dataset, parents, positions, spoil, rng):
    lines, last = ["P A G E  I.1", "", "* LAYOUT " + dataset], None
    spots = [i for i, r in enumerate(all_rows) if positions(r) and not r["redefines"] and int(r["off1"]) > 2]
    if spoil == "width":
        spots = [i for i in spots if all_rows[i]["kind"] in ("char", "digits") and i + 1 < len(all_rows)
                 and positions(all_rows[i + 1]) and all_rows[i + 1]["rec"] == all_rows[i]["rec"]
                 and not all_rows[i + 1]["redefines"] and "V" not in all_rows[i]["pic"]]
    spot = rng.choice(spots) if spoil else None
    for i, r in enumerate(all_rows):
        if r["rec"] != last:
            last = r["rec"]
            quoted = '"%s"' % last if " " in last else last
            under = " UNDER " + parents[last] if last in parents else ""
            lines += ["", "* RECORD %s %s%s" % (quoted, r["segment"], under)]
        depth = int(r["depth"])
        position = positions(r)
        own = [v for v in values(r) if v[1] is None]
        named = [v for v in values(r) if v[1] is not None]
        text = entry(r)
        if i == spot and spoil == "position":
            position = str(int(position) + rng.choice([-2, 1, 3]))
            print("position", r["field"], file=sys.stderr)
        if i == spot and spoil == "width":
            text = text.replace("PIC " + r["pic"], "PIC %s(%d)" % (r["pic"][0], int(r["width"]) + 1))
            print("width", all_rows[i + 1]["field"], file=sys.stderr)
        if own:
            text += " VALUE " + " ".join(literal(p, r["kind"]) for v in own for p in v[0])
        head = "%s%02d  %s" % ("    " * depth, depth, r["field"])
        # Long entries take two lines, as in print.
        if len(head) + len(text) > 60 and rng.random() < 0.5:
            lines.append(head)
            head = "    " * depth + "        "
        lines.append("%-70s %s" % (head + text + ".", position) if position else head + text + ".")
        for parts, name in named:
            lines.append("%s88  %s VALUE %s." % ("    " * (depth + 1), name, " ".join(literal(p, r["kind"]) for p in parts)))
    return "\n".join(lines) + "\n"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("facts")
    p.add_argument("dataset")
    p.add_argument("--normal", action="store_true")
    p.add_argument("--parents", default="")
    p.add_argument("--spoil")
    p.add_argument("--all-positions", action="store_true", help="the sums as positions, not what is printed")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    if a.normal:
        return normal(a.facts, a.dataset)
    parents = dict(x.split("=") for x in a.parents.split(",") if x)
    positions = (lambda r: r["off1"]) if a.all_positions else (lambda r: r["manual_pos"])
    sys.stdout.write(describe(rows(a.facts, a.dataset), a.dataset, parents, positions, a.spoil, random.Random(a.seed)))
    return None


if __name__ == "__main__":
    main()
