#!/usr/bin/env bash
# Freezing rules for filings, listing what is stale, and other days.
. "$(dirname "$0")/../../lib.sh"
exits 64 "a tenant that is not a UUID" aegis rule-snapshot --tenant me
exits 64 "a filing that is not a UUID" aegis rule-snapshot --filing me
exits 64 "a day that is none" aegis rule-snapshot --as-of 2024-13-01
exits 64 "a format that there is not" aegis rule-snapshot --format csv
exits 64 "--all without a list" aegis rule-snapshot --all
exits 64 "a list that freezes" aegis rule-snapshot --list-stale --refresh
need_pg
cd "$WORK" || exit 1
other=00000000-0000-4000-8000-000000000002

file() { # file BETWEEN-WELLS EXCEPTION-DAYS
	cat <<Y
rules:
  - {rule: S, title: t, cite: c, source: s, mark: V-rule, verified_as_of: 2020-01-01, domain: spacing,
     figures: {between_wells: $1 ft, lease_line: 467 ft}}
  - {rule: D, title: t, cite: c, source: s, mark: V-rule, verified_as_of: 2020-01-01, domain: density,
     figures: {unit_acres: 40 acres}}
  - {rule: F, title: t, cite: c, source: s, mark: V-rule, verified_as_of: 2020-01-01, domain: flaring,
     figures: {exception_days: $2 days}}
  - {rule: U, title: t, cite: c, source: s, mark: UNVERIFIED, verified_as_of: 2020-01-01, domain: flaring,
     figures: {renewal_days: 30 days}}
Y
}
file 1200 180 >rules.yaml
aegis rule-load --tenant "$TENANT" rules.yaml >/dev/null || exit 1
printf '_record,_offset,field_number,lease_line,between_wells\n1,0,00000007,330,660\n2,9,00000008,467,933\n' |
	aegis seal --kind rrc:gsf001/spacing | aegis rule-load --tenant "$TENANT" >/dev/null || exit 1

# A well on a lease in field 7; a lease in field 8; a filing about field 7 itself; one elsewhere.
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/{operator,field,lease,well}.yaml >/dev/null 2>&1
sql "SELECT batch_ground('$TENANT', t) FROM unnest('{lease,well}'::text[]) t" >/dev/null
sql "INSERT INTO entities (tenant_id, type_key, entity_key, name, field, properties, changed_run) VALUES
	('$TENANT', 'lease', 'lease:O-08-00001', 'A', 'field:00000007', '{}', gen_random_uuid()),
	('$TENANT', 'lease', 'lease:O-08-00002', 'B', 'field:00000008', '{}', gen_random_uuid());
INSERT INTO entity_links (rule_id, child_key, parent_key, resolved, changed_run) SELECT r.rule_id,
	'42-001-00001', 'lease:O-08-00001', true, gen_random_uuid() FROM entity_relationship_rules r
	JOIN entity_type_definitions c ON c.type_id = r.child_type_id
	JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
	WHERE c.type_key = 'well' AND p.type_key = 'lease'"
filing() { # filing ID TENANT ENTITY TYPE DOMAIN STATUS
	sql "INSERT INTO filing_checklists (id, tenant_id, entity_id, entity_type, compliance_domain, status, items)
		VALUES ('$1', '$2', '$3', '$4', '$5', '$6', '[]')" >/dev/null
}
id() { printf '00000000-0000-4000-8000-0000000000%02d' "$1"; }
filing "$(id 1)" "$TENANT" 42-001-00001 well rule_37 draft
filing "$(id 2)" "$TENANT" lease:O-08-00002 lease rule_37 in_review
filing "$(id 3)" "$TENANT" field:00000007 field rule_32 in_progress
filing "$(id 4)" "$TENANT" 42-001-99999 well rule_37 ready_for_review
filing "$(id 5)" "$TENANT" 42-001-00001 well rule_37 filed
filing "$(id 6)" "$TENANT" 42-001-00001 well form_pr draft
filing "$(id 7)" "$other" 42-001-00001 well rule_37 draft
filing "$(id 8)" not-a-uuid 42-001-00001 well rule_32 draft
stands() { sql "SELECT v.rule_identifier || ' ' || v.version FROM filing_rule_snapshots s JOIN rule_versions v
	ON v.id = s.rule_version_id WHERE s.checklist_id = '$1' ORDER BY s.snapshotted_at, v.rule_identifier" |
	tr '\n' ';'; }

