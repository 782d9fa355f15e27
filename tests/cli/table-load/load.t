#!/usr/bin/env bash
# table-load: bad rows of every kind, modes, guards, passwords, the seal.
. "$(dirname "$0")/../../lib.sh"
need_pg
T=00000000-0000-4000-8000-000000000001
sealed() { aegis seal --kind "table:$1"; } # CSV in, stream out
load() { exits "$1" "$2" aegis table-load "${@:3}"; }
count() { sql "SELECT count(*) FROM $1"; }
codes() { aegis unseal "$1" | python3 -c 'import csv,sys; print(" ".join(r["_record"] + ":" + r["code"] for r in sorted(csv.DictReader(sys.stdin), key=lambda r: int(r["_record"])) if r["severity"] != "form"))'; }

# One bad row of each kind among good ones; what the server itself says is the reason.
sql "INSERT INTO checklist_templates (id, tenant_id, compliance_domain, items) VALUES ('$T', 't', 'rule_37', '[]')"
{
	echo 'tenant_id,entity_id,entity_type,compliance_domain,template_id,status,items,deadline'
	echo "t,good-1,well,rule_37,$T,draft,[],2026-11-01 06:30Z"
	echo "t,bad-json,well,rule_37,,draft,{x,"
	echo ",no-tenant,well,rule_37,,draft,[],"
	echo "t,bad-check,well,rule_37,,finished,[],"
	echo "t,bad-uuid,well,rule_37,not-a-uuid,draft,[],"
	echo "t,no-parent,well,rule_37,00000000-0000-4000-8000-00000000ffff,draft,[],"
	echo "t,$(printf 'x%.0s' {1..300}),well,rule_37,,draft,[],"
	echo "t,bad-time,well,rule_37,,draft,[],2026-02-30"
	echo 't,"good ""2"" \N \.",well,rule_37,,draft,"[""a, b"", ""\u00e9""]",'
	echo 't,"",well,rule_37,,draft,[],'
} | sealed filing_checklists >"$WORK/s"
load 65 "over the ceiling nothing is loaded" --rejects "$WORK/rej" <"$WORK/s"
is "$(count filing_checklists)" 0 "no row of it"
like "$WORK/err" 'table-load has 7 rejects in 10 records, and the limit is 0.1%' "says why"
load 0 "the good ones" --rejects "$WORK/rej" --max-rejects 7 <"$WORK/s"
is "$(sql "SELECT string_agg(entity_id, '|' ORDER BY entity_id) FROM filing_checklists")" '|good "2" \N \.|good-1' "are in, as they were"
is "$(codes "$WORK/rej")" "2:bad_value 3:missing_required 4:check_failed 5:bad_value 6:missing_parent 7:too_long 8:bad_value" "each bad one has its code"
is "$(aegis unseal "$WORK/rej" | python3 -c 'import csv,sys; print([bytes.fromhex(r["raw"]).decode() for r in csv.DictReader(sys.stdin) if r["_record"] == "4"][0])')" \
    "t,bad-check,well,rule_37,,finished,[]," "and its bytes"
is "$(sql "SELECT read, used, rejected, inserted FROM batch_books WHERE stage = 'table-load'")" $'10\t3\t7\t3' "its book"
sql "DELETE FROM filing_checklists"
load 65 "without --rejects the first bad one ends it" --max-rejects 50% <"$WORK/s"
like "$WORK/err" "record 2 at byte [0-9]+: bad_value: invalid input syntax for type json" "with its place and the server's reason"
is "$(count filing_checklists)" 0 "nothing is in"
load 0 "--plan" --plan --rejects "$WORK/rej" --max-rejects 7 --report json <"$WORK/s"
is "$(python3 -c 'import json,sys; t=json.load(sys.stdin)["tables"][0]; print(t["inserted"], t["rejected"])' <"$WORK/out")" "3 7" "counts"
is "$(count filing_checklists)" 0 "and writes nothing"

