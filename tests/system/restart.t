#!/usr/bin/env bash
# A server that restarts while a night runs and is back in two seconds: the night ends well, with what a
# night without a restart leaves.  RESTARTS: how many nights (make torture: 50).
. "$(dirname "$0")/../lib.sh"
need_pg
nights=${RESTARTS:-4}
rrc-gen --layout dbf900 --wells 6000 --seed 7 >"$WORK/wells" 2>/dev/null || skip_all "no generator"
sed 's/^steps:/defaults: {retry_wait: 1}\n&/' "$ROOT/pipelines/demo.yaml" >"$WORK/nightly.yaml"
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
night() { aegis run "$WORK/nightly.yaml" --set "tenant=$TENANT" --source "dbf900=$WORK/wells" >"$WORK/out" 2>"$WORK/err"; }
state() { sql "SELECT entity_key || properties::text || (retired_at IS NULL)::text AS x FROM entities
    UNION ALL SELECT display_label || child_key || coalesce(parent_key, '') || resolved::text FROM entity_links JOIN entity_relationship_rules USING (rule_id) ORDER BY 1"; }
empty() { sql "TRUNCATE entities, entity_sources, entity_links, entity_pending, batch_sources, batch_books, batch_rejects, batch_links, graph_synced" >/dev/null; }
span=$(python3 -c 'import subprocess, sys, time; t = time.monotonic(); subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); print(time.monotonic() - t)' \
    aegis run "$WORK/nightly.yaml" --set "tenant=$TENANT" --source "dbf900=$WORK/wells")
empty
night
state >"$WORK/want"
say "a night takes $span s"
failed=0 hit=0 other=0
for ((i = 0; i < nights; i++)); do
	empty
	night & pid=$!
	sleep "$(awk -v i="$i" -v n="$nights" -v s="$span" 'BEGIN { srand(i + 1); printf "%.3f", (i + rand()) / n * s }')"
	aegis db stop >/dev/null 2>&1
	sleep 2
	aegis db start --fast >/dev/null 2>&1
	wait "$pid"
	status=$?
	if [ "$status" -ne 0 ]; then
		failed=$((failed + 1))
		say "night $i: status $status"
		grep -v ': info: ' "$WORK/err" | tail -n 8 | sed 's/^/#   /'
	fi
	grep -q 'tries$' "$WORK/out" && hit=$((hit + 1))
	state >"$WORK/got"
	if ! cmp -s "$WORK/want" "$WORK/got"; then
		other=$((other + 1))
		diff "$WORK/want" "$WORK/got" | head -n 6 | sed 's/^/#   /'
	fi
done
is "$failed" 0 "$nights restarts: no night fails"
ok "$hit of them hit a step" test "$hit" -gt 0
is "$other" 0 "each leaves what a night without leaves"
is "$(sql "SELECT count(*) FROM batch_runs WHERE state = 'running'")" 0 "no run is left open"
done_testing
