/* What the database has of the keys that a load brings: a list, and a hash table into it. */

#include "ledger/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/*
 * Slots stand in the order in which their keys came.  Most often they are asked for in that order, too: the
 * one behind the last that was found is looked at first, which costs no miss of the caches.  The
 * table (open addressing, linear probing) is made when that fails for the first time, and filled
 * to 7/8; it grows by 7/5, the list by 9/8, so that a key takes 33 to 40 bytes.
 *
 * An entry of the table has what decides its place, the upper half of the key's lo, beside the slot's number:
 * a key that is not there is told without a look at slots, and a larger table is filled from the
 * old one in its order.
 */
enum {
	KNOWN_MIN = 1024,
	KNOWN_SEEN = 8,
	KNOWN_WHAT = KNOWN_THERE | KNOWN_RETIRED | KNOWN_SAID,
	KNOWN_FLAG_BITS = 64 - KNOWN_NOTE_BITS
};

/*
 * The low bits of word are KNOWN_WHAT and KNOWN_SEEN.  Above them stands the content's digest,
 * or, once seen, when that has done its work, the caller's note.
 */
struct slot {
	uint64_t lo, hi; /* the key's digest */
	uint64_t word;
};

struct known {
	struct slot *slots;
	size_t n, cap;
	uint64_t *
	    table; /* upper half of lo, then the place in slots plus one, or 0; NULL: not made yet */
	size_t tablecap;
	size_t finger;        /* behind the slot that was found last */
	size_t sources, seen; /* keys with a digest; those of them that were seen */
	struct slot *last;    /* what the last known_see() looked at, */
	uint64_t *last_place; /* its place in the table, where it was made for it, */
	uint64_t last_word;   /* and what stood there */
};

struct known *
known_new(void)
{

	return (xcalloc(1, sizeof(struct known)));
}

/* Does the slot have the key? */
static bool
known_is(const struct slot *s, struct digest128 key)
{

	return (s->lo == key.lo && s->hi == key.hi);
}

/* The first place that may be the one of a key with this half. */
static size_t
known_first(uint64_t half, size_t tablecap)
{

	return ((size_t)((half * (uint64_t)tablecap) >> 32));
}

/* The place in the table of ${key}, or the free one where it belongs; there always is one. */
static uint64_t *
known_place(const struct known *ix, struct digest128 key)
{
	const uint64_t half = key.lo >> 32;
	size_t i = known_first(half, ix->tablecap);

	for (;;) {
		uint64_t *at = &ix->table[i];

		if (*at == 0 || (*at >> 32 == half && known_is(&ix->slots[(uint32_t)*at - 1], key)))
			return (at);
		if (++i == ix->tablecap)
			i = 0;
	}
}

/* Put an entry into a table that has room for it. */
static void
known_enter(uint64_t *table, size_t tablecap, uint64_t entry)
{
	size_t i = known_first(entry >> 32, tablecap);

	while (table[i] != 0)
		if (++i == tablecap)
			i = 0;
	table[i] = entry;
}

/* The entry of slot ${i}. */
static uint64_t
known_entry(const struct known *ix, size_t i)
{

	return ((ix->slots[i].lo >> 32 << 32) | (i + 1));
}

/* No memory is left. */
static int
known_full(struct err *e)
{

	return (err_set(e, STATUS_TEMPFAIL, "no memory for the table of known keys"));
}

/* Make the table, or a larger one. */
static int
known_table(struct known *ix, struct err *e)
{
	size_t i, cap = ix->tablecap;
	uint64_t *table;

	while (ix->n + 1 > cap - cap / 8)
		cap = cap < KNOWN_MIN ? KNOWN_MIN : cap / 5 * 7 + 7;
	if (cap > UINT32_MAX || (table = calloc(cap, sizeof(*table))) == NULL)
		return (known_full(e));
	for (i = 0; ix->table == NULL && i < ix->n; i++)
		known_enter(table, cap, known_entry(ix, i));
	for (i = 0; i < ix->tablecap; i++)
		if (ix->table[i] != 0)
			known_enter(table, cap, ix->table[i]);
	free(ix->table);
	ix->table = table;
	ix->tablecap = cap;
	return (0);
}

/* A slot for ${key}, which has none. */
static struct slot *
known_append(struct known *ix, struct digest128 key, struct err *e)
{
	struct slot *s;

	if (ix->n == ix->cap) {
		size_t cap = ix->cap < KNOWN_MIN ? KNOWN_MIN : ix->cap + ix->cap / 8;
		struct slot *more = realloc(ix->slots, cap * sizeof(*more));

		if (more == NULL) {
			(void)known_full(e);
			return (NULL);
		}
		ix->slots = more;
		ix->cap = cap;
	}
	s = &ix->slots[ix->n++];
	s->lo = key.lo;
	s->hi = key.hi;
	s->word = 0;
	ix->finger = ix->n;
	return (s);
}

/* The slot of ${key}, or NULL. */
static struct slot *
known_find(struct known *ix, struct digest128 key, struct err *e)
{
	const uint64_t *at;

	if (ix->finger < ix->n && known_is(&ix->slots[ix->finger], key))
		return (&ix->slots[ix->finger++]);
	if (ix->n == 0 || (ix->table == NULL && known_table(ix, e)))
		return (NULL);
	if (*(at = known_place(ix, key)) == 0)
		return (NULL);
	ix->finger = (uint32_t)*at;
	return (&ix->slots[ix->finger - 1]);
}

