"""Random histories of rules.  What must hold is asked of the database after every step, in SQL."""
import os
import random
import subprocess
import sys

WORK = os.environ["WORK"]
TENANT = os.environ["TENANT"]
STEPS = int(os.environ.get("RULES_STEPS") or 40)
RACES = int(os.environ.get("RULES_RACES") or 12)
SEED = int(os.environ.get("RULES_SEED") or 1)
rng = random.Random(SEED)
tap = 0

# Identifier: its domain, its figure, that figure's unit.
RULES = {
    "R_SPACING": ("spacing", "between_wells", "ft"),
    "R_LINE": ("spacing", "lease_line", "ft"),
    "R_DENSITY": ("density", "unit_acres", "acres"),
    "R_FLARING": ("flaring", "exception_days", "days"),
    "R_VENT": ("flaring", "vent_without_flare", "hours"),
    "R_REPORT": ("reporting", "fee", "USD"),
}
DOMAINS = {"rule_37": ("spacing", "density"), "rule_32": ("flaring",),
           "flaring_monitor": ("flaring",), "form_pr": ("reporting",)}
FIELDS = [f"{i:08d}" for i in range(1, 6)]
OPEN = ("draft", "in_progress", "ready_for_review", "in_review")


def ok(passed, what):
    global tap
    tap += 1
    print(f"{'ok' if passed else 'not ok'} {tap} - {what}", flush=True)
    return passed


def sql(text):
    run = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", text],
                         capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"Bail out! {run.stderr}\n{text}")
    return run.stdout.strip()


def aegis(*words, stdin=b"", wanted=(0, 1)):
    run = subprocess.run(["aegis", *words], input=stdin, capture_output=True)
    if run.returncode not in wanted:
        raise SystemExit(f"Bail out! {words}: {run.returncode} {run.stderr.decode()}")
    return run


# A copy of all that may never change, to hold the tables against.
SETUP = """
CREATE TABLE was_version AS SELECT id, rule_identifier, version, rule_type, rule_domain, effective_date,
  source, source_reference, rule_data, change_summary, detected_at, detected_by, superseded_date
  FROM rule_versions WHERE false;
CREATE TABLE was_snapshot AS SELECT id, checklist_id, rule_version_id, snapshotted_at,
  rule_data_at_snapshot, acknowledged, acknowledged_by, is_current FROM filing_rule_snapshots WHERE false;
"""