# Many rows over several blocks, with bad ones at the edges of them.
sql "CREATE TABLE numbers (n int PRIMARY KEY, t text)"
python3 - >"$WORK/n.csv" <<'END'
bad = {1, 2, 4096, 4097, 5000, 5001, 9999, 10000}
print("n,t")
for i in range(1, 10001):
    print(f"{'x' if i in bad else i},row {i}")
END
sealed numbers <"$WORK/n.csv" >"$WORK/n"
load 0 "10,000 rows, 8 bad" --rejects "$WORK/rej" <"$WORK/n"
is "$(codes "$WORK/rej")" "1:bad_value 2:bad_value 4096:bad_value 4097:bad_value 5000:bad_value 5001:bad_value 9999:bad_value 10000:bad_value" "the bad ones"
is "$(sql "SELECT count(*), sum(n), count(*) FILTER (WHERE t = 'row ' || n) FROM numbers")" \
    "$(awk -F, 'NR > 1 && $1 != "x" {n++; s += $1} END {printf "%d\t%d\t%d", n, s, n}' "$WORK/n.csv")" "and every good one, once"

# Seal, columns, tables.
sql "TRUNCATE numbers"
head -c -20 "$WORK/n" >"$WORK/cut"
load 65 "a cut stream" --rejects "$WORK/rej" <"$WORK/cut"
sed 's/^50,row 50$/50,row 51/' "$WORK/n" >"$WORK/edited"
load 65 "an edited one" --rejects "$WORK/rej" <"$WORK/edited"
is "$(count numbers)" 0 "leave nothing"
load 65 "another table than asked for" --table users <"$WORK/n"
echo 'n,u,v' | sealed numbers >"$WORK/c"
load 78 "columns that the table has not" <"$WORK/c"
like "$WORK/err" "none to take u v" "are named, all of them"
echo 'tenant_id' | sealed audit_logs >"$WORK/c"
load 78 "columns that it needs" <"$WORK/c"
like "$WORK/err" "it needs event_type event_data" "are named"
echo a | sealed nowhere >"$WORK/c"
load 78 "a table that is not there" <"$WORK/c"
sql "CREATE VIEW seen AS SELECT 1 AS a"
echo a | sealed seen >"$WORK/c"
load 78 "a view" <"$WORK/c"
load 66 "a file that is not there" "$WORK/none"
load 64 "an unknown mode" --mode merge </dev/null
load 65 "no stream" </dev/null

# upsert: by the natural key, what is the same is not written; duplicates; parents.
printf 'tenant_id,compliance_domain,version,items\nt,rule_37,1,[1]\nt,rule_32,1,[]\nt,rule_32,1,[2]\n' | sealed checklist_templates >"$WORK/u"
load 0 "upsert" --mode upsert --rejects "$WORK/rej" --max-rejects 50% <"$WORK/u"
is "$(awk 'NR > 1' "$WORK/out" | tr -s ' ')" "checklist_templates 3 1 1 0 0 1" "one new, one changed, one twice"
is "$(codes "$WORK/rej")" "3:duplicate_key" "the second of a key is set aside"
is "$(sql "SELECT id, items FROM checklist_templates WHERE compliance_domain = 'rule_37'")" "$T"$'\t[1]' "the row keeps its id"
xmin=$(sql "SELECT string_agg(xmin::text, ' ' ORDER BY id) FROM checklist_templates")
load 0 "again" --mode upsert --rejects "$WORK/rej" --max-rejects 50% <"$WORK/u"
is "$(awk 'NR > 1' "$WORK/out" | tr -s ' ')" "checklist_templates 3 0 0 2 0 1" "finds it unchanged"
is "$(sql "SELECT string_agg(xmin::text, ' ' ORDER BY id) FROM checklist_templates")" "$xmin" "and writes no row"
printf 'id,checklist_id,item_index,artifact_type,name\n%s,%s,1,pdf,n\n' "$T" "$T" | sealed checklist_artifacts >"$WORK/o"
load 65 "an orphan" --mode upsert <"$WORK/o"
like "$WORK/err" 'missing_parent: no row of filing_checklists has this checklist_id' "is named"
load 78 "a key that the input lacks" --mode upsert --key id <"$WORK/u"
load 78 "a key that is none" --mode upsert --key items <"$WORK/u"

