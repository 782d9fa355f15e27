#!/usr/bin/env bash
# Field rules out of RRC's ledgers: the real field records, and such records with rules in them.
. "$(dirname "$0")/../../lib.sh"
need_shared
need_pg
cd "$WORK" || exit 1
oil=$SHARED/rrc/samples/olf001l_101.ebc gas=$SHARED/rrc/samples/gsf001l_101.ebc

records() { # records LAYOUT RULE...
	local layout=$1 sample=$oil
	shift
	[ "$layout" = olf001 ] || sample=$gas
	python3 "$ROOT/tests/tools/field_records.py" "$layout" "$sample" "$@"
}
load() { # load LAYOUT VIEW OPTIONS... < RECORDS
	local layout=$1 view=$2
	shift 2
	aegis rrc-decode --layout "$layout" --view "$view" 2>>decode.err |
		aegis rule-load --tenant "$TENANT" "$@"
}
rules() { sql "SELECT rule_identifier, version, status, rule_data->'figures'->'$1'->>'value',
	rule_data->'figures'->'$2'->>'value' FROM rule_versions
	WHERE rule_identifier LIKE 'field:%/$3' ORDER BY 1, 2"; }

# The real records are of the wildcat field, which has no spacing of its own.
for view in olf001:spacing gsf001:spacing gsf001:density; do
	sample=$oil
	[ "${view%:*}" = olf001 ] || sample=$gas
	exits 0 "the real $view" load "${view%:*}" "${view#*:}" <"$sample"
	like out '^rules read +1$' "one field"
	like out '^no rule +1 ' "without a rule: the statewide one stands"
done
is "$(sql 'SELECT count(*) FROM rule_versions')" 0 "no version of them"

records olf001 85279200:467:1200 07856250:330:660 00012345:0:0 11111111:330:0 >oil.ebc
exits 0 "made records" load olf001 spacing <oil.ebc
is "$(rules lease_line between_wells oil/spacing)" "field:07856250/oil/spacing	1	active	330	660
field:11111111/oil/spacing	1	active	330	0
field:85279200/oil/spacing	1	active	467	1200" "lease line and distance between wells of each"
is "$(sql "SELECT DISTINCT rule_type, rule_domain, source, detected_by, rule_data->>'mark',
	effective_date = (now() AT TIME ZONE 'America/Chicago')::date FROM rule_versions")" \
	"field_specific	spacing	rrc_ingestion	aegis rule-load	record	t" "source and date"
is "$(sql "SELECT source_reference, rule_data->>'field' FROM rule_versions WHERE rule_identifier
	= 'field:07856250/oil/spacing'")" "-, record 2 at byte 1200	field:07856250" "the record is the reference"
is "$(sql "SELECT b.stage, b.read, b.used, b.skipped, b.inserted FROM batch_books b JOIN batch_datasets d
	USING (dataset_id) WHERE d.dataset = 'olf001/spacing' AND b.inserted > 0")" \
	"rule-load	4	3	1	3" "the books"

records gsf001 85279200:467:1200:320:10 00000001:660:1320:0:0 >gas.ebc
exits 0 "the gas ledger's spacing" load gsf001 spacing <gas.ebc
exits 0 "and its density" load gsf001 density <gas.ebc
is "$(rules unit_acres tolerance_acres gas/density)" "field:85279200/gas/density	1	active	320	10" \
	"unit acres and tolerance"
is "$(rules lease_line between_wells gas/spacing)" "field:00000001/gas/spacing	1	active	660	1320
field:85279200/gas/spacing	1	active	467	1200" "the gas rule of a field beside its oil rule"

before=$(sql "SELECT count(*), max(version) FROM rule_versions")
exits 0 "the same again" load olf001 spacing <oil.ebc
like out '^unchanged +3$' "is unchanged"
is "$(sql "SELECT count(*), max(version) FROM rule_versions")" "$before" "and makes nothing"
records olf001 85279200:467:1200 07856250:467:933 11111111:330:0 >oil2.ebc
exits 0 "a plan of one changed field" load olf001 spacing --plan <oil2.ebc
like out '^changed +1$' "says so"
is "$(sql "SELECT count(*), max(version) FROM rule_versions")" "$before" "and makes nothing"
exits 0 "one changed field" load olf001 spacing <oil2.ebc
is "$(sql "SELECT version, status, change_summary FROM rule_versions WHERE rule_identifier =
	'field:07856250/oil/spacing' ORDER BY 1")" "1	superseded	first version
2	active	lease_line: 330 ft -> 467 ft; between_wells: 660 ft -> 933 ft" "is one version"
exits 65 "an older file that comes back" load olf001 spacing <oil.ebc
like err 'to load it again: --accept-older' "is refused"
is "$(rules lease_line between_wells oil/spacing | grep -c 07856250)" 2 "nothing was loaded"
exits 0 "unless that is meant" load olf001 spacing --accept-older <oil.ebc
is "$(sql "SELECT max(version) FROM rule_versions WHERE rule_identifier =
	'field:07856250/oil/spacing'")" 3 "then it is a version as any other"

# A person's version of a field rule.
sql "UPDATE rule_versions SET status = 'superseded', superseded_date = current_date WHERE
	rule_identifier = 'field:85279200/oil/spacing'; INSERT INTO rule_versions (tenant_id, rule_type,
	rule_domain, rule_identifier, version, effective_date, source, rule_data, detected_by)
	VALUES ('$TENANT', 'field_specific', 'spacing', 'field:85279200/oil/spacing', 2, current_date,
	'docket_hearing', '{\"field\": \"field:85279200\", \"figures\": {}}', 'jane')" >/dev/null
exits 0 "the next night" load olf001 spacing --accept-older <oil.ebc
is "$(sql "SELECT max(version) FROM rule_versions WHERE rule_identifier LIKE '%85279200/oil%'")" 2 \
	"leaves it alone"
records olf001 85279200:500:1200 >oil3.ebc
exits 1 "RRC's figures change" load olf001 spacing <oil3.ebc
is "$(sql "SELECT version, status FROM rule_versions WHERE rule_identifier LIKE '%85279200/oil%'
	ORDER BY 1")" "1	superseded
2	active
3	pending_review" "the new ones wait"

# Bad input.
records olf001 22222222:1200:467 >swapped.ebc
exits 1 "swapped distances" load olf001 spacing --max-flaws 1 <swapped.ebc
like err "record 1 at byte 0: rule 'field:22222222/oil/spacing': lease_line \(1200 ft\) is more" "are remarked"
is "$(rules lease_line between_wells oil/spacing | grep 22222222)" \
	"field:22222222/oil/spacing	1	pending_review	1200	467" "and wait"
exits 65 "too many of them" load olf001 spacing --max-flaws 0 <swapped.ebc
records olf001 33333333:330:660 33333333:330:660 33333333:467:660 >twice.ebc
exits 65 "a field twice, with other figures" load olf001 spacing <twice.ebc
like err 'duplicate_key' "is a fault"
exits 0 "into the reject file" load olf001 spacing --rejects rules.rej --max-rejects 1 <twice.ebc
like out '^rejected +1' "one is rejected"
like out '^duplicate +1' "one says the same"
exits 0 "the reject file can be read" aegis rejects rules.rej
like out 'duplicate_key' "and says why"
aegis rrc-decode --layout olf001 --view spacing oil.ebc 2>/dev/null | head -n 4 >cut
exits 65 "a stream without its seal" aegis rule-load --tenant "$TENANT" <cut
aegis rrc-decode --layout olf001 --view field oil.ebc 2>/dev/null >other
exits 78 "a stream that is no field rules" aegis rule-load --tenant "$TENANT" <other
printf '_record,_offset,field_number,lease_line,between_wells\n1,0,85279200,1e3,2\n2,9,abc,1,2\n3,18,85279200,20000,2\n' |
	aegis seal --kind rrc:olf001/spacing >bad.sealed
exits 0 "values that are none" aegis rule-load --tenant "$TENANT" --rejects bad.rej --max-rejects 3 <bad.sealed
like out '^rejected +3' "are rejected"
exits 0 "each with its reason" aegis rejects bad.rej
like out 'out_of_range' "out of range"
like out 'bad_key' "no number of a field"
is "$(sql "SELECT count(*) FROM (SELECT FROM rule_versions GROUP BY rule_identifier HAVING count(*)
	<> max(version) OR count(*) FILTER (WHERE status = 'active') > 1) x")" 0 "no holes, one in force"
done_testing
