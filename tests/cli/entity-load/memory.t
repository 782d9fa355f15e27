#!/usr/bin/env bash
# entity-load --memory: with none, every row waits in files, and what comes of it is the same: rows, counts,
# places, what is rejected with its bytes and reasons, what is retired, what is held by a reject file.
. "$(dirname "$0")/../../lib.sh"
need_pg
cd "$WORK" || exit 1
A=00000000-0000-4000-8000-00000000000a B=00000000-0000-4000-8000-00000000000b
for t in $A $B; do aegis entity-define --tenant $t "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1; done
rows() { # rows NIGHT: of permits, some twice, one whose name is too long, one with a key of another kind
	python3 - "$1" <<'E'
import sys
night = int(sys.argv[1])
print("_record,_offset,entity_key,permit_number,status")
for i in range(3000):
    if i % 40 == 7 * night:
        continue
    print(f"{i + 1},{i * 100},permit:{i:07},{i:07},\"{'A, ' if i % 9 == night else 'B'}{i if i % 100 == 3 else ''}\"")
    if i % 500 == 0:
        print(f"{i + 1},{i * 100 + 50},permit:{i:07},{i:07},twice")
if night == 1:
    print("9001,900000,,0,none")
E
}
printf 'datasets:\n  - { dataset: daf802/permit, type: permit, role: own, coverage: full, duplicates: reject }\n' >datasets.yaml
load() { # load TENANT MEMORY NIGHT FORM
	rows "$3" | AEGIS_RUN=$(printf '00000000-0000-4000-8%03d-%012d' "$3" "$2") aegis seal $4 --kind entity:permit --tenant "$1" --dataset daf802/permit --source "night-$3" |
	    aegis entity-load --tenant "$1" --type permit --datasets datasets.yaml --memory "$2" --rejects "rej.$2.$3" --max-rejects 10% --max-retired 100% --accept-older --report json >"report.$2.$3"
}
state() { # state TENANT
	sql "SELECT entity_key, properties, retired_at IS NULL, s.digest, s.section, s.record, s.byte_offset FROM entities LEFT JOIN (entity_sources s JOIN batch_datasets d ON d.dataset_id = s.dataset_id AND d.tenant_id = '$1')
	    USING (entity_key) WHERE entities.tenant_id = '$1' ORDER BY 1"
	sql "SELECT kind, entity_key, fields, record FROM batch_changes WHERE tenant_id = '$1' ORDER BY 1, 2, 3, 4"
}
for night in 1 2 3; do
	for form in "" --frames; do
		ok "night $night ${form:-text}: with memory" load $A 256 $night "$form"
		ok "night $night ${form:-text}: without" load $B 0 $night "$form"
		state $A >a; state $B >b
		ok "entities, digests, places and changes are the same" cmp a b
		ok "so are the rejected rows, in another order" bash -c 'for m in 256 0; do aegis unseal <rej.$m.$1 | sort >r.$m; done; cmp r.256 r.0 && [ $(wc -l <r.0) -gt 6 ]' - $night
		is "$(python3 -c 'import json; a, b = (json.load(open("report.%d.'$night'" % m)) for m in (256, 0)); k = ["inserted", "updated", "revived", "unchanged", "duplicate", "rejected", "retired"]; print([a[x] for x in k] == [b[x] for x in k], a["index"] == b["index"] or a["index"]["keys"] == b["index"]["keys"])')" \
		    "True True" "and the counts"
	done
done
ok "some were retired, some changed" grep -q retired a
exits 64 "more than there is" aegis entity-load --tenant $A --type permit --memory 99999999 </dev/null
TMPDIR=/nowhere exits 73 "no place for the files" aegis entity-load --tenant $A --type permit --memory 0 --dataset daf802/permit < <(rows 1 | aegis seal --kind entity:permit --tenant $A --dataset daf802/permit)
done_testing