# Each counts what is wrong; all of them are 0 after every step.
ALWAYS = {
    "versions have no holes": """SELECT count(*) FROM (SELECT FROM rule_versions
        GROUP BY tenant_id, rule_identifier HAVING count(*) <> max(version) OR min(version) <> 1) x""",
    "one version in force at most": """SELECT count(*) FROM (SELECT FROM rule_versions
        WHERE status = 'active' GROUP BY tenant_id, rule_identifier HAVING count(*) > 1) x""",
    "no version changed or went": """SELECT count(*) FROM was_version w LEFT JOIN rule_versions v USING (id)
        WHERE v.id IS NULL OR (w.rule_identifier, w.version, w.rule_type, w.rule_domain, w.effective_date,
        w.source, w.rule_data, w.detected_at) IS DISTINCT FROM (v.rule_identifier, v.version,
        v.rule_type, v.rule_domain, v.effective_date, v.source, v.rule_data, v.detected_at)
        OR (w.source_reference, w.change_summary, w.detected_by) IS DISTINCT FROM
        (v.source_reference, v.change_summary, v.detected_by)
        OR w.superseded_date IS NOT NULL AND w.superseded_date <> v.superseded_date""",
    "no snapshot changed or went": """SELECT count(*) FROM was_snapshot w LEFT JOIN filing_rule_snapshots s
        USING (id) WHERE s.id IS NULL OR (w.checklist_id, w.rule_version_id, w.snapshotted_at,
        w.rule_data_at_snapshot) IS DISTINCT FROM (s.checklist_id, s.rule_version_id, s.snapshotted_at,
        s.rule_data_at_snapshot) OR NOT w.is_current AND s.is_current""",
    "what was acknowledged stays so": """SELECT count(*) FROM was_snapshot w JOIN filing_rule_snapshots s
        USING (id) WHERE w.acknowledged AND (NOT s.acknowledged OR w.acknowledged_by <> s.acknowledged_by)""",
    "a snapshot has its version's data": """SELECT count(*) FROM filing_rule_snapshots s JOIN rule_versions v
        ON v.id = s.rule_version_id WHERE s.rule_data_at_snapshot <> v.rule_data""",
    "nothing is in force that is not verified": """SELECT count(*) FROM rule_versions
        WHERE rule_data->>'mark' = 'UNVERIFIED' AND status IN ('active', 'superseded')
        AND detected_by = 'aegis rule-load'""",
    "nothing before its day": """SELECT count(*) FROM rule_versions WHERE effective_date
        > (now() AT TIME ZONE 'America/Chicago')::date""",
    "no filing stands on another domain's or field's rule": """SELECT count(*) FROM filing_rule_snapshots s
        JOIN rule_versions v ON v.id = s.rule_version_id JOIN filing_checklists f ON f.id = s.checklist_id
        WHERE v.tenant_id <> f.tenant_id OR (f.compliance_domain, v.rule_domain) NOT IN
        (('rule_37', 'spacing'), ('rule_37', 'density'), ('rule_32', 'flaring'),
        ('flaring_monitor', 'flaring'), ('form_pr', 'reporting'))
        OR v.rule_type = 'field_specific' AND v.rule_data->>'field' <> f.entity_id""",
    "no version twice at one time": """SELECT count(*) FROM (SELECT FROM filing_rule_snapshots
        GROUP BY checklist_id, rule_version_id, snapshotted_at HAVING count(*) > 1) x""",
}
# And these after every step of ours, which tidies up after people too.
MARKED = {
    "exactly the snapshots of superseded versions are marked": """SELECT count(*) FROM
        filing_rule_snapshots s JOIN rule_versions v ON v.id = s.rule_version_id
        WHERE s.is_current = (v.status = 'superseded')""",
    "with the version that took its place": """SELECT count(*) FROM filing_rule_snapshots s JOIN
        rule_versions v ON v.id = s.rule_version_id WHERE s.superseded_by IS DISTINCT FROM
        CASE WHEN v.status = 'superseded' THEN (SELECT n.id FROM rule_versions n WHERE n.tenant_id =
        v.tenant_id AND n.rule_identifier = v.rule_identifier AND n.version > v.version
        AND n.status IN ('active', 'superseded') ORDER BY n.version LIMIT 1) END""",
}
REMEMBER = """INSERT INTO was_version SELECT id, rule_identifier, version, rule_type, rule_domain,
  effective_date, source, source_reference, rule_data, change_summary, detected_at, detected_by,
  superseded_date FROM rule_versions v WHERE NOT EXISTS (SELECT FROM was_version w WHERE w.id = v.id);
UPDATE was_version w SET superseded_date = v.superseded_date FROM rule_versions v WHERE v.id = w.id;
INSERT INTO was_snapshot SELECT id, checklist_id, rule_version_id, snapshotted_at, rule_data_at_snapshot,
  acknowledged, acknowledged_by, is_current FROM filing_rule_snapshots s
  WHERE NOT EXISTS (SELECT FROM was_snapshot w WHERE w.id = s.id);
UPDATE was_snapshot w SET acknowledged = s.acknowledged, acknowledged_by = s.acknowledged_by,
  is_current = s.is_current FROM filing_rule_snapshots s WHERE s.id = w.id;
"""


