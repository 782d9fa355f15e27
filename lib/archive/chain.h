#ifndef AEGIS_ARCHIVE_CHAIN_H
#define AEGIS_ARCHIVE_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "archive/manifest.h"
#include "base/err.h"

/*
 * The archives of one table, as directories of ARCHIVES/TABLE:
 *
 *   TABLE-000001-2026-10-03/   a bag
 *   TABLE-000001-2026-10-03.html and .csv, made from it
 *   index, lock                of the exporter
 */
enum { CHAIN_NAME = 200, CHAIN_PATH = 4096 };

struct chain_link {
	char *name, *path;
	uint64_t sequence; /* as its name has it */
};

struct chain {
	struct chain_link *v; /* by sequence, then name */
	size_t n, cap;
};

/**
 * chain_list(c, dir, table, e):
 * Find the archives in ${dir}; one that is not there has none.  chain_free() releases them.
 */
int chain_list(struct chain *c, const char *dir, const char *table, struct err *e);

/**
 * chain_add(c, path, e):
 * Add the archive ${path} by itself.
 */
int chain_add(struct chain *c, const char *path, struct err *e);
void chain_free(struct chain *c);

/**
 * chain_manifest(path, m, sha256, e):
 * Read data/manifest.json of the archive ${path}, and its digest.
 */
int chain_manifest(const char *path, struct manifest *m, char sha256[DIGEST_SHA256_HEX + 1],
    struct err *e);

/**
 * chain_last(archives, table, m, sha256, e):
 * The manifest of the last archive in ${archives}/${table}, and its digest.  Return 1, 0 where
 * there is none yet, or -1 with ${e} set.
 */
int chain_last(const char *archives, const char *table, struct manifest *m,
    char sha256[DIGEST_SHA256_HEX + 1], struct err *e);

/**
 * chain_name(dst, table, sequence, p):
 * What an archive is called.  Return ${dst}.
 */
char *chain_name(char dst[CHAIN_NAME], const char *table, uint64_t sequence,
    const struct period *p);

/**
 * chain_lock(dir, name, wait, e):
 * Take the lock ${name} in ${dir}.  Return its descriptor, which is closed to give it back; or
 * -1 with ${e} set: STATUS_TEMPFAIL where another has it and ${wait} is false.
 */
int chain_lock(const char *dir, const char *name, bool wait, struct err *e);

#endif
