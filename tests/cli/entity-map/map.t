#!/usr/bin/env bash
. "$(dirname "$0")/../../lib.sh"
HERE=$(dirname "$0")
TYPES=$ROOT/pipelines/entities

# seal KIND COLUMNS [ROW...]: a sealed stream, made without the program
seal() {
	python3 - "$@" <<-'PY'
	import importlib.util, io, os, sys
	sys.argv[1:], args = ["nothing", ""], sys.argv[1:]
	src = open(os.environ["MODEL"]).read().rsplit("\n{\"make\"", 1)[0]
	exec(compile(src, "model", "exec"))
	kind, columns, rows = args[0], args[1], args[2:]
	body = "#aegis-stream 1 kind=%s source=hand run=11111111-2222-4333-8444-555555555555\n%s\n" \
	    % (kind, columns) + "".join(r + "\n" for r in rows)
	body = (body + book("rrc-decode", len(rows))).encode()
	n = len(rows)
	body += ("#aegis-seal rows=%d read=%d rejected=0 skipped=0 flawed=0 bytes=%d xxh64=%016x "
	    "source_sha256=%s rejects=-\n" % (n, n, len(body), xxh64(body), "ab" * 32)).encode()
	sys.stdout.buffer.write(body)
	PY
}
export MODEL=$HERE/model.py
map() { aegis-entity-map --tenant "$TENANT" "$@"; }
no_seal() { ! grep -q '^#aegis-seal' "$1"; }

# The second implementation.
ok 'the model makes a definition and a stream' python3 "$HERE/model.py" make "$WORK"
mapped() {
	map --type well --definitions "$WORK/def.yaml" --rejects "$WORK/rejects" \
	    --max-rejects 100% --max-flaws 100% <"$WORK/in"
}
exits 0 'a stream with every kind of value and fault is mapped' mapped
cp "$WORK/err" "$WORK/notices"
ok 'rows, rejects, books and seals are those of a second implementation' \
    python3 "$HERE/model.py" check "$WORK"
is "$(grep -Ec "the columns? .*'UNMAPPED'.* of handmade/rows (is|are) not mapped" "$WORK/notices")" 1 \
    'a column that nobody maps is reported once'
like "$WORK/notices" "warning: handmade/rows has no column 'NOT-THERE', which is mapped to the field 'nothing'" \
    'a mapped key that the stream lacks is a warning'
ok 'no partial reject file stays' test ! -e "$WORK/rejects.partial"
cp "$WORK/out" "$WORK/first"
exits 0 'the same once more' mapped
ok 'gives the same bytes' cmp "$WORK/out" "$WORK/first"

# Ceilings.
few() { map --type well --definitions "$WORK/def.yaml" --rejects "$WORK/few" "$@" <"$WORK/in"; }
exits 65 'more rejects than allowed: refused' few --max-flaws 100%
like "$WORK/err" '87 of 3000 rows.*were rejected, more than --max-rejects' 'the message has the figures'
ok 'and no seal comes out' no_seal "$WORK/out"
ok 'the reject file is there to look at' test -s "$WORK/few"
exits 65 'more flaws than allowed: refused' few --max-rejects 87
like "$WORK/err" '1096 of 3000 rows.*have flaws, more than --max-flaws' 'the message says so'
ok 'and no seal comes out' no_seal "$WORK/out"
exits 0 'exactly as many as allowed: done' few --max-rejects 87 --max-flaws 1096
exits 65 'one less: refused' few --max-rejects 86 --max-flaws 1096
none() {
	map --type well --definitions "$WORK/def.yaml" --max-rejects 100% --max-flaws 100% <"$WORK/in"
}
exits 65 'without a reject file the first reject ends it' none
like "$WORK/err" '--rejects' 'and the message says what to give'
ok 'no seal comes out' no_seal "$WORK/out"

# A broken input.
simple=_record,_offset,api_number,name
cat >"$WORK/simple.yaml" <<-'Y'
	type: well
	display_name: Well
	fields:
	  - { key: api_number, label: API, input_type: text, required: true, preset: api_number, role: identity, rrc: api_number }
	  - { key: well_name, label: Name, input_type: text, role: name, rrc: name }
