"""The cases of entity_load.t: sealed streams made here, the tables compared with a model."""
import hashlib
import json
import os
import random
import subprocess
import sys
import time
import uuid

from entity_kit import (DELTA, TENANT, TYPE, Number, book, everything, load, ok, refused, report, rows,
                        same, sql, stream, xxh128, end)

WORK = os.environ["WORK"]
ROUNDS = int(os.environ.get("LOAD_ROUNDS", "5"))
CUTS = int(os.environ.get("LOAD_CUTS", "20"))
SEED = int(os.environ.get("LOAD_SEED", "1"))

# ---------------------------------------------------------------- the model

# field: (input type, role, required); as in the demo type, and some that it lacks
FIELDS = {
    "api_number": ("text", "identity", True),
    "well_name": ("text", "name", False),
    "district": ("text", "district", False),
    "rrc_field": ("text", "field", False),
    "well_type": ("select", None, False),
    "total_depth": ("number", None, False),
    "plugged": ("boolean", None, False),
    "completion_date": ("date", None, False),
    "remarks": ("textarea", None, False),
}
COLUMNS = list(FIELDS)
KIND = {"number": "number", "boolean": "boolean"}


def define():
    sql("INSERT INTO entity_type_definitions (tenant_id, type_key, display_name)"
        " VALUES ('%s', '%s', 'Well')" % (TENANT, TYPE))
    for i, (key, (kind, role, required)) in enumerate(FIELDS.items()):
        options = {}
        if role:
            options["role"] = role
        if role == "identity":
            options["order"] = 1
        if kind == "select":
            options["choices"] = ["oil", "gas"]
        sql("INSERT INTO entity_field_definitions (type_id, tenant_id, field_key, label,"
            " input_type, required, validation_preset, options, sort_order) SELECT type_id,"
            " tenant_id, '%s', '%s', '%s', %s, %s, %s, %d FROM entity_type_definitions"
            " WHERE tenant_id = '%s' AND type_key = '%s'" % (
                key, key, kind, required, "'api_number'" if role == "identity" else "NULL",
                "'%s'" % json.dumps(options) if options else "NULL", i, TENANT, TYPE))


def properties(values, columns=COLUMNS):
    out = {}
    for key in columns:
        v = values.get(key)
        if v is None:
            continue
        v = v.decode()
        kind = FIELDS[key][0]
        out[key] = Number(v) if kind == "number" else v == "true" if kind == "boolean" else v
    return out


def content(values, columns=COLUMNS):
    seed = "".join("%s %s %s %s\n" % (c, KIND.get(FIELDS[c][0], "text"), FIELDS[c][1] or "-",
                                      "required" if FIELDS[c][2] else "optional")
                   for c in columns).encode()
    data = xxh128(seed)
    for c in columns:
        v = values.get(c)
        data += (0 if v is None else len(v) + 1).to_bytes(4, "little") + (v or b"")
    return xxh128(data).hex()


def text(v):
    return None if v is None else v.decode()


def compare(model, what):
    """The whole of entities and entity_sources against {key: values}."""
    got = {r["entity_key"]: r for r in rows(
        "SELECT entity_key, name, field, district, properties FROM entities"
        " WHERE tenant_id = '%s' AND type_key = '%s'" % (TENANT, TYPE))}
    want = {}
    for key, v in model.items():
        want[key.decode()] = {
            "entity_key": key.decode(),
            "name": text(v.get("well_name")) if v.get("well_name") is not None else key.decode(),
            "field": text(v.get("rrc_field")), "district": text(v.get("district")),
            "properties": properties(v)}
    bad = [k for k in set(got) | set(want) if got.get(k) != want.get(k)]
    ok(not bad, what + ": entities", *["got %r\nwant %r" % (got.get(k), want.get(k))
                                       for k in sorted(bad)[:3]])
    digests = {r["entity_key"]: r["d"] for r in rows(
        "SELECT entity_key, encode(digest, 'hex') AS d FROM entity_sources")}
    want = {k.decode(): content(v) for k, v in model.items()}
    bad = [k for k in set(digests) | set(want) if digests.get(k) != want.get(k)]
    ok(not bad, what + ": digests", *["%s: %r, not %r" % (k, digests.get(k), want.get(k))
                                      for k in sorted(bad)[:3]])


