#!/usr/bin/env bash
# aegis rejects --key: only the records with which an entity's row is lost.
. "$(dirname "$0")/../../lib.sh"
aegis seal --kind reject:entity --source w.ebc >"$WORK/r" <<'E'
_record,_offset,key,severity,code,faults,raw
1,0,42-003-00001,reject,bad_number,"[{""code"":""bad_number""}]",00
2,10,42-003-00002,reject,bad_number,"[{""code"":""bad_number""}]",00
3,20,,reject,bad_key,"[{""code"":""bad_key""}]",00
4,30,"",flaw,bad_date,"[{""code"":""bad_date""}]",00
5,40,42-003-00002,reject,too_long,"[{""code"":""too_long""}]",00
E
keys() { python3 -c 'import json, sys; print(sorted((x["record"], x["key"]) for c in json.load(open(sys.argv[1]))["codes"] for x in c["examples"]))' "$WORK/out"; }
exits 0 "one key" aegis rejects --format json --key 42-003-00002 "$WORK/r"
is "$(keys)" "[(2, '42-003-00002'), (5, '42-003-00002')]" "all of its records, and no others"
exits 0 "two keys" aegis rejects --format json --key 42-003-00001 --key nothing "$WORK/r"
is "$(keys)" "[(1, '42-003-00001')]" "one of which is there"
exits 0 "with a code" aegis rejects --format json --key 42-003-00002 --code too_long "$WORK/r"
is "$(keys)" "[(5, '42-003-00002')]" "both hold"
exits 0 "a key that is not there" aegis rejects --format json --key nothing "$WORK/r"
is "$(keys)" "[]" "nothing"
done_testing
