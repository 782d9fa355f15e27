#!/usr/bin/env python3
"""What the schema document says of a table, as lines to compare with the catalogue.

usage: schema.py DOCUMENT TABLE...

Reads the document's own markdown tables and the index lists behind them.  Lines:
    column TABLE NAME TYPE null|notnull DEFAULT
    primary|unique TABLE COLUMNS
    foreign TABLE COLUMN REFERENCED(COLUMN) [CASCADE]
    check TABLE COLUMN VALUE,...
    index TABLE NAME COLUMNS
Types and defaults come in PostgreSQL's spelling.
"""
import re
import sys

TYPES = {
    "UUID": "uuid", "JSONB": "jsonb", "TEXT": "text", "INT": "integer",
    "INTEGER": "integer", "BOOLEAN": "boolean", "TIMESTAMPTZ": "timestamp with time zone",
    "DATE": "date",
}


def sql_type(s):
    m = re.fullmatch(r"VARCHAR\((\d+)\)", s)
    return f"character varying({m.group(1)})" if m else TYPES[s]


def sql_default(s, typ):
    if s is None:
        return "-"
    if s.startswith("'"):
        return s + "::" + re.sub(r"\(\d+\)", "", typ)
    return s.lower()


def sections(path):
    """(heading, lines) of each table's section: a bare name followed by its table."""
    name, lines = None, []
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if re.fullmatch(r"[a-z_]+", line):
            if name:
                yield name, lines
            name, lines = line, []
        elif name:
            # A file's heading ends the last table of the file before it.
            if re.search(r"Tables \(.*\.sql", line):
                yield name, lines
                name, lines = None, []
            else:
                lines.append(line)
    if name:
        yield name, lines


def columns(table, lines):
    for line in lines:
        m = re.match(r"([a-z_]+) \| ([A-Z]+(?:\(\d+\))?) \| (.*)$", line)
        if not m:
            continue
        name, typ, rest = m.groups()
        cells = [c.strip() for c in rest.split("|")]
        # A column without constraints has its description in their place.
        text = cells[0]
        typ = sql_type(typ)
        d = re.search(r"default ('[^']*'|[A-Za-z0-9_]+(?:\(\))?)", text)
        notnull = "NOT NULL" in text or "PRIMARY KEY" in text
        yield (f"column {table} {name} {typ} {'notnull' if notnull else 'null'} "
               + sql_default(d.group(1) if d else None, typ))
        if "PRIMARY KEY" in text:
            yield f"primary {table} {name}"
        r = re.search(r"REFERENCES (\w+)\((\w+)\)( ON DELETE CASCADE)?", text)
        if r:
            yield f"foreign {table} {name} {r.group(1)}({r.group(2)}){' CASCADE' if r.group(3) else ''}"
        c = re.search(r"CHECK IN \(([^)]*)\)", text)
        if c:
            yield f"check {table} {name} " + ",".join(sorted(re.findall(r"'(\w+)'", c.group(1))))


def rest(table, lines):
    for line in lines:
        m = re.match(r"Unique constraint: \(([^)]*)\)", line)
        if m:
            yield f"unique {table} {m.group(1)}"
        m = re.match(r"Status values: (.*)$", line)
        if m:
            yield f"check {table} status " + ",".join(sorted(m.group(1).split(", ")))
        m = re.match(r"(idx_\w+) \| \(([^)]*)\)", line) or \
            re.match(r"Index: (idx_\w+) on \(([^)]*)\)", line)
        if m:
            yield f"index {table} {m.group(1)} {m.group(2)}"
        m = re.match(r"Indexes: (idx_\w+(?:, idx_\w+)*)$", line)
        if m:
            for name in m.group(1).split(", "):
                yield f"index {table} {name} ?"
        m = re.match(r"Auto-update trigger: (\w+) fires BEFORE UPDATE", line)
        if m:
            yield f"trigger {table} {m.group(1)}"


def main():
    wanted = sys.argv[2:]
    found = {n: ls for n, ls in sections(sys.argv[1]) if n in wanted}
    missing = [n for n in wanted if n not in found]
    if missing:
        sys.exit("not in the document: " + ", ".join(missing))
    for name in wanted:
        print(*columns(name, found[name]), sep="\n")
        more = list(rest(name, found[name]))
        if more:
            print(*more, sep="\n")


main()
