#!/usr/bin/env bash
# Agents, skills, personas: what resolves and what does not, tenant by tenant.
. "$(dirname "$0")/../../lib.sh"
need_pg
A=00000000-0000-4000-8000-00000000000a B=00000000-0000-4000-8000-00000000000b
check() { aegis integrity-check "$@" >"$WORK/out" 2>"$WORK/err"; }
agent() { # agent TENANT KEY ROOT PERSONA [ACTIVE]: NULL or 'text'
	sql "INSERT INTO agent_definitions (tenant_id, agent_key, root_skill_key, persona_key, is_active)
	    VALUES ('$1', '$2', $3, $4, ${5:-true})"
}
skill() { # skill TENANT KEY: its id
	sql "INSERT INTO skill_definitions (tenant_id, skill_key, display_name) VALUES ('$1', '$2', '$2') RETURNING id"
}
persona() { # persona SKILL-ID KEY TEXT REF
	sql "INSERT INTO skill_personas (skill_id, persona_key, display_name, prompt_text, prompt_template_ref)
	    VALUES ('$1', '$2', '$2', $3, $4)"
}

exits 0 "an empty database" aegis integrity-check
is "$(cat "$WORK/out")" "" "has no findings"
s=$(skill $A rrc_rule37)
persona "$s" examiner "'You examine.'" NULL
agent $A general NULL NULL
agent $A rule_37 "'rrc_rule37'" NULL
agent $A rule_37_b "'rrc_rule37'" "'examiner'"
exits 0 "general mode, a root skill, a persona" env R35_INTEGRITY_FAIL_LOUD=1 aegis integrity-check
is "$(cat "$WORK/out")" "" "all resolve"

# The skill of another tenant, a retired agent, a persona of another skill.
agent $B rule_37 "'rrc_rule37'" "'examiner'"
agent $B rule_32 "'rrc_rule32'" NULL false
other=$(skill $A rrc_rule32)
persona "$other" writer "'You write.'" NULL
agent $A rule_32 "'rrc_rule32'" "'examiner'"
agent $A odd NULL "'examiner'"
exits 0 "findings are warnings" aegis integrity-check
like "$WORK/err" '^aegis-integrity-check: warning: 4 findings$' "with their number"
cut -f 1-4 "$WORK/out" >"$WORK/got"
printf '%s\t%s\t%s\t%s\n' $A persona odd examiner $A persona rule_32 examiner \
    $B persona rule_37 examiner $B root_skill rule_37 rrc_rule37 >"$WORK/want"
ok "each is named, the other tenant's skill does not count" diff -u "$WORK/want" "$WORK/got"
like "$WORK/out" $'^'$A$'\tpersona\todd\texaminer\tthe agent has no root skill' "with its reason"
exits 0 "one tenant" aegis integrity-check --tenant $A
is "$(wc -l <"$WORK/out")" 2 "only its findings"
for v in 1 true YES on; do
	exits 1 "R35_INTEGRITY_FAIL_LOUD=$v" env R35_INTEGRITY_FAIL_LOUD=$v aegis integrity-check
done
for v in 0 '' false; do
	exits 0 "R35_INTEGRITY_FAIL_LOUD=$v" env R35_INTEGRITY_FAIL_LOUD="$v" aegis integrity-check
done
sql "UPDATE agent_definitions SET is_active = false WHERE agent_key IN ('odd', 'rule_32') OR tenant_id = '$B'"
exits 0 "agents that are not active" env R35_INTEGRITY_FAIL_LOUD=1 aegis integrity-check

# Prompts: one of the two, and a template of the tenant's.
persona "$s" both "'x'" "'agents:rule_37_system_prompt'"
persona "$s" neither NULL NULL
persona "$s" ref NULL "'agents:rule_37_system_prompt'"
persona "$s" plain NULL "'rule_37_system_prompt'"
exits 1 "prompts" env R35_INTEGRITY_FAIL_LOUD=1 aegis integrity-check --tenant $A
is "$(cut -f 2 "$WORK/out" | sort | uniq -c | xargs)" "2 prompt 3 template" "both, neither, and no template"
sql "WITH n AS (INSERT INTO prompt_namespaces (tenant_id, namespace_key, display_name) VALUES ('$B', 'agents', 'Agents')
    RETURNING id) INSERT INTO prompt_templates (namespace_id, slug) SELECT id, 'rule_37_system_prompt' FROM n"
check --tenant $A
is "$(cut -f 2 "$WORK/out" | grep -c template)" 3 "another tenant's template does not count"
sql "UPDATE prompt_namespaces SET tenant_id = '$A'"
check --tenant $A
is "$(cut -f 2 "$WORK/out" | sort | uniq -c | xargs)" "2 prompt" "its own does, with its namespace and without"
sql "DELETE FROM skill_personas WHERE persona_key IN ('both', 'neither')"
sql "UPDATE prompt_templates SET slug = 'another'"
exits 0 "templates alone" env R35_INTEGRITY_FAIL_LOUD=1 aegis integrity-check --tenant $A
is "$(cut -f 2 "$WORK/out" | sort | uniq -c | xargs)" "2 template" "are reported, and never more than a warning"
like "$WORK/err" 'warning: 2 findings' "and counted"
sql "UPDATE prompt_templates SET slug = 'rule_37_system_prompt'"
persona "$s" both "'x'" "'agents:rule_37_system_prompt'"
persona "$s" neither NULL NULL
agent $B $'t\tab' "E'no\\tskill'" NULL
check --tenant $B
is "$(awk -F'\t' 'END {print NF, $3, $4}' "$WORK/out")" '5 t\tab no\tskill' "a TAB in a slug does not make a field"
sql "DELETE FROM agent_definitions WHERE tenant_id = '$B'"
exits 0 "--report json" aegis integrity-check --report json
is "$(python3 -c 'import json,sys; print(*sorted(f["slug"] for f in json.load(sys.stdin)))' <"$WORK/out")" "both neither" "parses"
exits 64 "a tenant that is not a UUID" aegis integrity-check --tenant acme
exits 64 "a word too many" aegis integrity-check now
exits 69 "no server" aegis integrity-check --db host=/nowhere
exits 73 "a full disk" sh -c 'aegis integrity-check >/dev/full'
done_testing