# replace: what is missing goes, with guards.
sql "INSERT INTO numbers SELECT g, 'old' FROM generate_series(1, 100) g"
{ echo n,t; for i in $(seq 1 95); do echo "$i,old"; done; echo 200,new; } | sealed numbers >"$WORK/r"
load 0 "replace" --mode replace <"$WORK/r"
is "$(awk 'NR > 1' "$WORK/out" | tr -s ' ')" "numbers 96 1 0 95 5 0" "five gone, one new"
printf 'n,t\n1,old\n' | sealed numbers >"$WORK/r"
load 65 "most of it gone" --mode replace <"$WORK/r"
like "$WORK/err" 'would delete 95 of 96 rows' "says how many"
is "$(count numbers)" 96 "and changes nothing"
load 0 "allowed" --mode replace --max-deleted 100% <"$WORK/r"
is "$(count numbers)" 1 "then they go"
{ echo n,t; echo x,bad; echo 7,new; } | sealed numbers >"$WORK/r"
load 0 "replace with a row set aside" --mode replace --max-deleted 100% --rejects "$WORK/rej" --max-rejects 50% <"$WORK/r"
is "$(sql "SELECT string_agg(n::text, ',' ORDER BY n) FROM numbers")" 1,7 "deletes nothing"
sql "INSERT INTO filing_checklists (id, tenant_id, entity_id, entity_type, compliance_domain, items) VALUES ('$T', 'a', 'e', 'well', 'd', '[]'),
    (gen_random_uuid(), 'b', 'f', 'well', 'd', '[]'); INSERT INTO checklist_artifacts (checklist_id, item_index, artifact_type, name) VALUES ('$T', 1, 'pdf', 'n')"
printf 'id,tenant_id,entity_id,entity_type,compliance_domain,items\n' >"$WORK/empty"
sealed filing_checklists <"$WORK/empty" >"$WORK/e"
load 65 "rows on which others hang" --mode replace --scope tenant_id=a --max-deleted 100% <"$WORK/e"
like "$WORK/err" "1 rows of table 'checklist_artifacts' reference" "are named"
load 0 "--cascade" --mode replace --scope tenant_id=a --max-deleted 100% --cascade <"$WORK/e"
is "$(sql "SELECT string_agg(tenant_id, ',') FROM filing_checklists") $(count checklist_artifacts)" "b 0" "only the scope, and what hung on it"
printf 'id,tenant_id,entity_id,entity_type,compliance_domain,items\n%s,b,e,well,d,[]\n' "$T" | sealed filing_checklists >"$WORK/e"
load 65 "a row outside of the scope" --mode replace --scope tenant_id=a <"$WORK/e"
like "$WORK/err" 'out_of_scope' "is one"
load 64 "--scope without replace" --scope tenant_id=a <"$WORK/e"

# Audit tables, hashes, passwords.
printf 'tenant_id,event_type,event_data\nt,e,{}\n' | sealed audit_logs >"$WORK/a"
load 64 "audit logs: no upsert" --mode upsert <"$WORK/a"
load 64 "audit logs: no replace" --mode replace <"$WORK/a"
load 0 "audit logs: insert" <"$WORK/a"
sql "INSERT INTO skills (id, name, tier1_manifest, tier2_definition) VALUES ('s', 'S', '{}', '{}')"
printf 'id,skill_id,name,content\na,s,n,hello\n' | sealed skill_artifacts >"$WORK/h"
load 0 "an artifact without its hash" <"$WORK/h"
is "$(sql "SELECT content_hash FROM skill_artifacts WHERE id = 'a'")" "$(printf hello | sha256sum | cut -d' ' -f1)" "gets sha256sum's"
printf 'id,skill_id,name,content,content_hash\nb,s,n,hello,%s\nc,s,n,hello,%s\nd,s,n,hello,\n' \
    "$(printf hello | sha256sum | cut -d' ' -f1)" "$(printf other | sha256sum | cut -d' ' -f1)" | sealed skill_artifacts >"$WORK/h"
