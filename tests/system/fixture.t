#!/usr/bin/env bash
# fixture-save and fixture-restore: exactly, or not at all.  FIXTURE_KILLS (12), FIXTURE_SLICES (20).
. "$(dirname "$0")/../lib.sh"
exits 64 "save: no directory" aegis fixture-save
exits 64 "save: pseudonyms without a key" aegis fixture-save --pseudonyms x y
exits 64 "save: a tenant that is none" aegis fixture-save --tenant me x
exits 64 "restore: no fixture" aegis fixture-restore
exits 64 "check: a database that is not asked for" aegis fixture-check --db x y
exits 64 "allow: no name" aegis fixture-allow
exits 64 "clone: no template" aegis fixture-clone
exits 66 "restore: a fixture that is not there" aegis fixture-restore "$WORK/none"
need_pg
cd "$WORK" || exit 1
home=$PGDATABASE
psql -Xq -v ON_ERROR_STOP=1 -v embedding="array_fill(0.5::real, ARRAY[1536])" -f "$ROOT/tests/system/populate.sql" >log 2>&1 || cat log
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
aegis run "$ROOT/pipelines/demo.yaml" --set "tenant=$TENANT" >night.log 2>&1
is "$(sql "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class c WHERE relkind = 'r' AND
	relnamespace = 'public'::regnamespace AND (xpath('/row/n/text()', query_to_xml(format('SELECT EXISTS (SELECT FROM %I) AS n',
	relname), false, true, '')))[1]::text = 'false'")" "batch_matrix_todo batch_rule_checks" "every table has rows, but for what a transaction leaves empty, and what a load leaves due"
dump() { pg_dump --data-only -N ag_catalog -T batch_settings -d "$1" 2>>dump.err |
	grep -v '^\\\(un\)\?restrict \|^COPY public.\(entities\|entity_sources\|entity_links\)_' | sort; } # an empty partition is none
digest() { sed 's/.*digest //' err; }

# Save, restore, save again.
exits 0 "save" aegis fixture-save one
first=$(digest)
exits 73 "a directory that is there" aegis fixture-save one
exits 0 "check it" aegis fixture-check one
exits 0 "and against its database" aegis fixture-check --database one
exits 0 "sha256sum checks it too" bash -c 'cd one && sha256sum -c --quiet manifest-sha256.txt tagmanifest-sha256.txt'
exits 0 "zstd reads it" bash -c 'zstd -dc one/data/users.csv.zst | grep -q ^id,email'
exits 0 "restore" aegis fixture-restore --into copy one
is "$(dump copy | sha256sum)" "$(dump "$home" | sha256sum)" "pg_dump says the same of both"
ok "and says something" test "$(dump copy | wc -l)" -gt 1000
exits 0 "save again" env PGDATABASE=copy aegis fixture-save two
is "$(digest)" "$first" "the same digest"
is "$(cd two/data && sha256sum ./*.zst)" "$(cd one/data && sha256sum ./*.zst)" "and the same bytes"
shape() { psql -Xqt -d "$1" -c "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred, convalidated FROM pg_constraint
	WHERE connamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = conrelid AND relispartition) ORDER BY 1, 2" \
	-c "SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = 'public'::regnamespace AND NOT relispartition ORDER BY 1" \
	-c "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"; }
is "$(shape copy | sha256sum)" "$(shape "$home" | sha256sum)" "constraints, indexes and triggers are as before"
exits 0 "schema-check finds no drift" env PGDATABASE=copy aegis schema-check
exits 0 "a row can be added behind the sequences" psql -Xqd copy -v ON_ERROR_STOP=1 -c "INSERT INTO batch_datasets (tenant_id, type_key, dataset)
	VALUES ('$TENANT', 'x', 'y')"
exits 1 "then the database differs" env PGDATABASE=copy aegis fixture-check --database one
like out '^batch_datasets +25 +26  other rows$' "and it is said where"
exits 0 "restored ones may go: once more" aegis fixture-restore --into copy one
exits 0 "it is as the fixture again" env PGDATABASE=copy aegis fixture-check --database one

