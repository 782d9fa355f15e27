"""P-5 and P-4 of Texas's shape around the wells that rrc-gen makes: 75,000 organisations with eight records each, and
eleven records for each of the leases that the wells name.  Offsets are the manuals', counted from 0.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tools"))
from demo_next import CP, DISTRICTS, ebcdic, inverted, packed  # noqa: E402

FILINGS = ("20240101", "20110301", "19980601")  # the newest first


def operator(i, n):
    """The number of the ${i}th of ${n} operators."""
    return "%06d" % (100000 + i * 7919 % n)


def p5(path, n):
    """P-5 with ${n} organisations: officers, remarks and activities below each."""
    with open(path + ".tmp", "wb") as f:
        f.write(ebcdic(350, _0="1T", _2="OPER", _8="SR", _10="OPERATOR OF WELLS"))
        body = ebcdic(350, _0="A ", _40="Y", _41="A", _42="N", _43="P", _44="A", _70="1 MAIN STREET", _132="MIDLAND", _145="TX", _147="79701",
                      _152="0000", _242="19800101", _250="0" * 8, _258="4325550100", _268="06", _270="0" * 8, _278="0" * 8, _286="20210601",
                      _294="20210601", _302="0" * 6, _308="0" * 8, _319="N", _320="N", _321="N", _322="N", _323="Y", _324="0" * 10)
        officer = ebcdic(350, _0="K ", _40="MADE UP NAME", _72="PRESIDENT", _104="1 MAIN STREET", _166="MIDLAND", _179="TX",
                         _181="79701", _186="0000", _267="00000", _272="0000", _299="O")
        remark = ebcdic(350, _0="P ", _40="FILED BY MAIL", _100="0001")
        activity = ebcdic(350, _0="U ", _40="OPER", _46="1" * 14)
        for i in range(n):
            who = (operator(i, n) + ("MADE UP ENERGY %d" % i).ljust(32)).encode(CP)
            f.write(b"".join(r[:2] + who + r[40:] for r in (body, officer, officer, remark, remark, remark, remark, activity)))
    os.rename(path + ".tmp", path)


def p4(path, leases, operators, night):
    """P-4 with the leases ("lease:O-08-12345"), of which one in a hundred has another operator in the second night."""
    root = ebcdic(92, _36="N", _37=inverted(FILINGS[0]), _45="N", _46=packed(1, 3), _49=packed(0, 2), _51=packed(0, 2), _53=packed(0, 2),
                  _55=packed(5200, 5))
    filings = [ebcdic(92, _0="02", _2=inverted(since), _10=inverted(since), _18=since, _26=since, _34="N" * 13, _50="R", _65="0" * 6)
               for since in FILINGS]
    gatherer = ebcdic(92, _0="03", _2="O", _3="G", _4="00000", _15="0000", _19="0", _20="10000")
    name = ebcdic(92, _0="07", _2=inverted(FILINGS[1]), _10=inverted(FILINGS[1]), _18="MADE UP LEASE")
    with open(path + ".tmp", "wb") as f:
        for i, lease in enumerate(leases):
            code, *rest = lease[len("lease:"):].split("-")
            district, number = ("10", rest[0]) if code == "G" else (DISTRICTS[rest[0]], rest[1])
            who = operator(i + (1 if night > 1 and i % 100 == 0 else 0), operators).encode(CP)
            field = ("%08d" % (10000000 + i % 5000 * 1000)).encode(CP)
            f.write(("01" + code + district + number.rjust(6, "0")).encode(CP) + field + "N".encode(CP) + who + "0000000000".encode(CP) + root[36:])
            for r in filings:
                f.write(r[:51] + field + who + r[65:] + 2 * (gatherer[:9] + who + gatherer[15:]))
            f.write(name)
    os.rename(path + ".tmp", path)