exits 0 "a plan" aegis rule-snapshot --tenant "$TENANT" --plan
is "$(sql 'SELECT count(*) FROM filing_rule_snapshots')" 0 "writes nothing"
exits 0 "one domain" aegis rule-snapshot --tenant "$TENANT" --domain rule_32
is "$(stands "$(id 3)")" "F 1;" "stands on its rule, and on no draft"
is "$(sql 'SELECT count(*) FROM filing_rule_snapshots')" 1 "nobody else does"
exits 0 "the tenant" aegis rule-snapshot --tenant "$TENANT" --format json
like out '"filings":4,"frozen":3,"without_rule":1,"without_field":1,"snapshots":8,"of_field":2' "counts"
is "$(stands "$(id 1)")" "D 1;S 1;field:00000007/gas/spacing 1;" "a well stands on the rule of its lease's field"
is "$(stands "$(id 2)")" "D 1;S 1;field:00000008/gas/spacing 1;" "a lease on that of its field"
is "$(stands "$(id 4)")" "D 1;S 1;" "what is nowhere on statewide rules"
is "$(stands "$(id 5)")$(stands "$(id 6)")" "" "a closed filing, and one without a rule, on none"
is "$(sql "SELECT string_agg(v.rule_type, ' ' ORDER BY s.ctid) FROM filing_rule_snapshots s JOIN rule_versions v
	ON v.id = s.rule_version_id WHERE s.checklist_id = '$(id 1)'")" \
	"field_specific statewide statewide" "field rules go first"
is "$(sql "SELECT b.stage, b.read, b.used, b.skipped, b.rows_out FROM batch_books b JOIN batch_datasets d
	USING (dataset_id) WHERE d.dataset = 'filings' ORDER BY b.read")" "rule-snapshot	1	1	0	1
rule-snapshot	4	3	1	8" "the books"
exits 0 "again" aegis rule-snapshot --tenant "$TENANT"
is "$(sql 'SELECT count(*) FROM filing_rule_snapshots')" 9 "makes nothing"
exits 0 "a filing that is closed, by name" aegis rule-snapshot --filing "$(id 5)"
is "$(stands "$(id 5)")" "D 1;S 1;field:00000007/gas/spacing 1;" "is frozen"
before=$(tables_sum)$(sql "SELECT count(*) FROM batch_datasets")
exits 65 "a tenant that nobody knows" aegis rule-snapshot --tenant 00000000-0000-4000-8000-00000000dead
like err 'hint: .*entity-define' "is told where a tenant begins"
is "$(tables_sum)$(sql "SELECT count(*) FROM batch_datasets")" "$before" "nothing is left behind"
exits 65 "a filing that is not there" aegis rule-snapshot --filing "$(id 99)"
exits 65 "one of another tenant" aegis rule-snapshot --tenant "$other" --filing "$(id 1)"
exits 0 "every tenant" aegis rule-snapshot
like out "^$other +1 +0 +1 " "one that has no rules"
like out '^not-a-uuid +1 +0 +1 ' "and one whose key is not a UUID"

exits 0 "nothing is stale" aegis rule-snapshot --tenant "$TENANT" --list-stale
like out '^No filing is stale' "and that is said"
exits 0 "nor as JSON" aegis rule-snapshot --tenant "$TENANT" --list-stale --format json
is "$(cat out)" "[]" "an empty list"

# One figure changes.
file 1320 180 >rules.yaml
exits 0 "one changed figure" aegis rule-load --tenant "$TENANT" rules.yaml
like out '^stale +4 ' "marks snapshots"
is "$(sql "SELECT string_agg(right(checklist_id::text, 1) || v.rule_identifier, ' ' ORDER BY checklist_id)
	FROM filing_rule_snapshots s JOIN rule_versions v ON v.id = s.rule_version_id
	JOIN rule_versions n ON n.id = s.superseded_by AND n.version = 2 WHERE NOT is_current")" \
	"1S 2S 4S 5S" "exactly those on it, with its successor"
