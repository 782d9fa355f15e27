"""The cases of merge.t: several datasets of one type, night after night, held against a model
that knows nothing of the order in which they are loaded."""
import hashlib
import json
import os
import random
import subprocess
import sys
import threading
import uuid

import entity_kit
from entity_kit import Number, book, end, ok, quote, rows, same, seal, sql, xxh128

WORK = os.environ["WORK"]
NIGHTS = int(os.environ.get("MERGE_NIGHTS", "10"))
SEED = int(os.environ.get("MERGE_SEED", "1"))
MEMORY = random.Random(SEED + 9)  # of a load: none, so that every row waits in files, or enough
TENANT = entity_kit.TENANT

# ---------------------------------------------------------------- definitions

# type: {field: (input type, options, required)}
TYPES = {
    "operator": {"operator_number": ("text", {"role": "identity"}, True),
                 "operator_name": ("text", {"role": "name"}, False)},
    "site": {"site_id": ("text", {"role": "identity"}, True),
             "a_name": ("text", {"role": "name"}, False),
             "b_name": ("text", {"role": "name"}, False),
             "depth": ("number", {}, False),
             "operator": ("ref", {"role": "operator", "ref": "operator"}, False),
             "district": ("text", {"role": "district"}, False),
             "latitude": ("number", {}, False),
             "remark": ("text", {}, False)},
    "pad": {"pad_id": ("text", {"role": "identity"}, True),
            "site": ("ref", {"ref": "site"}, False)},
    # Its operator is its site's.
    "shaft": {"shaft_id": ("text", {"role": "identity"}, True),
              "site": ("ref", {"ref": "site"}, False),
              "operator": ("ref", {"role": "operator", "ref": "operator", "through": "site"}, False)},
    "bore": {"bore_id": ("text", {"role": "identity"}, True),
             "plugged": ("date", {}, False),
             "on": ("boolean", {}, False),
             "done": ("date", {}, False),
             "note": ("text", {}, False)},
}
# dataset: (type, columns)
COLUMNS = {
    "a/site": ("site", ["site_id", "a_name", "depth", "operator"]),
    "b/site": ("site", ["site_id", "b_name", "remark"]),
    "c/site": ("site", ["site_id", "latitude"]),
    "p/site": ("site", ["site_id", "district"]),
    "o/operator": ("operator", ["operator_number", "operator_name"]),
    "l/operator": ("operator", ["operator_number", "operator_name"]),
    "f/operator": ("operator", ["operator_number", "operator_name"]),
    "x/pad": ("pad", ["pad_id", "site"]),
    "y/shaft": ("shaft", ["shaft_id", "site"]),
    "z/bore": ("bore", ["bore_id", "plugged", "on", "done", "note"]),
}
DATASETS = """datasets:
  - { dataset: a/site, type: site, role: own, coverage: full }
  - { dataset: b/site, type: site, role: own, coverage: full }
  - { dataset: c/site, type: site, role: enrich, coverage: full }
  - { dataset: p/site, type: site, role: own, coverage: part, partition: district }
  - { dataset: o/operator, type: operator, role: own, coverage: delta, keys: "operator:1" }
  - { dataset: l/operator, type: operator, role: own, coverage: delta, duplicates: last, keys: "operator:2" }
  - { dataset: f/operator, type: operator, role: own, coverage: full, duplicates: first, keys: "operator:3" }
  - { dataset: x/pad, type: pad, role: own, coverage: full }
  - { dataset: y/shaft, type: shaft, role: own, coverage: full }
  - { dataset: z/bore, type: bore, role: own, coverage: delta, duplicates: best, best: [plugged, on, done, note] }
"""
OWN = ("a/site", "b/site", "p/site")


def define(tenant):
    for name, fields in TYPES.items():
        sql("INSERT INTO entity_type_definitions (tenant_id, type_key, display_name,"
            " compliance_footprint) VALUES ('%s', '%s', '%s', %s)" % (
                tenant, name, name, name in ("site", "shaft")))
        for i, (key, (kind, options, required)) in enumerate(fields.items()):
            sql("INSERT INTO entity_field_definitions (type_id, tenant_id, field_key, label,"
                " input_type, required, options, sort_order) SELECT type_id, tenant_id, '%s',"
                " '%s', '%s', %s, '%s', %d FROM entity_type_definitions WHERE tenant_id = '%s'"
                " AND type_key = '%s'" % (key, key, kind, required, json.dumps(options), i,
                                          tenant, name))
    rule(tenant, "operator", "site", "one_to_many", False, "OPERATED_BY")
    rule(tenant, "operator", "shaft", "one_to_many", False, "OPERATED_BY")
    rule(tenant, "site", "shaft", "one_to_many", False, "AT_SITE")


def rule(tenant, parent, child, cardinality, required, label):
    sql("INSERT INTO entity_relationship_rules (tenant_id, parent_type_id, child_type_id,"
        " cardinality, required, display_label) SELECT '%s', p.type_id, c.type_id, '%s', %s, '%s'"
        " FROM entity_type_definitions p, entity_type_definitions c WHERE p.tenant_id = '%s'"
        " AND c.tenant_id = p.tenant_id AND p.type_key = '%s' AND c.type_key = '%s'" % (
            tenant, cardinality, required, label, tenant, parent, child))


# ---------------------------------------------------------------- streams and loads


def reject_file(path, kind, keys):
    """A reject file as an earlier stage writes it; a key of None cannot be named."""
    head = ("#aegis-stream 1 kind=reject:%s source=s run=%s\n" % (kind, uuid.uuid4())).encode()
    body = b"_record,_offset,key,severity,code,faults,raw\n"
    for i, (key, severity) in enumerate(keys):
        body += b"%d,%d,%s,%s,bad_key,[],00\n" % (i + 1, i * 10, quote(key), severity.encode())
    n = sum(s == "reject" for _, s in keys)
    data = seal(head, body, [book("rejects", len(keys), len(keys), len(keys))])
    with open(path, "wb") as f:
        f.write(data)
    return "%s:%s" % (path, hashlib.sha256(data).hexdigest()), n


def stream(dataset, todo, sha=None, source=None, config="a" * 64, columns=None, header=True,
           upstream=None, run=None, tenant=None):
    """todo: (key, {field: bytes}).  upstream: what rrc-decode rejected, (words, n)."""
    kind, own = COLUMNS[dataset]
    columns = columns or own
    head = "#aegis-stream 1 kind=entity:%s source=%s run=%s%s\n" % (
        kind, source or dataset.replace("/", "."), run or uuid.uuid4(),
        (" dataset=" + dataset if header else "") + " tenant=" + (tenant or TENANT))
    body = ",".join(["_record", "_offset", "entity_key"] + columns).encode() + b"\n"
    for i, (key, values) in enumerate(todo):
        body += b",".join([b"%d" % (i + 1), b"%d" % (i * 10), quote(key)] +
                          [quote(values.get(c)) for c in columns]) + b"\n"
    n = len(todo)
    sha = sha or hashlib.sha256(os.urandom(8)).hexdigest()
    words, bad = upstream or ("-", 0)
    return seal(head.encode(), body, [
        book("rrc-decode", n + bad, n, n, rejected=bad, rejects=words, dataset=dataset,
             config=config, source=sha, codes="bad_key:%d" % bad if bad else "-"),
        book("entity-map", n, n, n, dataset=dataset, source=sha)])