Y
seal rrc:x/y $simple 1,0,42-383-00001,A 2,9,42-383-00002,B >"$WORK/good"
simple() { map --type well --definitions "$WORK/simple.yaml" --rejects "$WORK/rej" <"$1"; }
exits 0 'a small stream' simple "$WORK/good"
like "$WORK/out" '^1,0,42-383-00001,42-383-00001,A$' 'its first row'
grep -v '^#aegis-seal' "$WORK/good" >"$WORK/cut"
exits 65 'no seal upstream: 65' simple "$WORK/cut"
ok 'and none downstream' no_seal "$WORK/out"
sed 's/,A$/,X/' "$WORK/good" >"$WORK/edited"
exits 65 'a changed row upstream: 65' simple "$WORK/edited"
ok 'and no seal downstream' no_seal "$WORK/out"
{ cat "$WORK/good"; echo garbage; } >"$WORK/behind"
exits 65 'bytes behind the seal: 65' simple "$WORK/behind"
ok 'and no seal downstream' no_seal "$WORK/out"
exits 65 'an empty input: 65' simple /dev/null
sed 's/kind=rrc:/kind=table:/' "$WORK/good" >"$WORK/kind"
exits 65 'a stream of another kind: 65' simple "$WORK/kind"

# Several streams.
seal rrc:x/y $simple 7,0,42-383-00007,C 8,9,bad,D >"$WORK/more"
cat "$WORK/good" "$WORK/more" >"$WORK/two"
two() {
	map --type well --definitions "$WORK/simple.yaml" --rejects "$WORK/rej2" --max-rejects 1 <"$WORK/two"
}
exits 0 'two streams one behind the other' two
is "$(grep -c '^#aegis-seal' "$WORK/out")" 2 'give two sealed streams'
is "$(grep -o '^#aegis-book stage=entity-map .* config' "$WORK/out" | cut -d' ' -f4-9 | tr '\n' ';')" \
    'read=2 used=2 skipped=0 rejected=0 flawed=0 rows=2;read=2 used=1 skipped=0 rejected=1 flawed=0 rows=1;' \
    'each with its own book'
ok 'the second one has a reject file of its own' grep -q '^8,9,,reject,bad_key,' "$WORK/rej2.2"

# A stream that fails behind a good one must not leave the good one alone.
seal rrc:x/z _record,_offset,other 1,0,x >"$WORK/misfit"
cat "$WORK/good" "$WORK/misfit" >"$WORK/both"
exits 65 'a stream of another kind behind a good one: 65' simple "$WORK/both"
ok 'and no seal comes out' no_seal "$WORK/out"
seal rrc:x/y _record,_offset,other 1,0,x >"$WORK/misfit"
cat "$WORK/good" "$WORK/misfit" >"$WORK/both"
exits 78 'a stream without the identity behind a good one: 78' simple "$WORK/both"
is "$(tail -n 1 "$WORK/out")" '#aegis-broken' 'what comes out ends in no seal'

# A key made of parts.
cat >"$WORK/parts.yaml" <<-'Y'
	type: thing
	display_name: Thing
	fields:
	  - { key: number, label: N, input_type: number, role: identity, order: 2, rrc: n }
	  - { key: part, label: P, input_type: text, role: identity, order: 1, rrc: p }
Y
seal rrc:x/y _record,_offset,n,p 1,0,007,A '2,9,8,"A, B"' 3,18,9,A-B 4,27,,A '5,36,9,""' \
    6,45,1,thing:Q "7,54,1,$(printf 'x%.0s' {1..250})" >"$WORK/parts"
parts() {
	map --type thing --definitions "$WORK/parts.yaml" --rejects "$WORK/rej3" --max-rejects 4 <"$WORK/parts"
}
exits 0 'an identity of two parts' parts
is "$(grep '^[0-9]' "$WORK/out" | tr '\n' ';')" \
    '1,0,thing:A-7,7,A;2,9,"thing:A, B-8",8,"A, B";6,45,thing:Q-1,1,thing:Q;' \
    'the key has them in their order, behind the type'
is "$(grep '^[1-9]' "$WORK/rej3" | cut -d, -f1-5 | tr '\n' ';')" \
    '3,18,,reject,bad_key;4,27,,reject,missing_required;5,36,,reject,missing_required;7,54,,reject,too_long;' \
    'a part with a dash, a missing part, an empty one and a key too long are rejects'

# Configuration.
conf() { # conf STATUS WHAT REGEX SED-EXPRESSION [STREAM]
	sed "$4" "$WORK/simple.yaml" >"$WORK/conf.yaml"
	exits "$1" "$2" map --type well --definitions "$WORK/conf.yaml" <"${5:-$WORK/good}"
	like "$WORK/err" "$3" "$2: the message"
}
conf 78 'an unknown preset' "conf.yaml:5:[0-9]+: field 'well_name': unknown validation preset 'nice'" \
    's/role: name/preset: nice/'