class Source:
    """Somebody who states rules in a file: the model of what rule-load should make of it."""

    def __init__(self, name):
        self.name = name
        self.says = {}

    def edit(self):
        for rule in rng.sample(sorted(RULES), rng.randint(0, 2)):
            self.says[rule] = (rng.randint(10, 300), rng.choice(("V-rule",) * 4 + ("UNVERIFIED",)))

    def file(self):
        path = f"{WORK}/{self.name}.yaml"
        with open(path, "w") as f:
            f.write("rules:\n")
            for rule, (value, mark) in sorted(self.says.items()):
                domain, figure, unit = RULES[rule]
                f.write(f"  - {{rule: {rule}, title: t, cite: c, source: s, mark: {mark}, "
                        f"verified_as_of: 2024-01-01, domain: {domain}, "
                        f"figures: {{{figure}: {value} {unit}}}}}\n")
        return path

    def load(self):
        if self.says:
            aegis("rule-load", "--tenant", TENANT, "--source", self.name, self.file())

    def check(self):
        """Each rule it states is its newest version, or is in force already."""
        bad = 0
        for rule, (value, mark) in self.says.items():
            _, figure, _ = RULES[rule]
            got = sql(f"""SELECT coalesce((SELECT rule_data->'figures'->'{figure}'->>'value' FROM
                rule_versions WHERE rule_identifier = '{rule}' AND source = '{self.name}'
                AND detected_by = 'aegis rule-load' ORDER BY version DESC LIMIT 1), '') || ' ' ||
                coalesce((SELECT rule_data->'figures'->'{figure}'->>'value' FROM rule_versions
                WHERE rule_identifier = '{rule}' AND status = 'active'), '')""").split(" ")
            bad += str(value) not in got
        return bad


class Fields:
    """RRC's ledger."""

    def __init__(self):
        self.says = {}
        self.n = 0

    def edit(self):
        for field in rng.sample(FIELDS, rng.randint(0, 2)):
            self.says[field] = (rng.randint(100, 400), rng.randint(500, 900))

    def load(self):
        self.n += 1
        rows = "_record,_offset,field_number,lease_line,between_wells\n"
        for i, (field, (line, wells)) in enumerate(sorted(self.says.items())):
            rows += f"{i + 1},{i * 1200},{field},{line},{wells}\n"
        # Every file is another one, as RRC's are.
        rows += f"{self.n + 99},0,99999999,0,0\n"
        sealed = aegis("seal", "--kind", "rrc:olf001/spacing", stdin=rows.encode()).stdout
        aegis("rule-load", "--tenant", TENANT, stdin=sealed)

    def check(self):
        bad = 0
        for field, (line, wells) in self.says.items():
            bad += sql(f"""SELECT (rule_data->'figures'->'lease_line'->>'value') || ' ' ||
                (rule_data->'figures'->'between_wells'->>'value') FROM rule_versions WHERE rule_identifier
                = 'field:{field}/oil/spacing' AND detected_by = 'aegis rule-load'
                ORDER BY version DESC LIMIT 1""") != f"{line} {wells}"
        return bad


def person_writes():
    """Jane decides on a rule, by hand."""
    rule = sql("SELECT rule_identifier FROM rule_versions GROUP BY 1 ORDER BY md5(rule_identifier || "
               f"'{rng.random()}') LIMIT 1")
    if rule:
        sql(f"""BEGIN; UPDATE rule_versions SET status = 'superseded', superseded_date =
            coalesce(superseded_date, greatest(effective_date, current_date))
            WHERE rule_identifier = '{rule}' AND status = 'active';
            INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version,
            effective_date, source, rule_data, detected_by) SELECT tenant_id, rule_type, rule_domain,
            rule_identifier, version + 1, effective_date, 'manual', rule_data ||
            '{{"decided": {rng.randint(1, 10 ** 6)}}}', 'jane' FROM rule_versions
            WHERE rule_identifier = '{rule}' ORDER BY version DESC LIMIT 1; COMMIT""")


