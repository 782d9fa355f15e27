#ifndef AEGIS_ENTITY_MATRIX_H
#define AEGIS_ENTITY_MATRIX_H

#include <stddef.h>

#include "base/err.h"

/*
 * pipelines/matrix.yaml: whose entities have cells in the compliance matrix, and
 * for which domains (doc/formats/entities.md).
 */
struct matrix {
	char **operators; /* entity keys of the tenant's own operators */
	size_t noperators;
	char **domains; /* that apply to the type */
	size_t ndomains;
};

/**
 * matrix_load(path, tenant, type, e):
 * Read ${path}, or pipelines/matrix.yaml of the home where it is NULL, for one tenant
 * (lower-case UUID) and type; either list may be empty.  Return it, freed by the
 * caller with matrix_free(), or NULL with ${e} set: STATUS_NOINPUT, or
 * STATUS_CONFIG with file, line and column.
 */
struct matrix *matrix_load(const char *path, const char *tenant, const char *type, struct err *e);
void matrix_free(struct matrix *m);

#endif