def run(data, kind, *options, tenant=None):
    p = subprocess.run(["aegis-entity-load", "--tenant", tenant or TENANT, "--type", kind,
                        "--datasets", WORK + "/datasets.yaml", "--matrix", WORK + "/matrix.yaml",
                        "--memory", str(MEMORY.choice([0, 256])), "--report", "json", *options], input=data, capture_output=True)
    p.err = p.stderr.decode(errors="replace")
    p.report = json.loads(p.stdout) if p.returncode == 0 and p.stdout else {}
    return p


def there():
    """Every entity: its values, and whether it is retired."""
    return {(r["t"], r["y"], r["k"]): (r["p"], r["r"]) for r in rows(
        "SELECT tenant_id AS t, type_key AS y, entity_key AS k, properties AS p, retired_at IS NOT NULL AS r FROM entities")}


def difference(before, after):
    """What changed, as batch_changes should have it."""
    found = {}
    for k, (p, retired) in after.items():
        q, was = before.get(k, ({}, None))
        fields = {f: [q.get(f), p.get(f)] for f in set(p) | set(q) if p.get(f) != q.get(f)}
        kind = "inserted" if was is None else "retired" if retired and not was else "revived" if was and not retired else "changed"
        if kind != "changed" or fields:
            found[k] = (kind, fields)
    return found


def changes(run_id):
    return [((r["t"], r["y"], r["k"]), (r["kind"], r["fields"])) for r in rows(
        "SELECT tenant_id AS t, type_key AS y, entity_key AS k, kind, fields FROM batch_changes WHERE run_id = '%s'" % run_id)]


told = {"loads": 0, "changes": 0}


def load(dataset, todo, *options, what=None, tenant=None, alone=True, **more):
    """A load; what it changed is held against the tables before and behind it, where it is the only one."""
    run_id, before = more.setdefault("run", str(uuid.uuid4())), there()
    known = sql("SELECT count(*) FROM batch_datasets WHERE dataset = '%s' AND tenant_id = '%s'" % (dataset, tenant or TENANT))
    p = run(stream(dataset, todo, tenant=tenant, **more), COLUMNS[dataset][0], *options,
            tenant=tenant)
    if p.returncode or what:
        ok(p.returncode == 0, what or "a load of " + dataset, p.returncode, p.err)
    if p.returncode == 0 and alone and "--plan" not in options:
        want, got = difference(before, there()) if known != "0" else {}, changes(run_id)
        told["loads"] += 1
        told["changes"] += len(got)
        if dict(got) != want or len(got) != len(want):
            odd = [k for k in set(want) | set(dict(got)) if want.get(k) != dict(got).get(k)]
            ok(False, "the changes of a load of " + dataset, *("%s: told %s, is %s" % (k, dict(got).get(k), want.get(k)) for k in odd[:4]))
    return p.report


EVERYTHING = ["entities", "entity_sources", "entity_links", "entity_pending", "compliance_status",
              "batch_datasets", "batch_sources", "batch_books", "batch_links"]


def refused(dataset, todo, status, what, word, *options, **more):
    before = entity_kit.everything(EVERYTHING)
    p = run(stream(dataset, todo, **more), COLUMNS[dataset][0], *options)
    kept = entity_kit.everything(EVERYTHING) == before
    ok(p.returncode == status and word in p.err and kept, what, p.returncode, p.err,
       "" if kept else "the tables changed")


# ---------------------------------------------------------------- the model


class Model:
    """What is there follows from each dataset's last rows alone, in whatever order they came."""

    def __init__(self):
        self.last = {d: {} for d in COLUMNS}     # what a dataset last said of a key
        self.has = {d: set() for d in COLUMNS}   # keys that it has
        self.came = set()                        # keys that an owner has ever brought

    def night(self, dataset, values, held=(), parts=None):
        """values: the whole of the dataset; held: keys whose row was rejected."""
        self.last[dataset].update(values)
        if dataset == "c/site":
            return
        gone = self.has[dataset] - set(values) - set(held)
        if parts is not None:
            gone = {k for k in gone if self.last[dataset][k].get("district") in parts}
        self.has[dataset] = (self.has[dataset] | set(values)) - gone
        self.came |= set(values)

    def entity(self, key):
        p = {}
        for d in ("a/site", "b/site", "c/site", "p/site"):
            for f, v in self.last[d].get(key, {}).items():
                if v is not None:
                    p[f] = Number(v.decode()) if f in ("depth", "latitude") else v.decode()
        return {"entity_key": key.decode(), "properties": p, "district": p.get("district"),
                "name": p.get("a_name", p.get("b_name", key.decode())),
                "retired": not any(key in self.has[d] for d in OWN)}

    def compare(self, what, tenant=None):
        got = {r["entity_key"]: r for r in rows(
            "SELECT entity_key, name, district, properties, retired_at IS NOT NULL AS retired"
            " FROM entities WHERE tenant_id = '%s' AND type_key = 'site'" % (tenant or TENANT))}
        want = {k.decode(): self.entity(k) for k in self.came}
        bad = [k for k in set(got) | set(want) if got.get(k) != want.get(k)]
        ok(not bad, what, *["got  %r\nwant %r" % (got.get(k), want.get(k)) for k in sorted(bad)[:3]])


def site(i):
    return b"site:%05d" % i


def values(dice, dataset, i):
    v = {"site_id": b"%05d" % i}
    if dataset == "a/site":
        v["a_name"] = dice.choice([None, b"ALPHA", b"it's \\ \"A\"", "é".encode()])
        v["depth"] = b"%d.%d0" % (dice.randrange(9000), dice.randrange(9))
        v["operator"] = dice.choice([None, b"operator:1%03d" % dice.randrange(40)])
    elif dataset == "b/site":
        v["b_name"] = dice.choice([None, b"BETA", b"", b"B 2"])
        v["remark"] = dice.choice([None, b"x,y\nz"])
    elif dataset == "c/site":
        v["latitude"] = dice.choice([None, b"31.%d" % dice.randrange(1000)])
    else:
        v["district"] = dice.choice([b"01", b"02", b"7B", b"08"])
    return {k: x for k, x in v.items() if x is not None}


# ---------------------------------------------------------------- cases


