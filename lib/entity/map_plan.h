#ifndef AEGIS_ENTITY_MAP_PLAN_H
#define AEGIS_ENTITY_MAP_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "entity/check.h"
#include "entity/definition.h"

/*
 * A definition laid over the columns of one stream: which column feeds which
 * field, checked how, and of which fields the entity's key is made.
 */
struct map_cell {
	const struct field_definition *field;
	size_t column; /* of the rrc: stream */
	struct check *check;
	bool hard; /* identity or required: a fault in it rejects the row */
};

struct map_plan {
	struct map_cell *cells; /* in the definition's order */
	size_t n;
	size_t *identity; /* cells the key is made of, in its order */
	size_t nidentity;
	bool hashed;   /* the key is a digest of the identity's parts */
	bool bare_key; /* the key is the identity's value (a well's API number) */
};

/* Something that the user should know and that is no error. */
enum map_notice { MAP_INFO, MAP_WARNING };
typedef void map_notice_fn(void *cookie, enum map_notice level, const char *text);

/**
 * map_plan_new(d, dataset, columns, n, notice, cookie, e):
 * Lay ${d}, which must outlive the plan, over the ${n} ${columns} of a stream of
 * ${dataset} ("LAYOUT/VIEW").  Columns that nobody maps, mapped keys that the
 * stream lacks and the like go to ${notice} (may be NULL), once each.  Return the
 * plan, freed by the caller with map_plan_free(), or NULL with ${e} set to
 * STATUS_CONFIG where an identity or required field would stay without its
 * column.
 */
struct map_plan *map_plan_new(const struct entity_definition *d, const char *dataset,
    const char *const *columns, size_t n, map_notice_fn *notice, void *cookie, struct err *e);
void map_plan_free(struct map_plan *p);

#endif