# What is refused leaves the target as it was.
psql -Xqc "CREATE DATABASE mine" && psql -Xqd mine -c "CREATE TABLE t (i int); INSERT INTO t VALUES (7)"
mine() { psql -XqAtd mine -c "SELECT i FROM t"; }
refused() { # refused STATUS WHAT FIXTURE
	exits "$1" "$2" aegis fixture-restore --into "${4:-mine}" "$3"
	is "$(mine)$(psql -XqAtc "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname ~ '_(new|old)$'")" 7 "the target is untouched, nothing is left"
}
refused 65 "a database with rows that nobody marked" one
like err 'aegis fixture-allow mine' "the message says how to mark it"
exits 65 "allow: one that is not there" aegis fixture-allow none
exits 0 "allow" aegis fixture-allow mine
broken() { rm -rf bad && cp -r one bad; }
# remake DIR EXPRESSION: its manifest changed by a Python expression of t, the bag made right again
remake() {
	python3 - "$@" <<'P'
import hashlib, re, sys
d, change = sys.argv[1:]
p = d + "/data/manifest.json"
t = open(p).read()
new = eval(change)
assert new != t
open(p, "w").write(new)
sums = [l for l in open(d + "/manifest-sha256.txt") if "manifest.json" not in l]
sums.append(hashlib.sha256(new.encode()).hexdigest() + "  data/manifest.json\n")
open(d + "/manifest-sha256.txt", "w").writelines(sums)
tags = [l for l in open(d + "/tagmanifest-sha256.txt") if "  manifest" not in l]
tags.append(hashlib.sha256("".join(sums).encode()).hexdigest() + "  manifest-sha256.txt\n")
open(d + "/tagmanifest-sha256.txt", "w").writelines(tags)
P
}
other_schema='re.sub("\"schema_sha256\":\"[0-9a-f]{64}\"", "\"schema_sha256\":\"" + "0" * 64 + "\"", t)'
broken; head -c 100 one/data/entities.csv.zst >bad/data/entities.csv.zst; refused 65 "a cut file" bad
broken; printf x >>bad/data/users.csv.zst; refused 65 "a longer file" bad
broken; { zstd -dc one/data/users.csv.zst | sed 's/Example/Exempel/' | zstd -q; } >bad/data/users.csv.zst; refused 65 "an edited file" bad
broken; mv bad/data/users.csv.zst bad/data/skills.csv.zst; refused 65 "a renamed file" bad
broken; mv bad/data/users.csv.zst x; mv bad/data/skills.csv.zst bad/data/users.csv.zst; mv x bad/data/skills.csv.zst; refused 65 "two swapped files" bad
broken; sed -i 's/"rows":5/"rows":6/' bad/data/manifest.json; refused 65 "an edited manifest" bad
broken; sed -i '1d' bad/manifest-sha256.txt; refused 65 "an edited list" bad
broken; rm bad/bagit.txt; refused 66 "a bag without its label" bad
broken; remake bad "$other_schema"
exits 0 "the fingerprint of another schema, into which the rows fit" aegis fixture-restore --into otherwise bad
like err 'saved from another version of the schema; its rows fit' "is named"
exits 0 "and has no drift" aegis schema-check --db dbname=otherwise
psql -Xqc "DROP DATABASE otherwise"
rm -rf bad && cp -a one bad
remake bad "$other_schema.replace('\"display_name\"', '\"display_nome\"')"
refused 65 "a column that the schema has not" bad
like err "has columns that the schema has not: display_nome" "is named"
psql -XqAtd mine -c "SELECT pg_sleep(4)" >/dev/null & sleeper=$!
sleep 0.5
refused 75 "a target that somebody is connected to" one
wait "$sleeper"
psql -Xqc "CREATE DATABASE mine_new" && psql -Xqd mine_new -c "CREATE TABLE t AS SELECT 1"
exits 65 "somebody's own database of the name that is needed" aegis fixture-restore --into mine one
like err "'mine_new'" "is named"
is "$(psql -XqAtd mine_new -c 'SELECT count(*) FROM t')" 1 "and left alone"
psql -Xqc "DROP DATABASE mine_new"

