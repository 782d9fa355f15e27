#!/usr/bin/env python3
"""What the schema document says of a table, as lines to compare with the catalogue.

usage: schema.py DOCUMENT

Reads the document's own markdown tables and the index lists behind them.  Lines:
    column TABLE NAME TYPE null|notnull|? DEFAULT|?
    primary|unique TABLE COLUMNS
    foreign TABLE COLUMN REFERENCED(COLUMN) [CASCADE]
    check TABLE COLUMN VALUE,...
    index TABLE NAME COLUMNS [unique] [partial]
    trigger TABLE NAME
    table TABLE typed|whole
A "typed" table's document has names, types and descriptions only: nullability and
defaults are not said.  Types and defaults come in PostgreSQL's spelling.
"""
import re
import sys

TYPES = {
    "UUID": "uuid", "JSONB": "jsonb", "TEXT": "text", "INT": "integer",
    "INTEGER": "integer", "BOOLEAN": "boolean", "TIMESTAMPTZ": "timestamp with time zone",
    "DATE": "date",
}


def sql_type(s):
    if s.endswith("[]"):
        return sql_type(s[:-2]) + "[]"
    m = re.fullmatch(r"VARCHAR\((\d+)\)", s)
    if m:
        return f"character varying({m.group(1)})"
    m = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", s)
    if m:
        return f"numeric({m.group(1)},{m.group(2)})"
    return s if s.startswith("vector(") else TYPES[s]


def sql_default(s, typ):
    if s is None:
        return "-"
    if s.startswith("'"):
        return s + "::" + re.sub(r"\(\d+\)", "", typ)
    m = re.fullmatch(r"ARRAY\[('\w+')\]", s)
    if m:
        return f"ARRAY[{m.group(1)}::text]"
    return s.lower()


def sections(path):
    """(heading, lines) of each table's section: a bare name followed by its table."""
    name, lines = None, []
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        m = re.fullmatch(r"([a-z_]+)( \(00\w+\.sql\))?", line)
        if m:
            if name:
                yield name, lines
            name, lines = m.group(1), []
        elif name:
            # A file's heading ends the last table of the file before it.
            if re.search(r"Tables \(.*(\.sql|service)|^New columns|^Key Source Files|^Connecting", line):
                yield name, lines
                name, lines = None, []
            else:
                lines.append(line)
    if name:
        yield name, lines


TYPE = r"(?:TEXT|VARCHAR\(\d+\)|DECIMAL\(\d+,\d+\)|vector\(\d+\)|[A-Z]+)(?:\[\])?"


def typed(lines):
    """The document gives names, types and descriptions only."""
    return any(re.match(r"\|? ?Column \| Type \| Description", line) for line in lines)


def described(table, lines):
    """Of a table without a column of constraints: what its descriptions say."""
    for line in lines:
        m = re.match(rf"([a-z_]+(?: / [a-z_]+)*) \| ({TYPE}) \| (.*)$", line)
        if not m:
            continue
        names, typ, text = m.groups()
        for name in names.split(" / "):
            yield f"column {table} {name} {sql_type(typ)} ? ?"
        name = names
        if text.startswith("Primary key"):
            yield f"primary {table} {name}"
        r = re.match(r"FK to (?:the currently active )?(\w+)", text)
        if r:
            parent = r.group(1) + ("s" if r.group(1) == "prompt_version" else "")
            yield f"foreign {table} {name} {parent}(id)"
        u = re.search(r"UNIQUE \(([^)]*)\)", text)
        if u:
            yield f"unique {table} {u.group(1)}"
        u = re.match(r"Unique (?:key|identifier) within (tenant|namespace)", text)
        if u:
            yield f"unique {table} {u.group(1)}_id, {name}"


def columns(table, lines):
    for line in lines:
        m = re.match(rf"([a-z_0-9]+) \| ({TYPE}) \| (.*)$", line)
        if not m or m.group(1).startswith("idx_"):
            continue
        name, typ, rest = m.groups()
        cells = [c.strip() for c in rest.split("|")]
        # A column without constraints has its description in their place.
        text = cells[0]
        typ = sql_type(typ)
        d = re.search(r"default ('[^']*'|ARRAY\[[^\]]*\]|[A-Za-z0-9_]+(?:\(\))?)", text)
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


def added(path):
    """Columns that a later table of the document adds to others."""
    for line in open(path, encoding="utf-8"):
        m = re.match(r"(\w+) \| (\w+) \| (BOOLEAN|VARCHAR\(\d+\)) NOT NULL DEFAULT ('\w+'|\w+) \|", line)
        if m:
            table, name, typ, default = m.groups()
            yield f"column {table} {name} {sql_type(typ)} notnull {sql_default(default, sql_type(typ))}"


def rest(table, lines):
    for line in lines:
        m = re.match(r"Unique constraint: \(([^)]*)\)", line)
        if m:
            yield f"unique {table} {m.group(1)}"
        m = re.match(r"Status values: (.*)$", line)
        if m:
            yield f"check {table} status " + ",".join(sorted(m.group(1).split(", ")))
        m = re.match(r"(idx_\w+) \|( UNIQUE \|| B-tree \|| IVFFlat \|)? \(?([^|]*?)\)? \|", line) or \
            re.match(r"Index:() ?(idx_\w+) on \(([^)]*)\)", line) or \
            re.match(r"Index: (idx_\w+)() on \(([^)]*)\)", line)
        if m:
            name, kind, cols = m.groups() if m.group(1) else (m.group(2), "", m.group(3))
            if cols == "LOWER(email":
                cols = "lower((email)::text)"
            yield (f"index {table} {name} {cols}" + (" unique" if "UNIQUE" in (kind or "") else "")
                   + (" partial" if "Partial: WHERE" in line else ""))
        m = re.match(r"Indexes: (idx_\w+(?:, idx_\w+)*)$", line)
        if m:
            for name in m.group(1).split(", "):
                yield f"index {table} {name} ?"
        m = re.match(r"Auto-update trigger: (\w+) fires BEFORE UPDATE", line) or \
            re.match(r"CREATE TRIGGER (\w+) BEFORE", line)
        if m:
            yield f"trigger {table} {m.group(1)}"


def main():
    path = sys.argv[1]
    for name, lines in sections(path):
        if not any(re.match(r"\|? ?Column \|", line) for line in lines):
            continue
        print("table", name, "typed" if typed(lines) else "whole")
        print(*(described if typed(lines) else columns)(name, lines), sep="\n")
        more = list(rest(name, lines))
        if more:
            print(*more, sep="\n")
    print(*added(path), sep="\n")


main()