exits 1 "stale filings" aegis rule-snapshot --tenant "$TENANT" --list-stale
is "$(grep -c '^  S  superseded: version 1 -> 2, since ' out)" 3 "the open ones"
like out '^      between_wells: 1200 ft -> 1320 ft$' "what changed"
like out "^$(id 1)  rule_37  42-001-00001" "of which filing"
exits 1 "with the closed ones" aegis rule-snapshot --tenant "$TENANT" --list-stale --all --format csv
is "$(wc -l <out)" 5 "one more"
python3 - <<'P' >csv.txt
import csv
rows = list(csv.DictReader(open("out")))
print(rows[0]["rule"], rows[0]["reason"], rows[0]["days"], rows[0]["changes"])
P
is "$(cat csv.txt)" "S superseded 0 between_wells: 1200 ft -> 1320 ft" "as CSV another reader reads it"
exits 1 "as JSON" aegis rule-snapshot --tenant "$TENANT" --list-stale --format json
is "$(python3 -c 'import json; r = json.load(open("out")); print(len(r), r[0]["version"], r[0]["newest_version"],
	r[0]["changes"])')" "3 1 2 [{'name': 'between_wells', 'before': '1200 ft', 'after': '1320 ft'}]" "too"
sql "UPDATE filing_rule_snapshots SET acknowledged = true, acknowledged_by = 'joe' WHERE NOT is_current
	AND checklist_id = '$(id 1)'" >/dev/null
exits 1 "what was acknowledged" aegis rule-snapshot --tenant "$TENANT" --list-stale
unlike out "^$(id 1)" "is not listed"
exits 1 "unless one asks" aegis rule-snapshot --tenant "$TENANT" --list-stale --all
like out 'acknowledged by joe' "and says by whom"
file 1400 180 >rules.yaml
aegis rule-load --tenant "$TENANT" rules.yaml >/dev/null
exits 1 "a version that came after it" aegis rule-snapshot --tenant "$TENANT" --list-stale
like out "^$(id 1)" "is another matter"
exits 0 "--refresh" aegis rule-snapshot --tenant "$TENANT" --filing "$(id 1)" --refresh
is "$(stands "$(id 1)")" "D 1;S 1;field:00000007/gas/spacing 1;S 3;" "adds what is new, and keeps what was"
is "$(sql "SELECT acknowledged, acknowledged_by, is_current FROM filing_rule_snapshots s JOIN rule_versions v ON
	v.id = s.rule_version_id WHERE checklist_id = '$(id 1)' AND v.rule_identifier = 'S' AND version = 1")" \
	"t	joe	f" "with its acknowledgement"
aegis rule-snapshot --tenant "$TENANT" --list-stale >out
unlike out "^$(id 1)" "then it is not stale"

# A rule that is new, and one that ends.
cat >more.yaml <<'Y'
rules:
  - {rule: N, title: t, cite: c, source: s, mark: V-rule, verified_as_of: 2020-01-01, domain: spacing,
     figures: {permit_life: 2 years}}
  - {rule: D, title: t, cite: c, source: s, mark: V-rule, verified_as_of: 2020-01-01, domain: density,
     effective_to: 2025-01-01, figures: {unit_acres: 40 acres}}
Y
exits 0 "a new rule, and one that has ended" aegis rule-load --tenant "$TENANT" more.yaml
exits 1 "both are listed" aegis rule-snapshot --filing "$(id 1)" --list-stale
like out '^  N  added: version 1, since ' "as added"
like out '^  D  expired: version 1, since 2025-01-01' "and expired"

# Other days.  What was known on a day is told by detected_at, which no one can change: forge it.
sql "ALTER TABLE rule_versions DISABLE TRIGGER rule_versions_update;
	UPDATE rule_versions SET detected_at = '2021-01-15' WHERE rule_identifier IN ('S', 'F') AND version = 1;
	UPDATE rule_versions SET superseded_date = '2023-01-01' WHERE rule_identifier = 'S' AND version = 1;
	UPDATE rule_versions SET effective_date = '2023-01-01', superseded_date = '2024-06-01',
		detected_at = '2023-03-01 12:00+00' WHERE rule_identifier = 'S' AND version = 2;
	UPDATE rule_versions SET effective_date = '2024-06-01' WHERE rule_identifier = 'S' AND version = 3;
	ALTER TABLE rule_versions ENABLE TRIGGER rule_versions_update" >/dev/null