def nights(tenant, order):
    """Sources that lose, gain and change rows, each night's loads in an order of their own."""
    dice, shuffle = random.Random(SEED), random.Random(order)
    model = Model()
    now = {d: {site(i): values(dice, d, i) for i in dice.sample(range(300), 200)}
           for d in ("a/site", "b/site", "c/site", "p/site")}
    wrong = 0
    for night in range(NIGHTS):
        todo = []
        for d, rows_ in now.items():
            for key in list(rows_):
                lot = dice.random()
                if lot < 0.02:
                    del rows_[key]
                elif lot < 0.05:
                    rows_[key] = values(dice, d, int(key[5:]))
            for i in dice.sample(range(300), 6):
                rows_.setdefault(site(i), values(dice, d, i))
            # One row is refused on its way: its entity must stay, as it was.
            held = [k for k in rows_ if dice.random() < 0.01]
            sent = {k: v for k, v in rows_.items() if k not in held}
            todo.append((d, sent, held, dice.random() < 0.5))
        parts = sorted({v["district"] for v in now["p/site"].values()})
        shuffle.shuffle(todo)
        for d, sent, held, twice in todo:
            loads = [(sent, None)]
            if d == "p/site": # by districts, each a file
                order_ = list(parts)
                shuffle.shuffle(order_)
                loads = [({k: v for k, v in sent.items() if v["district"] == q}, [q])
                         for q in order_]
            for some, part in loads:
                lines = list(some.items())
                shuffle.shuffle(lines)
                for _ in range(1 + twice):
                    rejected = [(k, "reject") for k in held] + [(b"", "reject"), (site(7), "flaw")]
                    up = reject_file(WORK + "/night.rej", "entity", rejected)
                    r = load(d, lines, "--max-rejects", "100%", "--max-retired", "60%",
                             upstream=up, source=d + (part[0].decode() if part else ""),
                             tenant=tenant)
                if twice: # the second time there is nothing to do
                    wrong += r.get("nothing_new") is not True
                model.night(d, some, held, part)
        if night in (0, 1, 7, NIGHTS - 1):
            model.compare("night %d in order %d" % (night + 1, order), tenant)
    same(wrong, 0, "a load once more finds nothing new, in order %d" % order)
    return model


def end_state(tenant):
    return sql("SELECT md5(string_agg(x::text, E'\\n' ORDER BY x::text)) FROM ("
               "SELECT entity_key, name, field, district, properties, retired_at IS NULL"
               " FROM entities WHERE tenant_id = '%s' UNION ALL SELECT s.entity_key, dataset,"
               " part, encode(digest, 'hex'), 'null', NULL FROM entity_sources s"
               " JOIN batch_datasets USING (dataset_id) WHERE tenant_id = '%s'"
               " UNION ALL SELECT child_key, parent_key, 'link', NULL, 'null', resolved"
               " FROM entity_links JOIN entity_relationship_rules USING (rule_id)"
               " WHERE tenant_id = '%s') x" % (tenant, tenant, tenant))


def any_order():
    tenants = [TENANT] + [str(uuid.UUID(int=uuid.UUID(TENANT).int + i)) for i in (1, 2)]
    for i, t in enumerate(tenants):
        if i > 0:
            define(t)
        # Half of the operators come before, half after the sites.
        some = [(b"operator:1%03d" % k, {"operator_number": b"1%03d" % k}) for k in range(0, 40, 2)]
        load("o/operator", some, tenant=t)
        nights(t, i)
        load("o/operator", [(b"operator:1%03d" % k, {"operator_number": b"1%03d" % k})
                            for k in range(1, 30, 2)], tenant=t)
    states = [end_state(t) for t in tenants]
    same(states[1:], states[:1] * 2, "three orders of the same nights end in the same tables")
    same(sql("SELECT count(*) FROM entity_links k JOIN entity_relationship_rules USING (rule_id)"
             " LEFT JOIN entities p ON p.tenant_id = '%s' AND p.type_key = 'operator'"
             " AND p.entity_key = k.parent_key WHERE entity_relationship_rules.tenant_id = '%s'"
             " AND k.resolved IS DISTINCT FROM (p.entity_key IS NOT NULL)" % (TENANT, TENANT)), "0",
         "links are healed by the parents that came later, and no others")
    links = rows("SELECT e.entity_key, e.properties ->> 'operator' AS p FROM entities e"
                 " WHERE tenant_id = '%s' AND type_key = 'site' AND retired_at IS NULL"
                 " AND e.properties ? 'operator'" % TENANT)
    got = rows("SELECT child_key AS entity_key, parent_key AS p FROM entity_links"
               " JOIN entity_relationship_rules USING (rule_id) WHERE tenant_id = '%s'"
               " AND parent_key IS NOT NULL" % TENANT)
    same(sorted(x["entity_key"] + x["p"] for x in got), sorted(x["entity_key"] + x["p"]
                                                             for x in links),
         "a link for each living site that names an operator")


def fresh(case):
    """Empty tables, so that each case stands by itself."""
    sql("TRUNCATE entities, entity_sources, entity_links, entity_pending, compliance_status,"
        " batch_links, batch_sources, batch_books, batch_rejects, batch_datasets, batch_runs, batch_changes")
    case()


def sites(n, **more):
    return [(site(i), dict({"site_id": b"%05d" % i}, **more)) for i in range(n)]


def alive(kind="site"):
    return int(sql("SELECT count(*) FROM entities WHERE tenant_id = '%s' AND type_key = '%s'"
                   " AND retired_at IS NULL" % (TENANT, kind)))


def retire_and_revive():
    load("a/site", sites(100, depth=b"5"))
    r = load("a/site", sites(97, depth=b"5"))
    same((r["retired"], r["missing"], alive()), (3, 3, 97), "what the source lacks is retired")
    same(sql("SELECT properties ->> 'depth' FROM entities WHERE retired_at IS NOT NULL LIMIT 1"), "5",
         "with its values")
    load("b/site", sites(99, remark=b"r"), "--max-retired", "0")
    same(alive(), 99, "another owner revives what it has")
    r = load("b/site", sites(98, remark=b"r"))
    same((r["retired"], r["missing"], alive()), (1, 1, 98), "and takes it along again")
    r = load("b/site", sites(90, remark=b"r"), "--max-retired", "10%")
    same((r["retired"], r["missing"], alive()), (1, 8, 97),
         "what another owner still has is missing, not retired")
    r = load("a/site", sites(100, depth=b"6"))
    same((r["revived"], r["updated"], r["inserted"], alive()), (3, 97, 0, 100), "revived")
    load("c/site", sites(1, latitude=b"31.5"))
    r = load("c/site", [])
    same((r["retired"], alive()), (0, 100), "an enriching dataset retires nothing")


def pending():
    r = load("c/site", sites(10, latitude=b"31.5"))
    same((r["pending"], r["inserted"], sql("SELECT count(*) FROM entities")), (10, 0, "0"),
         "rows of unknown keys wait")
    r = load("c/site", sites(10, latitude=b"31.5"))
    same((r["pending"], r["nothing_new"]), (10, True), "and are known when they come again")
    load("c/site", sites(9, latitude=b"32.5"))
    load("a/site", sites(5, depth=b"1"))
    same(rows("SELECT DISTINCT properties ->> 'latitude' AS l FROM entities"), [{"l": "32.5"}],
         "applied when the entity comes, as last said")
    same(sql("SELECT count(*) FROM entity_pending"), "5", "the others wait on")
    same(load("c/site", sites(9, latitude=b"32.5"))["nothing_new"], True, "nothing new then")


