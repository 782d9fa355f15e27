#ifndef AEGIS_ENTITY_DEFINITION_DB_H
#define AEGIS_ENTITY_DEFINITION_DB_H

#include "base/buf.h"
#include "base/err.h"
#include "entity/definition.h"
#include "pg/pg.h"

/**
 * definition_db_read(pg, tenant, type, e):
 * Return the definition, freed by the caller with definition_free(), or NULL
 * with ${e} set: STATUS_CONFIG where the tenant has no such type, or an option
 * or input type is not understood, naming type and field.
 */
struct entity_definition *definition_db_read(struct pg *pg, const char *tenant, const char *type,
    struct err *e);

/**
 * definition_db_options(f, out, e):
 * Append what stands in ${f}'s column options, a JSON object, to ${out}; nothing
 * where that is NULL.  Return 0, or -1 with ${e} set.
 */
int definition_db_options(const struct field_definition *f, struct buf *out, struct err *e);

/**
 * definition_db_take_options(text, f, e):
 * The way back: fill choices, role, order and ref of ${f} from the JSON ${text}.
 * A list alone stands for choices.  Return 0, or -1 with ${e} set to STATUS_CONFIG
 * where something in it is not understood.
 */
int definition_db_take_options(const char *text, struct field_definition *f, struct err *e);

#endif
