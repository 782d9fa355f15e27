#!/usr/bin/env python3
"""A database as AEGIS has it: SQL for psql, made of the schema document alone.

usage: schema.py DOCUMENT | foreign.py [--graph] [--vector]

Nothing of sql/ is in it.  Beside the document's tables it has what a site adds: columns, a table, an
index, a grant, a label, rows; tables of which the document names types only have these, and no more.
With --graph and --vector on a server that has Apache AGE and pgvector.
"""
import sys

TENANT = "00000000-0000-4000-8000-000000000001"
graph, vector = "--graph" in sys.argv, "--vector" in sys.argv
tables, keys, foreign, checks, indexes, typed = {}, [], [], [], [], set()
for line in sys.stdin:
    kind, table, *rest = line.rstrip("\n").split(" ")
    if kind == "table":
        tables[table] = []
        if rest == ["typed"]:
            typed.add(table)
    elif table not in tables:
        continue  # the document has columns of it only
    elif kind == "column":
        name, words = rest[0], " ".join(rest[1:])
        for null in (" notnull ", " null ", " ? "):
            if null in words:
                sql_type, default = words.split(null, 1)
                break
        if sql_type.startswith("vector") and not vector:
            sql_type = "real[]"
        if not vector and default == "uuid_generate_v4()":
            default = "gen_random_uuid()"
        column = f"{name} {sql_type}"
        if null == " notnull ":
            column += " NOT NULL"
        if default not in ("-", "?"):
            column += f" DEFAULT {default}"
        tables[table].append(column)
    elif kind in ("primary", "unique"):
        keys.append(f"ALTER TABLE {table} ADD {'PRIMARY KEY' if kind == 'primary' else 'UNIQUE'} ({' '.join(rest)});")
    elif kind == "foreign":
        target = rest[1].split("(")[0]
        cascade = " ON DELETE CASCADE" if "CASCADE" in rest else ""
        foreign.append((target, f"ALTER TABLE {table} ADD FOREIGN KEY ({rest[0]}) REFERENCES {rest[1]}{cascade};"))
    elif kind == "check":
        values = ", ".join(f"'{v}'" for v in rest[1].split(","))
        checks.append(f"ALTER TABLE {table} ADD CHECK ({rest[0]} IN ({values}));")
    elif kind == "index" and rest[1] != "?":
        columns = " ".join(w for w in rest[1:] if w not in ("unique", "partial"))
        where = {"idx_rule_versions_active": " WHERE status = 'active'",
                 "idx_filing_rule_snapshots_stale": " WHERE is_current = false"}.get(rest[0], "")
        if "vector_cosine_ops" in columns:
            if vector:
                indexes.append(f"CREATE INDEX {rest[0]} ON {table} USING ivfflat ({columns}) WITH (lists = 100);")
            continue
        unique = "UNIQUE " if "unique" in rest else ""
        indexes.append(f"CREATE {unique}INDEX {rest[0]} ON {table} ({columns}){where};")

print("SET client_min_messages = error;")
if graph:
    print("SET search_path = ag_catalog, \"$user\", public; SELECT create_graph('oilgas') \\g /dev/null")
    print("SET search_path = public, ag_catalog, \"$user\";")
for table, columns in tables.items():
    print(f"CREATE TABLE {table} (\n    " + ",\n    ".join(columns) + "\n);")
print("\n".join(keys + [f for t, f in foreign if t in tables] + checks + indexes))
print("""
CREATE FUNCTION prevent_audit_modification() RETURNS TRIGGER AS $$
BEGIN
    RAISE EXCEPTION 'Audit logs are append-only. Updates and deletes are prohibited.';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER no_update_audit BEFORE UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION prevent_audit_modification();
CREATE TRIGGER no_delete_audit BEFORE DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION prevent_audit_modification();
CREATE TRIGGER prompt_kept BEFORE UPDATE OR DELETE ON prompt_audit_log FOR EACH ROW
    EXECUTE FUNCTION prevent_audit_modification();
CREATE FUNCTION etd_touch() RETURNS TRIGGER AS $$ BEGIN NEW.updated_at = NOW(); RETURN NEW; END $$ LANGUAGE plpgsql;
CREATE TRIGGER trg_etd_updated BEFORE UPDATE ON entity_type_definitions FOR EACH ROW EXECUTE FUNCTION etd_touch();

-- What the site has added.
ALTER TABLE audit_logs ADD region text DEFAULT 'tx';
ALTER TABLE rule_versions ADD updated_at timestamptz DEFAULT now();
ALTER TABLE compliance_status ADD assessed_by text;
CREATE TABLE shift_reports (id serial PRIMARY KEY, body text NOT NULL);
CREATE INDEX audit_by_actor ON audit_logs (actor_id);
CREATE VIEW open_filings AS SELECT id, status FROM filing_checklists WHERE status <> 'filed';
""")
print(f"""
INSERT INTO users (email, password_hash) VALUES ('Ann@Op.example', 'x');
INSERT INTO shift_reports (body) VALUES ('quiet');
INSERT INTO conversations (id, agent_id) VALUES ('c1', 'rule37-agent');
INSERT INTO rule_versions (tenant_id, rule_type, rule_domain, rule_identifier, version, effective_date, source, rule_data, status) VALUES
    ('{TENANT}', 'statewide', 'spacing', 'TWO_ACTIVE', 1, '2020-01-01', 'manual', '{{"a": 1}}', 'active'),
    ('{TENANT}', 'statewide', 'spacing', 'TWO_ACTIVE', 2, '2021-01-01', 'manual', '{{"a": 2}}', 'active'),
    ('{TENANT}', 'statewide', 'spacing', 'FROM_THREE', 3, '2020-01-01', 'manual', '{{}}', 'active'),
    ('{TENANT}', 'statewide', 'spacing', 'A_HOLE', 1, '2020-01-01', 'manual', '{{}}', 'superseded'),
    ('{TENANT}', 'statewide', 'spacing', 'A_HOLE', 4, '2020-01-01', 'manual', '{{}}', 'active');
INSERT INTO checklist_templates (tenant_id, compliance_domain, items) VALUES ('{TENANT}', 'rule_37', '[]');
INSERT INTO filing_checklists (tenant_id, entity_id, entity_type, entity_name, compliance_domain, status, items)
    VALUES ('{TENANT}', 'well-001', 'well', 'Smith Ranch #4', 'rule_37', 'draft', '[]');
INSERT INTO compliance_status (tenant_id, entity_id, entity_type, entity_name, compliance_domain, status, assessed_by)
    VALUES ('{TENANT}', 'well-001', 'well', 'Smith Ranch #4', 'rule_37', 'compliant', 'ann');
INSERT INTO prompt_audit_log (id, tenant_id, action, actor_id)
    VALUES (gen_random_uuid(), '{TENANT}', 'created', 'ann');
""")
if graph:
    print("""
SET search_path = ag_catalog, "$user", public;
SELECT * FROM cypher('oilgas', $$ CREATE (w:Well {entity_id: 'well-001', well_name: 'Smith Ranch #4'})-[:OPERATED_BY]->
    (o:Operator {entity_id: 'op-1', operator_name: 'Permian Energy Inc.'}), (s:Saloon {name: 'The Derrick'}) $$) AS (v agtype);
""")
