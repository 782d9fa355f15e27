#ifndef AEGIS_AUDIT_AUDIT_TABLE_H
#define AEGIS_AUDIT_AUDIT_TABLE_H

#include <stddef.h>

/* The audit tables of AEGIS's schema document, their columns in table order. */
enum audit_kind { AUDIT_TEXT, AUDIT_JSON, AUDIT_TIME };

struct audit_column {
	const char *name;
	enum audit_kind kind;
};

enum { AUDIT_COLUMNS_MAX = 8 };

struct audit_table {
	const char *name;
	size_t n;
	struct audit_column columns[AUDIT_COLUMNS_MAX];
	size_t id, tenant, event, created, signature; /* which column is what */
};

/**
 * audit_table_find(name):
 * Return the audit table ${name}, or NULL.
 */
const struct audit_table *audit_table_find(const char *name);

/**
 * audit_table_nth(i):
 * Return the ${i}th audit table, from 0, or NULL.
 */
const struct audit_table *audit_table_nth(size_t i);

/**
 * audit_table_column(t, name):
 * Return the number of the column ${name}, or -1.
 */
int audit_table_column(const struct audit_table *t, const char *name);

#endif
