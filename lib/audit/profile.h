#ifndef AEGIS_AUDIT_PROFILE_H
#define AEGIS_AUDIT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/audit_table.h"
#include "audit/canon.h"
#include "base/digest.h"
#include "base/err.h"

/*
 * A profile: which message a signer signed, and how it wrote the signature down.  AEGIS's
 * schema names neither, so that both are configuration (doc/formats/audit.md).
 */
enum profile_form { PROFILE_OBJECT, PROFILE_ARRAY, PROFILE_JOINED, PROFILE_AEGIS_1 };
enum profile_null { PROFILE_NULL_OMIT, PROFILE_NULL_NULL, PROFILE_NULL_EMPTY, PROFILE_NULL_NONE };
enum profile_digits {
	PROFILE_DIGITS_ALWAYS,  /* six */
	PROFILE_DIGITS_PYTHON,  /* six, or none at all where they are zero */
	PROFILE_DIGITS_TRIMMED, /* without the zeros at the end */
	PROFILE_DIGITS_MILLIS,  /* three */
};
enum profile_encoding { PROFILE_HEX, PROFILE_BASE64 };

struct profile_time {
	bool micros; /* a number: microseconds since 1970 */
	enum profile_digits digits;
	char between;     /* 'T' or ' ' */
	const char *zone; /* "+00:00", "Z", "+00" or "" */
};

struct profile_field {
	char *name;    /* in an object */
	size_t column; /* of the table */
};

/* What a profile says of one table. */
struct profile_table {
	const struct audit_table *table;
	struct profile_field fields[AUDIT_COLUMNS_MAX];
	size_t n;
	char **unsigned_events; /* event types that need no signature */
	size_t nunsigned;
};

enum { PROFILE_TABLES_MAX = 2 };

struct profile {
	char *name;
	enum profile_form form;
	char *separator; /* PROFILE_JOINED */
	struct canon_style json;
	struct profile_time time;
	enum profile_null null;
	enum profile_encoding encoding;
	char *prefix; /* of the signature, before its digits */
	struct profile_table tables[PROFILE_TABLES_MAX];
	size_t ntables;
	char sha256[DIGEST_SHA256_HEX + 1]; /* of its file */
};

/**
 * profile_load(name, e):
 * Load pipelines/audit/NAME.yaml or, where ${name} holds a '/', that file.  Return the
 * profile, freed by the caller, or NULL with ${e} set: STATUS_CONFIG with the place of a
 * fault, STATUS_NOINPUT where there is no such file.
 */
struct profile *profile_load(const char *name, struct err *e);
void profile_free(struct profile *p);

/**
 * profile_table(p, table):
 * What ${p} says of ${table}, or NULL where that is nothing.
 */
const struct profile_table *profile_table(const struct profile *p, const struct audit_table *table);

/**
 * profile_unsigned(t, event, len):
 * Return true if rows of this event type need no signature.
 */
bool profile_unsigned(const struct profile_table *t, const char *event, size_t len);

#endif
