#!/usr/bin/env bash
# A load links its own rows, whatever else its run has brought and whatever the server knows of the
# tables: no statistics, 4 MB of work_mem.  Work is counted in rows that the server read.
. "$(dirname "$0")/../lib.sh"
need_shared
PG_SET="--set autovacuum=off --set work_mem=4MB" need_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
zstd -qdc "$SHARED/rrc/samples/olf001l_19155.ebc.zst" >"$WORK/ledger"
entities() { # entities VIEW: the sample's, as CSV
	aegis rrc-decode --layout olf001 --view "$1" "$WORK/ledger" 2>/dev/null |
	    aegis entity-map --tenant "$TENANT" --type "$1" 2>/dev/null | aegis unseal
}
entities lease >"$WORK/leases.csv"
entities field >"$WORK/fields.csv"
times() { # times N <CSV >CSV: N copies, each with keys of its own
	python3 -c '
import csv, sys
n = int(sys.argv[1])
rows = list(csv.reader(sys.stdin))
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(rows[0])
at = rows[0].index("entity_key")
for k in range(n):
    for r in rows[1:]:
        r = list(r)
        r[at] += "x%d" % k if k else ""
        out.writerow(r)' "$1"
}
load() { # load TYPE [OPTIONS] <CSV
	local type=$1
	shift
	aegis seal --kind "entity:$type" --tenant "$TENANT" --source "$type.csv" --dataset "olf001/$type" 2>/dev/null |
	    aegis entity-load --tenant "$TENANT" --type "$type" "$@" >"$WORK/out" 2>"$WORK/err"
}
# Rows read of the two tables since the server started, once the session is over.
reads() {
	sql "SELECT pg_stat_force_next_flush()" >/dev/null
	sql "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables
	    WHERE relname IN ('entities', 'entity_links', 'entity_sources', 'compliance_status', 'entity_pending')"
}
changed() { # changed N COLUMN <CSV >CSV: its last N rows, with another value in COLUMN
	python3 -c '
import csv, sys
rows = list(csv.reader(sys.stdin))
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(rows[0])
at = rows[0].index(sys.argv[2])
for r in rows[-int(sys.argv[1]):]:
    r[at] = "RENAMED"
    out.writerow(r)' "$@"
}
for size in 1 4; do
	sql "TRUNCATE entities, entity_sources, entity_links, entity_pending" >/dev/null
	# One run for all of the steps, as in a night.
	AEGIS_RUN=$(cat /proc/sys/kernel/random/uuid)
	export AEGIS_RUN
	times $size <"$WORK/fields.csv" | load field --accept-older
	times $size <"$WORK/leases.csv" >"$WORK/all.csv"
	load lease --accept-older <"$WORK/all.csv" || sed 's/^/# /' "$WORK/err"
	n=$(($(wc -l <"$WORK/all.csv") - 1))
	is "$(sql "SELECT count(*) FROM entity_links k JOIN entity_relationship_rules USING (rule_id) WHERE display_label = 'LOCATED_IN'
	    AND resolved")" "$n" "$size times the sample: each of $n leases is linked to its field"
	before=$(reads)
	changed 50 ledger_lease_name <"$WORK/leases.csv" | load lease --delta || sed 's/^/# /' "$WORK/err"
	like "$WORK/out" '^updated +50$' "50 leases in the same run"
	cost=$(($(reads) - before))
	say "$cost rows read for 50 leases beside $n"
	ok "they cost a few looks at each table, and no product of the two" test "$cost" -lt $((12 * n))
	before=$(reads)
	changed 3000 field_name <"$WORK/fields.csv" | load field --delta || sed 's/^/# /' "$WORK/err"
	cost=$(($(reads) - before))
	say "$cost rows read for 3000 parents"
	ok "nor do 3000 of their parents" test "$cost" -lt $((16 * n))
	unset AEGIS_RUN
done

# A table so small that the server thinks few of its links are of one rule.
sql "TRUNCATE entities, entity_sources, entity_links, entity_pending" >/dev/null
head -n 2501 "$WORK/leases.csv" >"$WORK/few.csv"
load lease --accept-older <"$WORK/few.csv" || sed 's/^/# /' "$WORK/err"
before=$(reads)
changed 1000 ledger_lease_name <"$WORK/few.csv" | load lease --delta || sed 's/^/# /' "$WORK/err"
cost=$(($(reads) - before))
say "$cost rows read for 1000 leases beside 2500, none with a parent"
ok "they cost a few looks, and no product either" test "$cost" -lt $((30 * 2500))
done_testing