HARD = ["quote \" and ' here", "back\\slash", "\\.", "\\N", "#aegis-seal rows=1", "two\nlines",
        "\n\\.\n", "cr\rlf\r\n", "tab\there", "", " ", " blanks at the ends ", "é ü ß", "日本語",
        "🐂", "\\u0000", "\x01\x02\x1f\x7f", "a,b", "NULL", "{\"a\": 1}", "' || 'x", "$1", "%s"]


def random_values(key, dice):
    v = {"api_number": key}
    if dice.random() < 0.8:
        v["well_name"] = dice.choice(HARD + ["SMITH RANCH 4"]).encode()
    if dice.random() < 0.8:
        v["district"] = dice.choice(["08", "7B", "6E", "é" * 10]).encode()
    if dice.random() < 0.5:
        v["rrc_field"] = dice.choice(HARD).encode()
    if dice.random() < 0.8:
        v["well_type"] = dice.choice([b"oil", b"gas"])
    if dice.random() < 0.9:
        v["total_depth"] = dice.choice([
            b"0", b"12", b"-7.250", b"1200.50", b"123456789012345678901234567890.10",
            b"%d" % dice.randrange(30000)])
    if dice.random() < 0.9:
        v["plugged"] = dice.choice([b"true", b"false"])
    if dice.random() < 0.5:
        v["completion_date"] = b"1999-12-%02d" % dice.randrange(1, 32)
    if dice.random() < 0.5:
        v["remarks"] = dice.choice(HARD).encode() * dice.randrange(1, 40)
    return v


BAD = [("total_depth", b"12 ft"), ("total_depth", b"007"), ("plugged", b"yes"),
       ("district", b"01234567890"), ("well_name", b"x" * 501), ("api_number", None)]


# ---------------------------------------------------------------- cases


def rounds(model):
    """Nights of new, changed, same, missing, doubled and bad rows, told apart by the model."""
    dice = random.Random(SEED)
    for night in range(ROUNDS):
        n = dice.choice([1, 3, 200, 3000])
        todo, counts, seen = [], dict(inserted=0, updated=0, unchanged=0, rejected=0), set()
        before = {k: content(v) for k, v in model.items()}
        keys = list(model) + [b"42-%03d-%05d" % (dice.randrange(500), dice.randrange(99999))
                              for _ in range(n)]
        keys += [k for k in (b"odd key, \\ \"", "ké\ty".encode()) if night == 2]
        dice.shuffle(keys)
        for key in keys:
            lot = dice.random()
            if lot < 0.1:
                continue  # not in tonight's source: step 1 leaves it
            v = model[key] if key in model and lot < 0.7 else random_values(key, dice)
            if lot > 0.97:
                field, value = dice.choice(BAD)
                todo.append((key, dict(v, **{field: value})))
                counts["rejected"] += 1
                if key in seen or lot > 0.985:
                    continue
            todo.append((key, v))
            if key in seen:
                counts["rejected"] += 1
                continue
            seen.add(key)
            if key not in model:
                counts["inserted"] += 1
            else:
                counts["unchanged" if before[key] == content(v) else "updated"] += 1
            model[key] = v
        if not todo:
            continue
        untouched = "SELECT string_agg(ctid::text || xmin::text, ',' ORDER BY entity_key)" \
            " FROM %s WHERE entity_key <> ALL ('%s'::text[])"
        changed = [k.decode() for k in model if before.get(k) != content(model[k])]
        literal = "{" + ",".join('"%s"' % k.replace("\\", "\\\\").replace('"', '\\"')
                                 for k in changed) + "}"
        marks = [untouched % (t, literal.replace("'", "''"))
                 for t in ("entities", "entity_sources")]
        sql("CREATE TABLE IF NOT EXISTS marks (n integer, mark text); TRUNCATE marks")
        for i, m in enumerate(marks):
            sql("INSERT INTO marks SELECT %d, (%s)" % (i, m))
        r = report(stream(COLUMNS, todo), "--rejects", WORK + "/night.rej", "--max-rejects",
                   "100%", what="night %d: %d rows" % (night, len(todo)))
        same({k: r.get(k) for k in counts}, counts, "night %d: counts" % night)
        compare(model, "night %d" % night)
        if night > 0:
            same(sql("SELECT count(*) FROM marks WHERE (n = 0 AND mark IS DISTINCT FROM (%s)) OR"
                     " (n = 1 AND mark IS DISTINCT FROM (%s))" % tuple(marks)), "0",
                 "night %d: no other row was written" % night)
    sql("DROP TABLE marks")


