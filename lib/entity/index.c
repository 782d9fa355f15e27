#include "entity/index.h"

#include <stdlib.h>

#include "base/buf.h"

/*
 * Open addressing with linear probing.  A part is filled to 7/8 and then grows
 * by 7/5, so that between 5/8 and 7/8 of its slots are in use: 27 to 38 bytes a
 * key.  64 parts make the copy of one of them small beside the whole, and large
 * enough (128 KiB from some 4,000 keys on) for malloc to give it back.
 */
enum {
	INDEX_PARTS = 64,
	INDEX_PART_MIN = 16,
	INDEX_SEEN = 8,
	INDEX_KNOWN = INDEX_ENTITY | INDEX_RETIRED | INDEX_SOURCE,
	INDEX_FLAG_BITS = 64 - INDEX_NOTE_BITS,
	INDEX_PART_SHIFT = 58
};

/*
 * The low bits of word are INDEX_KNOWN and INDEX_SEEN; none: the slot is free.
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

struct entity_index {
	struct part parts[INDEX_PARTS];
	size_t sources, seen;   /* keys with a digest; those of them that were seen */
	struct part *last_part; /* what the last index_see() looked at, */
	struct slot *last;      /* and what stood there */
	uint64_t last_word;
};

struct entity_index *
index_new(void)
{

	return (xcalloc(1, sizeof(struct entity_index)));
}

/* The slot of ${key}, or the free one where it belongs; there always is one. */
static struct slot *
index_find(const struct part *p, struct digest128 key)
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

static int
index_grow(struct part *p, struct err *e)
{
	struct part bigger = { NULL, p->cap < INDEX_PART_MIN ? INDEX_PART_MIN : p->cap / 5 * 7 + 7,
		p->used };
	size_t i;

	if (bigger.cap > UINT32_MAX ||
	    (bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots))) == NULL)
		return (err_set(e, STATUS_TEMPFAIL, "no memory for the index of the entities"));
	for (i = 0; i < p->cap; i++) {
		const struct slot *s = &p->slots[i];
		struct digest128 key = { s->lo, s->hi };

		if (s->word != 0)
			*index_find(&bigger, key) = *s;
	}
	free(p->slots);
	*p = bigger;
	return (0);
}

/* The slot of ${key}, made if need be: then its word is 0 and must be set. */
static struct slot *
index_slot(struct entity_index *ix, struct digest128 key, struct err *e)
{
	struct part *p = &ix->parts[key.hi >> INDEX_PART_SHIFT];
	struct slot *s;

	if (p->used >= p->cap - p->cap / 8 && index_grow(p, e))
		return (NULL);
	s = index_find(p, key);
	if (s->word == 0) {
		s->lo = key.lo;
		s->hi = key.hi;
		p->used++;
	}
	return (s);
}

int
index_know(struct entity_index *ix, struct digest128 key, unsigned what, struct digest128 content,
    struct err *e)
{
	struct slot *s = index_slot(ix, key, e);

	if (s == NULL)
		return (-1);
	s->word |= what & INDEX_KNOWN;
	if (what & INDEX_SOURCE) {
		s->word |= content.lo << INDEX_FLAG_BITS;
		ix->sources++;
	}
	return (0);
}

int
index_see(struct entity_index *ix, struct digest128 key, struct digest128 content, uint64_t note,
    struct index_row *row, struct err *e)
{
	struct slot *s = index_slot(ix, key, e);

	if (s == NULL)
		return (-1);
	ix->last_part = &ix->parts[key.hi >> INDEX_PART_SHIFT];
	ix->last = s;
	ix->last_word = s->word;
	if ((row->again = (s->word & INDEX_SEEN) != 0)) {
		row->note = s->word >> INDEX_FLAG_BITS;
		return (0);
	}
	row->known = s->word & INDEX_KNOWN;
	row->same = (s->word & INDEX_SOURCE) &&
	    s->word >> INDEX_FLAG_BITS == content.lo << INDEX_FLAG_BITS >> INDEX_FLAG_BITS;
	if (s->word & INDEX_SOURCE)
		ix->seen++;
	s->word = row->known | INDEX_SEEN | note << INDEX_FLAG_BITS;
	return (0);
}

void
index_unsee(struct entity_index *ix)
{

	/* A slot that becomes free again cuts no chain: nothing came after it. */
	ix->last->word = ix->last_word;
	if (ix->last_word == 0)
		ix->last_part->used--;
	if (ix->last_word & INDEX_SOURCE)
		ix->seen--;
}

void
index_note(struct entity_index *ix, uint64_t note)
{

	ix->last->word = (ix->last->word & (INDEX_KNOWN | INDEX_SEEN)) | note << INDEX_FLAG_BITS;
}

/* The slot of ${key} where no row had it and there is a digest, or NULL. */
static struct slot *
index_unseen_slot(const struct entity_index *ix, struct digest128 key)
{
	const struct part *p = &ix->parts[key.hi >> INDEX_PART_SHIFT];
	struct slot *s;

	if (p->cap == 0)
		return (NULL);
	s = index_find(p, key);
	return ((s->word & (INDEX_SOURCE | INDEX_SEEN)) == INDEX_SOURCE ? s : NULL);
}

bool
index_hold(struct entity_index *ix, struct digest128 key)
{
	struct slot *s = index_unseen_slot(ix, key);

	if (s == NULL)
		return (false);
	s->word |= INDEX_SEEN;
	ix->seen++;
	return (true);
}

size_t
index_unseen(const struct entity_index *ix)
{

	return (ix->sources - ix->seen);
}

bool
index_is_unseen(const struct entity_index *ix, struct digest128 key)
{

	return (index_unseen_slot(ix, key) != NULL);
}

size_t
index_count(const struct entity_index *ix)
{
	size_t i, n = 0;

	for (i = 0; i < INDEX_PARTS; i++)
		n += ix->parts[i].used;
	return (n);
}

size_t
index_bytes(const struct entity_index *ix)
{
	size_t i, n = sizeof(*ix);

	for (i = 0; i < INDEX_PARTS; i++)
		n += ix->parts[i].cap * sizeof(struct slot);
	return (n);
}

void
index_free(struct entity_index *ix)
{
	size_t i;

	if (ix == NULL)
		return;
	for (i = 0; i < INDEX_PARTS; i++)
		free(ix->parts[i].slots);
	free(ix);
}