like "$WORK/err" 'known: api_number, ' 'the hint lists the presets'
conf 78 'an unknown input type' "field 'well_name': unknown input type 'blob'" \
    '/well_name/s/input_type: text/input_type: blob/'
conf 78 'an identity column that the stream lacks' "field 'api_number': x/y has no column 'nix'" \
    's/rrc: api_number/rrc: nix/'
conf 78 'an identity of another dataset' "field 'api_number': a part of the identity" \
    's/rrc: api_number/rrc: "other\/view:api_number"/'
conf 78 'no identity' "has no field with the role identity" 's/, role: identity//'
conf 78 'a preset for another input type' "'latitude' is not for the input type text" \
    's/role: name/preset: latitude/'
conf 78 'a qualified mapping takes the column of an identity' "'x/y:api_number' is mapped to the field 'well_name'" \
    's/rrc: name/rrc: "x\/y:api_number"/'
exits 78 'another type than the file has' map --type lease --definitions "$WORK/simple.yaml" <"$WORK/good"
like "$WORK/err" "defines the type 'well', not 'lease'" 'the message'
exits 64 'a tenant that is not a UUID' aegis-entity-map --tenant 1 --type well --definitions "$WORK/simple.yaml" <"$WORK/good"
exits 64 'no tenant' aegis-entity-map --type well
exits 66 'no such definition' map --type well --definitions "$WORK/none.yaml" <"$WORK/good"

# The demo type fits the view that it is made for.
columns=api_number,WB-FIELD-DISTRICT,WB-RES-CNTY-CODE,WB-ORIG-COMPL-DATE,WB-TOTAL-DEPTH,WB-NEWEST-DRL-PMT-NBR
columns=$columns,WB-WATER-LAND-CODE,WB-PLUG-FLAG,WB-SHUT-IN-DATE,WB-ORPHAN-WELL-HOLD-FLAG,completions,well_type
columns=$columns,lease,well_number,WB-WGS84-LATITUDE,WB-WGS84-LONGITUDE,WB-SURVEY,WB-ABSTRACT,WB-BLOCK-NUMBER
columns=$columns,WB-SECTION,WB-LEASE-NAME,WB-DATE-WELL-BORE-PLUGGED,WB-H15-STATUS,operator
row=1,0,42-001-00001,06,001,1963-10-27,5000,022003,land,false,1998-01,true,1,oil,lease:O-06-04411,1
row=$row,31.9000000,-95.6000000,ANY,A-1,2,3,SMITH,2001-02-03,no_test_proj_ext,operator:830589
seal rrc:dbf900/well "_record,_offset,$columns" "$row" >"$WORK/wells"
wells() { map --type well --definitions "$TYPES/well.yaml" <"$WORK/wells"; }
exits 0 'the demo type takes a row of dbf900/well' wells
is "$(grep '^1,' "$WORK/out")" "1,0,42-001-00001,42-001-00001,SMITH,06,001,operator:830589,lease:O-06-04411,1,oil,5000,1963-10-27,false,2001-02-03,1998-01,true,31.9000000,-95.6000000,ANY,A-1,2,3,land,022003,no_test_proj_ext,1" \
    'with every value in its field'
unlike "$WORK/err" 'warning|not mapped' 'and no column is left over'
for t in operator lease field permit; do
	exits 78 "the demo type $t is not fed by dbf900/well" map --type "$t" --definitions "$TYPES/$t.yaml" <"$WORK/wells"
	like "$WORK/err" "dbf900/well has no column '[a-z]*_number'" "$t: it has not the identity's column"
done
for v in olf001/lease olf001/field gsf001/lease gsf001/field daf802/permit daf802/operator daf420/permit daf420/operator; do
	aegis-rrc-decode --layout "${v%/*}" --view "${v#*/}" "$ROOT"/fixtures/"${v%/*}"-demo.*.gz >"$WORK/fed" 2>/dev/null
	fed() { map --type "${v#*/}" --definitions "$TYPES/${v#*/}.yaml" <"$WORK/fed"; }
	exits 0 "the demo type ${v#*/} takes $v" fed
	unlike "$WORK/err" 'warning|not mapped' 'and no column is left over'
	is "$(grep -c '^[0-9]' "$WORK/out")" "$(grep -c '^[0-9]' "$WORK/fed")" 'every row'
done

# Output that cannot be written.
full() { map --type well --definitions "$WORK/simple.yaml" --rejects "$WORK/rej" <"$WORK/good" >/dev/full; }
exits 73 'a full output: 73' full
done_testing
