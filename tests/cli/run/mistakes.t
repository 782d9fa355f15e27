#!/usr/bin/env bash
# The ten commonest mistakes: one cause, in the first line, with what to do in the second.
. "$(dirname "$0")/../../lib.sh"
need_pg
export AEGIS_VAR=$WORK/var
cd "$WORK" || exit 1
F=$ROOT/fixtures
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
night() { aegis run --tenant "$TENANT" --source "orf850=$F/orf850-demo.ebc.gz" --step orf850-operator "$@" nightly; }

said() { # said STATUS WHAT CAUSE MEND COMMAND...: the first line is the cause, the mend stands in it or in the next
	local status=$1 what=$2 cause=$3 mend=$4
	shift 4
	exits "$status" "$what" "$@"
	like <(grep -m 1 . err) "error: .*$cause" "  the first line is its cause"
	like <(grep . err | head -n 2) "$mend" "  and what mends it is said"
	is "$(grep -c ': error: ' err | sed 's/^[12]$/few/')" few "  and nothing else is"
}
exits 0 'a run that goes well' night
said 69 'no database' 'cannot reach the database' 'hint: ' env PGHOST=/nonexistent aegis run --tenant "$TENANT" --source "orf850=$F/orf850-demo.ebc.gz" nightly
said 64 'a tenant that is not a UUID' "tenant 'permian' is not a UUID" 'UUID' aegis run --tenant permian --source "orf850=$F/orf850-demo.ebc.gz" nightly
said 78 'a tenant without definitions' "the tenant 00000000-0000-4000-8000-0000000000ee has no entity type 'operator'" 'define it with aegis entity-define' aegis run --tenant 00000000-0000-4000-8000-0000000000ee --source "orf850=$F/orf850-demo.ebc.gz" --step orf850-operator nightly
said 65 'a wrong file' 'does not fit layout orf850' 'it looks like olf001 ' aegis run --tenant "$TENANT" --source "orf850=$F/olf001-demo.ebc.gz" --step orf850-operator nightly
said 66 'a missing file' "cannot open '/nonexistent/p5': No such file" 'No such file' night --source orf850=/nonexistent/p5
head -c 2000 "$F/orf850-demo.ebc.gz" >cut.gz
said 65 'a file that is cut' 'cut' 'cut' aegis run --tenant "$TENANT" --source orf850=cut.gz --step orf850-operator nightly
aegis audit-keygen --name example.com/audit --out "$WORK/audit.key" >/dev/null 2>&1
chmod 644 audit.key
said 77 'a key that others can read' "mode 0644: others than its owner can reach it" 'hint: chmod 600' sh -c "aegis seal --kind audit:audit_logs </dev/null 2>/dev/null | aegis audit-pack --archives a --key '$WORK/audit.key'"
said 64 'an option that is misspelt' "unknown option '--tennant'" "did you mean '--tenant'" aegis run --tennant "$TENANT" nightly
said 64 'a stage that is misspelt' "" "rrc-decode" aegis rrc-decod x
printf 'pipeline: p\nsteps:\n  - import: [orf850/operator\n' >broken.yaml
said 78 'broken YAML' 'broken.yaml:[34]:' 'broken.yaml' aegis run broken.yaml
aegis run --tenant "$TENANT" --set tenant="$TENANT" nightly >/dev/null 2>&1
cat >slow.yaml <<'Y'
pipeline: slow
steps:
  - name: s
    pipe: [[sleep]]
Y
mkdir stages && printf '#!/bin/sh\nexec sleep 30\n' >stages/aegis-sleep && chmod 755 stages/aegis-sleep
export AEGIS_STAGE_PATH=$WORK/stages
aegis run slow.yaml >/dev/null 2>&1 &
runner=$!
for _ in $(seq 100); do [ "$(sql "SELECT count(*) FROM batch_runs WHERE state = 'running'")" = 1 ] && break; sleep 0.1; done
said 75 'twice at once' "pipeline 'slow' is running already: run [0-9a-f-]* on " 'since 20' aegis run slow.yaml
kill $runner
wait $runner 2>/dev/null
said 64 'a wrong period' "period" "day|month|YYYY" aegis audit-read --table audit_logs --period 2026-13
if [ -e /dev/full ]; then
	said 73 'a full disk' 'No space left on device' 'No space left' sh -c "aegis rrc-decode --layout orf850 --view operator '$F/orf850-demo.ebc.gz' >/dev/full"
fi
done_testing