def person_approves():
    sql("""BEGIN; CREATE TEMP TABLE one ON COMMIT DROP AS SELECT id, rule_identifier FROM rule_versions
        WHERE status = 'pending_review' AND superseded_date IS NULL ORDER BY detected_at DESC LIMIT 1;
        UPDATE rule_versions v SET status = 'superseded', superseded_date = coalesce(v.superseded_date,
        greatest(v.effective_date, current_date)) FROM one WHERE v.rule_identifier = one.rule_identifier
        AND v.status = 'active'; UPDATE rule_versions v SET status = 'active' FROM one
        WHERE v.id = one.id; COMMIT""")


def person_withdraws():
    sql("""UPDATE rule_versions SET status = 'superseded', superseded_date = greatest(effective_date,
        current_date) WHERE id = (SELECT id FROM rule_versions WHERE status = 'active'
        AND superseded_date IS NULL ORDER BY random() LIMIT 1)""")


def person_files():
    domain = rng.choice(sorted(DOMAINS))
    entity = f"field:{rng.choice(FIELDS)}" if rng.random() < 0.6 else "42-001-00001"
    kind = "field" if entity.startswith("field:") else "well"
    sql(f"""INSERT INTO filing_checklists (tenant_id, entity_id, entity_type, compliance_domain, status,
        items) VALUES ('{TENANT}', '{entity}', '{kind}', '{domain}', '{rng.choice(OPEN + ("filed",))}', '[]')""")


def person_acknowledges():
    sql("""UPDATE filing_rule_snapshots SET acknowledged = true, acknowledged_by = 'joe',
        acknowledged_at = now() WHERE id IN (SELECT id FROM filing_rule_snapshots WHERE NOT is_current
        AND NOT acknowledged ORDER BY random() LIMIT 2)""")


def snapshot(*options):
    aegis("rule-snapshot", "--tenant", TENANT, *options)


def snapshot_one():
    filing = sql("SELECT id FROM filing_checklists ORDER BY random() LIMIT 1")
    if filing:
        snapshot("--filing", filing, "--refresh")


def listed():
    """--list-stale against the same question asked in another way: filing by filing."""
    run = aegis("rule-snapshot", "--tenant", TENANT, "--list-stale", "--all", "--format", "csv")
    got = sorted((line.split(",")[1].strip('"'), line.split(",")[6].strip('"'), line.split(",")[7].strip('"'))
                 for line in run.stdout.decode().splitlines()[1:] if '"added"' not in line)
    rows = sql("""SELECT s.checklist_id, v.rule_identifier, v.status, EXISTS (SELECT FROM rule_versions n
        WHERE n.rule_identifier = v.rule_identifier AND n.status = 'active') FROM filing_rule_snapshots s
        JOIN rule_versions v ON v.id = s.rule_version_id ORDER BY s.snapshotted_at, v.version""")
    newest = {}
    for row in rows.splitlines():
        filing, rule, status, there = row.split("|")
        newest[filing, rule] = (status, there)
    want = sorted((filing, rule, "superseded" if there == "t" else "expired")
                  for (filing, rule), (status, there) in newest.items() if status == "superseded")
    return ok(got == want, f"{len(want)} stale rules are listed") or print(f"# {got}\n# {want}")


def jane():
    return sql("SELECT string_agg(id::text, ' ' ORDER BY id) FROM rule_versions WHERE detected_by = 'jane'"
               " AND status = 'active'")


