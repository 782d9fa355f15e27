"""The cases of graph.t: entities and links by SQL, as loads leave them; the graph by Cypher."""
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid

from entity_kit import TENANT, end, ok, same, sql

KILLS = int(os.environ.get("GRAPH_KILLS", "15"))
SEED = int(os.environ.get("GRAPH_SEED", "1"))
OTHER = str(uuid.UUID(int=uuid.UUID(TENANT).int + 7))
RULES = {("well", "lease"): "ON_LEASE", ("well", "operator"): "OPERATED_BY",
         ("lease", "operator"): "OPERATED_BY", ("permit", "well"): "PERMIT_FOR"}
FIELDS = {"well": ["api_number", "well_name", "depth", "operator", "lease"],
          "lease": ["lease_number", "lease_name", "operator"],
          "operator": ["operator_number", "operator_name"], "permit": ["permit_number", "well"]}


def define(tenant):
    for t, fields in FIELDS.items():
        sql("INSERT INTO entity_type_definitions (tenant_id, type_key, display_name)"
            " VALUES ('%s', '%s', '%s')" % (tenant, t, t))
        for f in fields:
            sql("INSERT INTO entity_field_definitions (type_id, tenant_id, field_key, label, input_type)"
                " SELECT type_id, tenant_id, '%s', '%s', 'text' FROM entity_type_definitions"
                " WHERE tenant_id = '%s' AND type_key = '%s'" % (f, f, tenant, t))
    for (c, p), label in RULES.items():
        sql("INSERT INTO entity_relationship_rules (tenant_id, parent_type_id, child_type_id,"
            " display_label) SELECT '%s', p.type_id, c.type_id, '%s' FROM entity_type_definitions p,"
            " entity_type_definitions c WHERE p.tenant_id = '%s' AND c.tenant_id = p.tenant_id"
            " AND p.type_key = '%s' AND c.type_key = '%s'" % (tenant, label, tenant, p, c))
    sql("INSERT INTO batch_datasets (tenant_id, type_key, dataset) VALUES ('%s', 'well', 'x/y')" % tenant)


def quoted(s):
    return "'" + s.replace("'", "''") + "'"


def night(changes, tenant=TENANT):
    """A load that leaves (type, key, properties or None for retired), and links by properties."""
    run = str(uuid.uuid4())
    todo = ["INSERT INTO batch_runs (run_id, pipeline, host, version) VALUES ('%s', 'x', 'h', 'v')" % run,
            "INSERT INTO batch_sources (run_id, dataset_id, source, config_sha256) SELECT '%s', dataset_id,"
            " 's', 'c' FROM batch_datasets WHERE tenant_id = '%s'" % (run, tenant)]
    todo += ["SELECT batch_ground('%s', '%s')" % (tenant, kind) for kind in sorted({c[0] for c in changes})]
    for kind, key, p in changes:
        if p is None:
            todo.append("UPDATE entities SET retired_at = '2026-11-27T01:02:03Z', changed_run = '%s' WHERE"
                        " tenant_id = '%s' AND entity_key = %s" % (run, tenant, quoted(key)))
        else:
            todo.append("INSERT INTO entities (tenant_id, type_key, entity_key, name, properties,"
                        " changed_run) VALUES ('%s', '%s', %s, 'n', %s, '%s') ON CONFLICT (tenant_id,"
                        " type_key, entity_key) DO UPDATE SET properties = EXCLUDED.properties,"
                        " changed_run = EXCLUDED.changed_run, retired_at = NULL" % (
                            tenant, kind, quoted(key), quoted(p if isinstance(p, str) else json.dumps(p)),
                            run))
    # As entity-load does: one row a child and rule, changed only where it says something else.
    todo.append("""
        INSERT INTO entity_links AS k (rule_id, child_key, parent_key, resolved, changed_run)
        SELECT r.rule_id, e.entity_key, x.parent, p.entity_key IS NOT NULL AND x.parent IS NOT NULL, '%s'
        FROM entity_relationship_rules r JOIN entity_type_definitions c ON c.type_id = r.child_type_id
        JOIN entity_type_definitions q ON q.type_id = r.parent_type_id
        JOIN entities e ON e.tenant_id = r.tenant_id AND e.type_key = c.type_key
        CROSS JOIN LATERAL (SELECT CASE WHEN e.retired_at IS NULL THEN e.properties ->> q.type_key END
            AS parent) x
        LEFT JOIN entities p ON p.tenant_id = r.tenant_id AND p.type_key = q.type_key
            AND p.entity_key = x.parent AND p.retired_at IS NULL
        WHERE r.tenant_id = '%s'
        ON CONFLICT (rule_id, child_key) DO UPDATE SET parent_key = EXCLUDED.parent_key,
            resolved = EXCLUDED.resolved, changed_run = EXCLUDED.changed_run
        WHERE (k.parent_key, k.resolved) IS DISTINCT FROM (EXCLUDED.parent_key, EXCLUDED.resolved)
        """ % (run, tenant))
    sql("; ".join(todo))


