#ifndef AEGIS_ENTITY_INDEX_H
#define AEGIS_ENTITY_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"

/*
 * What a dataset last said of each entity of one type: a hash table in memory
 * from the key's digest to the content's, so that a load knows for every row
 * at once whether it is new, changed or as it was.  24 bytes a slot, at most
 * 40 an entity; it is made of parts that grow one by one, so that growing
 * never holds the whole twice.
 *
 * Keys are told apart by 128 bits, contents by 61: two keys of ten million
 * share a digest with a chance of 1.5e-25, a change goes unseen with 4e-19.
 */
struct entity_index;

/* What the database holds of a key. */
enum {
	INDEX_ENTITY = 1, /* a row in entities */
	INDEX_SOURCE = 2, /* a row in entity_sources, with a digest */
};

/* What a row of the input is, set against that. */
enum index_verdict {
	INDEX_NEW,       /* the key is known nowhere */
	INDEX_SAME,      /* entity and digest are there as the row says */
	INDEX_CHANGED,   /* the digest is another */
	INDEX_UNSOURCED, /* an entity, of which this dataset never spoke */
	INDEX_LOST,      /* a digest, but the entity is gone */
	INDEX_AGAIN,     /* the input had the key before */
};

/**
 * index_new():
 * An empty index.
 */
struct entity_index *index_new(void);

/**
 * index_know(ix, key, what, content, e):
 * Note that the database holds ${what} (one or both of the above) for ${key};
 * ${content} is the stored digest, looked at only with INDEX_SOURCE.  All keys
 * are made known before the first is seen.  Return 0, or -1 with ${e} set to
 * STATUS_TEMPFAIL without memory.
 */
int index_know(struct entity_index *ix, struct digest128 key, unsigned what,
    struct digest128 content, struct err *e);

/**
 * index_see(ix, key, content, record, verdict, first, e):
 * Note that row ${record} (below 2^61) of the input has ${key} with ${content},
 * and set ${verdict}; for INDEX_AGAIN, which notes nothing, also ${first} to the
 * record that had the key before.  Return 0, or -1 with ${e} set.
 */
int index_see(struct entity_index *ix, struct digest128 key, struct digest128 content,
    uint64_t record, enum index_verdict *verdict, uint64_t *first, struct err *e);

/**
 * index_unsee(ix):
 * Take the last index_see() back: its row was refused, and another may have the
 * key.  Not after INDEX_AGAIN.
 */
void index_unsee(struct entity_index *ix);

/**
 * index_count(ix), index_bytes(ix):
 * Keys in the index, and the memory that they take.
 */
size_t index_count(const struct entity_index *ix);
size_t index_bytes(const struct entity_index *ix);
void index_free(struct entity_index *ix);

#endif
