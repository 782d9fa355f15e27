#include "../../tap.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/known.h"

static struct err e = ERR_INIT;

static struct digest128
digest_of(uint64_t v)
{

	return (digest_xxh128(&v, sizeof(v)));
}

enum verdict { NEW, SAME, CHANGED, UNSOURCED, LOST, AGAIN };

static enum verdict
verdict_of(const struct known_row *row)
{

	if (row->again)
		return (AGAIN);
	switch (row->known & (KNOWN_THERE | KNOWN_SAID)) {
	case 0:
		return (NEW);
	case KNOWN_THERE:
		return (UNSOURCED);
	case KNOWN_SAID:
		return (LOST);
	default:
		return (row->same ? SAME : CHANGED);
	}
}

static enum verdict
see(struct known *ix, uint64_t key, uint64_t content, uint64_t record, uint64_t *first)
{
	struct known_row row = { 0, false, true, 0 };

	if (known_see(ix, digest_of(key), digest_of(content), record, &row, &e))
		(void)tap_ok(0, "known_see: %s", e.msg);
	*first = row.note;
	return (verdict_of(&row));
}

static void
know(struct known *ix, uint64_t key, unsigned what, uint64_t content)
{

	if (known_add(ix, digest_of(key), what, digest_of(content), &e))
		(void)tap_ok(0, "known_add: %s", e.msg);
}

static void
verdicts(void)
{
	struct known *ix = known_new();
	uint64_t first;

	know(ix, 1, KNOWN_THERE | KNOWN_SAID, 100);
	know(ix, 2, KNOWN_THERE | KNOWN_SAID, 100);
	know(ix, 3, KNOWN_SAID, 100);
	know(ix, 4, KNOWN_THERE, 0);
	know(ix, 5, KNOWN_SAID, 100); /* in two reads, as a load does */
	know(ix, 5, KNOWN_THERE, 999);
	(void)tap_ok(known_count(ix) == 5, "five keys are known");
	(void)tap_ok(see(ix, 1, 100, 11, &first) == SAME, "same content");
	(void)tap_ok(see(ix, 2, 101, 12, &first) == CHANGED, "other content");
	(void)tap_ok(see(ix, 3, 100, 13, &first) == LOST, "the entity is gone");
	(void)tap_ok(see(ix, 4, 100, 14, &first) == UNSOURCED, "another's entity");
	(void)tap_ok(see(ix, 5, 100, 15, &first) == SAME, "known by two reads");
	(void)tap_ok(see(ix, 6, 100, 16, &first) == NEW, "new key");
	(void)tap_ok(see(ix, 6, 101, 17, &first) == AGAIN && first == 16,
	    "a new key again, with the record that had it first");
	(void)tap_ok(see(ix, 1, 100, 18, &first) == AGAIN && first == 11, "a known key again");
	(void)tap_ok(see(ix, 1, 100, 19, &first) == AGAIN && first == 11, "the first one stays");
	(void)tap_ok(known_count(ix) == 6, "six keys in all");
	known_free(ix);
}

/* A row that was refused leaves no trace: as if it had not been there. */
static void
taken_back(void)
{
	struct known *ix = known_new();
	uint64_t i, first, wrong = 0;

	know(ix, 1, KNOWN_THERE | KNOWN_SAID, 100);
	(void)see(ix, 1, 101, 11, &first);
	known_unsee(ix);
	(void)tap_ok(see(ix, 1, 100, 12, &first) == SAME,
	    "a known key taken back has its digest again");
	for (i = 2; i < 5000; i++) {
		wrong += see(ix, i, 1, i, &first) != NEW;
		if (i % 2)
			known_unsee(ix);
	}
	(void)tap_ok(known_count(ix) == 2500, "new keys taken back are gone");
	for (i = 2; i < 5000; i++)
		wrong += see(ix, i, 1, i, &first) != (i % 2 ? NEW : AGAIN);
	(void)tap_ok(wrong == 0, "and the others stay");
	known_free(ix);
}

/* A content whose digest is all zeros, or all ones, is a content like any. */
static void
extremes(void)
{
	struct known *ix = known_new();
	struct digest128 zero = { 0, 0 }, ones = { UINT64_MAX, UINT64_MAX };
	struct known_row row;
	uint64_t most = (UINT64_C(1) << KNOWN_NOTE_BITS) - 1;

	(void)tap_ok(known_add(ix, zero, KNOWN_THERE | KNOWN_SAID, zero, &e) == 0 &&
		known_add(ix, ones, KNOWN_THERE | KNOWN_SAID, ones, &e) == 0,
	    "extreme digests are known");
	(void)tap_ok(known_see(ix, zero, zero, 0, &row, &e) == 0 && verdict_of(&row) == SAME,
	    "zero key, zero content, record 0");
	(void)tap_ok(known_see(ix, zero, zero, 1, &row, &e) == 0 && row.again && row.note == 0,
	    "seen as record 0 is seen");
	(void)tap_ok(known_see(ix, ones, ones, most, &row, &e) == 0 && verdict_of(&row) == SAME,
	    "all ones, the largest note");
	(void)tap_ok(known_see(ix, ones, ones, 1, &row, &e) == 0 && row.again && row.note == most,
	    "the record comes back whole");
	known_free(ix);
}

