#!/usr/bin/env bash
# The nightly audit export as cron runs it: both tables, by the role that may only read them.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/audit.sh"
need_pg
audit_setup

night() {
	PGOPTIONS="-c role=aegis_audit" aegis run "$ROOT/pipelines/audit-export.yaml" --set "archives=$ARCH" --set "keys=$WORK/ring.yaml" \
	    --set profile=py-sorted --set "signing_key=$WORK/audit.key" "$@"
}
signed_rows python 50 2026-10-03 | load_rows
cat >"$WORK/prompt.py" <<'END'
import hashlib, hmac, json, sys, uuid
key = bytes.fromhex(open(sys.argv[1]).read().strip())
for i in range(20):
    r = {"id": str(uuid.UUID(int=i + 1, version=4)), "tenant_id": "00000000-0000-4000-8000-000000000001",
         "template_id": None, "version_id": None, "action": ["created", "approved"][i % 2],
         "actor_id": "user %d" % i, "created_at": "2026-10-0%dT10:00:00.00%04d+00:00" % (1 + i % 9, i + 1)}
    r["mac"] = hmac.new(key, json.dumps(r, sort_keys=True).encode(), hashlib.sha256).hexdigest()
    print("%(id)s,%(tenant_id)s,,,%(action)s,%(actor_id)s,%(mac)s,%(created_at)s" % r)
END
python3 "$WORK/prompt.py" "$WORK/k1.key" | psql -Xq -v ON_ERROR_STOP=1 -c "COPY prompt_audit_log
    (id, tenant_id, template_id, version_id, action, actor_id, hmac_signature, created_at) FROM STDIN CSV"
exits 0 "the first export says where it begins" night --set period=2026-10
exits 0 "then what is due" night
exits 0 "and again: nothing is" night
exits 0 "both chains are whole" aegis audit-check --key "$WORK/audit.key.vkey" "$ARCH"
like "$WORK/out" '^audit_logs: 2 archives.* 50 rows' "audit_logs"
like "$WORK/out" '^prompt_audit_log: 2 archives.* 20 rows' "prompt_audit_log"
is "$(grep -c 'verdicts *valid' "$WORK/out")" 2 "every signature holds"
ok "a second reading agrees" python3 "$ROOT/tests/tools/archive_kit.py" read "$ARCH/prompt_audit_log"
exits 0 "nothing has changed" env PGOPTIONS="-c role=aegis_audit" aegis audit-reconcile --archives "$ARCH" --table prompt_audit_log
done_testing
