#ifndef AEGIS_ARCHIVE_INDEX_H
#define AEGIS_ARCHIVE_INDEX_H

#include <stdint.h>

#include "archive/merkle.h"
#include "base/err.h"

/*
 * Which rows the archives of a table hold: a file of fixed-size entries sorted by id, mapped
 * into memory.  It is made from the archives alone: it may be deleted, and is brought up to
 * date whenever it is opened.
 */
enum { INDEX_ID_SIZE = 16 };

struct index_entry {
	unsigned char id[INDEX_ID_SIZE]; /* a UUID */
	unsigned char leaf[MERKLE_HASH]; /* of the row's line */
	unsigned char number[8];         /* of the leaf in the tree, big-endian */
};

struct index;

/**
 * index_id(p, len, id):
 * The 16 bytes of the UUID ${p}.  Return 0, or -1 where it is none.
 */
int index_id(const char *p, size_t len, unsigned char id[INDEX_ID_SIZE]);

/**
 * index_open(archives, table, e):
 * The index of the archives in ${archives}/${table}, freed with index_close(); or NULL with
 * ${e} set.  Where the directory cannot be written, the index is made in a temporary file.
 */
struct index *index_open(const char *archives, const char *table, struct err *e);
void index_close(struct index *x);

/**
 * index_find(x, id):
 * The entry of ${id}, the last archived where there are several, or NULL.
 */
const struct index_entry *index_find(const struct index *x, const unsigned char id[INDEX_ID_SIZE]);

/**
 * index_entries(x, n):
 * All of them by id, ${n}.
 */
const struct index_entry *index_entries(const struct index *x, uint64_t *n);
uint64_t index_number(const struct index_entry *entry);

#endif
