#ifndef AEGIS_ENTITY_INDEX_H
#define AEGIS_ENTITY_INDEX_H

#include <stdbool.h>
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
 * Keys are told apart by 128 bits, contents by 60: two keys of ten million
 * share a digest with a chance of 1.5e-25, a change goes unseen with 9e-19.
 */
struct entity_index;

/* What the database holds of a key. */
enum {
	INDEX_ENTITY = 1,  /* a row in entities, */
	INDEX_RETIRED = 2, /* which is retired */
	INDEX_SOURCE = 4,  /* a row in entity_sources, with a digest */
};

enum { INDEX_NOTE_BITS = 60 };

/* What a row of the input is, set against that. */
struct index_row {
	unsigned known; /* of the above */
	bool same;      /* there is a digest, and the row has it */
	bool again;     /* the input had the key before; then only note is set: */
	uint64_t note;  /* what was noted of it then */
};

/**
 * index_new():
 * An empty index.
 */
struct entity_index *index_new(void);

/**
 * index_know(ix, key, what, content, e):
 * Note that the database holds ${what} (some of the above) for ${key};
 * ${content} is the stored digest, looked at only with INDEX_SOURCE.  All keys
 * are made known before the first is seen.  Return 0, or -1 with ${e} set to
 * STATUS_TEMPFAIL without memory.
 */
int index_know(struct entity_index *ix, struct digest128 key, unsigned what,
    struct digest128 content, struct err *e);

/**
 * index_see(ix, key, content, note, row, e):
 * Set ${row} to what a row of the input with ${key} and ${content} is, and keep
 * ${note} (INDEX_NOTE_BITS) for the key's next row; a key that was seen before
 * keeps the note that it has.  Return 0, or -1 with ${e} set.
 */
int index_see(struct entity_index *ix, struct digest128 key, struct digest128 content,
    uint64_t note, struct index_row *row, struct err *e);

/**
 * index_unsee(ix):
 * Take the last index_see() back: its row was refused, and another may have the
 * key.  Not after a row that came again.
 */
void index_unsee(struct entity_index *ix);

/**
 * index_note(ix, note):
 * After a row that came again: ${note} takes the place of the key's note.
 */
void index_note(struct entity_index *ix, uint64_t note);

/**
 * index_hold(ix, key):
 * After the last row: take ${key} for seen.  Return true where that made a difference.
 */
bool index_hold(struct entity_index *ix, struct digest128 key);

/**
 * index_unseen(ix), index_is_unseen(ix, key):
 * How many keys with a digest no row had, and whether ${key} is one of them.
 */
size_t index_unseen(const struct entity_index *ix);
bool index_is_unseen(const struct entity_index *ix, struct digest128 key);

/**
 * index_count(ix), index_bytes(ix):
 * Keys in the index, and the memory that they take.
 */
size_t index_count(const struct entity_index *ix);
size_t index_bytes(const struct entity_index *ix);
void index_free(struct entity_index *ix);

#endif