# Killed at any moment.
before=0 after=0 left=0
psql -XqAtd mine -c "ALTER DATABASE mine SET aegis.note = 'old'"
for ((i = 0; i < ${FIXTURE_KILLS:-5}; i++)); do
	setsid aegis-fixture-restore --into mine one >/dev/null 2>&1 & victim=$!
	if [ "$i" = 0 ]; then # the first one for certain while it builds
		for ((k = 0; k < 200; k++)); do
			[ "$(psql -XqAtc "SELECT count(*) FROM pg_database WHERE datname = 'mine_new'")" = 1 ] && break
			sleep 0.02
		done
	else
		sleep "$(awk -v i="$i" -v n="${FIXTURE_KILLS:-5}" 'BEGIN { srand(i); printf "%.3f", (i + rand()) / n * 2.5 }')"
	fi
	kill -KILL -- "-$victim" 2>/dev/null
	wait "$victim" 2>/dev/null
	if [ "$(psql -XqAtd mine -c "SELECT to_regclass('t') IS NOT NULL" 2>/dev/null)" = t ] && [ "$(mine)" = 7 ]; then
		before=$((before + 1))
	elif PGDATABASE=mine aegis fixture-check --database one >/dev/null 2>&1; then
		after=$((after + 1))
		for ((k = 0; k < 50; k++)); do
			[ "$(psql -XqAtc "SELECT count(*) FROM pg_stat_activity WHERE datname ~ '^mine'")" = 0 ] && break
			sleep 0.1
		done
		psql -Xqc "DROP DATABASE mine" -c "CREATE DATABASE mine" && psql -Xqd mine -c "CREATE TABLE t (i int); INSERT INTO t VALUES (7)"
		aegis fixture-allow mine 2>/dev/null
	fi
	left=$((left + $(psql -XqAtc "SELECT count(*) FROM pg_database WHERE datname ~ '^mine_'")))
	for ((k = 0; k < 100; k++)); do
		[ "$(psql -XqAtc "SELECT count(*) FROM pg_stat_activity WHERE datname ~ '^mine' OR application_name ~ 'fixture-restore'")" = 0 ] && break
		sleep 0.1
	done
done
is "$((before + after))" "${FIXTURE_KILLS:-5}" "killed ${FIXTURE_KILLS:-5} times: as before or as after ($before, $after; something left $left times)"
ok "some of them in the middle" test "$left" -gt 0
exits 0 "the next run" aegis fixture-restore --into mine one
is "$(psql -XqAtc "SELECT count(*) FROM pg_database WHERE datname ~ '^mine_'")" 0 "clears what was left"

# Slices: the restore makes every foreign key anew, so that a dangling one would end it.
exits 64 "a slice of a table that is not there" aegis fixture-save --where none=true slice
exits 0 "a tenant" aegis fixture-save --tenant "$TENANT" slice
exits 0 "restores" aegis fixture-restore --into copy slice
is "$(psql -XqAtd copy -c "SELECT count(*) FILTER (WHERE tenant_id <> '$TENANT'), count(*) > 100 FROM entities")" "0|t" "its entities are there, and no other's"
is "$(psql -XqAtd copy -c "SELECT count(*) FROM audit_logs")" 0 "nor another tenant's audit rows"
is "$(psql -XqAtd copy -c "SELECT count(*) FROM users")" 5 "what belongs to nobody is whole"
sliced=0
for ((i = 1; i <= ${FIXTURE_SLICES:-8}; i++)); do
	rm -rf slice
	mapfile -t words < <(python3 - "$i" "$TENANT" <<'P'
import random, sys
rng = random.Random(int(sys.argv[1]))
table = {"filing_checklists": "random() < 0.5", "rule_versions": "version = 2", "prompt_templates": "true",
         "prompt_versions": "true", "entities": "md5(entity_key) < '4'", "batch_sources": "section = 0",
         "filing_rule_snapshots": "true", "checklist_artifacts": "true", "skill_artifacts": "id = 'a1'",
         "entity_field_definitions": "field_key < 'm'", "compliance_status": "true", "batch_books": "seq = 1",
         "rrc_field_mappings": "random() < 0.3", "prompt_audit_log": "true", "namespace_access_control": "true"}
if rng.random() < 0.3:
    print("--tenant")
    print(sys.argv[2])
for t in rng.sample(sorted(table), rng.randint(1, 4)):
    print("--where")
    print(f"{t}={table[t]}")
P
)
	if aegis fixture-save "${words[@]}" slice >slice.log 2>&1 && aegis fixture-restore --into copy slice >>slice.log 2>&1 &&
	    [ "$(psql -XqAtd copy -c "SELECT count(*) FROM (SELECT FROM rule_versions GROUP BY tenant_id, rule_identifier
		HAVING count(*) <> max(version)) x")" = 0 ]; then
		sliced=$((sliced + 1))
	else
		say "${words[*]}: $(cat slice.log)"
	fi