/* The slot of ${key}, made if need be: then its word is 0, and ${place} where the table has it. */
static struct slot *
known_slot(struct known *ix, struct digest128 key, uint64_t **place, struct err *e)
{
	struct err why = ERR_INIT;
	struct slot *s = known_find(ix, key, &why);

	*place = NULL;
	if (s != NULL)
		return (s);
	if ((ix->n + 1 > ix->tablecap - ix->tablecap / 8 && known_table(ix, e)) ||
	    (s = known_append(ix, key, e)) == NULL)
		return (NULL);
	*place = known_place(ix, key);
	**place = known_entry(ix, ix->n - 1);
	return (s);
}

/* What the word of a slot says of what the database has. */
static uint64_t
known_word(unsigned what, struct digest128 content)
{

	return (
	    (what & KNOWN_WHAT) | ((what & KNOWN_SAID) != 0 ? content.lo << KNOWN_FLAG_BITS : 0));
}

/* Note in a slot, NULL without memory for it, what the database has. */
static int
known_put(struct known *ix, struct slot *s, unsigned what, struct digest128 content)
{

	if (s == NULL)
		return (-1);
	s->word |= known_word(what, content);
	ix->sources += (what & KNOWN_SAID) != 0;
	return (0);
}

int
known_add(struct known *ix, struct digest128 key, unsigned what, struct digest128 content,
    struct err *e)
{
	uint64_t *place;

	return (known_put(ix, known_slot(ix, key, &place, e), what, content));
}

int
known_add_new(struct known *ix, struct digest128 key, unsigned what, struct digest128 content,
    struct err *e)
{

	if (ix->table != NULL)
		return (known_add(ix, key, what, content, e));
	return (known_put(ix, known_append(ix, key, e), what, content));
}

void
known_again(struct known *ix)
{

	ix->finger = 0;
}

int
known_see(struct known *ix, struct digest128 key, struct digest128 content, uint64_t note,
    struct known_row *row, struct err *e)
{
	struct slot *s = known_slot(ix, key, &ix->last_place, e);

	if (s == NULL)
		return (-1);
	ix->last = s;
	ix->last_word = s->word;
	if ((row->again = (s->word & KNOWN_SEEN) != 0)) {
		row->note = s->word >> KNOWN_FLAG_BITS;
		return (0);
	}
	row->known = s->word & KNOWN_WHAT;
	row->same = (s->word & KNOWN_SAID) &&
	    s->word >> KNOWN_FLAG_BITS == content.lo << KNOWN_FLAG_BITS >> KNOWN_FLAG_BITS;
	if (s->word & KNOWN_SAID)
		ix->seen++;
	s->word = row->known | KNOWN_SEEN | note << KNOWN_FLAG_BITS;
	return (0);
}

void
known_unsee(struct known *ix)
{

	if (ix->last_word & KNOWN_SAID)
		ix->seen--;
	ix->last->word = ix->last_word;
	if (ix->last_place == NULL)
		return;
	/* It was made for that row, as the last of all: nothing came after it, which the table would miss. */
	*ix->last_place = 0;
	ix->last_place = NULL;
	ix->n--;
}

void
known_note(struct known *ix, uint64_t note)
{

	ix->last->word = (ix->last->word & (KNOWN_WHAT | KNOWN_SEEN)) | note << KNOWN_FLAG_BITS;
}

/* The slot of ${key} where no row had it and there is a digest, or NULL. */
static struct slot *
known_unseen_slot(struct known *ix, struct digest128 key)
{
	struct err why = ERR_INIT; /* without memory for the table it is looked for one by one */
	struct slot *s = known_find(ix, key, &why);
	size_t i;

	for (i = 0; s == NULL && why.status != STATUS_OK && i < ix->n; i++)
		if (known_is(&ix->slots[i], key))
			s = &ix->slots[i];
	return (s != NULL && (s->word & (KNOWN_SAID | KNOWN_SEEN)) == KNOWN_SAID ? s : NULL);
}

bool
known_hold(struct known *ix, struct digest128 key)
{
	struct slot *s = known_unseen_slot(ix, key);

	if (s == NULL)
		return (false);
	s->word |= KNOWN_SEEN;
	ix->seen++;
	return (true);
}

size_t
known_unseen(const struct known *ix)
{

	return (ix->sources - ix->seen);
}

bool
known_is_unseen(struct known *ix, struct digest128 key)
{

	return (known_unseen_slot(ix, key) != NULL);
}

size_t
known_count(const struct known *ix)
{

	return (ix->n);
}

size_t
known_bytes(const struct known *ix)
{

	return (sizeof(*ix) + ix->cap * sizeof(struct slot) + ix->tablecap * sizeof(*ix->table));
}

const void *
known_slots(const struct known *ix, size_t *n)
{

	*n = ix->n;
	return (ix->slots);
}

int
known_restore(struct known *ix, const void *bytes, size_t n, struct err *e)
{
	const unsigned char *p = bytes;
	struct slot in, *s;
	uint64_t *place;
	size_t i;

	_Static_assert(sizeof(in) == KNOWN_SLOT, "a slot has no padding");
	for (i = 0; i < n; i++, p += KNOWN_SLOT) {
		memcpy(&in, p, sizeof(in));
		s = known_slot(ix, (struct digest128){ in.lo, in.hi }, &place, e);
		if (s == NULL)
			return (-1);
		ix->sources += (in.word & ~s->word & KNOWN_SAID) != 0;
		ix->seen += (in.word & KNOWN_SEEN) != 0 && (in.word & KNOWN_SAID) != 0;
		s->word |= in.word;
	}
	return (0);
}

void
known_slot_of(struct digest128 key, unsigned what, struct digest128 content,
    unsigned char p[KNOWN_SLOT])
{
	const struct slot s = { key.lo, key.hi, known_word(what, content) };

	memcpy(p, &s, sizeof(s));
}

void
known_free(struct known *ix)
{

	if (ix == NULL)
		return;
	free(ix->slots);
	free(ix->table);
	free(ix);
}
