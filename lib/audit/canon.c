/* JSON as signers spell it: order of keys, blanks, escapes. */

#include "audit/canon.h"

#include <stdlib.h>
#include <string.h>

#include "audit/canon_number.h"
#include "base/num.h"

struct canon {
	struct canon_style style;
	bool ambiguous;
	const struct json **members; /* of the objects being written, a stack */
	size_t n, cap;
};

struct canon *
canon_new(const struct canon_style *style)
{
	struct canon *c = xcalloc(1, sizeof(*c));

	c->style = *style;
	return (c);
}

void
canon_free(struct canon *c)
{

	if (c == NULL)
		return;
	free(c->members);
	free(c);
}

bool
canon_ambiguous(const struct canon *c)
{

	return (c->ambiguous);
}

void
canon_reset(struct canon *c)
{

	c->ambiguous = false;
	c->n = 0;
}

/* An array index of ECMAScript: "0" or digits without a leading zero, below 2^32 - 1. */
static bool
canon_index(const char *p, size_t len, uint64_t *v)
{

	return (num_u64(p, len, 0, UINT32_MAX - 1, v) == 0 && (p[0] != '0' || len == 1));
}

/*
 * UTF-16 order of UTF-8: bytes, but that code points past U+FFFF (0xF0...), whose surrogates
 * begin at 0xD800, come before those from U+E000 on (0xEE, 0xEF).
 */
static int
canon_utf16_order(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t i, n = alen < blen ? alen : blen;

	for (i = 0; i < n; i++) {
		unsigned char x = (unsigned char)a[i], y = (unsigned char)b[i];

		if (x == y)
			continue;
		if (x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0))
			return (x >= 0xf0 ? -1 : 1);
		return (x < y ? -1 : 1);
	}
	return ((alen > blen) - (alen < blen));
}

int
canon_key_order(enum canon_keys keys, const char *a, size_t alen, const char *b, size_t blen)
{
	uint64_t x, y;
	bool ia, ib;
	int rc;

	if (keys == CANON_KEYS_JAVASCRIPT) {
		ia = canon_index(a, alen, &x);
		ib = canon_index(b, blen, &y);
		if (ia || ib)
			return (ia && ib ? (x > y) - (x < y) : ia ? -1 : 1);
	}
	if (keys == CANON_KEYS_UTF16 || keys == CANON_KEYS_JAVASCRIPT)
		return (canon_utf16_order(a, alen, b, blen));
	rc = memcmp(a, b, alen < blen ? alen : blen);
	return (rc != 0 ? rc : (alen > blen) - (alen < blen));
}

/* Append the UTF-16 code unit ${v} as \uXXXX, in lower-case hex. */
static int
canon_escape(unsigned v, struct buf *out, struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	char u[6] = { '\\', 'u', hex[v >> 12 & 15], hex[v >> 8 & 15], hex[v >> 4 & 15],
		hex[v & 15] };

	return (buf_add(out, u, sizeof(u), e));
}

/* The character at ${p}, valid UTF-8, as \uXXXX or as a surrogate pair; ${n}: its bytes. */
static int
canon_escape_utf8(const char *p, size_t *n, struct buf *out, struct err *e)
{
	const unsigned char *s = (const unsigned char *)p;
	unsigned v;

	if (s[0] < 0x80) {
		*n = 1;
		return (canon_escape(s[0], out, e));
	}
	*n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (*n == 2)
		return (canon_escape((s[0] & 0x1fu) << 6 | (s[1] & 0x3fu), out, e));
	if (*n == 3)
		return (canon_escape((s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu),
		    out, e));
	v = ((s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu)) -
	    0x10000;
	return (
	    canon_escape(0xd800 + (v >> 10), out, e) || canon_escape(0xdc00 + (v & 0x3ff), out, e));
}

/* Bytes that stand for themselves: in UTF-8 all but 1, in ASCII only those that are 0. */
static const unsigned char canon_bytes[256] = {
#define CANON8(x, v)                                                                           \
	[x] = v, [x + 1] = v, [x + 2] = v, [x + 3] = v, [x + 4] = v, [x + 5] = v, [x + 6] = v, \
	[x + 7] = v
#define CANON32(x, v) CANON8(x, v), CANON8(x + 8, v), CANON8(x + 16, v), CANON8(x + 24, v)
	CANON32(0x00, 1),
	['"'] = 1,
	['\\'] = 1,
	[0x7f] = 2,
	CANON32(0x80, 2),
	CANON32(0xa0, 2),
	CANON32(0xc0, 2),
	CANON32(0xe0, 2),
#undef CANON32
#undef CANON8
};