def nothing_new(model):
    data = stream(COLUMNS, list(model.items()))
    before = everything(["entities", "entity_sources"])
    r = report(data, what="all rows again")
    same((r.get("inserted"), r.get("updated"), r.get("unchanged"), r.get("nothing_new")),
         (0, 0, len(model), True), "all rows are unchanged")
    same(everything(["entities", "entity_sources"]), before, "and not one was written")
    p = load(data, what="the same stream, with the same run, once more")
    ok(b"nothing new" in p.stdout, "the text says that nothing is new", p.stdout.decode())
    run = data.split(b"run=", 1)[1][:36].decode()
    same(sql("SELECT string_agg(section::text, ' ' ORDER BY section) FROM batch_sources"
             " WHERE run_id = '%s'" % run), "0 1", "both loads are in the ledger")


def ledger():
    run, n = str(uuid.uuid4()), 40
    todo = [(b"42-900-%05d" % i, {"api_number": b"x"}) for i in range(n - 1)]
    todo += [todo[7] + (n,)]
    books = [book("rrc-decode", 1000, 41, 41, skipped=958, rejected=1, flawed=1,
                  rejects="decode%20it.rej:" + "c" * 64, codes="bad_date:1,bad_key:1"),
             book("entity-map", 41, n, n, rejected=1, rejects="map.rej:" + "d" * 64,
                  codes="bad_type:1", config="e" * 64)]
    p = load(stream(COLUMNS, todo, run=run, source="a%2Fb%20c.gz", books=books), "--rejects",
             WORK + "/load.rej", "--max-rejects", "3%", "--report", "json", what="a whole pipe")
    same(rows("SELECT seq, stage, read, used, skipped, rejected, flawed, rows_out, inserted,"
              " updated, unchanged, duplicate, config_sha256 FROM batch_books"
              " WHERE run_id = '%s' ORDER BY seq" % run),
         [dict(seq=Number(s), stage=t, read=Number(a), used=Number(b), skipped=Number(c),
               rejected=Number(d), flawed=Number(e), rows_out=Number(f), inserted=Number(g),
               updated=Number(0), unchanged=Number(0), duplicate=Number(0), config_sha256=h)
          for s, t, a, b, c, d, e, f, g, h in [
              (0, "rrc-decode", 1000, 41, 958, 1, 1, 41, 0, "a" * 64),
              (1, "entity-map", 41, 40, 0, 1, 0, 40, 0, "e" * 64),
              (2, "entity-load", 40, 39, 0, 1, 0, 39, 39, rows(
                  "SELECT config_sha256 FROM batch_books WHERE run_id = '%s' AND seq = 2"
                  % run)[0]["config_sha256"])]], "three books")
    sha = hashlib.sha256(open(WORK + "/load.rej", "rb").read()).hexdigest()
    same(rows("SELECT seq, stage, code, faults, file, file_sha256 FROM batch_rejects"
              " WHERE run_id = '%s' ORDER BY seq, code" % run),
         [dict(seq=Number(s), stage=t, code=c, faults=Number(1), file=f, file_sha256=d)
          for s, t, c, f, d in [
              (0, "rrc-decode", "bad_date", "decode it.rej", "c" * 64),
              (0, "rrc-decode", "bad_key", "decode it.rej", "c" * 64),
              (1, "entity-map", "bad_type", "map.rej", "d" * 64),
              (2, "entity-load", "duplicate_key", WORK + "/load.rej", sha)]],
         "faults by code and file")
    own = rows("SELECT config_sha256 FROM batch_books WHERE run_id = '%s' AND seq = 2" % run)
    config = hashlib.sha256(("rrc-decode %s\nentity-map %s\nentity-load %s\n" % (
        "a" * 64, "e" * 64, own[0]["config_sha256"])).encode()).hexdigest()
    same(rows("SELECT source, source_sha256, config_sha256, dataset, section, pipeline, state,"
              " exit_status FROM batch_sources JOIN batch_datasets USING (dataset_id)"
              " JOIN batch_runs USING (run_id) WHERE run_id = '%s'" % run),
         [dict(source="a/b c.gz", source_sha256="b" * 64, config_sha256=config,
               dataset="dbf900/well", section=Number(0), pipeline="entity-load", state="done",
               exit_status=Number(0))], "source, dataset and run")
    ok(b"record 40 has the key of record 8" in open(WORK + "/load.rej", "rb").read(),
       "a duplicate names both records")
    same([b["stage"] for b in json.loads(p.stdout)["streams"][0]["books"]],
         ["rrc-decode", "entity-map", "entity-load"], "the report has every stage")
    same(sql("SELECT count(*) FROM entities WHERE changed_run = '%s'" % run), "39",
         "the run stands in its rows")
    return {k: v for k, v in [t[:2] for t in todo]}