def sync(*options, status=0, what=None, tenant=TENANT, **more):
    p = subprocess.run(["aegis-graph-sync", "--tenant", tenant, "--report", "json", *options],
                       capture_output=True, **more)
    p.err = p.stderr.decode(errors="replace")
    if p.returncode != status or what:
        ok(p.returncode == status, what or "a sync", p.returncode, p.err, p.stdout.decode()[:600])
    return json.loads(p.stdout) if p.stdout else {"err": p.err}


def figures(report, label, side="vertices", child=None):
    for x in report[side]:
        if x["label"] == label and (child is None or x["child"] == child):
            return x
    return {}


def cypher(query, columns=1):
    names = ", ".join("c%d agtype" % i for i in range(columns))
    out = sql("SET search_path = ag_catalog, public; SELECT * FROM cypher('oilgas', $q$ %s $q$) AS (%s)"
              % (query, names))
    return sorted(line for line in out.split("\n") if line and line != "SET")


def rows(query):
    out = sql(query)
    return sorted(out.split("\n")) if out else []


def logical():
    """The whole graph, without the ids: vertices, and edges by their ends' properties."""
    return rows("SET search_path = ag_catalog, public; SELECT 'v', v.tableoid::regclass, v.properties FROM"
                " oilgas._ag_label_vertex v") + rows(
        "SET search_path = ag_catalog, public; SELECT 'e', e.tableoid::regclass, s.properties, t.properties,"
        " e.properties FROM oilgas._ag_label_edge e JOIN oilgas._ag_label_vertex s ON s.id = e.start_id"
        " JOIN oilgas._ag_label_vertex t ON t.id = e.end_id")


FOREIGN = """
    CREATE (a:Well {entity_id: 'well-001', who: 'agent', n: 1.5}),
           (b:Operator {entity_id: 'operator:000001', tenant_id: '%s', operator_name: 'theirs'}),
           (c:Formation {entity_id: 'f', formation_name: 'WOLFCAMP'}),
           (d:Well), (a)-[:OPERATED_BY {since: 1999}]->(b), (a)-[:LOCATED_IN]->(c)
    RETURN a""" % OTHER


def foreign():
    return [x for x in logical() if "well-001" in x or "WOLFCAMP" in x or OTHER in x or "|{}" in x]


def wells(n, dice):
    for i in range(n):
        yield "well", "42-001-%05d" % i, {
            "api_number": "42-001-%05d" % i, "well_name": "W %d" % i, "depth": dice.randrange(9000),
            "operator": "operator:%06d" % (i % 7), "lease": "lease:O-01-%05d" % (i % 40)}


def start(dice):
    define(TENANT)
    sync(what="nothing at all")
    cypher(FOREIGN)
    theirs = foreign()
    same(len(theirs), 6, "others have nodes and edges")
    night([("operator", "operator:%06d" % i, {"operator_number": "%06d" % i}) for i in range(6)] +
          [("lease", "lease:O-01-%05d" % i, {"lease_name": "L", "operator": "operator:%06d" % (i % 9)})
           for i in range(40)] + list(wells(300, dice)) +
          [("permit", "permit:%d" % i, {"permit_number": str(i), "well": "42-001-%05d" % (i * 3)})
           for i in range(120)])
    r = sync(what="the first sync")
    same([figures(r, n)["inserted"] for n in ("Well", "Lease", "Operator", "Permit")],
         [300, 40, 6, 120], "a vertex for each entity")
    same(foreign(), theirs, "what is others' stays")
    return theirs


