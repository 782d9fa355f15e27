/* The audit tables: their columns, and which are id, instant and signature. */

#include "audit/audit_table.h"

#include <string.h>

static const struct audit_table tables[] = {
	{
	    "audit_logs",
	    8,
	    {
		{ "id", AUDIT_TEXT },
		{ "tenant_id", AUDIT_TEXT },
		{ "event_type", AUDIT_TEXT },
		{ "event_data", AUDIT_JSON },
		{ "actor_id", AUDIT_TEXT },
		{ "actor_type", AUDIT_TEXT },
		{ "created_at", AUDIT_TIME },
		{ "signature", AUDIT_TEXT },
	    },
	    0,
	    1,
	    2,
	    6,
	    7,
	},
	{
	    "prompt_audit_log",
	    8,
	    {
		{ "id", AUDIT_TEXT },
		{ "tenant_id", AUDIT_TEXT },
		{ "template_id", AUDIT_TEXT },
		{ "version_id", AUDIT_TEXT },
		{ "action", AUDIT_TEXT },
		{ "actor_id", AUDIT_TEXT },
		{ "hmac_signature", AUDIT_TEXT },
		{ "created_at", AUDIT_TIME },
	    },
	    0,
	    1,
	    4,
	    7,
	    6,
	},
};

const struct audit_table *
audit_table_nth(size_t i)
{

	return (i < sizeof(tables) / sizeof(tables[0]) ? &tables[i] : NULL);
}

const struct audit_table *
audit_table_find(const char *name)
{
	const struct audit_table *t;
	size_t i;

	for (i = 0; (t = audit_table_nth(i)) != NULL; i++)
		if (strcmp(t->name, name) == 0)
			return (t);
	return (NULL);
}

int
audit_table_column(const struct audit_table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return ((int)i);
	return (-1);
}