def recorded_run():
    run = str(uuid.uuid4())
    sql("INSERT INTO batch_runs (run_id, pipeline, host, version) VALUES"
        " ('%s', 'nightly', 'h', 'v')" % run)
    load(stream(COLUMNS, [(b"42-901-00001", {"api_number": b"x"})], run=run),
         what="a run that the runner recorded")
    same(sql("SELECT pipeline, state FROM batch_runs WHERE run_id = '%s'" % run),
         "nightly|running", "its row is the runner's")


def two_streams(model):
    new = [(b"42-902-%05d" % i, {"api_number": b"%d" % i}) for i in range(6)]
    data = stream(COLUMNS, new[:3], source="one") + stream(COLUMNS, new[2:], source="two")
    refused(data, 65, "two streams with one key in both", "--rejects")
    r = report(data, "--rejects", WORK + "/two.rej", "--max-rejects", "1",
               what="two streams, one behind the other")
    same([(s["source"], s["inserted"], s["books"][-1]["rejected"]) for s in r["streams"]],
         [("one", 3, 0), ("two", 3, 1)], "each has its books")
    ok(os.path.exists(WORK + "/two.rej") and os.path.exists(WORK + "/two.rej.2"),
       "and its reject file")
    same(sql("SELECT count(DISTINCT section) FROM batch_books WHERE run_id = '%s'" % r["run"]),
         "2", "both are in the ledger under the first one's run")
    refused(stream(COLUMNS, new[:1]) + stream(COLUMNS[:-1], new[1:2]), 65,
            "a second stream with other columns", "column")
    refused(stream(COLUMNS, new[:1]) + stream(COLUMNS, new[1:2], dataset="daf802/permit"), 78,
            "a second stream of another dataset", "dataset")
    model.update(new)


def columns_change(model):
    """A column that is gone takes what it said along; what others say stays."""
    key = b"42-902-00001"
    fewer = ["api_number", "total_depth"]
    sql("UPDATE entities SET properties = properties || '{\"by_hand\": [1, 2]}', district = '09'"
        " WHERE entity_key = '%s'" % key.decode())
    load(stream(COLUMNS, [(key, {"api_number": b"1", "remarks": b"r", "total_depth": b"5",
                                 "district": b"08"})]), what="a change")
    refused(stream(fewer, [(key, {"api_number": b"2"})]), 65, "fewer columns",
            "missing completion_date, district, plugged, remarks, rrc_field, well_name, well_type")
    load(stream(fewer, [(key, {"api_number": b"2"})]), "--accept-change",
         what="a change of fewer columns")
    same(rows("SELECT name, district, properties FROM entities WHERE entity_key = '%s'"
              % key.decode()),
         [dict(name=key.decode(), district=None, properties=dict(
             api_number="2", by_hand=[Number(1), Number(2)]))],
         "owned fields are replaced, others' stay")
    sql("UPDATE entities SET properties = properties - 'by_hand' WHERE entity_key = '%s'"
        % key.decode())
    model[key] = {"api_number": b"3"}
    load(stream(COLUMNS, [(key, model[key])]), "--accept-change", what="all columns again")


