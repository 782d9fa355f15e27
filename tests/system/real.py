"""The bytes of real.t, and what must come out of them.

    real.py make     $WORK/dbf900, p4f606, orf850 from the rows in $SHARED/rrc/next/real
    real.py check    $WORK/linked.csv and gatherers.csv against the same rows

Field offsets are the manuals', counted from 0.  Gas rows of wells have wrong lease keys (REALDATA.md): only oil rows count.
"""
import csv
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from demo_next import DISTRICTS, ebcdic, inverted, packed  # noqa: E402

WORK, REAL = os.environ["WORK"], os.environ["SHARED"] + "/rrc/next/real/"
ROLES = {"Gatherer": "G", "Purchaser": "H", "Nominator": "I"}


def rows(name):
    text = subprocess.run(["zstd", "-qdc", REAL + name + ".csv.zst"], capture_output=True, check=True).stdout.decode()
    return list(csv.DictReader(text.splitlines()))


def numbers(names, gatherers):
    """A P-5 number for each name: RRC's own where a gatherer of that name has one, else one that nobody has."""
    known = {}
    for g in gatherers:
        known.setdefault(g["gpn_name"], g["gpn_number"].zfill(6))
    taken, free = set(known.values()), 900000
    for name in names:
        if name not in known:
            while "%06d" % free in taken:
                free += 1
            known[name] = "%06d" % free
            free += 1
    return known


def read():
    wells = [w for w in rows("wells") if w["oil_gas_code"] == "O"]
    gatherers = [g for g in rows("p4_gatherers") if g["oil_gas_code"] == "O" and g["district"] in DISTRICTS]
    leases = {lease_of(k): k for k in rows("leases") if k["oil_gas_code"] == "O" and k["lease_operator"]}
    names = [w["operator_name"] for w in wells] + [k["lease_operator"] for k in leases.values()]
    return wells, leases, gatherers, numbers(names, gatherers)


def lease_of(row):
    return row.get("lease_district") or row["district"], row["lease_number"].zfill(6)[1:]


def filings(gatherers):
    """Of each lease its filings, the newest first: (date, rows)."""
    of = {}
    for g in gatherers:
        of.setdefault(lease_of(g), {}).setdefault(g["first_date"].replace("-", ""), []).append(g)
    return {k: sorted(v.items(), reverse=True) for k, v in of.items()}


def percent(g):
    """The percentage as P-4's key has it, in hundredths: 100 less the share; some say more than 100."""
    return round(100 * float(g["percentage"]))


def share(g):
    return max(0, 10000 - percent(g))


def operators(wells, leases):
    """Of each lease its operator by the leases' file, by the wells' file, and its name."""
    of = {k: [r["lease_operator"], r["lease_operator"], r["lease_name"]] for k, r in leases.items()}
    for w in wells:
        k = lease_of(w)
        of.setdefault(k, [w["operator_name"], None, w["lease_name"]])[1] = w["operator_name"]
    return of


def p4(k, operator, name, past):
    d, n = k
    out = [ebcdic(92, _0="01", _2="O", _3=DISTRICTS[d], _5="0" + n, _11="00000000", _19="N", _20=operator, _26="00", _28="00000000",
                  _36="N", _37="00000000", _45="N", _46=packed(0, 3), _49=packed(0, 2), _51=packed(0, 2), _53=packed(0, 2), _55=packed(0, 5))]
    for date, filed in past:
        date = date or "00000000"
        out.append(ebcdic(92, _0="02", _2=inverted(date), _10=inverted(date), _18=date, _26=date, _34="N" * 13, _50="R", _51="00000000",
                          _59=operator, _65="000000"))
        for g in filed:
            out.append(ebcdic(92, _0="03", _2="O", _3=ROLES[g["type"]], _4="%05d" % percent(g), _9=g["gpn_number"].zfill(6),
                              _15="0000", _19="0", _20="%05d" % share(g)))
    if name:
        out.append(ebcdic(92, _0="07", _2="0" * 8, _10="0" * 8, _18=name[:32]))
    return b"".join(out)


def make():
    wells, leases, gatherers, number = read()
    bores = {}
    for w in wells:
        bores.setdefault(w["api"], []).append(w)
    with open(WORK + "/dbf900", "wb") as out:
        for api, of in sorted(bores.items()):
            out.write(ebcdic(247, _0="01", _2=api, _10="0000", _14=DISTRICTS[of[0]["lease_district"]], _16=api[:3], _19="00000000000000",
                             _33="00000", _38="0" * 16, _56="0" * 30, _91="00000000", _100="000", _105="0" * 26, _132="0" * 25))
            for w in of:
                d, n = lease_of(w)
                out.write(ebcdic(247, _0="02", _2="O", _3=DISTRICTS[d], _5=n, _10=w["well_number"].rjust(6), _25="00", _122="0000000",
                                 _157="00000000"))
    past, of = filings(gatherers), operators(wells, leases)
    for night in (0, 1):
        with open(WORK + "/p4f606" + ("", ".next")[night], "wb") as out:
            for k in sorted(set(of) | set(past)):
                out.write(p4(k, number[of[k][night]] if k in of else "000000", of[k][2] if k in of else None, past.get(k, ())))
    with open(WORK + "/orf850", "wb") as out:
        for name, n in sorted(number.items(), key=lambda x: x[1]):
            out.write(ebcdic(350, _0="A ", _2=n, _8=name[:32], _40="Y", _41="A", _42="N", _43="P", _44="A", _147="0" * 9, _233="0" * 9,
                             _242="0" * 26, _268="01", _270="0" * 46, _319="NNNNX", _324="0" * 10))


def check():
    wells, leases, gatherers, number = read()
    of, night = operators(wells, leases), int(sys.argv[2])
    with open(WORK + "/linked.csv", newline="") as f:
        linked = {r[0]: r for r in csv.reader(f)}
    bores, good, bad, moved = {}, 0, 0, 0
    for w in wells:
        bores[w["api"]] = w     # the last completion is the one that the view takes
    for api, w in sorted(bores.items()):
        key, name = "42-%s-%s" % (api[:3], api[3:]), of[lease_of(w)][night]
        got = linked.get(key)
        moved += of[lease_of(w)][0] != of[lease_of(w)][1]
        if got == [key, "operator:" + number[name], name[:32].rstrip(), "lease:O-%s-%s" % lease_of(w)] and \
                (night == 0 or name == w["operator_name"]):
            good += 1
        else:
            bad += 1
            print("# differs: %s: %r, not %s (%s)" % (key, got, name, number[name]))
    print("differ %d" % bad)
    print("wells %d" % good)
    print("# %d oil wells on %d leases: %d with the operator that was published; of %d the leases' file has another than the wells' file" % (
        len(bores), len({lease_of(w) for w in wells}), good, moved))
    want = {("O-%s-%s" % lease_of(g), ROLES[g["type"]], percent(g), share(g), g["gpn_number"].zfill(6), g["first_date"]) for g in gatherers}
    with open(WORK + "/gatherers.csv", newline="") as f:
        got = {(r["lease_number"], r["role"], round(10000 * float(r["percentage_key"])), round(10000 * float(r["share"])), r["number"], r["P4-EFFECTIVE-DATE"])
               for r in csv.DictReader(f)}
    print("# %d gatherers, purchasers and nominators of %d filings" % (len(want), len({(w[0], w[4]) for w in want})))
    print("published %d" % len(want))
    print("gatherers %d" % len(want & got) if want == got else "gatherers %d of %d: %r" % (len(want & got), len(got), sorted(want ^ got)[:3]))


{"make": make, "check": check}[sys.argv[1]]()
