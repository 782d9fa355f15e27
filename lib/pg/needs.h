#ifndef AEGIS_PG_NEEDS_H
#define AEGIS_PG_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What our stages ask of AEGIS's own tables: no column more than these.  What the schema document
 * has beside them is AEGIS's, and may differ.
 */
struct needs {
	const char *table;
	const char *stages;  /* "entity-map, entity-load" */
	const char *columns; /* "type_id,tenant_id" */
};

/**
 * needs_nth(i):
 * Return the ${i}th need, from 0, or NULL behind the last.
 */
const struct needs *needs_nth(size_t i);

/**
 * needs_stages(kind, object):
 * The stages that ask for an object as pg/describe.h names it, such as the "column"
 * "public.audit_logs.created_at" or the "table" "public.audit_logs"; NULL: none does.
 */
const char *needs_stages(const char *kind, const char *object);

/**
 * needs_ours(on):
 * Whether the table, such as "public.batch_runs", is one of AEGIS Batch's own.
 */
bool needs_ours(const char *on);

#endif
