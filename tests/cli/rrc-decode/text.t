#!/usr/bin/env bash
# Files whose fields have no places: delimited text in its forms, JSON, archives; what is wrong with them.
. "$(dirname "$0")/../../lib.sh"

layout() { # layout RECORD [FIELDS]: one segment t
	cat >"$WORK/t.yaml" <<E
layout: t
record: {$1}
segments:
  - {id: t, name: T, key: [id], fields: ${2:-[id, name, note]}}
views:
  v:
    rows: t
    key: [id]
    columns:
      - {name: id, as: digits}
      - {name: name, as: text}
      - {name: note, as: text}
E
}
rows() { # rows OPTIONS...: id|name|note of each, \n spelt out; $WORK/in is the file
	aegis rrc-decode --layout "$WORK/t.yaml" --view v --rejects "$WORK/rej" --max-rejects 100% "$@" "$WORK/in" 2>"$WORK/err" | aegis unseal 2>>"$WORK/err" |
	    python3 -c 'import csv, sys
for r in csv.reader(sys.stdin): print("|".join(r[i] for i in (0, 1, 2, 3, 4)).replace("\r", "\\r").replace("\n", "\\n"))' | tail -n +2
}
codes() {
	aegis unseal "$WORK/rej" | python3 -c 'import csv, sys
print(" ".join("%s@%s" % (r["code"], r["_offset"]) for r in csv.DictReader(sys.stdin) if r["severity"] == "reject"))'
}

# } with a header, without quoting: a quote is itself.
layout 'delimiter: "}", header: line'
printf 'id}name}note\n1}AB "C"}x\n2}}\n\n3} D } e \r\n4}last}\n' >"$WORK/in"
is "$(rows)" '1|13|1|AB "C"|x
2|24|2||
3|29|3|D|e
4|40|4|last|' "} with a header and without quoting; an empty line is no row"
printf 'id}name}note\n1}a}b\n2}a}cu' >"$WORK/in"
exits 65 "a last row without its line end is cut" aegis rrc-decode --layout "$WORK/t.yaml" --view v --rejects "$WORK/rej" "$WORK/in"
like "$WORK/err" "is cut: it ends inside record 2 at byte 19" "and where"
printf 'id}name}note\n1}a}b}c\n2}a\n3}a}b\nid}name}note\n' >"$WORK/in"
is "$(rows) $(codes)" '3|25|3|a|b wrong_columns@13 wrong_columns@21 repeated_header@31' "rows of other lengths, and the header once more, are rejected with their place"
aegis rejects --replay "$WORK/rej" >"$WORK/replay" 2>/dev/null
is "$(cat "$WORK/replay")" 'id}name}note
1}a}b}c
2}a
id}name}note' "a replay begins with the header"
sed -i '2s/}c$//; 3s/$/}/; 4d' "$WORK/replay"
mv "$WORK/replay" "$WORK/in"
is "$(rows | cut -d'|' -f3-)" '1|a|b
2|a|' "and is decoded when it is mended"
for case in 'id}nam}note:column 2 of its header is .nam., not name' 'id}name:has 2 columns, not 3: note is missing' 'id}name}note}x:has 4 columns, not 3: .x. is new' ; do
	printf '%s\n1}a}b\n' "${case%%:*}" >"$WORK/in"
	exits 65 "a changed header is refused: ${case%%:*}" aegis rrc-decode --layout "$WORK/t.yaml" --view v "$WORK/in"
	like "$WORK/err" "${case#*:}" "and named"
done
printf '\xef\xbb\xbfid}name}note\n1}a}b\n' >"$WORK/in"
is "$(rows)" '1|16|1|a|b' "a byte order mark is skipped"
printf 'id}name}note\n' >"$WORK/in"
is "$(rows) $(grep -c . "$WORK/rej")" ' 4' "a header without rows has none"