def walks(what):
    got = cypher("MATCH (w:Well)-[:ON_LEASE]->(l:Lease)-[:OPERATED_BY]->(o:Operator)"
                 " RETURN o.entity_id, l.entity_id, w.entity_id", 3)
    want = rows("SELECT to_json(b.parent_key), to_json(a.parent_key), to_json(a.child_key)"
                " FROM entity_links a JOIN entity_relationship_rules r USING (rule_id)"
                " JOIN entity_links b ON b.child_key = a.parent_key AND b.resolved"
                " JOIN entity_relationship_rules q ON q.rule_id = b.rule_id AND q.display_label ="
                " 'OPERATED_BY' WHERE r.display_label = 'ON_LEASE' AND a.resolved")
    ok(got == want and len(got) > 100, what + ": operator to lease to well, by Cypher as by SQL",
       len(got), len(want))
    got = cypher("MATCH (p:Permit)-[:PERMIT_FOR]->(w:Well)-[r:OPERATED_BY]->(o:Operator)"
                 " WHERE r.rule_id IS NOT NULL RETURN o.entity_id, count(*)", 2)
    want = rows("SELECT to_json(b.parent_key), count(*) FROM entity_links a"
                " JOIN entity_relationship_rules r USING (rule_id) JOIN entity_links b"
                " ON b.child_key = a.parent_key AND b.resolved JOIN entity_relationship_rules q"
                " ON q.rule_id = b.rule_id AND q.display_label = 'OPERATED_BY'"
                " WHERE r.display_label = 'PERMIT_FOR' AND a.resolved GROUP BY 1::text, b.parent_key")
    same(got, want, what + ": permits by operator")
    r = sync("--check", what=what + ": --check finds nothing")
    ok(r.get("differs") is False, "and says so", r)


def changes(theirs):
    state = sql("SELECT md5(string_agg(x, '')) FROM (SELECT ctid::text || xmin::text AS x FROM oilgas._ag_label_vertex"
                " UNION ALL SELECT ctid::text || xmin::text FROM oilgas._ag_label_edge ORDER BY 1) y")
    r = sync(what="again")
    same((r["loads"], r["vertices"]), (0, []), "nothing new")
    same(sql("SELECT md5(string_agg(x, '')) FROM (SELECT ctid::text || xmin::text AS x FROM oilgas._ag_label_vertex"
             " UNION ALL SELECT ctid::text || xmin::text FROM oilgas._ag_label_edge ORDER BY 1) y"), state,
         "and no row was written")
    cypher("MATCH (w:Well {entity_id: '42-001-00003'}) SET w.note = 'by hand', w.tags = [1, 'a'] RETURN w")
    cypher("MATCH (w:Well {entity_id: '42-001-00003'}), (o:Operator {entity_id: 'operator:000002'})"
           " CREATE (w)-[:OPERATED_BY {who: 'agent'}]->(o) RETURN w")
    night([("well", "42-001-00003", {"api_number": "42-001-00003", "depth": 7, "operator": "operator:000005"}),
           ("well", "42-001-00004", None), ("operator", "operator:000003", None),
           ("operator", "operator:000006", {"operator_name": "new", "operator_number": "000006"})])
    r = sync(what="a night of changes")
    same((figures(r, "Well")["updated"], figures(r, "Well")["retired"], figures(r, "Operator")["inserted"]),
         (2, 1, 1), "counted by label")
    same(cypher("MATCH (w:Well {entity_id: '42-001-00003'}) RETURN w.note, w.tags, w.depth, w.well_name", 4),
         ['"by hand"|[1, "a"]|7|'], "others' properties stay, ours that are gone go")
    same(cypher("MATCH (w:Well {entity_id: '42-001-00003'})-[r:OPERATED_BY]->(o) RETURN o.entity_id, r.who", 2),
         ['"operator:000002"|"agent"', '"operator:000005"|'], "our edge moves, theirs stays")
    same(cypher("MATCH (w:Well {entity_id: '42-001-00004'}) RETURN w.retired"), ['"2026-11-27T01:02:03Z"'],
         "a retired entity's vertex says so")
    same(cypher("MATCH (w:Well {entity_id: '42-001-00004'})-[r]-(x) WHERE r.rule_id IS NOT NULL RETURN x"), [],
         "and has no edges")
    same(cypher("MATCH (:Operator {entity_id: 'operator:000003'})<-[r]-(x) RETURN r"), [],
         "nor has a retired parent")
    walks("after it")
    night([("well", "42-001-00004", {"api_number": "4", "operator": "operator:000001"}),
           ("operator", "operator:000003", {"operator_number": "3"})])
    sync(what="both come back")
    same(cypher("MATCH (w:Well {entity_id: '42-001-00004'}) RETURN w.retired"), [], "not retired any more")
    walks("then")
    same(foreign(), theirs, "what is others' stays")


