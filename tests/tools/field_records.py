#!/usr/bin/env python3
"""Field records of the ledgers with rules of their own, out of a real one.

    field_records.py olf001|gsf001 SAMPLE FIELD:LEASE-LINE:BETWEEN-WELLS[:ACRES:TOLERANCE]... > FILE

The bytes are put where the manuals have them (OLA013: FIELD 5, SPAC 153; GSA020: PERM-FLD-ID 5,
SPOCE 93, UNIT-ACRES 140, UNIT-TOL 144, all from 1), in EBCDIC, and not by the layouts.
"""
import sys

LENGTH = {"olf001": 1200, "gsf001": 2120}


def put(record, at, text):
    record[at - 1:at - 1 + len(text)] = text.encode("cp037")


def main():
    layout, sample, rules = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(sample, "rb") as f:
        real = f.read(LENGTH[layout])
    for rule in rules:
        field, line, wells, *acres = rule.split(":")
        record = bytearray(real)
        put(record, 5, field)
        put(record, 153 if layout == "olf001" else 93, line.rjust(4, "0") + wells.rjust(4, "0"))
        if acres:
            put(record, 140, acres[0].rjust(4, "0") + acres[1].rjust(3, "0"))
        sys.stdout.buffer.write(record)


main()