# } with quoted values, spaces between, one delimiter more, a header that breaks.
layout 'delimiter: "}", header: wrapped, quotes: true, trailing: true'
printf 'id}na\r\nme}no\r\nte\r\n"1"} "A ""B"" }"}"x"}\r\n"2"}""} ""}\n' >"$WORK/in"
is "$(rows)" '1|18|1|A "B" }|x
2|41|2||' "quoted values, a wrapped header, a trailing delimiter"
printf 'id}name}note\n"1"}"a"b"}"c"}\n"2"}"a}"c"}\n"3"}"a"}"b"}\n' >"$WORK/in"
is "$(rows) $(codes)" '3|40|3|a|b bad_quotes@13 bad_quotes@28' "a stray quote rejects its row, and the next is read"

# { whose texts hold line ends: an LF without a CR before it ends a row.
layout 'delimiter: "{", rows: bare-lf'
printf '1{two\r\nlines{x\n2{a{b\n3{end{\r\n\n' >"$WORK/in"
is "$(rows)" '1|0|1|two\r\nlines|x
2|15|2|a|b
3|21|3|end|\r\n' "a CR LF is the text's"

# CSV without a header, with line ends inside of quotes.
layout 'delimiter: ",", quotes: true, rows: quoted'
printf '1,"two\nlines",x\n2,"a,b","c ""d"""\n' >"$WORK/in"
is "$(rows)" '1|0|1|two\nlines|x
2|16|2|a,b|c "d"' "CSV whose values hold line ends, commas and quotes"

# Character sets.
printf '1,caf\xe9,x\n' >"$WORK/in"
layout 'delimiter: ",", charset: latin-1'
is "$(rows)" '1|0|1|café|x' "Latin-1"
layout 'delimiter: ","'
is "$(aegis rrc-decode --layout "$WORK/t.yaml" --view v --max-flaws 100% "$WORK/in" 2>/dev/null | grep -o 'codes=.*')" "codes=bad_character:1" "in ASCII it is a fault"
printf '1,caf\xc3\xa9,x\n2,caf\xe9,y\n' >"$WORK/in"
layout 'delimiter: ",", charset: utf-8'
is "$(rows --max-flaws 100%)" '1|0|1|café|x
2|10|2||y' "UTF-8, and a byte that is none"

# JSON.
layout 'json: R3Report' '[id, "Facility Name", "Info/Status"]'
sed -i 's/name: name, as/name: name, field: "Facility Name", as/; s/name: note, as/name: note, field: "Info\/Status", as/' "$WORK/t.yaml"
printf '{"a":[{"id":"9"}], " R3Report ":[ {"id":1,"Facility Name":"A \\"B\\"","Info":[{" Status":"Open"},{"Status":"2"}],"new":{}},\n{"id":"02","Facility Name":null}\n,{"id":3, "Facility Name":{"x":[1,2.50]}}], "b": 2}' >"$WORK/in"
is "$(rows)" '1|34|1|A "B"|Open
2|122|02||
3|156|3|{"x":[1,2.50]}|' "JSON: keys with spaces around them, a key in the first of a list, numbers as written, objects as text"
for bad in '{"R3Report":[{"id":1}' '{"R3Report":[1]}' '{"other":[]}' '{"R3Report":[{"id":1}]}]' '[{"id":1}]'; do
	printf '%s' "$bad" >"$WORK/in"
	exits 65 "JSON is refused: $bad" aegis rrc-decode --layout "$WORK/t.yaml" --view v "$WORK/in"
done
python3 - >"$WORK/in" <<'P'
import json
print(json.dumps({"R3Report": [{"id": i, "Facility Name": "N" * (i % 300), "Info": {"Status": i}} for i in range(30000)]}))
P
is "$(rows | wc -l) $(rows | tail -n 1 | cut -d'|' -f1,3,5)" "30000 30000|29999|29999" "objects over the edges of blocks"

# Records without an id; dates that stand inverted.
cat >"$WORK/t.yaml" <<'E'
layout: t
record: {length: 10, id_width: 0}
segments:
  - {id: "-", name: T, key: [ID], fields: [{name: ID, at: 0, width: 2, kind: digits}, {name: D, at: 2, width: 8, kind: digits}]}
