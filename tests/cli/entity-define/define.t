#!/usr/bin/env bash
. "$(dirname "$0")/../../lib.sh"
need_pg
HERE=$(dirname "$0")
TYPES=$ROOT/pipelines/entities
define() { aegis-entity-define --tenant "$TENANT" "$@"; }
# Everything of the four tables but the ids, and the times with it.
content() {
	sql "SELECT 'type', type_key, display_name, icon, color, compliance_footprint, is_system_type
	       FROM entity_type_definitions WHERE tenant_id = '$TENANT' ORDER BY 2"
	sql "SELECT 'field', type_key, field_key, label, input_type, required, validation_preset,
	            options, display_group, sort_order
	       FROM entity_field_definitions f JOIN entity_type_definitions t USING (type_id)
	      WHERE f.tenant_id = '$TENANT' ORDER BY 2, 10"
	sql "SELECT 'mapping', t.type_key, f.field_key, m.rrc_field_key
	       FROM rrc_field_mappings m JOIN entity_type_definitions t USING (type_id)
	       JOIN entity_field_definitions f ON f.field_id = m.entity_field_id
	      WHERE m.tenant_id = '$TENANT' ORDER BY 2, 3, 4"
	sql "SELECT 'rule', p.type_key, c.type_key, cardinality, required, display_label
	       FROM entity_relationship_rules r
	       JOIN entity_type_definitions p ON p.type_id = r.parent_type_id
	       JOIN entity_type_definitions c ON c.type_id = r.child_type_id
	      WHERE r.tenant_id = '$TENANT' ORDER BY 2, 3"
}
# Row versions: what was written again, even with the same values, has another xmin.
versions() {
	local t
	for t in entity_type_definitions entity_field_definitions rrc_field_mappings \
	    entity_relationship_rules; do
		sql "SELECT '$t', xmin, ctid, x FROM $t x ORDER BY 3"
	done
}
count() { # count KIND WORD: the figure of the report in $WORK/out
	awk -v k="$1" -v w="$2" 'NR > 0 && $1 == "added" { for (i = 1; i <= NF; i++) col[$i] = i + 1 }
	    $1 == k && NF == 6 && $2 ~ /^[0-9]+$/ { print $col[w] }' "$WORK/out"
}

