#ifndef AEGIS_LEDGER_PARTS_H
#define AEGIS_LEDGER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "ledger/known.h"

/*
 * What is known of more keys than memory should hold: tables (ledger/known.h) of PARTS parts of the keys, by
 * their digest.  When they take more than a limit, the largest goes into a file without a name
 * (base/io.h), and the rows of its keys after it, to be looked at when all others have passed.
 */
struct parts;

enum {
	PARTS = 64,
	PARTS_MEMORY = 256 << 20, /* some seven million keys */
};

struct parts *parts_new(size_t limit);

/**
 * parts_add(p, key, what, content, fresh, e):
 * As known_add(), or, where ${fresh}, known_add_new(); parts_again() as known_again().
 */
int parts_add(struct parts *p, struct digest128 key, unsigned what, struct digest128 content,
    bool fresh, struct err *e);
void parts_again(struct parts *p);

/**
 * parts_of(p, key, k, e):
 * Set ${k} to the table that has, or will have, ${key}; to NULL where that is in a file, and the row has to be
 * deferred.  Return 0, or -1 with ${e} set.
 */
int parts_of(struct parts *p, struct digest128 key, struct known **k, struct err *e);

/**
 * parts_defer(p, key, row, len, e):
 * Keep the ${len} bytes of a row with ${key} for parts_replay().
 */
int parts_defer(struct parts *p, struct digest128 key, const void *row, size_t len, struct err *e);

/**
 * parts_replay(p, each, cookie, e):
 * Hand all rows that were kept to ${each}, with the table of their part, part by part, each part's in the
 * order in which they came.  Return 0, or -1 with ${e} set.
 */
typedef int parts_fn(void *cookie, struct known *k, const char *row, size_t len, struct err *e);
int parts_replay(struct parts *p, parts_fn *each, void *cookie, struct err *e);

/**
 * parts_hold(p, key, e), parts_held(p, n, e):
 * As known_hold(); what that made of all keys together is known after parts_held(), which adds to ${n}.
 */
int parts_hold(struct parts *p, struct digest128 key, struct err *e);
int parts_held(struct parts *p, uint64_t *n, struct err *e);

/**
 * parts_unseen(p):
 * As known_unseen(), after parts_held().
 */
size_t parts_unseen(const struct parts *p);

/**
 * parts_round(p, e), parts_is_unseen(p, key):
 * To ask for all keys, after parts_held(): in each round known_is_unseen() of those whose part is in memory, false of the
 * others.  parts_round() lets go of the last round's parts, and takes the next ones in; return 1, 0 where
 * there are none left, or -1 with ${e} set.
 */
int parts_round(struct parts *p, struct err *e);
bool parts_is_unseen(struct parts *p, struct digest128 key);

/**
 * parts_count(p), parts_bytes(p):
 * Keys in all parts, as far as they have been put together, and the most memory that they have taken.
 */
size_t parts_count(const struct parts *p);
size_t parts_bytes(const struct parts *p);
void parts_free(struct parts *p);

#endif
