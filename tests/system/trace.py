#!/usr/bin/env python3
"""Values traced, each against the file itself and a second decoder.

    trace.py wells PLAIN ENCODING FACTS VALUES SEED OPTIONS...   of dbf900/well
    trace.py cells PLAIN COLUMNS VALUES SEED OPTIONS...          of ewa/well

PLAIN is the source, unpacked.  VALUES random values are asked for with `aegis trace --format json
OPTIONS KEY FIELD`.  Of each: the place is that of the second decoder's row, the value is what it
decodes, every part is a field of the table of facts at its place in a record of the row's own group,
and its bytes are those that stand there.  The last line says how long they took.
"""
import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
import rrc_reference as reference  # noqa: E402

took = []


def trace(options, key, field):
    began = time.monotonic()
    got = subprocess.run(["aegis-trace", "--format", "json", *options, key, field], capture_output=True)
    took.append(time.monotonic() - began)
    if got.returncode != 0:
        raise AssertionError(f"{key} {field}: status {got.returncode}: {got.stderr.decode()} {got.stdout.decode()}")
    return json.loads(got.stdout)


def columns(dataset, type_):
    """field -> column of the dataset, from the type's YAML."""
    text = open(os.path.join(ROOT, "pipelines", "entities", type_ + ".yaml")).read()
    found = {}
    for entry in re.findall(r"- \{ (key: .*?) \}", text, re.S):
        key = re.search(r"key: (\w+)", entry)[1]
        rrc = re.search(r'rrc: "?([^",}\s]+)', entry)
        if rrc and rrc[1].startswith(dataset + ":"):
            found[key] = rrc[1].split(":", 1)[1]
    return found


def need(true, what, *more):
    if not true:
        raise AssertionError(what + ": " + " ".join(repr(m) for m in more))


def one_dataset(answer, dataset, key, field):
    said = [d for d in answer["datasets"] if d["dataset"] == dataset]
    need(len(said) == 1 and said[0]["result"] == "proved", "not proved", key, field, said)
    fields = said[0]["fields"]
    need(len(fields) == 1 and fields[0]["field"] == field, "not the one field", key, field, fields)
    need(fields[0]["stored"] == fields[0]["decoded"], "the database has another value", key, fields)
    return said[0], fields[0]


def wells(plain, encoding, facts, values, seed, *options):
    data = open(plain, "rb").read()
    table = {rec: {f.name: (f.at, f.width) for f in fields} for rec, fields in reference.read_facts(facts).items()}
    for row in csv.DictReader(open(facts, newline="")):
        if row["dataset"] == "dbf900" and row["kind"] == "group":
            table[row["rec"]].setdefault(row["field"], (int(row["off0"]), int(row["width"])))
    out = io.StringIO()
    reference.well_rows(reference.sort_out(data, encoding), encoding, reference.Book(), out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    records, group, root = {}, {}, None
    for number, offset, text, _ in reference.records(data, encoding):
        root = offset if text[:2] == "01" else root
        records[offset], group[offset] = (number, text[:2]), root
    of = columns("dbf900/well", "well")
    chosen = random.Random(int(seed))
    parts = 0
    for _ in range(int(values)):
        row, field = chosen.choice(rows), chosen.choice(sorted(of))
        key = row["api_number"]
        said, got = one_dataset(trace(options, key, field), "dbf900/well", key, field)
        need(got["column"] == of[field], "another column", key, field, got)
        need((said["record"], said["offset"]) == (int(row["_record"]), int(row["_offset"])), "another place", key, said)
        need((got["decoded"] or "") == row[of[field]], "another value", key, field, got, row[of[field]])
        names = set()
        for part in got["parts"]:
            parts += 1
            number, rec = records[part["offset"]]
            need((number, rec) == (part["record"], part["segment"]), "another record", key, field, part)
            need(group[part["offset"]] == said["offset"], "another well's record", key, field, part)
            if part["field"] is None:
                continue
            names.add(part["field"])
            at, width = table[rec][part["field"]]
            need(part["at"] == part["offset"] + at, "another place in the record", key, field, part, at)
            record = data[part["offset"]:part["offset"] + reference.RECORD]
            # A short line is read with blanks behind its end.
            record = record.split(b"\n")[0].removesuffix(b"\r") if encoding == "ascii" else record
            stands = record[at:at + width]
            need(part["hex"] == stands.hex() and part["length"] == len(stands), "other bytes", key, field, part, stands.hex())
        if of[field] in {f for fields in table.values() for f in fields}:
            need(of[field] in names or not got["parts"], "not the field of that name", key, field, got)
        need(got["parts"] or got["decoded"] is None, "made of nothing", key, field, got)
    return parts


def cells(plain, names, values, seed, *options):
    dataset, text = "ewa/well", open(plain, "rb").read()
    names = [n for _, n in sorted((int(r["pos"]), r["column"]) for r in csv.DictReader(open(names, newline=""))
                                  if r["dataset"] == "ewa")]
    rows = list(csv.DictReader(io.StringIO(text.decode("latin-1"), newline=""), names))
    of = columns(dataset, "well")
    keys = subprocess.run(["aegis", "db", "psql", "-XqAt", "-c", "SELECT s.entity_key, s.record, s.byte_offset FROM entity_sources s"
        f" JOIN batch_datasets USING (dataset_id) WHERE dataset = '{dataset}' ORDER BY 1"], capture_output=True, check=True) \
        .stdout.decode().split()
    chosen = random.Random(int(seed))
    parts = 0
    for _ in range(int(values)):
        key, record, offset = chosen.choice(keys).split("|")
        field = chosen.choice(sorted(of))
        said, got = one_dataset(trace(options, key, field), dataset, key, field)
        need((said["record"], said["offset"]) == (int(record), int(offset)), "another place", key, said)
        row = rows[int(record) - 1]
        need("42" + row["api_no"].strip() == key.replace("-", ""), "another well's row", key, row)
        for part in got["parts"]:
            parts += 1
            stands = text[part["at"]:part["at"] + part["length"]]
            need(part["hex"] == stands.hex(), "other bytes", key, field, part, stands)
            read = next(csv.reader([stands.decode("latin-1")]), [""])
            need(read == [row[part["field"]]] or (read == [] and row[part["field"]] == ""), "another cell", key, field, part, read, row)
            need(text.count(b"\n", 0, part["at"]) == text.count(b"\n", 0, int(offset)), "another row", key, part)
    return parts


parts = {"wells": wells, "cells": cells}[sys.argv[1]](*sys.argv[2:])
took.sort()
print(f"{len(took)} values, {parts} parts: median {took[len(took) // 2] * 1000:.1f} ms, "
      f"99 % below {took[len(took) * 99 // 100] * 1000:.1f} ms, longest {took[-1] * 1000:.1f} ms")
