#ifndef AEGIS_LEDGER_KNOWN_H
#define AEGIS_LEDGER_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"

/*
 * What the database has of the keys that a load brings, and what the dataset last said of each: from
 * the key's digest to the content's, in memory, so that a load knows for every row at once whether it is new,
 * changed or as it was.  Keys that are asked for in the order in which they came cost least, since they
 * are found without a look into the hash table.  At most 40 bytes a key.
 *
 * Keys are told apart by 128 bits, contents by 60: two keys of ten million
 * share a digest with a chance of 1.5e-25, a change goes unseen with 9e-19.
 */
struct known;

/* What the database holds of a key. */
enum {
	KNOWN_THERE = 1,   /* a row of its own, */
	KNOWN_RETIRED = 2, /* which is retired */
	KNOWN_SAID = 4,    /* a row in entity_sources, with a digest */
};

enum { KNOWN_NOTE_BITS = 60 };

/* What a row of the input is, set against that. */
struct known_row {
	unsigned known; /* of the above */
	bool same;      /* there is a digest, and the row has it */
	bool again;     /* the input had the key before; then only note is set: */
	uint64_t note;  /* what was noted of it then */
};

/**
 * known_new():
 * An empty table.
 */
struct known *known_new(void);

/**
 * known_add(ix, key, what, content, e):
 * Note that the database holds ${what} (some of the above) for ${key};
 * ${content} is the stored digest, looked at only with KNOWN_SAID.  All keys
 * are made known before the first is seen.  Return 0, or -1 with ${e} set to
 * STATUS_TEMPFAIL without memory.
 */
int known_add(struct known *ix, struct digest128 key, unsigned what, struct digest128 content,
    struct err *e);

/**
 * known_add_new(ix, key, what, content, e), known_again(ix):
 * The same for a key of which is known that it was not added before; and: the keys come once more, from
 * the first on.
 */
int known_add_new(struct known *ix, struct digest128 key, unsigned what, struct digest128 content,
    struct err *e);
void known_again(struct known *ix);

/**
 * known_see(ix, key, content, note, row, e):
 * Set ${row} to what a row of the input with ${key} and ${content} is, and keep
 * ${note} (KNOWN_NOTE_BITS) for the key's next row; a key that was seen before
 * keeps the note that it has.  Return 0, or -1 with ${e} set.
 */
int known_see(struct known *ix, struct digest128 key, struct digest128 content, uint64_t note,
    struct known_row *row, struct err *e);

/**
 * known_unsee(ix):
 * Take the last known_see() back: its row was refused, and another may have the
 * key.  Not after a row that came again.
 */
void known_unsee(struct known *ix);

/**
 * known_note(ix, note):
 * After a row that came again: ${note} takes the place of the key's note.
 */
void known_note(struct known *ix, uint64_t note);

/**
 * known_hold(ix, key):
 * After the last row: take ${key} for seen.  Return true where that made a difference.
 */
bool known_hold(struct known *ix, struct digest128 key);

/**
 * known_unseen(ix), known_is_unseen(ix, key):
 * How many keys with a digest no row had, and whether ${key} is one of them.
 */
size_t known_unseen(const struct known *ix);
bool known_is_unseen(struct known *ix, struct digest128 key);

/**
 * known_count(ix), known_bytes(ix):
 * Keys in the table, and the memory that they take.
 */
size_t known_count(const struct known *ix);
size_t known_bytes(const struct known *ix);

/*
 * A table that lies in a file for a while: its slots, KNOWN_SLOT bytes each, as they stand in memory.
 */
enum { KNOWN_SLOT = 24 };

/**
 * known_slots(ix, n):
 * The ${n} slots, valid until the next key comes.
 */
const void *known_slots(const struct known *ix, size_t *n);

/**
 * known_restore(ix, p, n, e):
 * Add ${n} slots, of known_slots() or known_slot_of(); what comes twice is put together.
 */
int known_restore(struct known *ix, const void *p, size_t n, struct err *e);

/**
 * known_slot_of(key, what, content, p):
 * Write the slot that known_add() would make to ${p}.
 */
void known_slot_of(struct digest128 key, unsigned what, struct digest128 content,
    unsigned char p[KNOWN_SLOT]);
void known_free(struct known *ix);

#endif
