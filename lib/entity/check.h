#ifndef AEGIS_ENTITY_CHECK_H
#define AEGIS_ENTITY_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "entity/definition.h"

/*
 * One value against one field: its input type, its validation preset, the
 * choices, and the lengths that the entity columns of a role allow.  What is
 * known is listed in doc/manual/field-types.md.
 */

/* Room in the entities table's columns, in characters. */
enum { CHECK_KEY_MAX = 255, CHECK_NAME_MAX = 500, CHECK_FIELD_MAX = 255, CHECK_DISTRICT_MAX = 10 };

struct check; /* a field's definition, compiled */

struct check_result {
	const char *p;      /* the value as it goes on, len bytes: the bytes given or ... */
	size_t len;         /* ... the check's own, valid until its next use */
	bool plain;         /* needs no quotes in CSV (stream_writer_plain()) */
	const char *code;   /* of a fault: a word of the reject codes */
	const char *reason; /* of a fault: "is not a number", as long as the check */
};

/**
 * check_define(f, e):
 * Set ${f}'s type and integer from its input type and ref, and see that input
 * type, preset, choices and ref are known and fit together.  Return 0, or -1 with
 * ${e} set to STATUS_CONFIG, the message naming the field.
 */
int check_define(struct field_definition *f, struct err *e);

/**
 * check_new(f):
 * Compile ${f}, which check_define() has passed and which must outlive the
 * check.  The caller frees it with check_free().
 */
struct check *check_new(const struct field_definition *f);

/**
 * check_value(c, p, len, r):
 * Check the ${len} bytes at ${p}, which are not NULL in the stream's sense.
 * Return 0 with the value as it goes on in ${r}, or -1 with code and reason.
 * Allocates nothing.  Only harmless things are changed: a number loses leading
 * zeros and the sign of a zero, a boolean becomes true or false.
 */
int check_value(struct check *c, const char *p, size_t len, struct check_result *r);
void check_free(struct check *c);

/**
 * check_scan(p, len, plain, chars):
 * Return 0 if the ${len} bytes are UTF-8 without a NUL, and say whether they
 * need no quotes in CSV and how many characters they are; else -1.
 */
int check_scan(const char *p, size_t len, bool *plain, size_t *chars);

#endif