# What the demo types are.
exits 0 'a plan' define --plan "$TYPES"/*.yaml
like "$WORK/out" '^\+ fields well.api_number$' 'names what it would add'
is "$(sql 'SELECT count(*) FROM entity_type_definitions')" 0 'and writes nothing'
exits 0 'the demo types are defined, whatever their order' define "$TYPES"/*.yaml
is "$(count types added) $(count fields added) $(count mappings added) $(count rules added)" \
    "$(find "$TYPES" -name '*.yaml' | wc -l) $(cat "$TYPES"/*.yaml | grep -c '{ key:') $(cat "$TYPES"/*.yaml | grep -Ec ' rrc: ') $(cat "$TYPES"/*.yaml | grep -c '{ parent:')" \
    'the counts are those of the files'
is "$(content | grep -c .)" "$(awk '/^(types|fields|mappings|rules) +[0-9]/ { n += $2 } END { print n }' "$WORK/out")" \
    'and of the tables'
is "$(content | grep '^field.well.h15_status' | cut -f4-7,9)" \
    "$(printf 'H-15 status\tselect\tf\t\tStatus')" 'a field'
options() { # options TYPE FIELD
	sql "SELECT options FROM entity_field_definitions JOIN entity_type_definitions USING (type_id)
	    WHERE type_key = '$1' AND field_key = '$2'"
}
is "$(options well lease)" '{"ref": "lease"}' 'its options'
is "$(options well operator)" '{"ref": "operator", "role": "operator", "through": "lease"}' 'by way of another entity'
is "$(options severance lease_number)" '{"hash": true, "role": "identity", "order": 1}' 'a key by digest'
is "$(options operator phone) $(options operator operator_name)" \
    '{"person": true} {"role": "name", "person": "organization_type=sole proprietorship"}' 'what says something of persons'
is "$(content | grep '^rule.operator.well')" \
    "$(printf 'rule\toperator\twell\tone_to_many\tf\tOPERATED_BY')" 'a rule'
content >"$WORK/content"

# Again: nothing.
versions >"$WORK/versions"
exits 0 'the same again' define "$TYPES"/*.yaml
is "$(count fields added) $(count fields changed) $(count fields removed) $(count fields stale)" \
    '0 0 0 0' 'changes nothing'
unlike "$WORK/out" '^[-+~] ' 'and says so'
versions >"$WORK/again"
ok 'no row was written' cmp "$WORK/versions" "$WORK/again"

# What was shipped once goes; what a tenant has made of it stays, and is said.
mapped() { # mapped [KEY]: what feeds a well's operator
	sql "SELECT m.rrc_field_key FROM rrc_field_mappings m JOIN entity_field_definitions f ON f.field_id = m.entity_field_id
	    JOIN entity_type_definitions t ON t.type_id = f.type_id WHERE t.type_key = 'well' AND f.field_key = 'operator'"
}
map_operator() {
	sql "INSERT INTO rrc_field_mappings (tenant_id, type_id, entity_field_id, rrc_field_key) SELECT f.tenant_id, f.type_id, f.field_id, '$1'
	    FROM entity_field_definitions f JOIN entity_type_definitions t USING (type_id) WHERE t.type_key = 'well' AND f.field_key = 'operator'" >/dev/null
}
map_operator dbf900/well:operator
exits 0 'a database that has what was shipped once' define "$TYPES"/*.yaml
like "$WORK/out" '^- mappings well.operator: dbf900/well:operator$' 'it is taken away, and said'
is "$(mapped)" '' 'and gone'
map_operator mine/well:operator
exits 0 'a database with a mapping of its own' define "$TYPES"/*.yaml
is "$(mapped)" mine/well:operator 'has it still'
sql "DELETE FROM rrc_field_mappings WHERE rrc_field_key = 'mine/well:operator'" >/dev/null
wrong() { # wrong SED WORD: a change of well.yaml that is refused
	sed "$1" "$TYPES/well.yaml" >"$WORK/wrong.yaml"
	exits 78 "refused: $2" define "$WORK/wrong.yaml"
	like "$WORK/err" "$2" 'and says why'
}
wrong 's/through: lease/through: nobody/' "'through' must name another field with a ref"
wrong 's/through: lease/through: h15_operator/' "'through' must name another field with a ref"
wrong '/parent: lease/d' "'through' goes by a rule with the parent 'lease'"
wrong 's/key: well_name,/key: well_name, person: sometimes,/' "'person' must be true, or FIELD=VALUE"

# The same definition from the database and from the file.
MODEL=$HERE/../entity-map/model.py
ok 'a stream is made' python3 "$MODEL" make "$WORK"
exits 0 'its definition goes into the database' define "$WORK/def.yaml"
ok 'warned of what is not in it' grep -q "warning: fields 'well.survey' is in the database" "$WORK/err"
exits 0 'with --prune it replaces the demo type' define --prune "$WORK/def.yaml"
like "$WORK/out" '^- fields well.survey$' 'and says what it removes'
like "$WORK/out" '^- rules well -> operator$' 'rules too'
map() {
	aegis-entity-map --tenant "$TENANT" --type well --rejects "$WORK/$1" --max-rejects 100% \
	    --max-flaws 100% "${@:2}" <"$WORK/in"
}
exits 0 'mapped by the database' map rejects
cp "$WORK/out" "$WORK/by_db"
cp "$WORK/rejects" "$WORK/rejects_db"
exits 0 'mapped by the file' map rejects --definitions "$WORK/def.yaml"
ok 'gives the same bytes, digest of the definition included' cmp "$WORK/out" "$WORK/by_db"
ok 'and the same rejects' cmp "$WORK/rejects" "$WORK/rejects_db"
exits 0 'mapped by --db' map rejects --db "host=$PGHOST port=$PGPORT dbname=$PGDATABASE user=$PGUSER"
ok 'gives the same bytes' cmp "$WORK/out" "$WORK/by_db"
exits 0 'back to the demo type' define --prune "$TYPES"/*.yaml
content >"$WORK/back"
ok 'all is as it was' cmp "$WORK/content" "$WORK/back"

# One change.
updated() { sql "SELECT updated_at FROM entity_type_definitions WHERE type_key = 'well' AND tenant_id = '$TENANT'"; }
before=$(updated)
sed -e 's/label: Survey,/label: Original survey,/' -e 's/dbf900\/well:WB-SURVEY/dbf900\/well:OTHER/' \
    "$TYPES/well.yaml" >"$WORK/well.yaml"
exits 0 'a label and a mapping change' define "$WORK/well.yaml"
is "$(grep '^[-+~] ' "$WORK/out")" \
    "$(printf '~ fields well.survey\n~ mappings well.survey: dbf900/well:WB-SURVEY -> dbf900/well:OTHER')" \
    'just these are changed'
is "$(sql "SELECT count(*) FROM rrc_field_mappings m JOIN entity_field_definitions f
    ON f.field_id = m.entity_field_id WHERE field_key = 'survey'")" 1 'no second mapping appears'
is "$(updated)" "$before" "the type's updated_at does not move"
sed -i 's/^display_name: Well$/display_name: Well bore/' "$WORK/well.yaml"
exits 0 'the name changes' define "$WORK/well.yaml"
ok "now the type's updated_at moves" test "$(updated)" != "$before"

# Stale mappings.
sql "INSERT INTO rrc_field_mappings (tenant_id, type_id, rrc_field_key, entity_field_id)
    SELECT tenant_id, type_id, 'SECOND', field_id FROM entity_field_definitions WHERE field_key = 'survey'"
exits 78 'two columns for one field are refused' map rejects
like "$WORK/err" "field 'survey': two RRC columns feed it, 'SECOND' and 'dbf900/well:OTHER'" \
    'and the message names both'
exits 0 'without --prune the second one stays' define "$WORK/well.yaml"
like "$WORK/err" "warning: mappings 'well.survey: SECOND' is in the database" 'with a warning'
is "$(count mappings stale)" 1 'and a count'
exits 0 'with --prune it goes' define --prune "$WORK/well.yaml"
is "$(count mappings removed)" 1 'and is counted'

# What is invalid in the database.
sql "UPDATE entity_field_definitions SET validation_preset = 'nice' WHERE field_key = 'survey'"
exits 78 'an unknown preset in the database' map rejects
like "$WORK/err" "type 'well', field 'survey': unknown validation preset 'nice'" 'named'
sql "UPDATE entity_field_definitions SET validation_preset = '', options = '{\"max\": 3}' WHERE field_key = 'survey'"
exits 78 'an unknown option in the database' map rejects
like "$WORK/err" "type 'well', field 'survey': options: 'max' is invalid" 'named'
exits 78 'a type that the tenant does not have' aegis-entity-map --tenant "$TENANT" --type pad </dev/null
like "$WORK/err" "has no entity type 'pad'" 'named'
exits 78 'another tenant has none of these' \
    aegis-entity-map --tenant 00000000-0000-4000-8000-000000000002 --type well </dev/null

# Rules and refs that point nowhere, and other faults: nothing changes.
versions >"$WORK/versions"
refused() { # refused STATUS WHAT REGEX FILE...
	exits "$1" "$2" define "${@:4}"
	like "$WORK/err" "$3" "$2: the message"
	versions >"$WORK/again"
	ok "$2: nothing changed" cmp "$WORK/versions" "$WORK/again"
}
cat >"$WORK/pad.yaml" <<-'Y'
	type: pad
	display_name: Pad
	fields:
	  - { key: name, label: Name, input_type: text, role: identity }
	rules:
	  - { parent: section, cardinality: one_to_many }
Y
refused 78 'a rule for a parent that there is not' "pad.yaml:6:[0-9]+: the tenant has no type 'section'" "$WORK/pad.yaml"
sed -e '/rules/,$d' -e 's/input_type: text/input_type: ref, ref: section/' "$WORK/pad.yaml" >"$WORK/ref.yaml"
refused 78 'a ref to a type that there is not' "'name' of 'pad' refers to the type 'section'" "$WORK/ref.yaml"
refused 78 'a type in two files' "both define the type 'well'" "$WORK/well.yaml" "$TYPES/well.yaml"
sed 's/parent: section/parent: well/' "$WORK/pad.yaml" >"$WORK/good.yaml"
echo nonsense >>"$WORK/ref.yaml"
refused 78 'one bad file among good ones' 'ref.yaml:' "$WORK/good.yaml" "$WORK/ref.yaml"
refused 66 'a file that is not there' 'none.yaml' "$WORK/none.yaml"
exits 0 'a parent that only the database has will do' define "$WORK/good.yaml"
exits 0 'a type that no file has is left alone' define --prune "$TYPES"/*.yaml
is "$(sql "SELECT count(*) FROM entity_type_definitions WHERE type_key = 'pad'")" 1 'even with --prune'

# Two at a time.
psql -XqAt >"$WORK/lock" 2>&1 <<-SQL &
	BEGIN;
	SELECT pg_advisory_xact_lock(hashtextextended('aegis entity-define $TENANT', 0));
	SELECT pg_sleep(30);
SQL
locker=$!
for _ in $(seq 100); do
	[ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" = 1 ] && break
	sleep 0.1
done
exits 75 'while another one is running: 75' define "$TYPES"/*.yaml
sql "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'" >/dev/null
wait "$locker"
exits 0 'and then it goes' define "$TYPES"/*.yaml

exits 64 'no tenant' aegis-entity-define "$TYPES/well.yaml"
exits 64 'a tenant that is not a UUID' aegis-entity-define --tenant 7 "$TYPES/well.yaml"
exits 64 'no file' define
exits 69 'no database' define --db 'host=/nonexistent' "$TYPES/well.yaml"
done_testing