def strays(model):
    """An entity without a digest, and a digest without its entity."""
    a, b = b"42-902-00002", b"42-902-00003"
    sql("DELETE FROM entity_sources WHERE entity_key = '%s';"
        "DELETE FROM entities WHERE entity_key = '%s'" % (a.decode(), b.decode()))
    model[a] = {"api_number": b"a", "remarks": b"\\.\n\"x\""}
    model[b] = {"api_number": b"b", "well_name": b"\\N"}
    r = report(stream(COLUMNS, [(a, model[a]), (b, model[b])]), what="strays")
    same((r["inserted"], r["updated"]), (1, 1), "one is inserted, one updated")
    compare(model, "strays")
    r = report(stream(COLUMNS, [(a, model[a]), (b, model[b])]), what="strays again")
    same(r["unchanged"], 2, "then they are as any")


def columns_refused():
    row = [(b"42-903-00001", {"api_number": b"x"})]
    refused(stream(COLUMNS + ["nonsense"], row), 78, "a column that is no field", "nonsense")
    refused(stream(["api_number"], row).replace(b"entity_key", b"entity_kex", 1), 65,
            "no column entity_key")
    refused(stream(COLUMNS, row, kind="entity:lease"), 65, "another type's stream")
    refused(stream(COLUMNS, row, tenant=None), 65, "a stream that names no tenant", "does not name")
    refused(stream(COLUMNS, row, tenant="00000000-0000-4000-8000-00000000000f"), 65,
            "another tenant's", "rows of tenant 00000000-0000-4000-8000-00000000000f")
    refused(stream(COLUMNS, row, tenant="me"), 65, "a tenant that is not a UUID", "not a UUID")
    refused(stream(COLUMNS, row, dataset="daf802/permit"), 78, "another dataset", "dataset")
    refused(stream(COLUMNS, row, dataset="-"), 78, "a sealed CSV beside the dataset", "field",
            ("--dataset", "sealed/well"))


def rejects_and_ceilings():
    good = [(b"42-904-%05d" % i, {"api_number": b"x"}) for i in range(1000)]
    for i, (field, value) in enumerate(BAD):
        row = (b"42-904-99999", {"api_number": b"x", field: value})
        refused(stream(COLUMNS, good[:500] + [row]), 65,
                "a bad %s and no reject file" % field, "--rejects")
    for what, value in (("a byte that is not UTF-8", b"\xff"), ("a NUL", b"\0")):
        refused(stream(COLUMNS, good[:9] + [(b"42-904-99999", {"api_number": value})]), 65, what,
                None, ("--rejects", WORK + "/utf8.rej", "--max-rejects", "100%"))
    path = WORK + "/ceiling.rej"
    bad = [(b"", {"api_number": b"x"}), (b"42-904-99999", {"api_number": b"x",
                                                            "total_depth": b"x"})]
    refused(stream(COLUMNS, good + bad), 65, "two rejects of 1002 pass the default ceiling",
            "ceiling", ("--rejects", path))
    ok(os.path.exists(path), "and the reject file is there")
    refused(stream(COLUMNS, good + bad), 65, "a ceiling of one reject", "ceiling",
            ("--rejects", path, "--max-rejects", "1"))
    n = 1000
    up = [book("rrc-decode", 1010, n, n, rejected=10, rejects="d.rej:" + "c" * 64,
               codes="bad_key:10"), book("entity-map", n, n, n)]
    refused(stream(COLUMNS, good, books=up), 65, "rejects of a stage before count", "rrc-decode")
    up = [book("rrc-decode", n, n, n), book("entity-map", n, n, n, flawed=60,
                                           codes="bad_date:60")]
    refused(stream(COLUMNS, good, books=up), 65, "flaws of a stage before count", "entity-map")
    refused(stream(COLUMNS, good, books=up), 65, "and a ceiling given for them", "60",
            ("--max-flaws", "59"))
    up[0] = book("rrc-decode", 2 * n, n, n, skipped=n - 1)
    refused(stream(COLUMNS, good, books=up), 65, "a book that does not balance", "balance")
    up[0] = book("rrc-decode", n + 1, n + 1, n + 1)
    refused(stream(COLUMNS, good, books=up), 65, "books that do not follow", "rrc-decode")
    up = [book("rrc-decode", n + 1, n + 1, n + 1), book("entity-map", n + 1, n + 1, n + 1)]
    refused(stream(COLUMNS, good, books=up), 65, "a row fewer than the books say")