done
is "$sliced" "${FIXTURE_SLICES:-8}" "random slices restore"
exits 0 "a filing" aegis fixture-save --where "filing_checklists=id = '20000000-0000-4000-8000-000000000001'" filing
rows() { zstd -dc "filing/data/$1.csv.zst" | python3 -c 'import csv, sys; print(len(list(csv.reader(sys.stdin))) - 1)'; }
is "$(rows filing_checklists) $(rows checklist_templates) $(rows checklist_artifacts) $(rows filing_rule_snapshots) $(rows rule_versions) $(rows users)" \
	"1 1 1 1 3 0" "brings its template, its artifacts, its snapshots and all versions of their rule"

# Pseudonyms.
umask 077; printf 'a key of the pseudonyms\n' >key; umask 022
# The populated audit rows' actor has a text that stands in half of the tables.
grep -v 'audit_logs.actor_id' "$ROOT/pipelines/pseudonyms.yaml" >policy.yaml
sql "UPDATE users SET display_name = 'Jane Doe ' || substr(email, 5, 1); UPDATE filing_checklists SET created_by = 'User1@Example.org',
	metadata = '{\"note\": \"asked Jane Doe 2 of it\"}'; UPDATE approval_requests SET reviewer_id = 'Jane Doe 3', reviewer_comments = 'fine, Jane Doe 3'" >/dev/null