int
canon_string(const struct canon_style *style, const char *p, size_t len, struct buf *out,
    struct err *e)
{
	static const char from[] = "\b\t\n\f\r\"\\", to[] = "btnfr\"\\";
	const unsigned char *s = (const unsigned char *)p;
	unsigned char special = style->ascii ? 3 : 1;
	size_t i, run, n;
	const char *at;
	char two[2];

	if (buf_add(out, "\"", 1, e))
		return (-1);
	for (i = 0; i < len; i += n) {
		for (run = i; run < len && (canon_bytes[s[run]] & special) == 0; run++)
			;
		if (run > i) {
			n = run - i;
			if (buf_add(out, p + i, n, e))
				return (-1);
			continue;
		}
		n = 1;
		if (p[i] != '\0' && (at = strchr(from, p[i])) != NULL) {
			two[0] = '\\';
			two[1] = to[at - from];
			if (buf_add(out, two, 2, e))
				return (-1);
		} else if (canon_escape_utf8(p + i, &n, out, e)) {
			return (-1);
		}
	}
	return (buf_add(out, "\"", 1, e));
}

/* Sort the members from ${first} on: few, and mostly in order already. */
static void
canon_sort(struct canon *c, size_t first)
{
	const struct json **v = c->members;
	size_t i, k;

	for (i = first + 1; i < c->n; i++) {
		const struct json *m = v[i];
		size_t low = first, high = i;

		while (low < high) {
			k = low + (high - low) / 2;
			if (canon_key_order(c->style.keys, v[k]->key, v[k]->key_len, m->key,
				m->key_len) <= 0)
				low = k + 1;
			else
				high = k;
		}
		memmove(v + low + 1, v + low, (i - low) * sizeof(*v));
		v[low] = m;
	}
}

/* Append the comma or colon ${sign}, and a space if the style has one. */
static int
canon_separator(const struct canon *c, const char *sign, struct buf *out, struct err *e)
{

	if (buf_add(out, sign, 1, e))
		return (-1);
	return (c->style.spaces ? buf_add(out, " ", 1, e) : 0);
}

/* Append an object, its members in the style's order; c->members serves as a stack for nested
 * objects. */
static int
canon_object(struct canon *c, const struct json *j, struct buf *out, struct err *e)
{
	size_t first = c->n, last, i;
	const struct json *m;

	for (m = j->child; m != NULL; m = m->next) {
		if (c->n == c->cap)
			c->members = xgrow(c->members, &c->cap, sizeof(*c->members));
		c->members[c->n++] = m;
	}
	last = c->n;
	if (c->style.keys != CANON_KEYS_STORED)
		canon_sort(c, first);
	if (buf_add(out, "{", 1, e))
		return (-1);
	for (i = first; i < last; i++) {
		m = c->members[i];
		if ((i > first && canon_separator(c, ",", out, e)) ||
		    canon_string(&c->style, m->key, m->key_len, out, e) ||
		    canon_separator(c, ":", out, e) || canon_put(c, m, out, e))
			return (-1);
	}
	c->n = first;
	return (buf_add(out, "}", 1, e));
}

/* Append an array, its elements in their own order. */
static int
canon_array(struct canon *c, const struct json *j, struct buf *out, struct err *e)
{
	const struct json *m;

	if (buf_add(out, "[", 1, e))
		return (-1);
	for (m = j->child; m != NULL; m = m->next)
		if ((m != j->child && canon_separator(c, ",", out, e)) || canon_put(c, m, out, e))
			return (-1);
	return (buf_add(out, "]", 1, e));
}

int
canon_put(struct canon *c, const struct json *j, struct buf *out, struct err *e)
{
	char number[CANON_NUMBER_SIZE];
	const char *p;
	size_t n;

	switch (j->kind) {
	case JSON_NULL:
		return (buf_add(out, "null", 4, e));
	case JSON_BOOL:
		return (buf_adds(out, j->truth ? "true" : "false", e));
	case JSON_NUMBER:
		c->ambiguous |= canon_number_ambiguous(c->style.numbers, j->text, j->len);
		p = canon_number(c->style.numbers, j->text, j->len, number, &n);
		return (buf_add(out, p, n, e));
	case JSON_STRING:
		return (canon_string(&c->style, j->text, j->len, out, e));
	case JSON_ARRAY:
		return (canon_array(c, j, out, e));
	case JSON_OBJECT:
		return (canon_object(c, j, out, e));
	}
	return (err_set(e, STATUS_BUG, "JSON of an unknown kind"));
}