def duplicates():
    def op(n, name):
        return b"operator:%d" % n, {"operator_number": b"%d" % n, "operator_name": name}
    both = [op(30, b"one"), op(31, b"x"), op(30, b"two"), op(30, b"one"), op(30, b"three")]
    r = load("f/operator", both)
    same((r["inserted"], r["duplicate"], r["rejected"]), (2, 3, 0), "first: others are counted")
    same(sql("SELECT name FROM entities WHERE entity_key = 'operator:30'"), "one", "the first stands")
    both = [op(int(k[9:]) - 10, v["operator_name"]) for k, v in both]
    r = load("l/operator", both)
    same((r["inserted"], r["duplicate"]), (2, 3), "last: others are counted")
    same(sql("SELECT name FROM entities WHERE entity_key = 'operator:20'"), "three", "the last stands")
    before = entity_kit.everything(["entities", "entity_sources"])
    r = load("l/operator", both)
    same((r["unchanged"], r["duplicate"], r["nothing_new"]), (2, 3, True), "again: nothing is new")
    same(entity_kit.everything(["entities", "entity_sources"]), before, "and nothing was written")
    r = load("l/operator", [op(20, b"three"), op(20, b"four"), op(20, b"three")])
    same((r["unchanged"], r["updated"], r["duplicate"]), (1, 0, 2), "there and back is no change")
    p = run(stream("l/operator", [op(20, b"three"), op(21, b"y"), op(22, b"n")]) +
            stream("l/operator", [op(20, b"five"), op(22, b"m"), op(20, b"five")]), "operator")
    counts = [(s["inserted"], s["updated"], s["unchanged"], s["duplicate"])
              for s in p.report["streams"]]
    same(counts, [(1, 2, 0, 0), (0, 0, 0, 3)], "over two streams each row is counted once")
    same(sql("SELECT string_agg(name, ' ' ORDER BY entity_key) FROM entities"
             " WHERE entity_key LIKE 'operator:2%'"), "five y m", "the last of all stands")
    dice = random.Random(SEED)
    for round_ in range(6):
        now = dict(line.split("|") for line in sql(
            "SELECT entity_key, name FROM entities WHERE entity_key LIKE 'operator:2%'").split("\n"))
        todo = [op(2000 + dice.randrange(60), b"n%d" % dice.randrange(3)) for _ in range(400)]
        want = {k.decode(): v["operator_name"].decode() for k, v in todo}
        r = load("l/operator", todo)
        counts = (sum(k not in now for k in want), sum(k in now and now[k] != v
                                                        for k, v in want.items()),
                  sum(now.get(k) == v for k, v in want.items()), 400 - len(want))
        same((r["inserted"], r["updated"], r["unchanged"], r["duplicate"]), counts,
             "round %d: counted as the last rows say" % round_)
        now.update(want)
        got = dict(line.split("|") for line in sql(
            "SELECT entity_key, name FROM entities WHERE entity_key LIKE 'operator:2%'").split("\n"))
        same(got, now, "and so it stands")
    refused("o/operator", [op(10, b"x"), op(10, b"y")], 65, "reject: the second is refused",
            "duplicate_key")
    refused("o/operator", [op(20, b"x")], 65, "a key outside of the dataset's", "begin with")


def parts():
    def of(*sites_):
        return [(site(i), {"site_id": b"%05d" % i, "district": d}) for i, d in sites_]
    load("p/site", of((1, b"01"), (2, b"01"), (3, b"01")), source="one")
    load("p/site", of((11, b"02"), (12, b"02")), source="two")
    r = load("p/site", of((1, b"01"), (2, b"01")), "--max-retired", "50%", source="one")
    same((r["retired"], alive()), (1, 4), "a district's file retires in its district only")
    # Site 2 moves from 01 to 02; either file may come first.
    load("p/site", of((2, b"02"), (11, b"02"), (12, b"02")), source="two")
    r = load("p/site", of((1, b"01")), "--max-retired", "50%", source="one")
    same((r["retired"], alive()), (0, 4), "what moved is not missing where it was")
    load("p/site", of((11, b"02"), (12, b"02")), "--max-retired", "50%", source="two")
    load("p/site", of((1, b"01"), (2, b"01")), source="one")
    same((alive(), sql("SELECT district FROM entities WHERE entity_key = 'site:00002'")), (4, "01"),
         "nor in the other order, in the end")
    r = load("p/site", [], source="three")
    same((r["retired"], alive()), (0, 4), "a file without a row is of no district")
    refused("p/site", of((1, b"01")), 65, "half of a district", "are missing", source="one")


def guards():
    a = hashlib.sha256(b"a").hexdigest()
    b = hashlib.sha256(b"b").hexdigest()
    load("a/site", sites(100), sha=a)
    refused("a/site", sites(94), 65, "six of a hundred missing", "--max-retired is 5%")
    refused("a/site", sites(94), 65, "a plan says so too", "--max-retired is 5%", "--plan")
    refused("a/site", [], 65, "an empty file", "100 of the 100")
    refused("a/site", sites(98), 65, "two, where one may be", "--max-retired is 1",
            "--max-retired", "1")
    r = load("a/site", sites(50), "--delta", what="some rows, said to be some")
    same((alive(), r["unchanged"], r["index"]["keys"]), (100, 50, 50),
         "retire nothing, and ask the database for their own keys")
    ugly = [(b"site:'%s' \\%d\xc3\xa9" % (b"x" * 200, i), {"site_id": b"%05d" % (7000 + i)}) for i in range(3)]
    r = load("a/site", ugly, "--delta")
    again = load("a/site", ugly + sites(10, depth=b"1"), "--delta")
    same((r["inserted"], again["inserted"], again["updated"], again["unchanged"]), (3, 0, 10, 3),
         "keys with quotes and backslashes are known again")
    many = [(b"site:m%09d" % i, {"site_id": b"8%04d" % (i % 9999)}) for i in range(9000)]
    r = load("a/site", many, "--delta")
    again = load("a/site", many, "--delta")
    same((r["inserted"], again["unchanged"], again["index"]["keys"]), (9000, 9000, 9103),
         "of a large part the whole is asked")
    load("a/site", sites(100), "--accept-shrink", sha=a, what="back to the hundred")
    load("a/site", sites(50), "--accept-shrink", sha=b, what="a shrunk source, accepted")
    same(alive(), 50, "is retired")
    refused("a/site", sites(50, depth=b"8"), 65, "the source before the last", "was loaded at", sha=a)
    load("a/site", sites(50), sha=a, what="which may come back where nothing differs")
    load("a/site", sites(50), sha=b, what="and so may the other")
    load("a/site", sites(50), "--accept-older", sha=a, what="accepted")
    r = load("a/site", sites(50), sha=a)
    ok(r["same_as"] and r["nothing_new"], "the same source again: nothing to do", r)
    ok(not load("a/site", sites(50), sha=a, config="a" * 64)["same_as"] is None, "still the same")
    refused("a/site", sites(50), 65, "another layout", "differs from the last load", config="b" * 64)
    load("a/site", sites(50), "--accept-change", config="b" * 64, what="accepted")
    refused("a/site", sites(50), 65, "a column less", "missing operator",
            columns=["site_id", "a_name", "depth"])
    refused("b/site", sites(1), 78, "a field of another dataset",
            "field 'depth': 'b/site' brings it, and so does 'a/site'", columns=["site_id", "depth"])
    refused("a/site", sites(50), 64, "which of four datasets?", "--dataset", header=False)
    refused("a/site", sites(50), 78, "one said, another meant", "is of the dataset 'a/site'",
            "--dataset", "b/site")
    load("a/site", sites(50), "--dataset", "a/site", "--accept-change", header=False,
         what="said by the option")


