#ifndef AEGIS_AUDIT_CANON_H
#define AEGIS_AUDIT_CANON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/*
 * JSON text as the program wrote it that signed it.  PostgreSQL's jsonb keeps values, not
 * text (keys come back in another order, 1e2 as 100): a profile says how the signer writes.
 */
enum canon_keys {
	CANON_KEYS_STORED,     /* as jsonb gives them back */
	CANON_KEYS_CODEPOINT,  /* by code point: Python's sort_keys */
	CANON_KEYS_UTF16,      /* by UTF-16 code unit: RFC 8785 */
	CANON_KEYS_JAVASCRIPT, /* array indices first, by number, then by UTF-16 code unit */
};

enum canon_numbers {
	CANON_NUMBERS_TEXT,       /* as jsonb gives them back */
	CANON_NUMBERS_PYTHON,     /* with a point: as Python's repr() of a float */
	CANON_NUMBERS_ECMASCRIPT, /* as Number::toString of ECMAScript: RFC 8785 */
};

struct canon_style {
	bool spaces; /* ", " and ": " instead of "," and ":" */
	bool ascii;  /* \uXXXX for all but printable ASCII */
	enum canon_keys keys;
	enum canon_numbers numbers;
};

struct canon;

/**
 * canon_new(style):
 * A writer of JSON in ${style}, which is copied.  The caller frees it.
 */
struct canon *canon_new(const struct canon_style *style);

/**
 * canon_put(c, j, out, e):
 * Append the value ${j}.  Return 0, or -1 with ${e} set.
 */
int canon_put(struct canon *c, const struct json *j, struct buf *out, struct err *e);

/**
 * canon_ambiguous(c):
 * Return true if a number since canon_reset() is one of those whose text the signer may have
 * written in another way, which jsonb does not tell: -0.0, 1e16 and the like.
 */
bool canon_ambiguous(const struct canon *c);
void canon_reset(struct canon *c);
void canon_free(struct canon *c);

/**
 * canon_string(style, p, len, out, e):
 * Append ${len} bytes of UTF-8 as a JSON string.
 */
int canon_string(const struct canon_style *style, const char *p, size_t len, struct buf *out,
    struct err *e);

/**
 * canon_key_order(keys, a, alen, b, blen):
 * Compare two keys: negative, 0 or positive.
 */
int canon_key_order(enum canon_keys keys, const char *a, size_t alen, const char *b, size_t blen);

#endif