def adoption():
    cypher("CREATE (w:Well {entity_id: '42-001-00900', status: 'by hand', depth: 1}) RETURN w")
    night([("well", "42-001-00900", {"depth": 2, "operator": "operator:000001"})])
    r = sync(what="an entity whose vertex AEGIS's services made")
    same((figures(r, "Well")["adopted"], figures(r, "Well")["inserted"]), (1, 0), "is adopted")
    same(cypher("MATCH (w:Well {entity_id: '42-001-00900'}) RETURN w.status, w.depth, w.tenant_id", 3),
         ['"by hand"|2|"%s"' % TENANT], "keeps what is theirs, has what is ours")
    same(cypher("MATCH (w:Operator {entity_id: 'operator:000001'}) RETURN count(*)"), ["2"],
         "another tenant's vertex of the same key is not ours")


def values():
    hard = {"well_name": "quote \" and ' \\ \\\\ \t\n\r\u0001\u001f é 日本 🐂 \\N \\. $$ {}[]:,", "api_number": ""}
    night([("well", "42-002-00001", hard), ("well", "42-002-00002",
           '{"depth": 1.10, "a": 123456789012345678901, "b": -7.250, "c": 9007199254740993,'
           ' "d": 123456789012345, "e": 0.1234567890123456, "f": [1.50, {"x": "12345678901234567890"}],'
           ' "g": true, "h": null, "i": 1234567890123456.5, "api_number": "0012"}'),
           ("well", "42-002-\\\"'\t", {"api_number": "odd"})])
    sync(what="values of all kinds")
    got = json.loads(cypher("MATCH (w:Well {entity_id: '42-002-00001'}) RETURN w.well_name")[0])
    same(got, hard["well_name"], "a text comes back exactly")
    got = cypher("MATCH (w:Well {entity_id: '42-002-00002'}) RETURN w.depth, w.a, w.b, w.c, w.d, w.e, w.f,"
                 " w.g, w.h, w.i, w.api_number", 11)
    same(got, ['1.1|"123456789012345678901"|-7.25|"9007199254740993"|123456789012345|"0.1234567890123456"'
               '|[1.5, {"x": "12345678901234567890"}]|true||"1234567890123456.5"|"0012"'],
         "numbers that a float cannot hold are strings")
    same(rows("SET search_path = ag_catalog, public; SELECT count(*) FROM oilgas.\"Well\" v WHERE"
              " agtype_access_operator(VARIADIC ARRAY[properties, '\"api_number\"'::agtype]) ="
              " '\"odd\"'::agtype"), ["1"], "a key of odd characters is one vertex")
    r = sync("--check", what="the check reads them as the sync wrote them")
    ok(r.get("differs") is False, "without a difference", json.dumps(r)[:900])