def old_sources():
    """What is compared is the source as a whole, whoever brings it and in however many pieces."""
    k1 = stream("a/site", sites(60, depth=b"1"), sha=hashlib.sha256(b"k1").hexdigest())
    k2 = stream("a/site", sites(60, depth=b"2"), sha=hashlib.sha256(b"k2").hexdigest())
    ok(run(k1, "site", "--accept-shrink", "--accept-older").returncode == 0, "the first night")
    ok(run(k2, "site").returncode == 0, "the second")
    p = run(k1, "site")
    ok(p.returncode == 65 and "before the latest source" in p.err, "the first night's kept stream",
       p.returncode, p.err)

    def piece(name, rows):
        return stream("a/site", rows, sha=hashlib.sha256(name.encode()).hexdigest(), source=name)

    def whole(pieces, *options):
        p = run(b"".join(piece(n, r) for n, r in pieces), "site", "--report", "json", *options)
        return p, json.loads(p.stdout) if p.stdout else {}

    rows = sites(80, depth=b"3")
    one, four = [("whole", rows)], [("part %d" % i, rows[i * 20:i * 20 + 20]) for i in range(4)]
    ok(whole(one)[0].returncode == 0, "a file")
    p, r = whole(four)
    ok(p.returncode == 0 and r["nothing_new"] and not r["same_as"], "its pieces: nothing new", p.err)
    p, r = whole(one)
    ok(p.returncode == 0 and r["nothing_new"], "the file again, though pieces came between", p.err)
    p, r = whole(four)
    ok(p.returncode == 0 and not r["same_as"], "the pieces, though the file came between", p.err)
    p, r = whole(four[:3] + [("part 3", rows[60:79])], "--max-retired", "5%")
    ok(p.returncode == 0 and not r["same_as"], "a piece that is another is not the same source", r)
    p, r = whole(four)
    p, r = whole(four)
    ok(p.returncode == 0 and r["same_as"], "the same pieces are", r)
    p, r = whole(four[1:] + four[:1])
    ok(p.returncode == 0 and r["same_as"], "in any order", r)
    p, r = whole(four + [("part 4", [])])
    ok(p.returncode == 0 and not r["same_as"], "one more than the last load had", r)
    p, r = whole(four)
    ok(p.returncode == 0 and not r["same_as"], "one less", r)


def other_digest(word):
    """The same with another last digit, whichever it was."""
    return word[:-1] + ("1" if word[-1] == "0" else "0")


def held():
    many = sites(200)
    load("a/site", many)
    gone = many[:-3]
    words = reject_file(WORK + "/h.rej", "entity", [(site(198), "reject"), (site(199), "reject"),
                                                    (b"", "reject"), (None, "flaw")])
    r = load("a/site", gone, "--max-rejects", "5%", upstream=words)
    same((r["retired"], r["held"], alive()), (1, 2, 199), "keys in a reject file stay")
    words = reject_file(WORK + "/h.rej", "rrc", [(b"00198", "reject"), (b"00005", "reject")])
    r = load("a/site", gone, "--max-rejects", "5%", upstream=words)
    same((r["retired"], r["held"], alive()), (1, 1, 198), "a view's key is one, behind its type")
    load("a/site", many, what="all are back")
    for what, change in [("a reject that cannot be named", lambda: reject_file(
            WORK + "/h.rej", "entity", [(None, "reject")])),
            ("a reject file that was changed", lambda: (other_digest(reject_file(
                WORK + "/h.rej", "entity", [(site(198), "reject")])[0]), 1)),
            ("a reject file that is gone", lambda: ("/no/such:" + "0" * 64, 1)),
            ("rejects without a file", lambda: ("-", 1))]:
        r = load("a/site", gone, "--max-rejects", "5%", upstream=change())
        ok(r["withheld"] and r["retired"] == 0 and r["missing"] == 3 and alive() == 200,
           what + ": nothing is retired, and that is said", r)
    r = load("a/site", gone, "--max-rejects", "5%", "--accept-shrink",
             upstream=reject_file(WORK + "/h.rej", "entity", [(None, "reject")]))
    same((r["retired"], alive()), (3, 197), "unless one says so")
    bad = many[:100] + [(site(100), {"site_id": b"00100", "depth": b"x"})] + many[101:197]
    r = load("a/site", bad, "--rejects", WORK + "/own.rej", "--max-rejects", "5%")
    same((r["rejected"], r["retired"], alive()), (1, 0, 197), "its own rejects are kept as well")


def link_counts(child, parent):
    r = rows("SELECT linked, missing_parent, missing_required, cardinality, examples FROM batch_links"
             " JOIN batch_sources USING (run_id, dataset_id, section) WHERE child_type = '%s'"
             " AND parent_type = '%s' ORDER BY loaded_at DESC LIMIT 1" % (child, parent))
    return tuple(int(r[0][c]) for c in ("linked", "missing_parent", "missing_required",
                                        "cardinality")) + (r[0]["examples"],)


def links():
    rule(TENANT, "site", "pad", "one_to_one", True, "ON_SITE")
    load("a/site", sites(10, operator=b"operator:1001"))
    same(link_counts("site", "operator")[:2], (0, 10), "ten parents are missing")
    ok({"child": "site:00000", "parent": "operator:1001"} in
       link_counts("site", "operator")[4]["missing_parent"], "with examples in the books")
    r = load("o/operator", [(b"operator:1001", {"operator_number": b"1001"})])
    same((link_counts("site", "operator")[:2], [l["changed"] for l in r["links"] if l["child"] == "site"]), ((10, 0), [10]),
         "healed when the parent comes")
    pads = [(b"pad:1", {"pad_id": b"1", "site": site(1)}), (b"pad:2", {"pad_id": b"2", "site": site(1)}),
            (b"pad:3", {"pad_id": b"3"}), (b"pad:4", {"pad_id": b"4", "site": b"site:nowhere"}),
            (b"pad:5", {"pad_id": b"5", "site": site(9)})]
    r = load("x/pad", pads)
    same(link_counts("pad", "site"), (3, 1, 1, 1, {
        "missing_parent": [{"child": "pad:4", "parent": "site:nowhere"}],
        "missing_required": ["pad:3"],
        "cardinality": [{"parent": "site:00001", "children": Number("2")}]}),
        "missing parent, missing link, broken cardinality")
    same([r["links"][0][k] for k in ("linked", "missing_parent", "missing_required", "cardinality")],
         [3, 1, 1, 1], "and in the report")
    before = entity_kit.everything(["entity_links"])
    r = load("x/pad", pads)
    same((r["links"][0]["missing_parent"], entity_kit.everything(["entity_links"])), (1, before),
         "a night without news says it again and writes no link")
    load("a/site", sites(9, operator=b"operator:1001"), "--max-retired", "1")
    same(link_counts("pad", "site")[:2], (2, 2), "a parent that retires is missing")
    same(link_counts("site", "operator")[:2], (9, 0), "a child that retires has no link")
    load("a/site", sites(10, operator=b"operator:1001"))
    same((link_counts("pad", "site")[:2], link_counts("site", "operator")[:2]), ((3, 1), (10, 0)),
         "both come back")
    load("a/site", sites(10, operator=b"operator:1002"))
    same(link_counts("site", "operator")[:2], (0, 10), "another parent")
    load("a/site", sites(10))
    same(link_counts("site", "operator")[:2], (0, 0), "none any more")
    same(sql("SELECT count(*) FROM entity_links JOIN entity_relationship_rules r USING (rule_id)"
             " WHERE parent_key IS NULL AND NOT resolved AND display_label = 'OPERATED_BY'"), "10",
         "and the rows say so")
    sql("DELETE FROM entity_relationship_rules WHERE display_label = 'ON_SITE'")
    rule(TENANT, "site", "pad", "one_to_many", False, "ON_SITE")
    load("x/pad", pads)
    same(link_counts("pad", "site")[:4], (3, 1, 0, 0), "a new rule links what was there before it")