views:
  v: {rows: "-", key: [id], columns: [{name: id, field: ID, as: digits}, {name: d, field: D, as: date, inverted: true}]}
E
printf '0179739885\n0200000000\n0399999999\n' >"$WORK/in"
aegis rrc-decode --layout "$WORK/t.yaml" --view v --max-flaws 100% "$WORK/in" 2>/dev/null | grep '^[0-9]' >"$WORK/got"
is "$(cat "$WORK/got")" '1,0,01,2026-01-14
2,11,02,
3,22,03,' "records without an id, a date that stands as 99999999 minus it"

# What is named.
printf '\x1f\x9d\x90abc' >"$WORK/in"
exits 65 "compress(1) is told" aegis rrc-decode --layout "$WORK/t.yaml" --view v "$WORK/in"
like "$WORK/err" "compressed by compress\(1\) \(.Z\)" "by its name"

# Members of archives: by name, by pattern one after the other, the only one.
layout 'delimiter: "{", rows: bare-lf'
mkdir -p "$WORK/a/01"
printf '1{a{b\n' >"$WORK/a/01/x.dat"
printf '2{a{b\n' >"$WORK/a/y.dat"
printf '3{a{b\n' >"$WORK/a/z.txt"
(cd "$WORK/a" && tar cf "$WORK/in" 01/x.dat y.dat z.txt)
is "$(rows --member '*.dat' | cut -d'|' -f3 | tr '\n' ' ')" "1 2 " "members that fit a pattern follow each other"
is "$(rows --member z.txt | cut -d'|' -f3)" 3 "one by its name"
exits 65 "several, and none is named" aegis rrc-decode --layout "$WORK/t.yaml" --view v "$WORK/in"
like "$WORK/err" "--member NAME" "and how to choose"
exits 66 "one that is not there" aegis rrc-decode --layout "$WORK/t.yaml" --view v --member no.dat "$WORK/in"
printf '1{a{b\n' >"$WORK/plain"
exits 64 "a member of what is no archive" aegis rrc-decode --layout "$WORK/t.yaml" --view v --member x "$WORK/plain"
head -c 2000 "$WORK/in" >"$WORK/cut.tar"
exits 65 "a tar that is cut" aegis rrc-decode --layout "$WORK/t.yaml" --view v --member z.txt "$WORK/cut.tar"

# All packets of a day of completions: each tag's rows have the columns that the facts give it.
if [ -e "$SHARED/rrc/samples/completions_01-06.zip" ]; then
	python3 - "$SHARED/rrc/next/columns_text.csv" >"$WORK/c.yaml" <<'P'
import collections, csv, sys
tags = collections.OrderedDict()
for r in csv.DictReader(open(sys.argv[1], newline="")):
    if r["dataset"] == "completions":
        tags.setdefault(r["file"], []).append(r["column"])
print('layout: c\nrecord: {delimiter: "{", rows: bare-lf}\nsegments:')
for tag, cols in list(tags.items())[:64]:
    names = ", ".join('"%s"' % c for c in cols)
    print('  - {id: "%s", name: "%s", key: ["%s"], fields: [%s]}' % (tag, tag, cols[0], names))
P
	aegis rrc-decode --layout "$WORK/c.yaml" --segment PACKET --member '*.dat' --rejects "$WORK/rej" --max-rejects 100% \
	    "$SHARED/rrc/samples/completions_01-06.zip" >"$WORK/out" 2>"$WORK/err"
	# Each packet begins with a line of its own: 36 of the records are of no tag.
	is "$(grep -c '^[0-9]' "$WORK/out") $(codes | tr ' ' '\n' | cut -d@ -f1 | sort | uniq -c | tr -s ' ')" "36  36 unknown_record_id" "completions: 36 packets, and no row that is broken"
fi
done_testing
