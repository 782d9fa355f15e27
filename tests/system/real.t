#!/usr/bin/env bash
# Real wells, leases, operators and gatherers of the Permian, as another project decoded them from RRC's records,
# are encoded to bytes of P-4, P-5 and the wellbore file and loaded: who operates which well must come out again.
. "$(dirname "$0")/../lib.sh"
need_shared
need_pg
export WORK SHARED TENANT PYTHONDONTWRITEBYTECODE=1
[ -d "$SHARED/rrc/next/real" ] || skip_all "no real rows of the next datasets"
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
ok "the bytes are made" python3 "$ROOT/tests/system/real.py" make
load() { # load LAYOUT VIEW TYPE
	aegis rrc-decode --layout "$1" --view "$2" --rejects "$WORK/$1-$2.rej" "$WORK/$1" 2>"$WORK/decode.err" |
	    aegis entity-map --tenant "$TENANT" --type "$3" --rejects "$WORK/$1-$2.map.rej" 2>/dev/null |
	    aegis entity-load --tenant "$TENANT" --type "$3"
}
# The wells first: their operators come when their leases do.
for v in "dbf900 well well" "p4f606 lease lease" "orf850 operator operator"; do
	# shellcheck disable=SC2086
	exits 0 "loaded: $v" load $v
	like "$WORK/out" '^rejected +0$' 'and no row of it was rejected'
done
linked() { # linked: each well with its operator, his name, and its lease
	sql "COPY (SELECT w.child_key, w.parent_key, o.properties ->> 'organization_name', l.parent_key FROM entity_links w
	    JOIN entity_relationship_rules r ON r.rule_id = w.rule_id AND r.display_label = 'OPERATED_BY'
	    JOIN entity_type_definitions c ON c.type_id = r.child_type_id AND c.type_key = 'well'
	    LEFT JOIN entities o ON o.entity_key = w.parent_key AND o.type_key = 'operator'
	    LEFT JOIN entity_links l ON l.child_key = w.child_key
	        AND l.rule_id IN (SELECT rule_id FROM entity_relationship_rules WHERE display_label = 'ON_LEASE')
	    WHERE w.resolved ORDER BY 1) TO STDOUT CSV" >"$WORK/linked.csv"
}
check() { # check NIGHT
	linked
	python3 "$ROOT/tests/system/real.py" check "$1" >"$WORK/check"
	grep '^# ' "$WORK/check"
	is "$(sed -n 's/^differ //p' "$WORK/check")" 0 "each oil well is operated by whoever operates its lease, as it was published"
	ok "some thousand wells" test "$(sed -n 's/^wells //p' "$WORK/check")" -gt 3000
}
aegis rrc-decode --layout p4f606 --view gatherer "$WORK/p4f606" 2>/dev/null | aegis unseal >"$WORK/gatherers.csv"
check 0
is "$(sed -n 's/^gatherers //p' "$WORK/check")" "$(sed -n 's/^published //p' "$WORK/check")" "gatherers, purchasers and nominators come out as they were published"
ok "more than ten thousand of them" test "$(sed -n 's/^published //p' "$WORK/check")" -gt 10000
# The next night: leases have changed hands, and the file of wells has not come again.
mv "$WORK/p4f606.next" "$WORK/p4f606"
exits 0 "the next P-4" load p4f606 lease lease
check 1
done_testing