load 0 "with it" --rejects "$WORK/rej" --max-rejects 50% <"$WORK/h"
is "$(codes "$WORK/rej") $(sql "SELECT string_agg(id, '' ORDER BY id) FROM skill_artifacts")" "2:bad_content_hash abd" "a wrong one is set aside"

printf 'email,password\nAnn@Example.org,correct horse\nann@example.ORG,battery staple\nbob@example.org,%s\n' \
    "$(printf 'z%.0s' {1..73})" | sealed users >"$WORK/p"
load 78 "clear passwords" <"$WORK/p"
like "$WORK/err" 'hint: .*--hash-passwords' "only where they are asked for"
load 0 "--hash-passwords" --hash-passwords --bcrypt-cost 4 --rejects "$WORK/rej" --max-rejects 90% <"$WORK/p"
is "$(codes "$WORK/rej")" "2:duplicate_key 3:too_long" "another spelling of an address is the same, 73 bytes are too many"
cat >"$WORK/verify.py" <<'END'
import ctypes, sys
c = ctypes.CDLL("libcrypt.so.1"); c.crypt.restype = ctypes.c_char_p
print(c.crypt(sys.argv[1].encode(), sys.argv[2].encode()).decode() == sys.argv[2])
END
hash=$(sql "SELECT password_hash FROM users")
is "$(python3 "$WORK/verify.py" "correct horse" "$hash") $(python3 "$WORK/verify.py" "correct horsf" "$hash")" "True False" "the hash is that password's"
is "$(cut -c1-7 <<<"$hash")" '$2b$04$' "bcrypt, of that cost"
for word in 'correct horse' 'battery staple' zzzzzz; do
	hex=$(printf '%s' "$word" | od -An -tx1 | tr -d ' \n')
	is "$(cat "$WORK/out" "$WORK/err" "$WORK/rej" "$AEGIS_VAR/db/log" | grep -c -e "$word" -e "$hex")" 0 "'$word' is nowhere"
done
printf 'email,password_hash\nc@example.org,hunter2\n' | sealed users >"$WORK/p"
load 65 "a hash that is none" <"$WORK/p"
is "$(grep -c hunter2 "$WORK/err")" 0 "which may be a password, and is not shown"
printf 'email,password_hash,display_name\nANN@example.org,$2b$12$%s,Ann\n' "$(printf 'a%.0s' {1..53})" | sealed users >"$WORK/p"
load 0 "upsert by the address, whatever its spelling" --mode upsert <"$WORK/p"
is "$(sql "SELECT email, display_name FROM users")" $'ANN@example.org\tAnn' "changes the one there is"

# Killed in the middle; the connection lost; a full disk for the report.
sql "TRUNCATE numbers"
mkfifo "$WORK/fifo"
aegis table-load <"$WORK/fifo" >/dev/null 2>"$WORK/err" &
pid=$!
{ head -c 60000 "$WORK/n" | sed 's/^x,/0,/'; sleep 1; kill -KILL $pid; } >"$WORK/fifo" 2>/dev/null
wait $pid 2>/dev/null
is "$(count numbers)" 0 "killed: nothing is in"
is "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'aegis-table-load' AND state <> 'idle in transaction (aborted)'")" 0 "and nobody at work"
printf 'n,t\n1,a\n' | sealed numbers >"$WORK/one"
exits 74 "the report cannot be written" sh -c "aegis table-load <'$WORK/one' >/dev/full"
like "$WORK/err" 'the data IS loaded' "says that the data is in"
is "$(count numbers)" 1 "and it is"
load 69 "no server" --db host=/nowhere <"$WORK/one"
done_testing