def plan(model):
    keys = sorted(model)
    changed = [(k, dict(model[k], total_depth=b"77777.0", remarks=b"it's \"new\"\n"))
               for k in keys[:15]]
    rest = [(k, model[k]) for k in keys[15:]]
    new = [(b"42-905-%05d" % i, {"api_number": b"x"}) for i in range(5)]
    data = stream(COLUMNS, new + changed + rest)
    before = everything()
    r = report(data, "--plan", what="a plan")
    same((r["plan"], r["inserted"], r["updated"], r["unchanged"]),
         (True, 5, 15, len(rest)), "a plan's counts")
    same(everything(), before, "a plan writes nothing")
    want = []
    for k, v in sorted(changed[:10]):
        for f in sorted(("total_depth", "remarks")):
            old, now = properties(model[k]).get(f), properties(v)[f]
            want.append((k.decode(), f, old, now))

    def value(v):
        return None if v is None else json.loads(v, parse_float=Number, parse_int=Number)
    got = sorted((c["entity_key"], c["field"], value(c["old"]), value(c["new"]))
                 for c in r["changes"])
    same(got, sorted(w for w in want if w[2] != w[3]), "ten changes, field by field")
    p = load(data, "--plan", what="a plan as text")
    ok(b"77777.0" in p.stdout and b"nothing was written" in p.stdout, "shows old and new")
    refused(data[:-30], 65, "a plan of a broken stream", None, ("--plan",))
    refused(stream(COLUMNS, new + [(b"42-905-9", {"api_number": None})]), 65,
            "a plan with a reject", None, ("--plan",))
    r = report(stream(COLUMNS, rest), "--plan", what="a plan of nothing")
    same((r["nothing_new"], r["changes"]), (True, []), "says so")


