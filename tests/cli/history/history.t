#!/usr/bin/env bash
# Past runs: the list, one of them in full, in text and JSON.
. "$(dirname "$0")/../../lib.sh"
need_pg
cd "$WORK" || exit 1

exits 0 'no runs yet' aegis history
is "$(cat out)" 'no runs' 'and says so'
exits 0 'no runs yet, in JSON' aegis history --report json
is "$(cat out)" '[]' 'an empty list'

sql "INSERT INTO batch_runs (run_id, pipeline, started_at, ended_at, state, exit_status, cause,
        host, version, resources) VALUES
    ('11111111-0000-4000-8000-000000000000', 'nightly', '2026-11-01 02:00Z', '2026-11-01 02:01:30.5Z',
        'done', 0, NULL, 'h1', '0.1.0',
        '[{\"step\":\"wellbore\",\"state\":\"done\",\"tries\":2,\"stages\":[
            {\"argv\":[\"rrc-decode\",\"x\"],\"status\":0,\"user\":1.5,\"sys\":0.25,\"max_rss_kib\":10240,\"wall\":90.1},
            {\"argv\":[\"entity-load\"],\"status\":0,\"user\":0.5,\"sys\":0.5,\"max_rss_kib\":2048,\"wall\":90.4}]}]'),
    ('12222222-0000-4000-8000-000000000000', 'weekly', '2026-11-02 02:00Z', '2026-11-02 02:00:01Z',
        'failed', 65, 'step ''a'': seal failed with 65: café', 'h1', '0.1.0', '[]'),
    ('33333333-0000-4000-8000-000000000000', 'nightly', '2026-11-03 02:00Z', NULL,
        'running', NULL, NULL, 'h1', '0.1.0', '[]');
    INSERT INTO batch_datasets (tenant_id, type_key, dataset) VALUES ('$TENANT', 'well', 'dbf900/well');
    INSERT INTO batch_sources (run_id, dataset_id, source, source_sha256, config_sha256)
        SELECT '11111111-0000-4000-8000-000000000000', dataset_id, 'dbf900.ebc.gz', repeat('a', 64), repeat('b', 64)
        FROM batch_datasets;
    INSERT INTO batch_books (run_id, dataset_id, seq, stage, read, used, skipped, rejected, flawed, rows_out)
        SELECT '11111111-0000-4000-8000-000000000000', dataset_id, 0, 'rrc-decode', 1100, 1003, 90, 7, 5, 500
        FROM batch_datasets;
    INSERT INTO batch_books (run_id, dataset_id, seq, stage, read, used, skipped, rejected, flawed, rows_out, inserted, unchanged)
        SELECT '11111111-0000-4000-8000-000000000000', dataset_id, 1, 'entity-load', 500, 500, 0, 0, 0, 0, 123, 377
        FROM batch_datasets;
    INSERT INTO batch_rejects (run_id, dataset_id, seq, stage, code, faults, file, file_sha256)
        SELECT '11111111-0000-4000-8000-000000000000', dataset_id, 0, 'rrc-decode', 'bad_date', 12, 'w.rej', repeat('c', 64)
        FROM batch_datasets" >/dev/null

exits 0 'the list' aegis history
is "$(cat out)" "run       pipeline  started                 wall  state    exit
33333333  nightly   2026-11-03T02:00:00Z       -  running     -
12222222  weekly    2026-11-02T02:00:00Z   1.0 s  failed     65
    step 'a': seal failed with 65: café
11111111  nightly   2026-11-01T02:00:00Z  90.5 s  done        0" 'newest first'
exits 0 '--limit' aegis history --limit 1
is "$(sed 1d out | cut -c1-8)" 33333333 'the last one'
exits 0 '--pipeline' aegis history --pipeline nightly
is "$(sed 1d out | cut -c1-8 | tr '\n' ' ')" '33333333 11111111 ' 'only its own'
exits 0 'a list in JSON' aegis history --report json --limit 2
is "$(python3 -c 'import json,sys; print([(r["run_id"][:2], r["state"], r["exit_status"]) for r in json.load(sys.stdin)])' <out)" \
    "[('33', 'running', None), ('12', 'failed', 65)]" 'has the same'

exits 0 'one run' aegis history 11
like out '^run +11111111-0000-4000-8000-000000000000$' 'its number in full'
like out '^ended +2026-11-01T02:01:30Z$' 'when it ended'
like out '^wellbore  done +2 +rrc-decode +0 +1\.75 s  10\.0 MiB  90\.10 s' 'its stages: exit, CPU, memory, wall time'
ok 'its sources, value by value, for digests are wide' grep -Pzq '\ndataset +dbf900/well\ntype +well\ntenant +00000000-0000-4000-8000-000000000001\nsource +dbf900.ebc.gz\nsource sha256 +a{64}\n' out
like out '^dbf900/well  rrc-decode +1100  1003 +90 +7 +5 +500$' 'its books'
like out '^dbf900/well  entity-load +123 +377$' 'of the load too'
ok 'its faults by code, with the file' grep -Pzq '\nstage +rrc-decode\ncode +bad_date\nfaults +12\nfile +w.rej\nfile sha256 +c{64}\n' out
exits 0 'a run without any of these' aegis history 12222222-0000-4000-8000-000000000000
unlike out '^(Stages|Sources|Books|Faults)$' 'has no empty tables'
exits 0 'one run in JSON' aegis history --report json 1111
is "$(python3 -c 'import json,sys; r = json.load(sys.stdin); print(r["state"], r["resources"][0]["stages"][1]["wall"],
    r["sources"][0]["source"], [b["inserted"] for b in r["books"]], r["rejects"][0]["faults"])' <out)" \
    'done 90.4 dbf900.ebc.gz [0, 123] 12' 'has it all'

exits 64 'two runs that start so' aegis history 1
exits 66 'no run that does' aegis history 4
exits 64 'what can not be a run' aegis history "1' OR true --"
exits 64 'two words' aegis history 1 2
exits 64 '--limit 0' aegis history --limit 0
exits 64 'another form' aegis history --report xml
exits 69 'no database' env PGHOST="$WORK" aegis history
exits 73 'a full disk' sh -c 'aegis history >/dev/full'
done_testing
