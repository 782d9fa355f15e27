/* More entries than one run holds, so that they go through the temporary file, in order again. */
#include "archive/index_sort.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/digest.h"
#include "base/io.h"

enum { ENTRIES = 600001, OLD = 3 };

/* The ${i}th entry: its id a permutation of 32 bits, each id twice; its number is ${i}. */
static void
entry(struct index_entry *x, uint32_t i)
{
	uint32_t v = (i / 2) * 2654435761u; /* odd: no two are the same */
	size_t k;

	memset(x, 0, sizeof(*x));
	for (k = 0; k < 4; k++) {
		x->id[k] = (unsigned char)(v >> (24 - 8 * k));
		x->number[4 + k] = (unsigned char)(i >> (24 - 8 * k));
		x->leaf[k] = (unsigned char)(i >> (8 * k));
	}
}

static int
order(const struct index_entry *a, const struct index_entry *b)
{
	int c = memcmp(a->id, b->id, sizeof(a->id));

	return (c != 0 ? c : memcmp(a->number, b->number, sizeof(a->number)));
}

/* A digest that order does not change. */
static uint64_t
weigh(const struct index_entry *x)
{
	struct digest_xxh64 *d = digest_xxh64_new();
	uint64_t v;

	digest_xxh64_update(d, x, sizeof(*x));
	v = digest_xxh64_value(d);
	digest_xxh64_free(d);
	return (v);
}

int
main(void)
{
	struct index_entry old[OLD], x, last;
	struct index_sort *s;
	struct err e = ERR_INIT;
	uint64_t sum = 0, back = 0, n = 0;
	bool sorted = true;
	uint32_t i;
	int fd = io_spool(&e), rc = 0;

	memset(old, 0, sizeof(old));
	for (i = 0; i < OLD; i++) {
		memset(old[i].id, (int)(i * 0x70), sizeof(old[i].id));
		old[i].number[0] = 0xff;
		sum += weigh(&old[i]);
	}
	s = index_sort_new(old, OLD);
	for (i = 0; i < ENTRIES && rc == 0; i++) {
		entry(&x, i);
		sum += weigh(&x);
		rc = index_sort_add(s, &x, &e);
	}
	(void)tap_ok(rc == 0 && index_sort_count(s) == ENTRIES + OLD, "%d entries taken", ENTRIES);
	(void)tap_ok(index_sort_write(s, fd, &e) == 0, "and written: %s", e.msg);
	index_sort_free(s);
	(void)tap_ok(lseek(fd, 0, SEEK_CUR) == (off_t)((ENTRIES + OLD) * sizeof(x)),
	    "as many bytes as they have");
	(void)lseek(fd, 0, SEEK_SET);
	for (; n < ENTRIES + OLD && io_read(fd, &x, sizeof(x), "spool", &e) == sizeof(x); n++) {
		sorted = sorted && (n == 0 || order(&last, &x) < 0);
		back += weigh(&x);
		last = x;
	}
	(void)tap_ok(n == ENTRIES + OLD && sorted, "each after the one before, by id and number");
	(void)tap_ok(back == sum, "and no other than those that were given");
	(void)close(fd);
	return (tap_end());
}
