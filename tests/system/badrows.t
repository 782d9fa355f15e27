#!/usr/bin/env bash
# Many bad rows: each costs about what a good one does, a load that cannot end well ends, memory stays
# flat.  Work is counted in statements that the server ran, not in seconds.
. "$(dirname "$0")/../lib.sh"
PG_SET="--set log_min_messages=panic --set work_mem=4MB" need_pg
sql "CREATE TABLE numbers (n int PRIMARY KEY, t varchar(20) NOT NULL, note text CHECK (note <> 'no'));
    CREATE TABLE uses (n int REFERENCES numbers)" >/dev/null
# rows N EVERY: each EVERYth one bad, in turn by type, length, NULL, CHECK and key
rows() {
	python3 -c '
import sys
n, every = int(sys.argv[1]), int(sys.argv[2])
print("n,t,note")
for i in range(1, n + 1):
    kind = i // every % 5 if i % every == 0 else 9
    print(["x%d,row,", "%d,a text of more than twenty letters,", "%d,,", "%d,row,no", "1,row,"][kind] % i
          if kind < 4 else "1,row," if kind == 4 else "%d,row %d," % (i, i))' "$1" "$2" |
	    aegis seal --kind table:numbers --source rows.csv 2>/dev/null
}
load() { aegis table-load --rejects "$WORK/rej" "$@" >"$WORK/out" 2>"$WORK/err"; }
figures() { awk '$1 == "numbers" { print $2, $3, $7 }' "$WORK/out"; }
said() { # what each reject says, counted
	aegis unseal "$WORK/rej" | python3 -c '
import collections, csv, json, sys
n = collections.Counter()
for r in csv.DictReader(sys.stdin):
    if r["severity"] == "reject":
        n[(r["code"], json.loads(r["faults"])[0]["column"] or "-")] += 1
print(" ".join("%s/%s:%d" % (c, k, v) for (c, k), v in sorted(n.items())))'
}
commits() { sql "SELECT pg_stat_force_next_flush()" >/dev/null; sql "SELECT tup_inserted FROM pg_stat_database WHERE datname = 'aegis'"; }

rows 20000 1000 >"$WORK/few"
load --max-rejects 50% <"$WORK/few"
is "$(figures)" "20000 19980 20" "few bad rows: one by one"
want="bad_value/n:4 check_failed/-:4 duplicate_key/-:4 missing_required/t:4 too_long/t:4"
is "$(said)" "$want" "each with its reason and column"
sql "TRUNCATE numbers CASCADE" >/dev/null 2>&1
rows 20000 2 >"$WORK/many"
load --max-rejects 60% <"$WORK/many"
is "$(figures)" "20000 10000 10000" "every second one"
is "$(said)" "bad_value/n:2000 check_failed/-:2000 duplicate_key/-:2000 missing_required/t:2000 too_long/t:2000" "the same reasons, where they are many"
is "$(aegis unseal "$WORK/rej" | tail -n +3 | cut -d, -f1 | sort -n | uniq -d | wc -l)" 0 "no row is there twice"
is "$(sql "SELECT count(*), sum(n) FROM numbers")" "$(awk 'BEGIN { for (i = 1; i <= 20000; i += 2) { n++; s += i } printf "%d\t%d", n, s }')" "every good one is in"
# Upsert stages them first; rejects of a set come back one by one.
sql "TRUNCATE numbers CASCADE" >/dev/null 2>&1
(rows 60000 60001 | aegis unseal; seq 60000 | sed 's/.*/7,again,/') | aegis seal --kind table:numbers --source rows.csv >"$WORK/twice" 2>/dev/null
peak "$WORK/peak" aegis-table-load --mode upsert --rejects "$WORK/rej" --max-rejects 60% <"$WORK/twice" >"$WORK/out" 2>"$WORK/err"
is "$(figures)" "120000 60000 60000" "60,000 duplicates"
if [ "${AEGIS_FLAVOUR:-}" = "" ]; then
	ok "in $(cat "$WORK/peak") KiB" test "$(cat "$WORK/peak")" -lt 32768
fi
# A load that cannot end well ends.
sql "TRUNCATE numbers CASCADE" >/dev/null 2>&1
rows 200000 2 >"$WORK/hopeless"
before=$(commits)
exits 65 "half of 200,000 rows are bad" aegis table-load --rejects "$WORK/rej" <"$WORK/hopeless"
like "$WORK/err" 'has 1[0-9]{3} rejects in the first [0-9]+ records' "after some thousand"
ok "without a look at the others" test $(($(commits) - before)) -lt 20000
ok "what was read is there to look at" test -s "$WORK/rej.partial"
exits 65 "a count is exact" aegis table-load --rejects "$WORK/rej" --max-rejects 5 <"$WORK/few"
like "$WORK/err" 'has 6 rejects in the first [56][0-9]{3} records' "the sixth ends it" || cat "$WORK/err"
is "$(sql "SELECT count(*) FROM numbers")" 0 "nothing is in"
# --mode replace: an anti-join, whatever work_mem is.
rows 60000 60001 >"$WORK/all"
load <"$WORK/all"
rows 59000 59001 >"$WORK/less"
PGOPTIONS='-c work_mem=64kB' timeout 60 aegis table-load --mode replace --max-deleted 5% <"$WORK/less" >"$WORK/out" 2>"$WORK/err"
is "$?" 0 "replace, with little memory" || sed 's/^/# /' "$WORK/err"
is "$(sql "SELECT count(*) FROM numbers")" 59000 "what is missing is gone"
sql "INSERT INTO uses VALUES (58999); ALTER TABLE uses DROP CONSTRAINT uses_n_fkey, ADD FOREIGN KEY (n) REFERENCES numbers ON DELETE CASCADE" >/dev/null
rows 58000 58001 >"$WORK/lesser"
exits 65 "rows on which others stand" aegis table-load --mode replace --max-deleted 5% <"$WORK/lesser"
like "$WORK/err" "1 rows of table 'uses' reference rows of 'numbers' that are missing from the input" "are named"
exits 65 "too many" aegis table-load --mode replace --max-deleted 5 --cascade <"$WORK/lesser"
like "$WORK/err" 'would delete 1000 of 59000 rows' "are counted"
done_testing
