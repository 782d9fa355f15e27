#!/usr/bin/env bash
# The generator of Full Wellbore files: its table against the facts, its bytes, its shape.
. "$(dirname "$0")/../../lib.sh"
gen() { rrc-gen --layout dbf900 "$@"; }
figure() { # figure MANIFEST EXPRESSION of the manifest m
	python3 -c 'import json, sys; m = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@"
}
truth() { is "$(figure "$1" "$2")" True "$3"; }

# Same arguments, same bytes, whatever the compiler and the machine: a change of the
# generator changes these digests, and fixtures/ with them.
digest() { gen --wells 200 --seed 7 "$@" | sha256sum | cut -d' ' -f1; }
is "$(digest)" 85fb284aa56cb6bd895d0a26336b8717db408d4455e1f141bf2f938e66c69873 'the bytes in EBCDIC'
is "$(digest --encoding ascii)" 7058b4a698589a3cf50f9b0f69ca8589c106f998bed960744acf4a506f03aaee 'the bytes in ASCII'
is "$(digest --change 10% --night 3)" d60a077f1419ee073e2a116754612e06ceac4bc9a302b89467724d14c2642d6b 'the bytes of the third night'
is "$(digest --clean)" fede1a1764fcfe28be61f643d4034eeec15fd00899bf8f306241c656f9fe304a 'the clean bytes'
[ "$(gen --wells 50 --seed 1 | sha256sum)" != "$(gen --wells 50 --seed 2 | sha256sum)" ]
tap_result $? 'another seed, other bytes'
gen --wells 300 >"$WORK/ebcdic"
gen --wells 300 --encoding ascii >"$WORK/ascii"
same_text() { # the two encodings hold the same characters
	python3 - "$WORK/ebcdic" "$WORK/ascii" <<-'PY'
	import sys
	e, a = (open(p, "rb").read() for p in sys.argv[1:])
	e = [e[i:i + 247].decode("cp037").rstrip(" ") for i in range(0, len(e), 247)]
	assert a.endswith(b"\r\n")
	a = a[:-2].decode("ascii").split("\r\n")
	assert e == a, next((x, y) for x, y in zip(e, a) if x != y)
	PY
}
ok 'EBCDIC and ASCII hold the same text' same_text

# The shape of the real file.
gen --wells 20000 --manifest "$WORK/m" >"$WORK/big"
is "$(stat -c %s "$WORK/big")" "$(figure "$WORK/m" 'm["bytes"]')" 'the manifest has the size'
is "$(stat -c %s "$WORK/big")" "$(figure "$WORK/m" 'm["records"] * 247')" 'in whole records'
truth "$WORK/m" '24.4 < m["records"] / m["wells"] < 24.8' '24.6 records a well'
truth "$WORK/m" 'all(m["by_id"].get("%02d" % i, 0) > 0 for i in range(1, 29))' 'all 28 segments'
truth "$WORK/m" 'sum(m["by_id"].values()) == m["records"]' 'whose numbers add up'
truth "$WORK/m" '0 < m["rejected"] < 0.0005 * m["records"]' 'rejects, under 0.05% of the records'
truth "$WORK/m" 'm["rejected"] == sum(m["rejects"].values())' 'whose numbers add up'
truth "$WORK/m" '0 < m["flawed"] < 0.04 * m["wells"]' 'flaws, under 4% of the wells'
truth "$WORK/m" 'all(m["flaws"].values()) and all(m["rejects"].values())' 'of each kind'
shape() {
	python3 - "$WORK/big" "$WORK/m" <<-'PY'
	import collections, json, sys
	d = open(sys.argv[1], "rb").read().decode("cp037")
	m = json.load(open(sys.argv[2]))
	r = [d[i:i + 247] for i in range(0, len(d), 247)]
	ids = collections.Counter(x[:2] for x in r)
	assert ids == m["by_id"], ids
	roots = [x for x in r if x[:2] == "01"]
	keys = [x[2:10] for x in roots if x[2:10].isdigit()]
	assert keys == sorted(set(keys)), "API numbers ascend"
	assert {int(k[:3]) for k in keys} == set(range(1, 508, 2)), "counties"
	share = sum(x[14:16] == "00" for x in roots) / len(roots)
	assert 0.545 < share < 0.57, share
	assert all(x[14:16] != "12" for x in roots) is False, "district 12 occurs"
	assert 0 < sum(k[3:] >= "80000" for k in keys) < len(keys) / 50, "dummies"
	dates = {x[20:28] for x in roots}
	assert {"19500500", "00880412", "12000115", "19 50102"} <= dates, "bad dates"
	assert {"0", " ", "1", "2", "3"} == {x[19] for x in roots}, "century bytes"
	depths = {x[28:33] for x in roots}
	assert {"     ", "\0" * 5} <= depths, "numbers without a value"
	# Below a root H-15 records come newest first: their keys ascend.
	last = {}
	for x in r:
	    if x[:2] == "01":
	        key = ""
	    if x[:2] == "23":
	        assert x[2:10] > key, x
	        key = x[2:10]
	assert {x[2] for x in r if x[:2] == "02"} == {"O", "G", " "}
	assert all(x[151] in "{ABCDEFGHI" for x in r if x[:2] == "13"), "overpunched longitudes"
	PY
}
ok 'keys, counties, districts, dates, history as in the real file' shape
is "$(gen --wells 20000 --manifest "$WORK/m" --clean >/dev/null
    figure "$WORK/m" 'm["rejected"], m["flawed"]')" '(0, 0)' 'a clean file has no faults'

