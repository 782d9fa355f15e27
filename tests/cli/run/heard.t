#!/usr/bin/env bash
# What a run says, and to whom: nothing when all is well, one cause first, a log, hooks, metrics, lineage.
. "$(dirname "$0")/../../lib.sh"
need_pg
export AEGIS_VAR=$WORK/var
cd "$WORK" || exit 1
F=$ROOT/fixtures
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
cat >p.yaml <<Y
pipeline: p
settings: {tenant: $TENANT}
log: $WORK/log
metrics: $WORK/aegis.prom
lineage: $WORK/lineage
on_failure: [sh, -c, 'cat >$WORK/failure; echo "\$AEGIS_STATUS \$AEGIS_PIPELINE \$AEGIS_CAUSE" >>$WORK/failure']
on_findings: [sh, -c, 'cat >$WORK/findings']
sources:
  olf001: {file: "$F/olf001-demo.ebc.gz"}
  orf850: {file: "$F/orf850-demo.ebc.gz"}
steps:
  - import: olf001/lease
  - import: orf850/operator
Y
exits 0 'a run' aegis run --quiet p.yaml
is "$(cat out err)" '' 'with --quiet says nothing'
exits 0 'without' aegis run p.yaml
is "$(cat err)" '' 'nothing on standard error either'
like out '^pipeline p: done' 'but a report'
zcat "$F/olf001-demo.ebc.gz" >plain
exits 0 '--verbose' aegis run --verbose --source olf001=plain p.yaml
like err 'aegis-entity-map: info: ' 'all that stages say'
like log '^20[0-9-]*T[0-9:]*Z [0-9a-f]{8} olf001-lease aegis-entity-map: info: ' 'the log has it from the first run on, with time, run and step'
ok 'no hook was run' test ! -e failure -a ! -e findings

# One cause, first.
exits 65 'a file of something else' aegis run --source "orf850=$F/flf900-demo.ebc.gz" p.yaml
like <(head -n 1 err) '^aegis-rrc-decode: error: .*does not fit' 'the first line is the cause'
like <(sed -n 2p err) 'hint: .*it looks like flf900' 'the second one mends it'
is "$(grep -c 'the stream is cut\|no seal' err)" 0 'what followed from it is not said'
like log 'orf850-operator aegis-entity-(map|load): error: .*(cut|no seal)' 'but in the log'
is "$(grep -c error err)" 2 'the runner says which step it was, and no more'
exits 65 'with --verbose' aegis run --verbose --source "orf850=$F/flf900-demo.ebc.gz" p.yaml
like err 'entity-(map|load): error: .*(cut|no seal)' 'what followed is said, too'
like failure '^pipeline p: failed, exit status 65' 'the hook got the report'
like failure '^65 p.yaml step .orf850-operator.: rrc-decode failed with 65' 'and what happened'
exits 65 'with --quiet' aegis run --quiet --source "orf850=$F/flf900-demo.ebc.gz" p.yaml
is "$(cat out)" '' 'no report'
like err 'error: step .orf850-operator.: rrc-decode failed' 'but the cause'
rm failure
exits 66 'what never begins' aegis run --source orf850=/nonexistent p.yaml
like failure '^66 p.yaml .*1 fault' 'is told, too'
mkdir in && echo x >in/readme
exits 1 'findings' env AEGIS_INBOX_SETTLE=0 aegis run --inbox in p.yaml
like findings 'inbox: .*readme.*fits no layout' 'have a hook of their own'
sed 's/^on_failure: .*/on_failure: \/nonexistent\/mail/' p.yaml >q.yaml
exits 65 'a hook that cannot be run' aegis run --source "orf850=$F/flf900-demo.ebc.gz" q.yaml
like err "warning: on_failure: '/nonexistent/mail' ended with" 'is told, and changes no status'

# Metrics, in the text format of Prometheus.
is "$(python3 - <<'P'
import re
help, types, bad, seen = set(), set(), [], {}
for line in open("aegis.prom"):
    if m := re.fullmatch(r"# HELP ([a-z_]+) \S.*\n", line): help.add(m[1])
    elif m := re.fullmatch(r"# TYPE ([a-z_]+) gauge\n", line): types.add(m[1])
    elif m := re.fullmatch(r'([a-z_]+)\{([a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*)\} (-?[0-9.e+-]+)\n', line):
        if m[1] not in help or m[1] not in types or (m[1], m[2]) in seen: bad.append(line)
        seen[m[1], m[2]] = float(m[3])
    else: bad.append(line)
print(bad, sorted({k for k, _ in seen}))
print([int(v) for (k, l), v in seen.items() if k == "aegis_load_rows" and "olf001/lease" in l and "unchanged" in l])
P
)" "[] ['aegis_load_rows', 'aegis_run_duration_seconds', 'aegis_run_exit_status', 'aegis_run_last_success_timestamp_seconds', 'aegis_source_age_seconds']
[$(sql "SELECT count(*) FROM entities WHERE type_key = 'lease'")]" 'metrics are well formed, and right'
is "$(stat -c %a aegis.prom)" 644 'and everybody may read them'
is "$(grep '^aegis_run_exit_status' aegis.prom | sed 's/.* //')" 65 'the last status is one of them'

# Lineage.
is "$(python3 - <<'P'
import json
events = [json.loads(l) for l in open("lineage")]
runs = {}
for e in events:
    assert set(e) == {"eventType", "eventTime", "run", "job", "inputs", "outputs", "producer", "schemaURL"}, e
    assert e["job"]["name"] == "p" and e["job"]["namespace"] == "aegis-batch"
    runs.setdefault(e["run"]["runId"], []).append(e["eventType"])
    for f in e["run"]["facets"].values(): assert f["_producer"] and f["_schemaURL"]
print(sorted({tuple(v) for v in runs.values()}))
end = [e for e in events if e["eventType"] == "COMPLETE"][0]
print([b["stage"] for b in end["run"]["facets"]["aegis_books"]["books"] if b["dataset"] == "olf001/lease"], len(end["inputs"]),
      end["outputs"][0]["name"].endswith(".public.entities"), end["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"])
print([e["run"]["facets"]["errorMessage"]["message"][:30] for e in events if e["eventType"] == "FAIL"][0])
P
)" "[('START', 'COMPLETE'), ('START', 'FAIL')]
['rrc-decode', 'entity-map', 'entity-load'] 2 True $(sql "SELECT count(*) FROM entities")
step 'orf850-operator': rrc-de" 'lineage has a start and an end of each run, with its books'
done_testing