def through():
    """A child's parent by way of another entity follows whichever of the three is loaded, in any order."""
    dice = random.Random(SEED + 7)
    site_of, operator_of, there = {}, {}, set()
    # Not all at once: the first loads come in each of the orders, over the seeds.
    steps = dice.sample(["shafts", "sites", "operators"], 3) + [
        dice.choice(["shafts", "sites", "operators"]) for _ in range(3 * NIGHTS)]
    for i, step in enumerate(steps):
        if step == "shafts":
            site_of = {k: dice.choice([None] + [site(n) for n in range(30)])
                       for k in dice.sample(range(120), 100)}
            load("y/shaft", [(b"shaft:%d" % k, {"shaft_id": b"%d" % k, "site": v})
                             for k, v in sorted(site_of.items())], "--accept-shrink")
        elif step == "sites":
            operator_of = dict(operator_of) if dice.randrange(2) else {}
            for n in dice.sample(range(30), 25):
                operator_of[n] = dice.choice([None] + [b"operator:10%02d" % k for k in range(12)])
            load("a/site", [(site(n), {"site_id": b"%05d" % n, "operator": v})
                            for n, v in sorted(operator_of.items())], "--accept-shrink")
        else:
            # Operators come and stay: their dataset is a delta.
            more = {b"operator:10%02d" % k for k in dice.sample(range(12), 4)}
            there |= more
            load("o/operator", [(k, {"operator_number": k[9:]}) for k in sorted(more)])
        want = {}
        for k, s in site_of.items():
            of = operator_of.get(int(s[5:])) if s is not None else None
            if of is not None:
                want["shaft:%d" % k] = (of.decode(), of in there)
        got = {r["child_key"]: (r["parent_key"], r["resolved"]) for r in rows(
            "SELECT child_key, parent_key, resolved FROM entity_links JOIN entity_relationship_rules r"
            " USING (rule_id) JOIN entity_type_definitions c ON c.type_id = r.child_type_id"
            " JOIN entity_type_definitions p ON p.type_id = r.parent_type_id"
            " WHERE c.type_key = 'shaft' AND p.type_key = 'operator' AND parent_key IS NOT NULL")}
        if got != want:
            bad = sorted(k for k in set(got) | set(want) if got.get(k) != want.get(k))
            ok(False, "step %d, %s: the shafts' operators" % (i, step),
               *["%s: got %r, want %r" % (k, got.get(k), want.get(k)) for k in bad[:3]])
            return
    ok(True, "%d loads of shafts, sites and operators in any order: each shaft's operator is its site's" % len(steps))
    load("o/operator", [(b"operator:1001", {"operator_number": b"1001"})])
    load("y/shaft", [(b"shaft:900", {"shaft_id": b"900", "site": site(900)})], "--accept-shrink")
    load("a/site", [(site(900), {"site_id": b"00900", "operator": b"operator:1001"})], "--accept-shrink")
    same(sql("SELECT string_agg(compliance_domain, ' ' ORDER BY 1) FROM compliance_status"
             " WHERE entity_id = 'shaft:900'"), "flaring_monitor",
         "the site's load makes the cells of a shaft that is one's own by it")
    same(sql("SELECT count(*) FROM batch_matrix_todo"), "0", "and none is due")
    sql("UPDATE entity_relationship_rules SET child_type_id = parent_type_id WHERE display_label = 'AT_SITE'"
        " AND tenant_id = '%s'" % TENANT)
    p = run(stream("y/shaft", [(b"shaft:901", {"shaft_id": b"901", "site": site(900)})]), "shaft", "--accept-shrink")
    ok(p.returncode == 0 and "no rule of 'shaft' goes to 'site', by way of which it has its 'operator'" in p.err,
       "without the rule between it is said that nobody is found", p.err)
    sql("UPDATE entity_relationship_rules SET child_type_id = (SELECT type_id FROM entity_type_definitions"
        " WHERE type_key = 'shaft' AND tenant_id = '%s') WHERE display_label = 'AT_SITE'" % TENANT)
    # A tenant who maps the field himself has what he maps.
    sql("INSERT INTO rrc_field_mappings (tenant_id, type_id, entity_field_id, rrc_field_key) SELECT f.tenant_id, f.type_id,"
        " f.field_id, 'operator' FROM entity_field_definitions f JOIN entity_type_definitions t USING (type_id)"
        " WHERE t.type_key = 'shaft' AND f.field_key = 'operator'")
    COLUMNS["y/shaft"] = ("shaft", ["shaft_id", "site", "operator"])
    load("y/shaft", [(b"shaft:900", {"shaft_id": b"900", "site": site(900), "operator": b"operator:1002"})],
         "--accept-shrink")
    COLUMNS["y/shaft"] = ("shaft", ["shaft_id", "site"])
    same(sql("SELECT parent_key FROM entity_links JOIN entity_relationship_rules r USING (rule_id)"
             " WHERE child_key = 'shaft:900' AND parent_key LIKE 'operator:%'"), "operator:1002",
         "a tenant who maps the field himself has what he maps")
    sql("DELETE FROM rrc_field_mappings")


