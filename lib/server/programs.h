#ifndef AEGIS_SERVER_PROGRAMS_H
#define AEGIS_SERVER_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Where PostgreSQL's programs are, and which of the two extensions that come in
 * packages of their own a server has: Apache AGE and pgvector.  Debian 13 has
 * both for its PostgreSQL 17, Debian's next release for its 18.  Elsewhere
 * scripts/pg-tree unpacks the same packages into a tree whose programs run where
 * they lie (doc/decisions/0005).
 */
/**
 * programs_find(dst, size, version, need, e):
 * Write to ${dst} the directory of the programs of a PostgreSQL of ${version}
 * ("17"; "": 15 or newer, the newest) whose server has the extensions ${need} (pg/without.h): of the
 * tree that AEGIS_PG_TREE names (Debian's packages unpacked, or what PostgreSQL's `make
 * install` leaves), else of the distribution, else of a tree of pg-tree's, else as
 * pg_config says.  Return 0, or -1 with ${e}
 * set to STATUS_CONFIG.
 */
int programs_find(char *dst, size_t size, const char *version, unsigned int need, struct err *e);

/**
 * programs_extension(bindir, version, name, dst, size):
 * Write to ${dst} the version that the server of ${bindir} would give the
 * extension ${name}, or "" where it has none.
 */
void programs_extension(const char *bindir, const char *version, const char *name, char *dst,
    size_t size);

/* The version of a tree where nobody asks for one. */
#define PROGRAMS_TREE_VERSION "17"
/* What making one fetches, in MB, for those who wait. */
#define PROGRAMS_TREE_MB 98

/**
 * programs_remove_tree(version, removed, size, e):
 * Remove the tree of ${version} that programs_make_tree() made, not one that AEGIS_PG_TREE names;
 * ${removed} gets its path, or "" where there is none.
 */
int programs_remove_tree(const char *version, char *removed, size_t size, struct err *e);

/**
 * programs_tree_suite(version):
 * Debian's release that a tree of ${version} ("": PROGRAMS_TREE_VERSION) is made of, or
 * NULL where there is none with AGE and pgvector for it.
 */
const char *programs_tree_suite(const char *version);

/**
 * programs_make_tree(version, elsewhere, e):
 * Make the tree of ${version} ("17", "18"; "": PROGRAMS_TREE_VERSION): at AEGIS_PG_TREE where that is set, else in var/ of the
 * checkout, or, where ${elsewhere} (the server's user cannot enter the checkout),
 * in /var/lib/aegis-batch.  What went wrong stands on standard error, in the
 * script's words.  Return 0, or -1 with ${e} set to STATUS_CONFIG.
 */
int programs_make_tree(const char *version, bool elsewhere, struct err *e);

#endif
