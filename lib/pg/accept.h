#ifndef AEGIS_PG_ACCEPT_H
#define AEGIS_PG_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "pg/drift.h"

/*
 * Differences of a schema that are known, one a line: what, kind, object and definition in COPY's
 * text form, behind a line "#aegis-known 1"; other lines that begin with '#' are comments.  One
 * whose definition has changed since is another.
 */
struct accept;

/**
 * accept_read(path, e):
 * Read the list, freed by the caller with accept_free(), or return NULL with ${e} set.
 */
struct accept *accept_read(const char *path, struct err *e);
void accept_free(struct accept *a);

/**
 * accept_knows(a, d, e):
 * Whether the difference is in the list; ${a} may be NULL.
 */
bool accept_knows(struct accept *a, const struct drift *d);

/**
 * accept_gone(a):
 * How many of the list's differences accept_knows() has not been asked for.
 */
size_t accept_gone(const struct accept *a);

/**
 * accept_write(out, d, e):
 * Append the line of a difference.  The list's first line is accept_first.
 */
int accept_write(struct buf *out, const struct drift *d, struct err *e);
extern const char accept_first[];

#endif
