"""What demo_gen.py makes of P-4, P-5, the field tape, the wellbore query and pending permits: records and rows
of the demo's leases, operators, fields, wells and permits.

Offsets are the manuals', counted from 0; of the wellbore query's columns, their places, counted from 1.
"""
import io
import os
import re
import tarfile

CP = "cp037"
DISTRICTS = {"01": "01", "02": "02", "03": "03", "04": "04", "05": "05", "06": "06", "6E": "07", "7B": "08", "7C": "09",
             "08": "10", "8A": "11", "09": "13", "10": "14"}
HERE = os.path.dirname(os.path.abspath(__file__))


def ebcdic(length, **cuts):
    """A record of blanks with text or bytes at offsets: _12="text"."""
    raw = bytearray(" " * length, CP)
    for at, value in cuts.items():
        value = value.encode(CP) if isinstance(value, str) else value
        raw[int(at[1:]):int(at[1:]) + len(value)] = value
    return bytes(raw)


def packed(value, width):
    return bytes.fromhex(str(value).zfill(2 * width - 1) + "C")


def inverted(date):
    return "%08d" % (99999999 - int(date))


def p4(leases):
    """Leases as dicts: code, district, number, field, operator, name, and perhaps former, to_come, severed, removed."""
    out = []
    for k in leases:
        gone = k.get("removed")
        out.append(ebcdic(92, _0="01", _2=k["code"], _3=DISTRICTS[k["district"]], _5=k["number"].rjust(6, "0"), _11=k["field"],
                          _19="Y" if gone else "N", _20=k["operator"], _26="01" if gone else "00", _28=gone or "00000000",
                          _36="N", _37=inverted("20240101"), _45="N", _46=packed(1, 3), _49=packed(0, 2), _51=packed(0, 2),
                          _53=packed(0, 2), _55=packed(5200, 5)))
        filings = [("20240101", k["operator"], "20240115")]
        if k.get("former"):
            filings.append(("20110301", k["former"], "20110320"))
        if k.get("to_come"):
            filings.insert(0, ("20260901", k["to_come"], "00000000"))
        for since, operator, approved in filings:
            out.append(ebcdic(92, _0="02", _2=inverted(since), _10=inverted(since), _18=since, _26=approved, _34="N" * 13,
                              _50="R", _51=k["field"], _59=operator, _65="000000"))
            for product, role, share, number in (("O", "G", "06000", k["operator"]), ("O", "G", "04000", "512210")):
                out.append(ebcdic(92, _0="03", _2=product if k["code"] == "O" else "F", _3=role, _4=share, _9=number, _15="0000",
                                  _19="0", _20=share))
        out.append(ebcdic(92, _0="07", _2=inverted("20110301"), _10=inverted("20110301"), _18=k["name"]))
        for letter, issuer, reason, issued, back in k.get("severed", ()):
            out.append(ebcdic(92, _0="09", _2=inverted(letter), _10=issuer, _12=reason, _14=issued, _22=back, _30=back, _38="000",
                              _41="O", _42="N", _43="00000000"))
    return b"".join(out)


def p5(operators):
    """Operators as dicts: number, name, status, organization, filed."""
    out = [ebcdic(350, _0="1T", _2="OPER", _8="SR", _10="OPERATOR OF WELLS")]
    for k in operators:
        out.append(ebcdic(350, _0="A ", _2=k["number"], _8=k["name"], _40="Y", _41=k["status"], _42="N", _43="P",
                          _44=k["organization"], _70="%s MAIN STREET" % int(k["number"][-3:]), _132="MIDLAND", _145="TX", _147="79701",
                          _152="0000", _242="19800101", _250="00000000" if k["status"] != "I" else "20190301", _258="4325550%s" % k["number"][-3:],
                          _268=k["filed"][4:6] if k["status"] != "I" else "00", _270="00000000", _278="00000000", _286=k["filed"], _294=k["filed"],
                          _302="000000", _308="00000000", _319="N", _320="N", _321="N", _322="N", _323="Y", _324="0000000000"))
        out.append(ebcdic(350, _0="U ", _2=k["number"], _8=k["name"], _40="OPER", _46="1" * 14))
    return b"".join(out)


def tape(fields):
    """Fields as dicts: number, district, name, class, line, between, acres, tolerance (0: none), dome."""
    out = []
    for k in fields:
        out.append(ebcdic(240, _0="01", _2=DISTRICTS[k["district"]], _4=k["number"], _12=k["name"], _44=k["class"], _84="N",
                          _138="N"))
        for side, rule, segment in (("G", "08", "02"), ("O", "21", "19")):
            if k["class"] != side:
                continue
            out.append(ebcdic(240, _0=segment, _2="1", **({"_154": "Y" if k["dome"] else "N", "_155": "N"} if side == "G" else {})))
            if k["line"] == 0:
                continue
            cuts = dict(_0=rule, _2=inverted("19990501"), _10="19990501", _18="00000000", _37="%04d" % k["line"],
                        _41="%04d" % k["between"], _52="%05d" % (100 * k["tolerance"]))
            cuts.update({"_46": "%06d" % (100 * k["acres"]), "_26": "00000000", "_193": "0201834", "_203": "N"} if side == "G" else
                        {"_45": "%06d" % (100 * k["acres"]), "_184": "0201834", "_194": "N"})
            out.append(ebcdic(240, **cuts))
    return b"".join(out)


def query(wells):
    """Rows of the wellbore query: dicts of a column's place and its value."""
    lines = []
    for i, w in enumerate(wells):
        row = [""] * 59
        for at, value in w.items():
            row[at - 1] = value
        row[27] = "%010d" % (4644000000 + i)
        lines.append(",".join('"%s"' % v for v in row) + "\r\n")
    return "".join(lines).encode("ascii")


def pending(rows):
    """The eleven files in a tar; rows: segment -> dicts by column.  Their columns are those of the layout."""
    out = io.BytesIO()
    with open(HERE + "/../../pipelines/layouts/pending.yaml") as f:
        text = f.read()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, file, columns in re.findall(r'- id: (\w+)\n.*?file: "([^"*]+)\*"\n.*?\[(.*?)\]\n(?=  -|\Z)', text.split("segments:")[1], re.S):
            columns = re.sub(r".*\[", "", columns, flags=re.S).replace("\n", " ").replace(" ", "").split(",")
            lines = ["}".join(columns)] + ["".join('"%s"}' % r.get(c, "") for c in columns) for r in rows.get(name, ())]
            data = "".join(line + "\r\n" for line in lines).encode("ascii")
            info = tarfile.TarInfo(file + "_20261129060000.txt")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()