day() { # day N DATE [KNOWN]: what filing N, a new one, stands on
	filing "$(id "$1")" "$TENANT" 42-001-99999 well rule_37 draft
	aegis rule-snapshot --filing "$(id "$1")" --as-of "$2" ${3:+--known-on "$3"} >/dev/null || return
	stands "$(id "$1")"
}
is "$(day 21 2019-12-31)" "" "before its day there is no rule"
is "$(day 22 2022-12-31)" "D 1;N 1;S 1;" "the first version"
is "$(day 23 2023-01-01)" "D 1;N 1;S 2;" "the second, from its day"
is "$(day 24 2024-05-31)" "D 1;N 1;S 2;" "to its last"
is "$(day 25 2024-06-01)" "D 1;N 1;S 3;" "the third"
is "$(day 26 2025-01-01)" "N 1;S 3;" "a rule that has ended is gone"
is "$(day 27 2023-02-01 2023-02-28)" "S 1;" "what nobody knew of then is not in it"
is "$(day 28 2023-02-01 2023-03-01)" "S 2;" "from the day that it was detected it is"
is "$(sql "SELECT count(*) FROM filing_rule_snapshots s JOIN rule_versions v ON v.id = s.rule_version_id
	WHERE s.is_current = (v.status = 'superseded')")" 0 "a snapshot of a former version is marked as such"

# rule-diff.
exits 64 "one thing alone" aegis rule-diff rules.yaml
exits 64 "days of nobody" aegis rule-diff 2022-01-01 2023-01-01
exits 66 "a file that is not there" aegis rule-diff none.yaml rules.yaml
exits 65 "a snapshot that is not there" aegis rule-diff "$(id 98)" rules.yaml
exits 1 "two days" aegis rule-diff --tenant "$TENANT" 2022-01-01 2024-01-01
like out '^~ S \(version 1, 2020-01-01 -> version 2, 2023-01-01\)$' "which versions"
like out '^    between_wells: 1200 ft -> 1320 ft$' "what changed"
exits 0 "a day with itself" aegis rule-diff --tenant "$TENANT" 2022-01-01 2022-01-01
exits 1 "a filing and a day" aegis rule-diff --tenant "$TENANT" "$(id 2)" 2025-06-01
like out '^- D \(version 1, frozen ' "what has gone"
like out '^~ S \(version 1, frozen .* -> version 3' "what changed since"
like out '^\+ N ' "what has come"
file 1200 180 >old.yaml
exits 1 "two files" aegis rule-diff old.yaml rules.yaml
is "$(cat out)" "~ S
    between_wells: 1200 ft -> 1400 ft" "need no database"
exits 1 "as JSON" aegis rule-diff --format json old.yaml rules.yaml
is "$(python3 -c 'import json; print(json.load(open("out")))')" \
	"[{'rule': 'S', 'change': 'changed', 'before': None, 'after': None, 'changes': [{'name': 'between_wells', 'before': '1200 ft', 'after': '1400 ft'}]}]" \
	"too"
exits 0 "a file with what was loaded of it" aegis rule-diff rules.yaml rules.yaml
a=$(sql "SELECT s.id FROM filing_rule_snapshots s JOIN rule_versions v ON v.id = s.rule_version_id
	WHERE s.checklist_id = '$(id 1)' AND v.rule_identifier = 'S' AND v.version = 1")
b=$(sql "SELECT s.id FROM filing_rule_snapshots s JOIN rule_versions v ON v.id = s.rule_version_id
	WHERE s.checklist_id = '$(id 1)' AND v.rule_identifier = 'S' AND v.version = 3")
exits 1 "two snapshots" aegis rule-diff "$a" "$b"
like out 'between_wells: 1200 ft -> 1400 ft' "of one rule"

aegis rule-load --tenant "$TENANT" old.yaml >/dev/null
exits 1 "what was changed, and changed back" aegis rule-snapshot --filing "$(id 2)" --list-stale
like out '^      says the same again$' "is stale, and says so"
done_testing
