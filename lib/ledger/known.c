/* What the database has of the keys that a load brings: a hash table. */

#include "ledger/known.h"

#include <stdlib.h>

#include "base/buf.h"

/*
 * Open addressing with linear probing.  A part is filled to 7/8 and then grows
 * by 7/5, so that between 5/8 and 7/8 of its slots are in use: 27 to 38 bytes a
 * key.  64 parts make the copy of one of them small beside the whole, and large
 * enough (128 KiB from some 4,000 keys on) for malloc to give it back.
 */
enum {
	KNOWN_PARTS = 64,
	KNOWN_PART_MIN = 16,
	KNOWN_SEEN = 8,
	KNOWN_WHAT = KNOWN_THERE | KNOWN_RETIRED | KNOWN_SAID,
	KNOWN_FLAG_BITS = 64 - KNOWN_NOTE_BITS,
	KNOWN_PART_SHIFT = 58
};

/*
 * The low bits of word are KNOWN_WHAT and KNOWN_SEEN; none: the slot is free.
 * Above them stands the content's digest, or, once seen, when that has done its
 * work, the caller's note.
 */
struct slot {
	uint64_t lo, hi; /* the key's digest */
	uint64_t word;
};

struct part {
	struct slot *slots;
	size_t cap, used;
};

struct known {
	struct part parts[KNOWN_PARTS];
	size_t sources, seen;   /* keys with a digest; those of them that were seen */
	struct part *last_part; /* what the last known_see() looked at, */
	struct slot *last;      /* and what stood there */
	uint64_t last_word;
};

struct known *
known_new(void)
{

	return (xcalloc(1, sizeof(struct known)));
}

/* The slot of ${key}, or the free one where it belongs; there always is one. */
static struct slot *
known_find(const struct part *p, struct digest128 key)
{
	/* hi chose the part, lo chooses the slot: its upper half scaled to cap. */
	size_t i = (size_t)(((key.lo >> 32) * (uint64_t)p->cap) >> 32);

	for (;;) {
		struct slot *s = &p->slots[i];

		if (s->word == 0 || (s->lo == key.lo && s->hi == key.hi))
			return (s);
		if (++i == p->cap)
			i = 0;
	}
}

/* Replace the slots of ${p} by a table about 7/5 as large and place every key in it again. */
static int
known_grow(struct part *p, struct err *e)
{
	struct part bigger = { NULL, p->cap < KNOWN_PART_MIN ? KNOWN_PART_MIN : p->cap / 5 * 7 + 7,
		p->used };
	size_t i;

	if (bigger.cap > UINT32_MAX ||
	    (bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots))) == NULL)
		return (err_set(e, STATUS_TEMPFAIL, "no memory for the table of known keys"));
	for (i = 0; i < p->cap; i++) {
		const struct slot *s = &p->slots[i];
		struct digest128 key = { s->lo, s->hi };

		if (s->word != 0)
			*known_find(&bigger, key) = *s;
	}
	free(p->slots);
	*p = bigger;
	return (0);
}

/* The slot of ${key}, made if need be: then its word is 0 and must be set. */
static struct slot *
known_slot(struct known *ix, struct digest128 key, struct err *e)
{
	struct part *p = &ix->parts[key.hi >> KNOWN_PART_SHIFT];
	struct slot *s;

	if (p->used >= p->cap - p->cap / 8 && known_grow(p, e))
		return (NULL);
	s = known_find(p, key);
	if (s->word == 0) {
		s->lo = key.lo;
		s->hi = key.hi;
		p->used++;
	}
	return (s);
}

int
known_add(struct known *ix, struct digest128 key, unsigned what, struct digest128 content,
    struct err *e)
{
	struct slot *s = known_slot(ix, key, e);

	if (s == NULL)
		return (-1);
	s->word |= what & KNOWN_WHAT;
	if (what & KNOWN_SAID) {
		s->word |= content.lo << KNOWN_FLAG_BITS;
		ix->sources++;
	}
	return (0);
}

int
known_see(struct known *ix, struct digest128 key, struct digest128 content, uint64_t note,
    struct known_row *row, struct err *e)
{
	struct slot *s = known_slot(ix, key, e);

	if (s == NULL)
		return (-1);
	ix->last_part = &ix->parts[key.hi >> KNOWN_PART_SHIFT];
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

	/* A slot that becomes free again cuts no chain: nothing came after it. */
	ix->last->word = ix->last_word;
	if (ix->last_word == 0)
		ix->last_part->used--;
	if (ix->last_word & KNOWN_SAID)
		ix->seen--;
}

void
known_note(struct known *ix, uint64_t note)
{

	ix->last->word = (ix->last->word & (KNOWN_WHAT | KNOWN_SEEN)) | note << KNOWN_FLAG_BITS;
}

/* The slot of ${key} where no row had it and there is a digest, or NULL. */
static struct slot *
known_unseen_slot(const struct known *ix, struct digest128 key)
{
	const struct part *p = &ix->parts[key.hi >> KNOWN_PART_SHIFT];
	struct slot *s;

	if (p->cap == 0)
		return (NULL);
	s = known_find(p, key);
	return ((s->word & (KNOWN_SAID | KNOWN_SEEN)) == KNOWN_SAID ? s : NULL);
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
known_is_unseen(const struct known *ix, struct digest128 key)
{

	return (known_unseen_slot(ix, key) != NULL);
}

size_t
known_count(const struct known *ix)
{
	size_t i, n = 0;

	for (i = 0; i < KNOWN_PARTS; i++)
		n += ix->parts[i].used;
	return (n);
}

size_t
known_bytes(const struct known *ix)
{
	size_t i, n = sizeof(*ix);

	for (i = 0; i < KNOWN_PARTS; i++)
		n += ix->parts[i].cap * sizeof(struct slot);
	return (n);
}

void
known_free(struct known *ix)
{
	size_t i;

	if (ix == NULL)
		return;
	for (i = 0; i < KNOWN_PARTS; i++)
		free(ix->parts[i].slots);
	free(ix);
}
