#ifndef AEGIS_ARCHIVE_INDEX_SORT_H
#define AEGIS_ARCHIVE_INDEX_SORT_H

#include "archive/index.h"

/* Sorts index entries of any number in bounded memory: runs in a temporary file, merged. */
struct index_sort;

/**
 * index_sort_new(old, n):
 * ${n} entries at ${old}, sorted already, are merged with those that come.
 */
struct index_sort *index_sort_new(const struct index_entry *old, uint64_t n);
int index_sort_add(struct index_sort *s, const struct index_entry *entry, struct err *e);

/**
 * index_sort_count(s):
 * How many there are, the old ones too.
 */
uint64_t index_sort_count(const struct index_sort *s);

/**
 * index_sort_write(s, fd, e):
 * Write all of them to ${fd}, by id, then by their number.
 */
int index_sort_write(struct index_sort *s, int fd, struct err *e);
void index_sort_free(struct index_sort *s);

#endif
