#ifndef AEGIS_PG_WITHOUT_H
#define AEGIS_PG_WITHOUT_H

#include "base/err.h"

/* The extensions that a database can do without: sets of them. */
enum { WITHOUT_AGE = 1, WITHOUT_VECTOR = 2, WITHOUT_ALL = 3 };

/**
 * without_parse(text, set, e), without_text(set):
 * Read a list such as "age,vector", which may be empty, into the set ${set}.
 * Return 0, or -1 with ${e} set to STATUS_USAGE for another word.  The list of a
 * set, in a static string.
 */
int without_parse(const char *text, unsigned int *set, struct err *e);
const char *without_text(unsigned int set);

/**
 * without_name(bit):
 * The extension's name: "age" of WITHOUT_AGE.
 */
const char *without_name(unsigned int bit);

#endif
