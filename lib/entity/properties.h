#ifndef AEGIS_ENTITY_PROPERTIES_H
#define AEGIS_ENTITY_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "entity/definition.h"
#include "stream/reader.h"
#include "stream/reject.h"

/*
 * From the rows of an entity: stream to what stands in the database: a row's
 * digest, its faults, and the JSON of entities.properties.
 *
 * ${f} is always a whole row as stream_reader_fields() gives it: _record,
 * _offset, entity_key, then a value for each column.
 */
enum { PROPERTIES_KEY = 2, PROPERTIES_FIRST = 3 }; /* places in the row */

/* Columns of entities that come from the field with that role, and their sizes
 * in characters (sql/100_batch.sql). */
enum {
	PROPERTIES_KEY_MAX = 255,
	PROPERTIES_NAME_MAX = 500,
	PROPERTIES_FIELD_MAX = 255,
	PROPERTIES_DISTRICT_MAX = 10
};

struct properties;

/**
 * properties_new(d, columns, n, e):
 * Get ready for rows with the ${n} named columns, the first of which must be
 * _record, _offset, entity_key, and every other a field of ${d}, which must
 * outlive the result.  Return it, freed by the caller with properties_free(), or
 * NULL with ${e} set: STATUS_DATA where these are no columns of an entity:
 * stream, STATUS_CONFIG where the type has no such field.
 */
struct properties *properties_new(const struct entity_definition *d, const char *const *columns,
    size_t n, struct err *e);

/**
 * properties_digest(p, f, out, e):
 * Set ${out} to the digest of the row's values: XXH3-128 of, in this order, the
 * 16 bytes (big-endian, high half first) of the XXH3-128 of the columns, and for each
 * value its length plus one as 4 bytes little-endian and its bytes; 4 zeros for
 * NULL.  The columns' bytes are, for each, "KEY TYPE ROLE REQUIRED\n" in the words of
 * doc/formats/load-report.md: the digest changes with the columns, and a row
 * that has one stored was free of faults.  Return 0, or -1 with ${e} set.
 */
int properties_digest(struct properties *p, const struct stream_field *f, struct digest128 *out,
    struct err *e);

/**
 * properties_check_key(f, faults), properties_check(p, f, faults):
 * Add everything that forbids to load the row to ${faults}: an entity_key that
 * is NULL, empty or too long; bytes that are no UTF-8 or NUL; a number or boolean
 * that is none in JSON; NULL in a required field; a name, field or district too
 * long for its column.  Return true where there is nothing.
 */
bool properties_check_key(const struct stream_field *f, struct fault_list *faults);
bool properties_check(struct properties *p, const struct stream_field *f,
    struct fault_list *faults);

/**
 * properties_copy(p, f, out, e):
 * Append the JSON object of the row's values that are not NULL, by field_key, in the
 * order in which a jsonb keeps them.  The row is the one last given to properties_check(), without a fault.  Return 0, or -1 with ${e} set.
 */
int properties_copy(const struct properties *p, const struct stream_field *f, struct buf *out,
    struct err *e);

/**
 * properties_role(p, role, after):
 * The place in the row of the first field with ${role} behind the place ${after}
 * (-1: of all), or -1.
 */
int properties_role(const struct properties *p, enum field_role role, int after);

/**
 * properties_find(p, field):
 * The place in the row of the field ${field}, or -1.
 */
int properties_find(const struct properties *p, const char *field);

/**
 * properties_owned(p, identity, out, e):
 * Append the columns' field keys as a text[] literal of PostgreSQL; with ${identity}
 * only those of the identity.
 */
int properties_owned(const struct properties *p, bool identity, struct buf *out, struct err *e);
void properties_free(struct properties *p);

#endif