/* Every verdict of 200,000 keys, and the memory at every step of the growth. */
static void
growth(void)
{
	enum { KEYS = 200000 };
	struct known *ix = known_new();
	uint64_t i, first, wrong = 0;
	size_t worst = 0, per;

	for (i = 0; i < KEYS; i++) {
		know(ix, i, KNOWN_THERE | KNOWN_SAID, i * 7);
		if (i >= 20000 && (per = known_bytes(ix) * 100 / (i + 1)) > worst)
			worst = per;
	}
	(void)tap_ok(known_count(ix) == KEYS, "all keys are there");
	(void)tap_ok(worst <= 4000, "at most 40 bytes a key at any time (%zu.%02zu)", worst / 100,
	    worst % 100);
	for (i = 0; i < KEYS * 2; i++) {
		enum verdict v = see(ix, i, i % 3 ? i * 7 : 1, i + 1, &first);

		wrong += v != (i >= KEYS ? NEW : i % 3 ? SAME : CHANGED);
	}
	(void)tap_ok(wrong == 0, "every key gets its verdict (%llu wrong)",
	    (unsigned long long)wrong);
	for (i = 0; i < KEYS * 2; i++)
		wrong += see(ix, i, 0, 1, &first) != AGAIN || first != i + 1;
	(void)tap_ok(wrong == 0, "every key is known again with its record");
	known_free(ix);
}

/* Keys read in one order, read again in another, and asked for in a third: as a plain array has it. */
static void
orders(void)
{
	enum { KEYS = 5000, ROUNDS = 60 };
	static unsigned char model[2 * KEYS]; /* 0 none, 1 there, 2 said as well, 3 seen */
	unsigned seed = 11;
	uint64_t first, wrong = 0;
	size_t round, i, k, places;

	for (round = 0; round < ROUNDS; round++) {
		struct known *ix = known_new();
		size_t n = round < 3 ? round : KEYS;

		places = 2 * n + 1;
		memset(model, 0, sizeof(model));
		for (i = 0; i < n; i++) {
			if (known_add_new(ix, digest_of(i), KNOWN_SAID, digest_of(i), &e))
				wrong++;
			model[i] = 2;
		}
		known_again(ix);
		for (i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			/* In order, but for some; all of a round in disorder. */
			k = round % 4 == 3 || seed / 65536 % 50 == 0 ? seed / 65536 % places : i;
			if (k >= 2 * KEYS)
				continue;
			know(ix, k, KNOWN_THERE, 0);
			model[k] |= model[k] == 2 ? 2 : 1;
		}
		known_again(ix);
		for (i = 0; i < 2 * n; i++) {
			seed = seed * 1103515245u + 12345u;
			k = seed / 65536 % 20 == 0 ? seed / 4096 % places : i;
			if (k >= 2 * KEYS)
				continue;
			switch (see(ix, k, k, k + 1, &first)) {
			case AGAIN:
				wrong += model[k] != 3 || first != k + 1;
				break;
			case NEW:
				wrong += model[k] != 0;
				break;
			case UNSOURCED:
				wrong += model[k] != 1;
				break;
			case SAME:
			case LOST:
				wrong += model[k] != 2;
				break;
			case CHANGED:
				wrong++;
				break;
			}
			model[k] = 3;
		}
		for (i = 0; i < n; i++)
			wrong += known_is_unseen(ix, digest_of(i)) != (model[i] == 2);
		known_free(ix);
	}
	(void)tap_ok(wrong == 0, "in whatever order: %llu wrong", (unsigned long long)wrong);
}

/* What no row had, what is held although no row had it, and what is retired. */
static void
unseen(void)
{
	struct known *ix = known_new();
	struct known_row row;
	uint64_t i, first, wrong = 0;

	(void)tap_ok(known_unseen(ix) == 0 && !known_is_unseen(ix, digest_of(1)) &&
		!known_hold(ix, digest_of(1)),
	    "an empty index misses nothing");
	for (i = 0; i < 1000; i++)
		know(ix, i, KNOWN_THERE | (i % 10 == 9 ? 0 : KNOWN_SAID), i);
	know(ix, 5, KNOWN_RETIRED, 0);
	(void)tap_ok(known_unseen(ix) == 900, "only keys with a digest can be missed");
	for (i = 0; i < 800; i++)
		(void)see(ix, i, i, 1, &first);
	(void)see(ix, 3, 3, 2, &first);
	(void)see(ix, 800, 3, 2, &first);
	known_unsee(ix);
	(void)tap_ok(known_unseen(ix) == 180, "what was seen, again or not, is not missed");
	for (i = 0; i < 1000; i++)
		wrong += known_is_unseen(ix, digest_of(i)) != (i >= 800 && i % 10 != 9);
	(void)tap_ok(wrong == 0, "each key is told");
	(void)tap_ok(known_hold(ix, digest_of(900)) && !known_hold(ix, digest_of(900)) &&
		!known_hold(ix, digest_of(7)) && !known_hold(ix, digest_of(909)) &&
		!known_hold(ix, digest_of(5000)) && known_unseen(ix) == 179 &&
		!known_is_unseen(ix, digest_of(900)),
	    "a key that is held is not missed");
	known_free(ix);
	ix = known_new();
	know(ix, 5, KNOWN_THERE | KNOWN_RETIRED, 0);
	(void)tap_ok(known_see(ix, digest_of(5), digest_of(5), 1, &row, &e) == 0 &&
		row.known == (KNOWN_THERE | KNOWN_RETIRED) && !row.same,
	    "a retired entity is told from one that is not");
	(void)see(ix, 5, 6, 9, &first);
	known_note(ix, 77);
	(void)see(ix, 5, 6, 9, &first);
	(void)tap_ok(first == 77, "a note is replaced");
	known_free(ix);
}

int
main(void)
{

	unseen();
	orders();

	verdicts();
	taken_back();
	extremes();
	growth();
	return (tap_end());
}