exits 77 "a key that others can read" bash -c 'cp key open && chmod 644 open && aegis fixture-save --pseudonyms "$1" --key open slice2' - "$ROOT/pipelines/pseudonyms.yaml"
exits 0 "with pseudonyms" aegis fixture-save --pseudonyms policy.yaml --key key masked
clear=$(sql "SELECT email FROM users UNION SELECT display_name FROM users UNION SELECT created_by FROM filing_checklists WHERE created_by IS NOT NULL
	UNION SELECT reviewer_id FROM approval_requests WHERE reviewer_id IS NOT NULL")
is "$(find masked -name '*.zst' -exec zstd -dcq {} + | cat - masked/data/manifest.json masked/*.txt | grep -cF "$clear")" 0 "no clear name or address is in it"
ok "of $(printf '%s\n' "$clear" | wc -l) that there are" test "$(printf '%s\n' "$clear" | wc -l)" -ge 10
exits 0 "it restores" aegis fixture-restore --into copy masked
is "$(psql -XqAtd copy -c "SELECT count(DISTINCT email) FILTER (WHERE email ~ '^p-[0-9a-f]{16}@example\.invalid$'), count(DISTINCT display_name) FROM users")" "5|5" "addresses stay unique and valid"
is "$(psql -XqAtd copy -c "SELECT DISTINCT f.created_by = u.email, f.metadata->>'note' ~ '^asked Person [0-9a-f]{16} of it$' FROM filing_checklists f, users u
	WHERE u.id = '$(sql "SELECT id FROM users WHERE email = 'User1@Example.org'")'")" "t|t" "one value, one pseudonym, in every table"
exits 0 "again" aegis fixture-save --pseudonyms policy.yaml --key key masked2
is "$(sed 's/.*digest //' err)" "$(sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p' masked/data/manifest.json)" "the same pseudonyms"
umask 077; printf 'another key of pseudonyms\n' >key2; umask 022
exits 0 "with another key" aegis fixture-save --pseudonyms policy.yaml --key key2 masked3
ok "others" test "$(sed 's/.*digest //' err)" != "$(sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p' masked/data/manifest.json)"
sql "UPDATE skills SET name = 'written by Jane Doe 4' WHERE id = 's1'" >/dev/null
exits 65 "a name where the policy has none" aegis fixture-save --pseudonyms policy.yaml --key key leak
like err 'skills.name has a clear value' "is found"
ok "and nothing is left" test ! -e leak -a ! -e leak.partial
# A value in other spellings is found; a part of a word is not one.
sql "UPDATE skills SET name = 'Spacing' WHERE id = 's1'; UPDATE users SET display_name = CASE WHEN email ILIKE '%1@%' THEN 'Ann' WHEN email ILIKE '%2@%' THEN 'Bob \"Buck\" Jones'
    WHEN email ILIKE '%3@%' THEN 'Ångström Øre' ELSE 'Maria Lopez ' || substr(email, 5, 1) END;
    UPDATE filing_checklists SET created_by = NULL, metadata = jsonb_build_object('a', 'Annual report; ann, ANN and Joann', 'b', 'seen by bob \"BUCK\" jones', 'c', 'ÅNGSTRÖM øre', 'd', 'USER2@EXAMPLE.ORG')" >/dev/null
exits 0 "in other spellings" aegis fixture-save --pseudonyms policy.yaml --key key spelt || cat err
zstd -dcq spelt/data/filing_checklists.csv.zst >spelt.csv
ok "part of a word stays" grep -q 'Annual report; Person [0-9a-f]*, Person [0-9a-f]* and Joann' spelt.csv
is "$(grep -ciE 'buck|ngstr|example\.org' spelt.csv)" 0 "case, quotes escaped by JSON and letters of other scripts are no disguise"
sql "UPDATE skills SET name = 'of MARIA lopez 4' WHERE id = 's1'" >/dev/null
exits 65 "where the policy has none, in another case" aegis fixture-save --pseudonyms policy.yaml --key key leak
sql "UPDATE skills SET name = 'Spacing' WHERE id = 's1'; UPDATE filing_checklists SET metadata = NULL" >/dev/null

# What entities say of persons, by type and field: a telephone always, a name where the operator is one man.
sql "INSERT INTO entity_type_definitions (tenant_id, type_key, display_name) VALUES ('$TENANT', 'owner', 'Owner')" >/dev/null
sql "INSERT INTO entity_field_definitions (type_id, tenant_id, field_key, label, input_type, options) SELECT type_id, '$TENANT', k, k, 'text', o::jsonb
    FROM entity_type_definitions, (VALUES ('owner_name', '{\"role\": \"name\", \"person\": \"kind=man\"}'), ('kind', NULL),
    ('phone', '{\"person\": true}')) x (k, o) WHERE type_key = 'owner' AND tenant_id = '$TENANT'" >/dev/null
sql "SELECT batch_ground('$TENANT', 'owner')" >/dev/null
owner() { # owner N NAME KIND PHONE: an entity, in all else as another
	psql -Xq -v ON_ERROR_STOP=1 -v "name=$2" -v "kind=$3" -v "phone=$4" -v "key=owner:$1" -v "tenant=$TENANT" <<-'S'
	INSERT INTO entities SELECT (jsonb_populate_record(e, jsonb_build_object('tenant_id', :'tenant', 'type_key', 'owner', 'entity_key', :'key', 'name', :'name',
	    'properties', jsonb_build_object('owner_name', :'name', 'kind', :'kind', 'phone', :'phone')))).* FROM entities e LIMIT 1
	S
}
owner 1 'QUARTZ, JOHN "Q"' man 4325550177
owner 2 'GRANITE ENERGY LLC' firm 4325550188
# Before him it was somebody else's; and of one who is gone.
sql "INSERT INTO batch_changes (tenant_id, type_key, entity_key, kind, fields, run_id) VALUES ('$TENANT', 'owner', 'owner:1', 'changed',
    '{\"owner_name\": [\"FLINT, MARY\", \"QUARTZ, JOHN\"], \"phone\": [\"4325550199\", \"4325550177\"]}', '$TENANT'), ('$TENANT', 'owner', 'owner:9', 'changed',
    '{\"owner_name\": [\"SLATE, ANN\", \"BASALT LLC\"], \"kind\": [\"man\", \"firm\"]}', '$TENANT')" >/dev/null
