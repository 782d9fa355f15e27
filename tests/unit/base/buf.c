/* Buffers that grow up to their maximum. */
#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>

#include "../../tap.h"

int
main(void)
{
	struct buf b = BUF_INIT(100), never = BUF_INIT(0), small = BUF_INIT(10);
	struct err e = ERR_INIT;
	size_t cap = 0, i;
	uint64_t *v = NULL;
	char *s;

	(void)tap_is(buf_str(&b, &e), "", "an empty buffer is an empty string");
	(void)tap_ok(buf_adds(&b, "abc", &e) == 0 && buf_add(&b, "d\0e", 3, &e) == 0 && b.len == 6,
	    "strings and bytes");
	(void)tap_ok(buf_addf(&b, &e, "%d-%s", 42, "x") == 0 && b.len == 10, "formatted text");
	(void)tap_ok(memcmp(buf_str(&b, &e), "abcd\0e42-x", 11) == 0, "with a NUL behind it");
	(void)tap_ok(buf_add(&b, NULL, 0, &e) == 0, "nothing to add");
	while (b.len < 99 && buf_add(&b, "y", 1, &e) == 0)
		continue;
	(void)tap_ok(b.len == 99 && b.cap <= 100, "nearly to the maximum, not past it");
	(void)tap_ok(buf_str(&b, &e) != NULL, "a NUL still fits");
	(void)tap_ok(buf_add(&b, "zz", 2, &e) == -1 && e.status == STATUS_DATA && b.len == 99,
	    "past it is refused: %s", e.msg);
	e = (struct err)ERR_INIT;
	(void)tap_ok(buf_add(&b, "z", 1, &e) == 0 && b.len == 100, "the last byte");
	(void)tap_ok(buf_str(&b, &e) == NULL && e.status == STATUS_DATA, "no room for a NUL");
	e = (struct err)ERR_INIT;
	(void)tap_ok(buf_addf(&b, &e, "%s", "") == -1, "nor for formatted text's");
	e = (struct err)ERR_INIT;
	(void)tap_ok(buf_reserve(&b, SIZE_MAX, &e) == -1, "a size that would wrap");
	buf_free(&b);
	(void)tap_ok(b.p == NULL && b.len == 0 && buf_adds(&b, "again", NULL) == 0,
	    "usable after buf_free()");
	buf_free(&b);
	e = (struct err)ERR_INIT;
	(void)tap_ok(buf_adds(&never, "x", &e) == -1, "a maximum of none");
	e = (struct err)ERR_INIT;
	(void)tap_ok(buf_adds(&small, "0123456789", &e) == 0 && buf_adds(&small, "x", &e) == -1,
	    "a maximum below the first allocation holds");
	buf_free(&small);

	for (i = 0; i < 1000; i++) {
		if (i == cap)
			v = xgrow(v, &cap, sizeof(*v));
		v[i] = i * i;
	}
	(void)tap_ok(cap >= 1000 && v[999] == 998001, "an array that grows");
	free(v);
	s = xstrndup("abcdef", 3);
	(void)tap_is(s, "abc", "a copy of some bytes");
	free(s);
	s = xcalloc(0, 0);
	(void)tap_ok(s != NULL, "no bytes are memory, too");
	free(s);
	return (tap_end());
}