def stand_in():
    """Of several fields of one role that refer to a type the first with a value counts, here and by way of another."""
    sql("INSERT INTO entity_field_definitions (type_id, tenant_id, field_key, label, input_type, options, sort_order)"
        " SELECT type_id, tenant_id, 'spare', 'spare', 'ref', '{\"role\": \"operator\", \"ref\": \"operator\"}', 99"
        " FROM entity_type_definitions WHERE tenant_id = '%s' AND type_key = 'site'" % TENANT)
    COLUMNS["b/site"] = ("site", ["site_id", "b_name", "remark", "spare"])
    who = lambda: sql("SELECT string_agg(child_key || ' ' || parent_key, ', ' ORDER BY child_key) FROM entity_links"
                      " JOIN entity_relationship_rules r USING (rule_id) WHERE r.display_label = 'OPERATED_BY'"
                      " AND parent_key IS NOT NULL AND tenant_id = '%s'" % TENANT)
    load("y/shaft", [(b"shaft:1", {"shaft_id": b"1", "site": site(1)}), (b"shaft:2", {"shaft_id": b"2", "site": site(2)})])
    load("a/site", [(site(1), {"site_id": b"00001", "operator": b"operator:1001"}), (site(2), {"site_id": b"00002"})])
    same(who(), "shaft:1 operator:1001, site:00001 operator:1001", "the first where it has a value")
    load("b/site", [(site(n), {"site_id": b"%05d" % n, "spare": b"operator:1009"}) for n in (1, 2)])
    same(who(), "shaft:1 operator:1001, shaft:2 operator:1009, site:00001 operator:1001, site:00002 operator:1009",
         "the other where it has none")
    load("a/site", [(site(1), {"site_id": b"00001"}), (site(2), {"site_id": b"00002", "operator": b"operator:1002"})])
    same(who(), "shaft:1 operator:1009, shaft:2 operator:1002, site:00001 operator:1009, site:00002 operator:1002",
         "and the other way round")
    COLUMNS["b/site"] = ("site", ["site_id", "b_name", "remark"])
    sql("DELETE FROM entity_field_definitions WHERE field_key = 'spare'")


def best():
    """Of several rows with one key the best one counts, wherever it stands; of equals the first."""
    dice = random.Random(SEED + 8)
    day = lambda: dice.choice([None, b"18%02d-01-31" % dice.randrange(5), b"20%02d-12-01" % dice.randrange(5)])
    stands = {}
    for round_ in range(NIGHTS):
        todo = [(b"bore:%d" % k, {"bore_id": b"%d" % k, "plugged": day(), "on": dice.choice([None, b"true", b"false"]),
                                  "done": day(), "note": dice.choice([None, b"n1", b"n2", b"n3"])})
                for k in (dice.randrange(40) for _ in range(120))]
        if round_ % 3 == 2:
            todo = again[:]
            dice.shuffle(todo)
        again, want = todo, {}
        for key, v in todo:
            rank = (v["plugged"] or b"", [None, b"false", b"true"].index(v["on"]), v["done"] or b"",
                    v["note"] is not None)
            if key not in want or rank > want[key][0]:
                want[key] = (rank, v)
        now = {k: {f: x.decode() if x is not None else None for f, x in v.items()} for k, (_, v) in want.items()}
        counts = (sum(k not in stands for k in now), sum(k in stands and stands[k] != v for k, v in now.items()),
                  sum(stands.get(k) == v for k, v in now.items()), len(todo) - len(now))
        half = len(todo) // 2
        p = run(stream("z/bore", todo[:half]) + stream("z/bore", todo[half:]), "bore")
        ok(p.returncode == 0, "round %d: loaded" % round_, p.err)
        got = tuple(p.report[k] for k in ("inserted", "updated", "unchanged", "duplicate"))
        same(got, counts, "round %d: counted as the best rows say" % round_)
        stands.update(now)
        there = {r["entity_key"].encode(): r for r in rows(
            "SELECT entity_key, properties ->> 'bore_id' AS bore_id, properties ->> 'plugged' AS plugged,"
            " properties ->> 'on' AS on, properties ->> 'done' AS done, properties ->> 'note' AS note FROM entities"
            " WHERE type_key = 'bore'")}
        for v in there.values():
            del v["entity_key"]
        same(there, stands, "and so they stand")
    for text, word in (("[plugged, nothing]", "no field 'nothing'"), ("[plugged, done, plugged]", "at most")):
        with open(WORK + "/datasets.yaml", "w") as f:
            f.write(DATASETS.replace("[plugged, on, done, note]", text))
        refused("z/bore", [(b"bore:1", {"bore_id": b"1"})], 78, "best: " + text, word)
    with open(WORK + "/datasets.yaml", "w") as f:
        f.write(DATASETS)


def side_by_side():
    """Parents and children at the same time: whoever is last sees the other."""
    for i in range(12):
        ops = [(b"operator:1%03d" % k, {"operator_number": b"1%03d" % k})
               for k in range(i * 20, i * 20 + 20)]
        many = [(site(k), {"site_id": b"%05d" % k, "operator": b"operator:1%03d" % (k % 20 + i * 20)})
                for k in range(200)]
        jobs = [threading.Thread(target=load, args=("o/operator", ops), kwargs={"alone": False}),
                threading.Thread(target=load, args=("a/site", many), kwargs={"alone": False})]
        for j in jobs[::1 if i % 2 else -1]:
            j.start()
        for j in jobs:
            j.join()
    same(sql("SELECT count(*) FROM entity_links WHERE resolved"), "200",
         "twelve times parents and children at once: every link is there")


def cells():
    return rows("SELECT entity_id, entity_name, entity_district, compliance_domain AS d, status, details,"
                " last_assessed_at, deadline FROM compliance_status WHERE tenant_id = '%s'"
                " ORDER BY 1, 4" % TENANT)


def matrix():
    def of(n, op, name):
        return sites(n, operator=op, a_name=name)

    other = (site(5), {"site_id": b"00005", "operator": b"operator:1999"})
    load("a/site", of(2, b"operator:1001", b"ONE") + [other])
    new = {"entity_name": "ONE", "entity_district": None, "status": "not_applicable",
           "details": {"assessed": False}, "last_assessed_at": None, "deadline": None}
    same(cells(), [dict(new, entity_id="site:%05d" % i, d=d) for i in (0, 1)
                   for d in ("rule_32", "rule_37")],
         "cells of one's own operators only, not assessed, never compliant")
    sql("UPDATE compliance_status SET status = 'overdue', deadline = '2026-01-01', details ="
        " '{\"by\": \"agent\"}', last_assessed_at = '2025-01-01' WHERE entity_id = 'site:00000'"
        " AND compliance_domain = 'rule_37'; UPDATE compliance_status SET details = '[1]'"
        " WHERE entity_id = 'site:00001' AND compliance_domain = 'rule_37'")
    r = load("a/site", of(2, b"operator:1001", b"TWO") + [other])
    load("p/site", sites(1, district=b"7B"))
    got = [c for c in cells() if c["entity_id"] == "site:00000"]
    same([(c["entity_name"], c["entity_district"]) for c in got], [("TWO", "7B")] * 2,
         "names and district are kept current")
    same((got[1]["status"], got[1]["details"], got[1]["deadline"] is None),
         ("overdue", {"by": "agent"}, False), "another's status, deadline and details stay")
    before = entity_kit.everything(["compliance_status"])
    load("a/site", of(2, b"operator:1001", b"TWO") + [other])
    same(entity_kit.everything(["compliance_status"]), before, "nothing new: no cell is written")
    load("a/site", [other], "--accept-shrink")
    got = {(c["entity_id"], c["d"]): c["details"] for c in cells()}
    ok("retired" in got["site:00001", "rule_32"] and "retired" not in got["site:00000", "rule_32"] and
       got["site:00001", "rule_37"] == [Number("1")],
       "retired is said in the details, where these are an object", got)
    load("a/site", of(2, b"operator:1001", b"TWO") + [other])
    ok(all("retired" not in json.dumps(c["details"]) for c in cells()), "and taken back", cells())
    busy(of, other)
    with open(WORK + "/matrix.yaml", "a") as f:
        f.write("  - { tenant: %s, operators: [\"operator:1999\"] }\n" % uuid.uuid4())
    load("a/site", of(2, b"operator:1001", b"TWO") + [other])
    same(len(cells()), 4, "another tenant's operators are not ours")
    with open(WORK + "/matrix.yaml", "w") as f:
        f.write(MATRIX.replace("1001", "1999"))
    load("a/site", of(2, b"operator:1001", b"TWO") + [other])
    same(len(cells()), 6, "an operator that is new in the file has its cells the next night")
    with open(WORK + "/matrix.yaml", "w") as f:
        f.write(MATRIX.replace("domains", "domain"))
    refused("a/site", of(2, b"operator:1001", b"TWO"), 78, "a matrix file that is wrong",
            "matrix.yaml:1:9", "--delta")
    with open(WORK + "/matrix.yaml", "w") as f:
        f.write(MATRIX)