# From night to night, by the reference's view.
for n in 1 2 3; do
	gen --wells 3000 --change 5% --night $n --clean --manifest "$WORK/m$n" >"$WORK/night"
	python3 "$ROOT/tests/tools/rrc_reference.py" --view well "$WORK/night" |
	    cut -d, -f3- >"$WORK/n$n"
done
difference() { # difference NIGHT: against the night before
	python3 - "$WORK/n$(($1 - 1))" "$WORK/n$1" "$WORK/m$1" <<-'PY'
	import json, sys
	old, new = ({l[:12]: l for l in open(p)} for p in sys.argv[1:3])
	m = json.load(open(sys.argv[3]))
	got = (sum(k in old and old[k] != l for k, l in new.items()),
	    len(new.keys() - old.keys()), len(old.keys() - new.keys()))
	want = m["changed"], m["added"], m["removed"]
	assert got == want, (got, want)
	assert 0.03 < got[0] / len(new) < 0.07 and got[1] and got[2], got
	PY
}
ok 'the second night differs as its manifest says' difference 2
ok 'the third too' difference 3

# The table of fields.
if [ -d "$SHARED/rrc" ]; then
	facts() {
		gen --fields >"$WORK/fields" && python3 - "$SHARED/rrc/layouts_wb_da_ol.csv" "$WORK/fields" <<-'PY'
		import csv, sys
		kinds = {"char": "char", "digits": "digits", "zoned-signed": "zoned"}
		facts, needed, second = set(), set(), None  # second: inside a redefinition
		for r in csv.DictReader(open(sys.argv[1])):
		    depth = int(r["depth"])
		    if r["dataset"] != "dbf900":
		        continue
		    if second and (r["rec"] != second[0] or depth <= second[1]):
		        second = None
		    if r["redefines"] not in ("", "~"):
		        second = (r["rec"], depth)
		    if r["kind"] == "group":
		        continue
		    f = (r["rec"], r["field"], r["off0"], r["width"], kinds[r["kind"]])
		    facts.add(f)
		    filler = r["field"] == "FILLER" or r["field"].startswith("RRC-TAPE-")
		    if not second and not filler:
		        needed.add(f)
		ours = [tuple(r.values()) for r in csv.DictReader(open(sys.argv[2]))]
		assert len(ours) == len(set(ours)) > 380
		assert set(ours) <= facts, set(ours) - facts
		assert needed <= set(ours), needed - set(ours)
		PY
	}
	ok 'every field lies where the facts say, and none is missing' facts
else
	need_shared
fi

# Wrong use, full outputs.
exits 64 'no layout' rrc-gen --wells 1
exits 64 'another layout' rrc-gen --layout olf001 --wells 1
exits 64 'no wells' rrc-gen --layout dbf900
exits 64 'too many wells' rrc-gen --layout dbf900 --wells 99999999
for change in 1 1.23456% -1% 101% x% %; do
	exits 64 "--change $change" rrc-gen --layout dbf900 --wells 1 --change "$change"
done
exits 64 'night 0' rrc-gen --layout dbf900 --wells 1 --night 0
exits 64 'an encoding' rrc-gen --layout dbf900 --wells 1 --encoding utf-8
exits 0 'help' rrc-gen --help
like "$WORK/out" '^usage:' 'is printed'
full() { rrc-gen --layout dbf900 --wells "$1" >/dev/full; }
exits 73 'a full output' full 10
exits 73 'a full output, later' full 5000
exits 73 'a manifest in a missing directory' rrc-gen --layout dbf900 --wells 1 --manifest "$WORK/no/m"
done_testing