def broken(model):
    """Cut and changed everywhere: never a trace."""
    dice = random.Random(SEED)
    keys = sorted(model)[:40]
    todo = [(k, dict(model[k], remarks=b"broken\n#aegis-seal\n")) for k in keys]
    todo += [(b"42-906-%05d" % i, {"api_number": b"new"}) for i in range(3000)]
    data = stream(COLUMNS, todo)
    lines, at = [], 0
    for line in data.splitlines(keepends=True):
        if line.startswith((b"#aegis-stream", b"#aegis-book", b"#aegis-seal rows=", b"_record")):
            lines.append((at, len(line)))
        at += len(line)
    places = sorted({0, 1, len(data) - 1} | {
        start + k for start, n in lines for k in (0, 1, n // 3, n // 2, n - 2, n - 1)} | {
        start + dice.randrange(n) for start, n in lines for _ in range(2)})
    while len(places) < CUTS:
        places.append(dice.randrange(len(data)))
    before = everything()
    wrong = []
    for k in places:
        p = load(data[:k])
        if p.returncode != 65:
            wrong.append("cut at %d: %d, %s" % (k, p.returncode, p.err))
        changed = bytearray(data)
        changed[k] ^= dice.choice([1, 2, 4, 8, 16, 32, 64, 128])
        p = load(bytes(changed))
        # A changed name of a column can be seen to be no field before the seal comes.
        if p.returncode not in (65, 78):
            wrong.append("byte %d changed: %d, %s" % (k, p.returncode, p.err))
    ok(not wrong, "cut and changed at %d places: refused" % len(places), *wrong[:5])
    same(everything(), before, "and nothing is left of them")
    for tail in (b"x", b"\n", b"1,2,3\n", b"#aegis-seal\n"):
        refused(data + tail, 65, "%r behind the seal" % tail)
    refused(data + stream(COLUMNS, todo[:1])[:-1], 65, "a second stream that is cut")


class Held:
    """A load that has been given some bytes and waits for more."""

    def __init__(self, data, state):
        self.p = subprocess.Popen(["aegis-entity-load", "--tenant", TENANT, "--type", TYPE,
                                   *DELTA], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        self.p.stdin.write(data)
        self.p.stdin.flush()
        for _ in range(200):
            self.pid = sql("SELECT pid FROM pg_stat_activity WHERE application_name ="
                           " 'aegis-entity-load' AND state = '%s'%s" % (
                               state, " AND query LIKE 'COPY %entities%'"
                               if state == "active" else " AND query LIKE '%batch_datasets%'"))
            if self.pid:
                break
            time.sleep(0.05)

    def end(self, data):
        try:
            self.p.stdin.write(data)
            self.p.stdin.close()
        except BrokenPipeError:
            pass
        err = self.p.stderr.read().decode()
        self.p.stdout.read()
        return self.p.wait(), err


def locked_and_lost(model):
    new = stream(COLUMNS, [(b"42-907-%05d" % i, {"api_number": b"x" * 100})
                           for i in range(20000)])
    old = stream(COLUMNS, list(model.items()))
    before = everything()
    held = Held(new[:len(new) // 2], "active")
    ok(held.pid, "a load is running")
    refused(old, 75, "a second one of the same type", "is running")
    refused(old, 75, "its plan too", "is running", ("--plan",))
    rc, err = held.end(b"")
    same(rc, 65, "the first one's input ends without a seal")
    same(everything(), before, "nothing is left of either")
    for data, state, what in ((new, "active", "while it sends rows"),
                              (old, "idle in transaction", "while it compares")):
        held = Held(data[:len(data) // 2], state)
        sql("SELECT pg_terminate_backend(%s)" % (held.pid or "0"))
        rc, err = held.end(data[len(data) // 2:])
        ok(rc == 75, "the connection is lost " + what, "exit status %d" % rc, err)
        same(everything(), before, "nothing is left")
    load(old, what="and the lock is gone")


def outputs(model):
    data = stream(COLUMNS, [(b"42-908-00001", {"api_number": b"x"})])
    with open("/dev/full", "wb") as full:
        p = subprocess.run(["aegis-entity-load", "--tenant", TENANT, "--type", TYPE,
                            *DELTA], input=data, stdout=full, stderr=subprocess.PIPE)
    ok(p.returncode == 74 and b"IS loaded" in p.stderr, "a report that cannot be written",
       p.returncode, p.stderr.decode())
    same(sql("SELECT count(*) FROM entities WHERE entity_key = '42-908-00001'"), "1",
         "the data is loaded")
    refused(stream(COLUMNS, [(b"", {})]), 73, "a reject file that cannot be made", None,
            ("--rejects", WORK + "/no/such/dir"))
    refused(stream(COLUMNS, [(b"42-908-%05d" % i, {"api_number": b"y"}) for i in range(9000)]),
            73, "a spool that cannot be made", None, (), env=dict(os.environ, TMPDIR=WORK + "/no"))


def big_row():
    """Close to the largest row that a stream may have, all of it to be escaped."""
    v = {"api_number": b"x", "remarks": b"\x01" * 500000 + b"\\" * 500000}
    key = b"42-909-00001"
    for n, what in ((1, "a row of a million characters to escape"), (2, "and changed")):
        v["api_number"] = b"%d" % n
        load(stream(COLUMNS, [(key, v)]), what=what)
        got = rows("SELECT properties FROM entities WHERE entity_key = '%s'" % key.decode())
        ok(got and got[0]["properties"] == properties(v), "comes back exactly")


def main():
    define()
    refused(b"", (65, 66), "no input at all")
    refused(b"garbage\n", 65, "something else")
    model = {}
    r = report(stream(COLUMNS, []), what="a stream without rows")
    same((r.get("nothing_new"), r.get("dataset")), (True, "dbf900/well"), "has its dataset")
    rounds(model)
    nothing_new(model)
    model.update(ledger())
    recorded_run()
    model[b"42-901-00001"] = {"api_number": b"x"}
    two_streams(model)
    columns_change(model)
    strays(model)
    columns_refused()
    rejects_and_ceilings()
    plan(model)
    broken(model)
    locked_and_lost(model)
    compare(model, "after all that")
    outputs(model)
    big_row()
    return end()


sys.exit(main())
