#!/usr/bin/env bash
# What an administrator edits by SQL: what the next night says and does.  (Labels, rules and types that
# go: graph.t and merge.t.)
. "$(dirname "$0")/../lib.sh"
need_full_pg
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >"$WORK/log" 2>&1
night() { # night OPTIONS...: the same file again
	aegis rrc-decode --layout dbf900 --view well --rejects "$WORK/decode.rej" "$ROOT/fixtures/wellbore-demo.ebc.gz" 2>/dev/null |
	    aegis entity-map --tenant "$TENANT" --type well --rejects "$WORK/map.rej" 2>"$WORK/map.err" |
	    aegis entity-load --tenant "$TENANT" --type well --rejects "$WORK/load.rej" "$@" >"$WORK/out" 2>"$WORK/err" &&
	    aegis graph-sync --tenant "$TENANT" >/dev/null 2>>"$WORK/err"
}
said() { grep -c "the definitions of 'well' have changed since the last load of 'dbf900/well':$1" "$WORK/err"; }
wells() { sql "SELECT count(*) FROM entities WHERE type_key = 'well' AND properties ? '$1'"; }
vertices() { psql -XqAt -c "SET search_path = ag_catalog, public" -c "SELECT * FROM cypher('oilgas', \$\$ MATCH (w:Well) WHERE w.$1 IS NOT NULL
    RETURN count(w) \$\$) AS (n agtype)"; }
map() { sql "INSERT INTO rrc_field_mappings (tenant_id, type_id, rrc_field_key, entity_field_id) SELECT tenant_id, type_id, '$2', field_id
    FROM entity_field_definitions WHERE field_key = '$1' AND type_id = (SELECT type_id FROM entity_type_definitions WHERE type_key = 'well')"; }
field() { sql "INSERT INTO entity_field_definitions (type_id, tenant_id, field_key, label, input_type${2:+, validation_preset, options})
    SELECT type_id, tenant_id, '$1', 'x', '${2:-number}'${2:+, 'no_such_preset', '$3'} FROM entity_type_definitions WHERE type_key = 'well'"; }

ok "a night" night
field depth_again
ok "a field that nobody maps" night
is "$(said '')" 0 "is nobody's news"
map depth_again dbf900/well:WB-TOTAL-DEPTH
ok "a new mapping: the same file is taken without --accept-change" night
is "$(said ' new depth_again')" 1 "it is said"
is "$(wells depth_again)" "$(wells total_depth)" "its values are there"
is "$(vertices depth_again)" "$(wells total_depth)" "in the graph, too"
ok "the night after" night
is "$(said '')$(grep -c '^nothing new' "$WORK/out")" 01 "there is nothing new"
sql "UPDATE rrc_field_mappings SET rrc_field_key = 'dbf900/well:completions' WHERE rrc_field_key = 'dbf900/well:WB-TOTAL-DEPTH' AND entity_field_id IN
    (SELECT field_id FROM entity_field_definitions WHERE field_key = 'depth_again')"
ok "a mapping to another column" night
is "$(sql "SELECT count(*) FROM entities WHERE type_key = 'well' AND properties -> 'depth_again' IS DISTINCT FROM properties -> 'completions'")" 0 "brings its values"
sql "UPDATE entity_field_definitions SET field_key = 'n_completions' WHERE field_key = 'depth_again'"
ok "a field that is renamed" night
is "$(said ' missing depth_again; new n_completions')" 1 "it is said"
is "$(wells depth_again):$(wells n_completions)" "0:$(wells completions)" "its values go by the new name"
is "$(vertices depth_again):$(vertices n_completions)" "0:$(wells completions)" "in the graph, too"
sql "DELETE FROM rrc_field_mappings WHERE entity_field_id IN (SELECT field_id FROM entity_field_definitions WHERE field_key = 'n_completions')"
ok "a mapping that is removed" night
is "$(said ' missing n_completions')$(wells n_completions)$(vertices n_completions)" 100 "takes its values away, and says so"
map n_completions dbf900/well:completions
ok "mapped again" night
sql "DELETE FROM entity_field_definitions WHERE field_key = 'n_completions'"
ok "a field that is deleted with its mapping" night
is "$(wells n_completions):$(vertices n_completions)" 0:0 "takes its values away"
exits 0 "the graph is as the tables say" aegis graph-sync --tenant "$TENANT" --check

# Nobody maps it: whatever it is, it stops nothing.
field hologram hologram '[1]'
field 'two words' text '{"role": "king"}'
field choices select '{"choices": [""]}'
field again api_number '"text"'
sql "UPDATE entity_relationship_rules SET cardinality = 'some_to_few' WHERE child_type_id = (SELECT type_id FROM entity_type_definitions WHERE type_key = 'well')"
ok "fields that nobody maps, of no known type, preset, options or key" night
like "$WORK/err" "the cardinality 'some_to_few' of the rule from 'well' to 'operator' is not known: it limits nothing" "an unknown cardinality is reported"
map hologram dbf900/well:WB-SURVEY
not() { ! "$@"; }
ok "one that somebody maps is refused" not night
like "$WORK/map.err" "type 'well', field 'hologram'" "by name"
sql "DELETE FROM rrc_field_mappings WHERE rrc_field_key = 'dbf900/well:WB-SURVEY'; DELETE FROM entity_field_definitions WHERE field_key = 'hologram'"
ok "without it" night

# The source's own columns are another matter.
aegis rrc-decode --layout dbf900 --view well --rejects "$WORK/decode.rej" "$ROOT/fixtures/wellbore-demo.ebc.gz" 2>/dev/null |
    aegis entity-map --tenant "$TENANT" --type well --rejects "$WORK/map.rej" 2>/dev/null >"$WORK/stream"
aegis unseal "$WORK/stream" | python3 -c '
import csv, sys
r = csv.reader(sys.stdin)
w = csv.writer(sys.stdout, lineterminator="\n")
drop = None
for row in r:
    drop = row.index("block") if drop is None else drop
    w.writerow(row[:drop] + row[drop + 1:])' | aegis seal --kind entity:well --tenant "$TENANT" --dataset dbf900/well >"$WORK/fewer" 2>"$WORK/seal.err"
exits 65 "a stream with other columns, by the same definitions" bash -c "aegis entity-load --tenant $TENANT --type well --dataset dbf900/well <'$WORK/fewer'"
like "$WORK/err" "not those of the last load of 'dbf900/well': missing block" "names them"
like "$WORK/err" 'hint: .*--accept-change' "and what accepts them"
done_testing