def checked(status, what):
    p = subprocess.run(["aegis-entity-load", "--tenant", TENANT, "--type", "site", "--matrix", WORK + "/matrix.yaml",
                        "--datasets", WORK + "/datasets.yaml", "--check", "--report", "json"], capture_output=True)
    ok(p.returncode == status, what, p.returncode, p.stderr.decode(), p.stdout.decode())
    return json.loads(p.stdout)


def busy(of, other):
    """A service that holds a cell keeps nobody waiting: the rest is written, and the next load does it."""
    checked(0, "--check: the matrix is as the entities say")
    p = subprocess.Popen(["psql", "-XqAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdin.write(b"BEGIN; UPDATE compliance_status SET status = 'in_review' WHERE entity_id = 'site:00000';\n\\echo held\n")
    p.stdin.flush()
    p.stdout.readline()
    r = load("a/site", of(2, b"operator:1001", b"THREE") + [other])
    ok(r["cells_busy"] == 2 and r["cells_changed"] > 0, "a cell that a service holds is left, the others are written", r)
    same(sql("SELECT count(*) FROM batch_matrix_todo"), "1", "it is due")
    same(checked(1, "--check sees it")["cells_differing"], 2, "it counts the cells")
    p.stdin.write(b"COMMIT;\n")
    p.stdin.close()
    p.wait()
    r = load("a/site", of(2, b"operator:1001", b"THREE") + [other])
    same((r["nothing_new"], r["cells_changed"], sql("SELECT count(*) FROM batch_matrix_todo")), (True, 2, "0"),
         "the next load, which has nothing new, brings it up to date")
    same(sql("SELECT DISTINCT status FROM compliance_status WHERE entity_id = 'site:00000'"), "in_review",
         "and the service's status stands")
    checked(0, "--check: as the entities say")
    load("a/site", of(2, b"operator:1001", b"TWO") + [other])


def type_gone():
    """A type that an administrator deletes: its entities are retired by the next load of another, under
    --max-retired; their cells say so."""
    six = [(b"operator:%d" % (1000 + i), {"operator_number": b"%d" % (1000 + i), "operator_name": b"N"})
           for i in range(6)]
    load("a/site", sites(4, operator=b"operator:1001", a_name=b"ONE"))
    cells_before = len(cells())
    load("o/operator", six)
    sql("DELETE FROM entity_type_definitions WHERE type_key = 'site'")
    live = "SELECT count(*) FROM entities WHERE type_key = 'site' AND retired_at IS NULL"
    p = run(stream("o/operator", six), "operator", "--max-retired", "10%")
    ok(p.returncode == 0 and "more than --max-retired allows, and stay" in p.err and sql(live) == "4",
       "a type that is gone with too many entities: they stay, and nothing is stopped", p.returncode, p.err)
    p = run(stream("o/operator", six), "operator", "--max-retired", "50%")
    ok(p.returncode == 0 and "its 4 entities are retired" in p.err and sql(live) == "0",
       "within --max-retired they are retired", p.returncode, p.err)
    got = cells()
    ok(len(got) == cells_before > 0 and all("retired" in c["details"] for c in got), "their cells stay, and say so", got)
    same(run(stream("o/operator", six), "operator").report["orphans_retired"], 0, "once")
    sql("DELETE FROM entity_type_definitions WHERE tenant_id = '%s'" % TENANT)
    define(TENANT)


MATRIX = """domains: { site: [rule_37, rule_32], shaft: [flaring_monitor] }
tenants:
  - { tenant: %s, operators: ["operator:1001"] }
""" % TENANT


def broken_counts():
    """The server loses a row, or a book is off by one: no commit."""
    load("a/site", sites(100))
    lose = ("CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.entity_key"
            " = ''site:00150'' OR NEW.entity_key = ''site:00050'' THEN RETURN NULL; END IF;"
            " RETURN NEW; END'; ")
    sql(lose)
    for table, event in (("entities", "INSERT"), ("entities", "UPDATE"), ("entity_sources", "INSERT"),
                         ("entity_sources", "UPDATE")):
        sql("CREATE TRIGGER lose BEFORE %s ON %s FOR EACH ROW EXECUTE FUNCTION lose()" % (event, table))
        before = entity_kit.everything(EVERYTHING)
        p = run(stream("a/site", sites(200, depth=b"7")), "site")
        kept = entity_kit.everything(EVERYTHING) == before
        ok(p.returncode in (65, 75) and kept and ("199 rows" in p.err or "99 arrived" in p.err or
                                                  "99 rows" in p.err),
           "a row lost at %s of %s: refused" % (event, table), p.returncode, p.err)
        sql("DROP TRIGGER lose ON " + table)
    for field in ("read", "used", "skipped", "rejected", "rows"):
        n = 120
        books = [book("rrc-decode", n, n, n, dataset="a/site"), book("entity-map", n, n, n, dataset="a/site")]
        for b in books:
            b[field] += 1
            data = stream("a/site", sites(n))
            head, body = data.split(b"\n", 1)[0] + b"\n", data.split(b"\n", 1)[1].split(b"#aegis-book", 1)[0]
            before = entity_kit.everything(EVERYTHING)
            p = run(seal(head, body, books), "site")
            ok(p.returncode == 65 and entity_kit.everything(EVERYTHING) == before,
               "one more %s in the book of %s: refused" % (field, b["stage"]), p.returncode, p.err)
            b[field] -= 1
    p = run(seal(head, body, books), "site")
    ok(p.returncode == 0, "and as it was: loaded", p.err)


def main():
    with open(WORK + "/datasets.yaml", "w") as f:
        f.write(DATASETS)
    with open(WORK + "/matrix.yaml", "w") as f:
        f.write(MATRIX)
    define(TENANT)
    any_order()
    for case in (retire_and_revive, pending, duplicates, parts, guards, held, links, through, stand_in, best, side_by_side,
                 matrix, type_gone, broken_counts):
        fresh(case)
    ok(told["changes"] > told["loads"], "%d loads tell %d changes, which are the difference of the tables" % (told["loads"], told["changes"]))
    return end()


sys.exit(main())