def history():
    manual, docket, fields = Source("manual"), Source("docket_hearing"), Fields()
    people = [person_writes, person_approves, person_withdraws, person_files, person_files,
              person_acknowledges]
    seen = {}
    sql(SETUP)
    for source in (manual, docket, fields):
        for _ in range(6):
            source.edit()
    for step in range(STEPS):
        what = rng.choice(["file", "file", "again", "fields", "person", "person", "person", "snapshot",
                           "snapshot", "refresh", "filing"])
        seen[what] = seen.get(what, 0) + 1
        before, count = jane(), sql("SELECT count(*) FROM rule_versions")
        wrong = []
        if what == "person":
            rng.choice(people)()
        elif what in ("file", "fields"):
            source = fields if what == "fields" else rng.choice((manual, docket))
            source.edit()
            source.load()
            if source.check():
                wrong.append("what the source says has arrived")
        elif what == "again":
            source = rng.choice((manual, docket, fields))
            source.load()
            count = sql("SELECT count(*) FROM rule_versions")
            source.load()
            if sql("SELECT count(*) FROM rule_versions") != count:
                wrong.append("the same twice makes nothing")
        elif what == "snapshot":
            snapshot()
        elif what == "refresh":
            snapshot("--refresh")
        else:
            snapshot_one()
        if what != "person" and jane() != before:
            wrong.append("no night undoes what a person put into force")
        checks = dict(ALWAYS) if what == "person" else {**ALWAYS, **MARKED}
        got = sql("SELECT concat_ws(' ', " + ", ".join(f"({q})" for q in checks.values()) + ")").split(" ")
        wrong += [name for name, n in zip(checks, got) if n != "0"]
        sql(REMEMBER)
        ok(not wrong, f"step {step}, {what}: {', '.join(wrong) or 'all holds'}")
        if step % 20 == 19:
            listed()
    figures = sql("""SELECT (SELECT count(*) FROM rule_versions) || ' versions, ' || (SELECT count(*) FROM
        rule_versions WHERE status = 'pending_review') || ' waiting, ' || (SELECT count(*) FROM
        filing_rule_snapshots) || ' snapshots, ' || (SELECT count(*) FROM filing_rule_snapshots
        WHERE NOT is_current) || ' stale, ' || (SELECT count(*) FROM filing_rule_snapshots
        WHERE acknowledged) || ' acknowledged'""")
    print(f"# seed {SEED}: {figures}; {seen}")
    ok(STEPS < 100 or all(int(n.split(" ")[0]) > 0 for n in figures.split(", ")), "something of each happened")


def races():
    """Two loaders with the same change at once make one version."""
    sql("""INSERT INTO filing_checklists (tenant_id, entity_id, entity_type, compliance_domain, status, items)
        SELECT '%s', '42-001-0000' || g, 'well', 'form_pr', 'draft', '[]' FROM generate_series(1, 5) g""" % TENANT)
    path = f"{WORK}/race.yaml"
    made = statuses = 0
    for race in range(RACES):
        with open(path, "w") as f:
            f.write("rules:\n  - {rule: RACE, title: t, cite: c, source: s, mark: V-rule, verified_as_of: "
                    f"2024-01-01, domain: reporting, figures: {{fee: {race + 1} USD}}}}\n")
        both = [subprocess.Popen(["aegis", "rule-load", "--tenant", TENANT, path],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)]
        both.append(subprocess.Popen(["aegis", "rule-snapshot", "--tenant", TENANT, "--refresh"],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        statuses += sum(p.wait() == 0 for p in both)
        made += sql("SELECT max(version) || ' ' || count(*) FROM rule_versions WHERE rule_identifier = 'RACE'") \
            == f"{race + 1} {race + 1}"
    ok(made == RACES, f"{made} of {RACES} races made one version")
    ok(statuses == 3 * RACES, f"{statuses} of {3 * RACES} programs were done with it")
    ok(sql(MARKED["exactly the snapshots of superseded versions are marked"]) == "0",
       "exactly the snapshots of superseded versions are marked")
    ok(sql("""SELECT count(*) FROM (SELECT FROM filing_rule_snapshots s JOIN rule_versions v ON v.id =
        s.rule_version_id WHERE s.is_current GROUP BY s.checklist_id, v.rule_identifier
        HAVING count(*) > 1) x""") == "0", "no filing has two current snapshots of one rule")


history()
races()
print(f"1..{tap}")
sys.exit(0)
