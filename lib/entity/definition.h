#ifndef AEGIS_ENTITY_DEFINITION_H
#define AEGIS_ENTITY_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/err.h"

/*
 * What a tenant says of one entity type: its fields (entity_field_definitions)
 * and which RRC column feeds which field (rrc_field_mappings).  Read from the
 * database or, offline, from a YAML file of pipelines/entities/ (form:
 * doc/formats/entities.md); both give the same struct, with the same digest.
 */
enum field_type {      /* of entity_field_definitions.input_type */
	FIELD_TEXT,    /* text, textarea, email, url, phone: JSON string */
	FIELD_NUMBER,  /* number, integer: JSON number, digits as they came */
	FIELD_DATE,    /* date: JSON string YYYY-MM-DD */
	FIELD_BOOLEAN, /* boolean, checkbox: JSON true or false */
	FIELD_SELECT,  /* select: JSON string, one of options.choices */
	FIELD_REF,     /* ref, or text with options.ref: JSON string, an entity's key */
};

enum field_role { /* options.role */
	ROLE_NONE,
	ROLE_IDENTITY,
	ROLE_NAME,
	ROLE_FIELD,
	ROLE_DISTRICT,
	ROLE_OPERATOR,
};

struct field_definition {
	char *key;        /* field_key; the column in an entity: stream */
	char *input_type; /* as defined */
	enum field_type type;
	bool integer; /* FIELD_NUMBER: no fraction */
	bool required;
	char *preset;   /* validation_preset, or NULL */
	char **choices; /* FIELD_SELECT */
	size_t nchoices;
	enum field_role role;
	int order;     /* options.order: place among identity parts */
	char *ref;     /* options.ref: type of the parent, or NULL */
	char *through; /* options.through: field whose entity has the value, or NULL */
	bool hashed;   /* options.hash: the key is a digest of the identity's parts */
	char *person;  /* options.person: "true", or "FIELD=VALUE" where that holds; NULL */
	char *rrc_key; /* rrc_field_key that feeds it, or NULL */
};

struct entity_definition {
	char tenant[37];                 /* lower-case UUID */
	char *type;                      /* type_key */
	struct field_definition *fields; /* by sort_order, then key */
	size_t n;
	char sha256[DIGEST_SHA256_HEX + 1]; /* of all of the above */
};

/**
 * definition_refers(d, parent):
 * Return the key of the field by which an entity names its parent of type ${parent}, the first that
 * refers to it, or NULL.
 */
const char *definition_refers(const struct entity_definition *d, const char *parent);

/**
 * definition_person(d, field), definition_person_key(d):
 * May what the field, or the entity's key, says be a person's?  ${d} is a struct entity_definition (a
 * fault_person_fn).  One that is so under a condition may be.
 */
bool definition_person(const void *d, const char *field);
bool definition_person_key(const struct entity_definition *d);

/**
 * definition_free(d):
 * Free it, with all in it.
 */
void definition_free(struct entity_definition *d);

/*
 * For those who make a definition (definition_db.c, definition_file.c): a new
 * one with room for ${n} zeroed fields, whose strings are allocated one by one
 * (definition_free() frees them), and, when they are filled in, the check of the
 * whole and its digest.
 */

/**
 * definition_new(tenant, type, n, e):
 * An empty definition with ${n} fields; NULL with ${e} set where ${tenant} is no
 * UUID (STATUS_USAGE) or ${type} cannot be a type's key (STATUS_CONFIG).
 */
struct entity_definition *definition_new(const char *tenant, const char *type, size_t n,
    struct err *e);

/**
 * definition_field_ok(f, e):
 * Whether the field can be used by itself: its key, type, preset and choices.  Return 0, or -1 with
 * ${e} set to STATUS_CONFIG.
 */
int definition_field_ok(struct field_definition *f, struct err *e);

/**
 * definition_field_clear(f):
 * Free what the field has; it is empty then.
 */
void definition_field_clear(struct field_definition *f);

/**
 * definition_finish(d, bad, e):
 * Check the fields (input type, preset, choices, roles) and set type, integer
 * and the digest.  Return 0, or -1 with ${e} set to STATUS_CONFIG, the message
 * naming the field, and ${bad} (or NULL) the field's index.
 */
int definition_finish(struct entity_definition *d, size_t *bad, struct err *e);

/**
 * definition_role(name, role):
 * The role called ${name} (options.role).  Return 0, or -1 if there is none.
 */
int definition_role(const char *name, enum field_role *role);
const char *definition_role_name(enum field_role role); /* ROLE_NONE: NULL */

/**
 * definition_key_hash(parts, len, dst):
 * Write what the key of an entity of a type with "hash" has after its "type:" to ${dst}: the first
 * DEFINITION_HASH hex digits of the SHA-256 of the identity's parts, joined by '-', the ${len} bytes at
 * ${parts}.  Return how many.
 */
enum { DEFINITION_HASH = 16 };
size_t definition_key_hash(const char *parts, size_t len, char *dst);

/**
 * definition_hashed(d):
 * Return true if the type's keys are such digests.
 */
bool definition_hashed(const struct entity_definition *d);

/**
 * definition_find(d, key):
 * The field ${key}, or NULL.
 */
const struct field_definition *definition_find(const struct entity_definition *d, const char *key);

#endif
