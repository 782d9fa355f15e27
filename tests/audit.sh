# Helpers of the audit tests; sourced behind lib.sh.
KIT=$ROOT/tests/tools/audit_kit.py

# new_key FILE: an HMAC key that only its owner reads
new_key() { (umask 077 && openssl rand -hex 32 >"$1"); }

# load_rows <CSV: into audit_logs, past its triggers where it has rows
load_rows() { psql -Xq -v ON_ERROR_STOP=1 -c "COPY audit_logs FROM STDIN CSV"; }

# forge STATEMENT: what only the table's owner can do, who switches its triggers off meanwhile
forge() {
	sql "ALTER TABLE audit_logs DISABLE TRIGGER USER; $1;
	    ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER no_update_audit, ENABLE ALWAYS TRIGGER no_delete_audit,
	        ENABLE ALWAYS TRIGGER no_truncate_audit" >/dev/null
}

# empty_rows: no audit row at all
empty_rows() { forge "TRUNCATE audit_logs"; }

# jsonb_of <NDJSON >NDJSON: adds PostgreSQL's own text of event_data, and the key id k1
jsonb_of() {
	cat >"$WORK/plain.nd"
	{
		echo "CREATE TEMP TABLE t (LIKE audit_logs);"
		echo "COPY t FROM STDIN CSV;"
		python3 "$KIT" csv <"$WORK/plain.nd"
		echo '\.'
		echo "SELECT id, event_data::text FROM t;"
	} | psql -XqAtF "$(printf '\t')" -v ON_ERROR_STOP=1 >"$WORK/jsonb.tsv"
	python3 "$KIT" jsonb "$WORK/jsonb.tsv" k1 <"$WORK/plain.nd"
}

# verdicts FILE: the verdicts of an audit stream, counted: "bad_mac 1,valid 2"
verdicts() {
	aegis unseal "$1" | python3 -c '
import collections, csv, sys
n = collections.Counter(r["_verdict"] for r in csv.DictReader(sys.stdin))
print(",".join("%s %d" % v for v in sorted(n.items())))'
}

# audit_export ARGUMENTS...: read, verify and pack into $ARCH; the ring, key and profile are set up
audit_export() {
	aegis audit-read --table "${TABLE:-audit_logs}" --archives "$ARCH" "$@" 2>"$WORK/read.err" |
	    aegis audit-verify --keys "$WORK/ring.yaml" --profile "${PROFILE:-py-sorted}" 2>"$WORK/verify.err" |
	    aegis audit-pack --archives "$ARCH" --key "$WORK/audit.key" 2>"$WORK/pack.err"
}

# audit_setup: a key ring of one key, a signing key, $ARCH
audit_setup() {
	new_key "$WORK/k1.key"
	printf 'keys:\n  - {id: k1, file: k1.key, not_before: 2026-01-01}\n' >"$WORK/ring.yaml"
	aegis audit-keygen --name example.com/audit --out "$WORK/audit.key" >/dev/null
	ARCH=$WORK/archives
}

# signed_rows KIND N DAY >CSV: rows signed by Python
signed_rows() {
	python3 "$KIT" rows "$@" | python3 "$KIT" sign py-sorted "$WORK/k1.key" | python3 "$KIT" csv
}
