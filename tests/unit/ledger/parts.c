/*
 * What is known in parts, against one table that is all in memory: the same keys, rows, holds and questions,
 * with no memory at all, with some that runs out on the way, and with enough.
 */
#include "ledger/parts.h"

#include <stdlib.h>
#include <string.h>

#include "../../tap.h"

enum { KEYS = 30000, ROWS = 60000, SECTIONS = 3 };

static struct err e = ERR_INIT;
static uint64_t wrong, deferred, seed;

/* A number below ${n}. */
static uint64_t
below(uint64_t n)
{

	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((seed >> 33) % n);
}

static struct digest128
digest_of(uint64_t v)
{

	return (digest_xxh128(&v, sizeof(v)));
}

/* A row: its key, what it says, what came of it in the one table. */
struct row {
	uint64_t key, content, note;
	struct known_row is;
};

/* A row in its part: is it what it is in the one table? */
static void
compare(struct known *k, const struct row *r)
{
	struct known_row is;

	if (known_see(k, digest_of(r->key), digest_of(r->content), r->note, &is, &e)) {
		wrong++;
		return;
	}
	wrong += is.again != r->is.again;
	if (is.again && r->is.again)
		wrong += is.note != r->is.note;
	else
		wrong += is.known != r->is.known || is.same != r->is.same;
}

static int
replayed(void *cookie, struct known *k, const char *row, size_t len, struct err *err)
{
	struct row r;

	(void)err;
	wrong += len != sizeof(r) + 5 || strcmp(row + sizeof(r), "tail") != 0;
	memcpy(&r, row, sizeof(r));
	wrong += r.note <= ((uint64_t *)cookie)[r.key % 1000];
	compare(k, &r);
	return (0);
}

static void
add(struct known *one, struct parts *p, uint64_t key, unsigned what, uint64_t content, bool fresh)
{

	wrong += known_add(one, digest_of(key), what, digest_of(content), &e) != 0 ||
	    parts_add(p, digest_of(key), what, digest_of(content), fresh, &e) != 0;
}

static void
one_row(struct known *one, struct parts *p, struct row *r)
{
	char packed[sizeof(*r) + 5];
	struct known *k = NULL;

	wrong +=
	    known_see(one, digest_of(r->key), digest_of(r->content), r->note, &r->is, &e) != 0 ||
	    parts_of(p, digest_of(r->key), &k, &e) != 0;
	if (k != NULL) {
		compare(k, r);
		return;
	}
	deferred++;
	memcpy(packed, r, sizeof(*r));
	memcpy(packed + sizeof(*r), "tail", 5);
	wrong += parts_defer(p, digest_of(r->key), packed, sizeof(packed), &e) != 0;
}

static void
campaign(size_t limit, const char *what)
{
	static uint64_t none[1000];
	struct known *one = known_new();
	struct parts *p = parts_new(limit);
	uint64_t i, held = 0, both = 0, found = 0;
	int s, more;

	wrong = deferred = 0;
	seed = 3;
	for (i = 0; i < KEYS; i++)
		add(one, p, i, KNOWN_SAID, i, true);
	parts_again(p);
	for (i = 0; i < KEYS; i++)
		add(one, p, i % 10 == 3 ? i + KEYS : i, KNOWN_THERE, 0, false);
	parts_again(p);
	for (i = 0; i < KEYS; i += 7)
		add(one, p, i, KNOWN_RETIRED, 0, false);
	parts_again(p);
	known_again(one);
	for (s = 0; s < SECTIONS; s++) {
		for (i = 0; i < ROWS / SECTIONS; i++) {
			/* Mostly in order, some not, some new, some twice; a fifth of the keys never. */
			uint64_t key = below(20) == 0 ? below(2 * KEYS) :
							(uint64_t)s * ROWS / SECTIONS / 2 + i;
			struct row r = { key, below(4) == 0 ? 1 : key, (uint64_t)s * ROWS + i + 1,
				{ 0, false, false, 0 } };

			if (key % 5 != 4)
				one_row(one, p, &r);
		}
		wrong += parts_replay(p, replayed, none, &e) != 0;
	}
	for (i = 4; i < KEYS; i += 50) {
		both += known_hold(one, digest_of(i));
		wrong += parts_hold(p, digest_of(i), &e) != 0;
	}
	wrong += parts_held(p, &held, &e) != 0 || held != both;
	(void)tap_ok(held > 0 && parts_unseen(p) == known_unseen(one),
	    "%s: %zu not seen, %llu held", what, parts_unseen(p), (unsigned long long)held);
	while ((more = parts_round(p, &e)) > 0)
		for (i = 0; i < 2 * KEYS; i++)
			found += parts_is_unseen(p, digest_of(i));
	for (i = both = 0; i < 2 * KEYS; i++)
		both += known_is_unseen(one, digest_of(i));
	(void)tap_ok(more == 0 && found == both && both == known_unseen(one),
	    "%s: each of them is found once", what);
	(void)tap_ok(parts_count(p) == known_count(one), "%s: all keys are counted", what);
	(void)tap_ok(wrong == 0, "%s: as one table says (%llu wrong, %llu rows deferred) %s", what,
	    (unsigned long long)wrong, (unsigned long long)deferred, e.msg);
	known_free(one);
	parts_free(p);
}

int
main(void)
{

	campaign(PARTS_MEMORY, "enough");
	(void)tap_ok(deferred == 0, "no row is deferred where there is enough");
	campaign(0, "no memory");
	(void)tap_ok(deferred > ROWS / 2, "all are where there is none");
	campaign(3 << 19, "some memory");
	campaign(5 << 19, "more of it");
	/* No place for the files. */
	(void)setenv("TMPDIR", "/nowhere", 1);
	{
		struct parts *p = parts_new(0);
		uint64_t i;
		int rc = 0;

		for (i = 0; rc == 0 && i < 10; i++)
			rc = parts_add(p, digest_of(i), KNOWN_SAID, digest_of(i), true, &e);
		(void)tap_ok(rc == -1 && e.status == STATUS_OUTPUT, "no place for the files: %s",
		    e.msg);
		parts_free(p);
	}
	return (tap_end());
}
