/* What each stage asks of AEGIS's tables. */

#include "pg/needs.h"

#include <stdio.h>
#include <string.h>

static const char needs_public[] = "public.";

static const struct needs needs_table[] = {
	{ "entity_type_definitions", "entity-define, entity-map, entity-load, graph-sync",
	    "type_id,tenant_id,type_key,compliance_footprint" },
	{ "entity_type_definitions", "entity-define", "display_name,icon,color" },
	{ "entity_field_definitions", "entity-define, entity-map, entity-load, graph-sync",
	    "field_id,type_id,tenant_id,field_key,input_type,required,validation_preset,options,"
	    "sort_order" },
	{ "entity_field_definitions", "entity-define", "label,display_group" },
	{ "entity_relationship_rules", "entity-define, entity-map, entity-load, graph-sync",
	    "rule_id,tenant_id,parent_type_id,child_type_id,cardinality,required,display_label" },
	{ "rrc_field_mappings", "entity-define, entity-map, entity-load",
	    "mapping_id,tenant_id,type_id,rrc_field_key,entity_field_id" },
	{ "compliance_status", "entity-load",
	    "tenant_id,entity_id,entity_type,entity_name,entity_field,entity_district,"
	    "compliance_domain,status,details,last_assessed_at" },
	{ "rule_versions", "rule-load, rule-snapshot, rule-diff",
	    "id,tenant_id,rule_type,rule_domain,rule_identifier,version,effective_date,"
	    "superseded_date,source,source_reference,rule_data,change_summary,detected_at,"
	    "detected_by,status" },
	{ "filing_checklists", "rule-snapshot",
	    "id,tenant_id,entity_id,entity_name,entity_type,compliance_domain,status" },
	{ "filing_rule_snapshots", "rule-snapshot",
	    "id,checklist_id,rule_version_id,snapshotted_at,rule_data_at_snapshot,is_current,"
	    "superseded_by,acknowledged,acknowledged_by" },
	{ "audit_logs", "audit-read, audit-verify, audit-pack, audit-reconcile",
	    "id,tenant_id,event_type,event_data,actor_id,actor_type,created_at,signature" },
	{ "prompt_audit_log", "audit-read, audit-verify, audit-pack, audit-reconcile",
	    "id,tenant_id,template_id,version_id,action,actor_id,hmac_signature,created_at" },
	{ "agent_definitions", "integrity-check",
	    "tenant_id,agent_key,root_skill_key,persona_key,is_active" },
	{ "skill_definitions", "integrity-check", "id,tenant_id,skill_key" },
	{ "skill_personas", "integrity-check",
	    "skill_id,persona_key,prompt_text,prompt_template_ref,is_default" },
};

enum { NEEDS = sizeof(needs_table) / sizeof(needs_table[0]) };

const struct needs *
needs_nth(size_t i)
{

	return (i < NEEDS ? &needs_table[i] : NULL);
}

/* Whether the column is one of the need's. */
static bool
needs_column(const struct needs *n, const char *column)
{
	const char *p = n->columns;
	size_t len = strlen(column);

	for (; p != NULL; p = strchr(p, ','), p = p != NULL ? p + 1 : NULL)
		if (strncmp(p, column, len) == 0 && (p[len] == ',' || p[len] == '\0'))
			return (true);
	return (false);
}

const char *
needs_stages(const char *kind, const char *object)
{
	const char *table = object + sizeof(needs_public) - 1, *column;
	size_t i, n;

	if (strncmp(object, needs_public, sizeof(needs_public) - 1) != 0 ||
	    (strcmp(kind, "table") != 0 && strcmp(kind, "column") != 0))
		return (NULL);
	column = strchr(table, '.');
	n = column != NULL ? (size_t)(column - table) : strlen(table);
	for (i = 0; i < NEEDS; i++)
		if (strlen(needs_table[i].table) == n &&
		    strncmp(needs_table[i].table, table, n) == 0 &&
		    (column == NULL || needs_column(&needs_table[i], column + 1)))
			return (needs_table[i].stages);
	return (NULL);
}

bool
needs_ours(const char *on)
{
	static const char *const names[] = { "entities", "entity_sources", "entity_links",
		"entity_pending", "graph_synced", "graph_books" };
	const char *table = on + sizeof(needs_public) - 1;
	size_t i;

	if (strncmp(on, needs_public, sizeof(needs_public) - 1) != 0)
		return (false);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(table, names[i]) == 0)
			return (true);
	return (strncmp(table, "batch_", 6) == 0);
}