sql "UPDATE filing_checklists SET entity_name = 'lease of Quartz, John \"Q\"' WHERE id = '20000000-0000-4000-8000-000000000001'" >/dev/null
exits 0 "persons in entities" aegis fixture-save --pseudonyms policy.yaml --key key people
all() { find "$1" -name '*.zst' -exec zstd -dcq {} +; }
is "$(all people | grep -ciE 'quartz|43255501[789]|flint|slate')" 0 "neither the man's name nor a telephone is in it, nor what they were before"
ok "a firm that was a man's is" bash -c "$(declare -f all); all people | grep -q 'BASALT LLC'"
ok "the firm's name is" bash -c "$(declare -f all); all people | grep -q 'GRANITE ENERGY LLC'"
is "$(all people | grep -Ec 'lease of Person [0-9a-f]{16}')" 1 "nor his name in a filing"
grep -v 'entities.properties' policy.yaml >without.yaml
exits 65 "by a policy that leaves entities out" aegis fixture-save --pseudonyms without.yaml --key key leak
like err 'entities.properties has a clear value' "it is not saved, and said where"
exits 0 "a slice with them" aegis fixture-save --tenant "$TENANT" --pseudonyms policy.yaml --key key sliced
is "$(all sliced | grep -ciE 'quartz|43255501[78]')" 0 "likewise"
sql "DELETE FROM batch_changes WHERE type_key = 'owner'; DELETE FROM entities WHERE type_key = 'owner'; DELETE FROM entity_field_definitions WHERE type_id IN
    (SELECT type_id FROM entity_type_definitions WHERE type_key = 'owner'); DELETE FROM entity_type_definitions WHERE type_key = 'owner';
    UPDATE filing_checklists SET entity_name = NULL WHERE entity_name LIKE 'lease of%'" >/dev/null

printf 'columns: {users.email: email, audit_logs.event_data.who.mail: email, entities.name: scrub, entities.properties: scrub, vertices.properties: scrub}\n' >path.yaml
sql "INSERT INTO audit_logs (tenant_id, event_type, event_data) VALUES ('t', 'x', '{\"who\": [{\"mail\": \"a.b@c.example\", \"n\": 1.50}, {\"mail\": null}]}')" >/dev/null
sql "UPDATE filing_checklists SET created_by = NULL" >/dev/null
exits 0 "a path into JSON" aegis fixture-save --pseudonyms path.yaml --key key paths
is "$(zstd -dcq paths/data/audit_logs.csv.zst | grep -c 'a.b@c.example')$(zstd -dcq paths/data/audit_logs.csv.zst | grep -c '1.50.*p-[0-9a-f]*@example.invalid')" 01 "is reached, in arrays too"
printf 'columns: {users.nothing: email}\n' >wrong.yaml
exits 78 "a column that is not there" aegis fixture-save --pseudonyms wrong.yaml --key key x

# Templates and clones.
exits 0 "a template" aegis fixture-restore --into shape --template one
exits 0 "a clone" aegis fixture-clone shape
clone=$(cat out)
exits 0 "is as the fixture" env PGDATABASE="$clone" aegis fixture-check --database one
exits 0 "its triggers work" psql -Xqd "$clone" -c "DO \$\$ BEGIN DELETE FROM rule_versions; RAISE 'deleted'; EXCEPTION WHEN check_violation THEN END \$\$"
exits 0 "and goes" aegis fixture-clone --drop "$clone"
exits 7 "a command in a clone of its own" aegis fixture-clone shape -- bash -c 'psql -XqAtc "SELECT current_database()"; exit 7'
like out '^shape_[0-9a-f]{8}$' "by its name"
exits 0 "with --db, all of libpq's variables are set" env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE aegis fixture-clone --db "host=$PGHOST port=$PGPORT user=$PGUSER dbname=postgres" shape -- \
	bash -c 'psql -XqAtc "SELECT current_database()"; echo "$PGHOST $PGPORT $PGUSER"'
like out "^$PGHOST $PGPORT $PGUSER$" "host, port and user"
like out '^shape_[0-9a-f]{8}$' "and the clone"
exits 127 "a command that is not there" aegis fixture-clone shape -- no-such-command
like err "error: cannot run 'no-such-command'" "is named"
is "$(psql -XqAtc "SELECT count(*) FROM pg_database WHERE datname ~ '^shape_'")" 0 "which is gone"
exits 65 "a database that nobody marked" aegis fixture-clone "$home"
exits 65 "nor is one dropped" aegis fixture-clone --drop "$home"
exits 0 "a template can be restored over" aegis fixture-restore --into shape one
exits 0 "protected again" aegis fixture-allow --revoke shape
exits 65 "it can not" aegis fixture-restore --into shape one
done_testing