def damage():
    """Each kind of damage is found, and mended by --full; what is others' stays."""
    before = logical()
    cases = {
        "a value": ("MATCH (w:Well {entity_id: '42-001-00010'}) SET w.depth = 1 RETURN w", "vertices", "Well",
                    "differing"),
        "a property of ours too many": ("MATCH (w:Well {entity_id: '42-001-00010'}) SET w.retired = 'x' RETURN w",
                                        "vertices", "Well", "differing"),
        "a vertex deleted": ("MATCH (w:Lease {entity_id: 'lease:O-01-00010'}) DETACH DELETE w RETURN w",
                             "vertices", "Lease", "missing"),
        "a vertex of no entity": ("CREATE (w:Lease {entity_id: 'lease:none', tenant_id: '%s'}) RETURN w" % TENANT,
                                  "vertices", "Lease", "extra"),
        "a vertex twice": ("CREATE (w:Lease {entity_id: 'lease:O-01-00011', tenant_id: '%s'}) RETURN w" % TENANT,
                           "vertices", "Lease", "doubled"),
        "an edge deleted": ("MATCH (:Well {entity_id: '42-001-00012'})-[r:ON_LEASE]->() DELETE r RETURN r",
                            "edges", "ON_LEASE", "missing"),
    }
    rule = sql("SELECT rule_id FROM entity_relationship_rules WHERE display_label = 'ON_LEASE'"
               " AND tenant_id = '%s'" % TENANT)
    cases["an edge of no link"] = (
        "MATCH (w:Well {entity_id: '42-001-00012'}), (l:Lease {entity_id: 'lease:O-01-00001'})"
        " CREATE (w)-[:ON_LEASE {rule_id: '%s'}]->(l) RETURN w" % rule, "edges", "ON_LEASE", "extra")
    cases["an edge twice"] = (
        "MATCH (w:Well {entity_id: '42-001-00013'})-[:ON_LEASE]->(l) CREATE (w)-[:ON_LEASE {rule_id: '%s'}]->(l)"
        " RETURN w" % rule, "edges", "ON_LEASE", "doubled")
    for what, (query, side, label, word) in cases.items():
        cypher(query)
        r = sync("--check", status=1, what="%s: found" % what)
        ok(figures(r, label, side).get(word, 0) >= 1 and r["differs"], "as %s" % word, json.dumps(r)[:600])
        if word in ("extra", "doubled") and side == "vertices":
            cypher(query.replace("CREATE", "MATCH").replace("RETURN w", "WITH w LIMIT 1 DETACH DELETE w RETURN w")
                   if word == "extra" else
                   "MATCH (w:Lease {entity_id: 'lease:O-01-00011'}) WHERE NOT EXISTS((w)--()) DELETE w RETURN w")
        sync("--full", what="--full mends it" if side == "edges" or word in ("missing", "differing") else
             "a vertex is never deleted by a sync")
        same(logical(), before, "%s: as before" % what)
    sql("SET search_path = ag_catalog, public; DELETE FROM oilgas.\"Lease\" WHERE id IN (SELECT end_id FROM oilgas.\"ON_LEASE\" ORDER BY end_id LIMIT 1)")
    r = sync("--check", status=1, what="a vertex deleted by SQL: found")
    ok(figures(r, "ON_LEASE", "edges")["dangling"] > 0, "with its dangling edges", json.dumps(r)[:600])
    sync("--full", what="--full mends that too")
    same(logical(), before, "as before")
    sql("INSERT INTO entity_type_definitions (tenant_id, type_key, display_name) VALUES ('%s', 'odd_one', 'o')"
        % TENANT)
    night([("odd_one", "odd_one:1", {})])
    sql("ALTER FUNCTION batch_graph_label(text, text) OWNER TO aegis_audit")
    r = sync(status=78, what="a type whose label the schema's owner may not make")
    ok("OddOne" in r["err"] and "create_vlabel" in r["err"], "is named, with what to do", r["err"])
    sql("ALTER FUNCTION batch_graph_label(text, text) OWNER TO aegis; GRANT EXECUTE ON FUNCTION"
        " batch_graph_label(text, text) TO aegis_import")
    importer = dict(os.environ, PGOPTIONS="-c role=aegis_import")
    r = sync(env=importer, what="a type without a label: the import role has it made")
    same(figures(r, "OddOne")["inserted"], 1, "and its vertices are there")
    same(sql("SELECT batch_graph_label('Anything', 'v')"), "f", "but no label that nobody has defined")
    sql("DELETE FROM entity_type_definitions WHERE type_key = 'odd_one'; INSERT INTO batch_datasets (tenant_id, type_key,"
        " dataset) VALUES ('%s', 'odd_one', 'x/odd')" % TENANT)
    r = sync("--check", status=1, what="a type that is deleted: --check sees what is left")
    same(figures(r, "OddOne")["extra"], 1, "its vertex")
    night([])
    r = sync(env=importer, what="the next sync")
    same((figures(r, "OddOne")["retired"], cypher("MATCH (o:OddOne) RETURN o")), (1, []), "takes it away")
    sql("DELETE FROM entities WHERE type_key = 'odd_one'; DELETE FROM graph_synced WHERE dataset_id IN (SELECT"
        " dataset_id FROM batch_datasets WHERE dataset = 'x/odd'); DELETE FROM batch_sources WHERE dataset_id IN (SELECT"
        " dataset_id FROM batch_datasets WHERE dataset = 'x/odd'); DELETE FROM batch_datasets WHERE dataset = 'x/odd'")
    labels()
    sql("DELETE FROM entity_relationship_rules WHERE display_label = 'PERMIT_FOR'")
    r = sync("--check", status=1, what="a rule is deleted: --check sees what is left")
    ok(r["stray_edges"] > 0, "its edges", r["stray_edges"])
    sync(what="the next sync, with no load between")
    same(cypher("MATCH ()-[r:PERMIT_FOR]->() RETURN r"), [], "takes them away")
    sync("--check", what="nothing is left")
    sync(tenant=OTHER, status=65, what="a tenant that nobody knows")
    sql("INSERT INTO entity_type_definitions (tenant_id, type_key, display_name) VALUES ('%s', 'x', 'x')" % OTHER)
    r = sync(tenant=OTHER, what="another tenant, without entities")
    p = subprocess.Popen(["psql", "-XqAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdin.write(b"BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('aegis graph-sync', 0));\n\\echo held\n")
    p.stdin.flush()
    while b"held" not in p.stdout.readline():
        pass
    sync(status=75, what="another sync at work: try again later")
    p.stdin.close()
    p.wait()
    env = dict(os.environ, PGOPTIONS="-c role=aegis_import")
    night([("well", "42-001-00001", {"depth": 9, "operator": "operator:000002"})])
    r = sync(env=env, what="as the role aegis_import")
    same(figures(r, "Well")["updated"], 1, "it may")
    sync("--check", env=env, what="and check")


def labels():
    """A rule's edge goes by its display_label; a relabelling is followed."""
    same([sql("SELECT batch_edge_name(%s, 'flaring_event', '2nd_type')" % ("NULL" if s is None else quoted(s)))
          for s in ("OPERATED_BY", "Operated by", "  operated--by! ", "A__B", "3 wells of", "Läuft über", "", None,
                    "***", "_X_", "x" * 63, "x" * 64, "X" * 63, "井", "a" * 62 + "é", "OP'ERATED")],
         ["OPERATED_BY", "OPERATED_BY", "OPERATED_BY", "A__B", "R_3_WELLS_OF", "L_UFT_BER",
          "FLARING_EVENT_R_2ND_TYPE", "FLARING_EVENT_R_2ND_TYPE", "FLARING_EVENT_R_2ND_TYPE", "X", "X" * 63,
          "FLARING_EVENT_R_2ND_TYPE", "X" * 63, "FLARING_EVENT_R_2ND_TYPE", "A" * 62, "OP_ERATED"],
         "the name of an edge")
    count = "SELECT count(*) FROM entity_links k JOIN entity_relationship_rules r USING (rule_id)" \
            " WHERE resolved AND r.display_label = '%s'"
    wanted = int(sql(count % "ON_LEASE"))
    sql("UPDATE entity_relationship_rules SET display_label = 'Lies on' WHERE display_label = 'ON_LEASE'")
    sync(env=dict(os.environ, PGOPTIONS="-c role=aegis_import"), what="a rule that is relabelled, with no load between")
    same((len(cypher("MATCH ()-[r:LIES_ON]->() RETURN r")), cypher("MATCH ()-[r:ON_LEASE]->() RETURN r")), (wanted, []),
         "its edges go by the new name, and not by the old")
    sync("--check", what="the graph is as the tables say")
    sql("UPDATE entity_relationship_rules SET display_label = NULL WHERE display_label = 'Lies on'")
    sync(what="without a label")
    same(len(cypher("MATCH ()-[r:WELL_LEASE]->() RETURN r")), wanted, "it goes by both types")
    sql("UPDATE entity_relationship_rules SET display_label = 'ON_LEASE' WHERE display_label IS NULL")
    sync(what="as it was")
    same(len(cypher("MATCH ()-[r:ON_LEASE]->() RETURN r")), wanted, "so are the edges")
    r = sync(what="again")
    same((r["loads"], r["vertices"]), (0, []), "nothing new")


def kills(dice):
    """SIGKILL at any moment: the graph before or the one after, and a rerun ends in the latter."""
    many = list(wells(6000, dice))
    night(many)
    sync()
    span = 0
    torn = died = 0
    for i in range(KILLS):
        night([("well", k, dict(p, depth=i, operator="operator:%06d" % ((i + j) % 6))) if (j + i) % 5 else
               ("well", k, None) for j, (_, k, p) in enumerate(many[(i * 53) % 5000:(i * 53) % 5000 + 400])])
        options = ["--full"] if i % 4 == 0 else []
        if span == 0:
            t = time.monotonic()
            sync(*options)
            span = time.monotonic() - t
            continue
        before = sql("SELECT count(*) FROM graph_synced")
        p = subprocess.Popen(["aegis-graph-sync", "--tenant", TENANT, *options], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(dice.random() * span * 1.1)
        p.send_signal(signal.SIGKILL)
        p.wait()
        while sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'aegis-graph-sync'") != "0":
            time.sleep(0.02)
        whole = sql("SELECT count(*) FROM graph_synced") != before
        died += not whole
        if i % 10 == 0 and whole:
            torn += sync("--check").get("differs") is not False
        if i % 10 == 5:
            sync()
            torn += sync("--check").get("differs") is not False
    sync()
    r = sync("--check", what="after %d kills, of which %d hit, a rerun" % (KILLS, died))
    ok(torn == 0 and r["differs"] is False and died > KILLS // 10, "the graph is whole each time it is looked at",
       torn, died)
    got = logical()
    sql("TRUNCATE graph_synced; SET search_path = ag_catalog, public; DELETE FROM oilgas._ag_label_edge e WHERE"
        " agtype_access_operator(VARIADIC ARRAY[properties, '\"rule_id\"'::agtype]) IS NOT NULL;"
        " DELETE FROM oilgas._ag_label_edge e WHERE NOT EXISTS (SELECT FROM oilgas._ag_label_vertex v"
        " WHERE v.id = e.start_id)")
    mine = [x for x in got if TENANT in x and '"agent"' not in x]
    has = "agtype_access_operator(VARIADIC ARRAY[properties, '\"%s\"'::agtype])"
    sql("SET search_path = ag_catalog, public; DELETE FROM oilgas._ag_label_vertex v WHERE %s = '\"%s\"'::agtype"
        " AND %s IS NULL AND %s IS NULL" % (has % "tenant_id", TENANT, has % "note", has % "status"))
    sync(what="a graph that was never killed: made anew")
    same([x for x in logical() if TENANT in x and '"agent"' not in x], mine, "is the same, vertex by vertex and edge by edge")


def main():
    dice = random.Random(SEED)
    theirs = start(dice)
    walks("at first")
    changes(theirs)
    adoption()
    values()
    damage()
    kills(dice)
    return end()


sys.exit(main())
