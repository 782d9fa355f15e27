#ifndef AEGIS_STREAM_CONTROL_H
#define AEGIS_STREAM_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * The words of a control line, " key=value" each, in a fixed order.  In a value
 * everything but RFC 3986's unreserved characters, '/' and ':' is written as
 * %XX, so that a line is printable ASCII without blanks or quotes in a value.
 */

/**
 * control_put(b, key, value, e):
 * Append " ${key}=" and ${value}, percent-encoded.  Return 0, or -1 with ${e}
 * set.
 */
int control_put(struct buf *b, const char *key, const char *value, struct err *e);
int control_put_u64(struct buf *b, const char *key, uint64_t v, struct err *e);

/* A control line that is being read. */
struct control {
	const char *p, *end;
	const char *what; /* "header", "book", "seal", for messages */
};

/**
 * control_begin(c, p, len, prefix, what, e):
 * Read the ${len} bytes at ${p}, which must start with ${prefix}.  Return 0, or
 * -1 with ${e} set to STATUS_DATA.
 */
int control_begin(struct control *c, const char *p, size_t len, const char *prefix,
    const char *what, struct err *e);

/**
 * control_is_next(c, key):
 * Whether the next word is that of ${key}, which may be left out.
 */
bool control_is_next(const struct control *c, const char *key);

/**
 * control_raw(c, key, value, len, e):
 * The next word must be that of ${key}; set ${value} to its ${len} bytes as
 * they stand.  Return 0, or -1 with ${e} set to STATUS_DATA.
 */
int control_raw(struct control *c, const char *key, const char **value, size_t *len, struct err *e);

/**
 * control_get(c, key, dst, size, e):
 * As control_raw(), decoded into ${dst} of ${size} bytes with a NUL.  An empty
 * value, one that does not fit, and one that holds a NUL are errors.
 */
int control_get(struct control *c, const char *key, char *dst, size_t size, struct err *e);
int control_get_u64(struct control *c, const char *key, uint64_t *v, struct err *e);

/**
 * control_hex(c, key, dst, digits, e):
 * As control_get() for ${digits} lower-case hex digits, or "-".
 */
int control_hex(struct control *c, const char *key, char *dst, size_t digits, struct err *e);

/**
 * control_end(c, e):
 * The line must be over.  Return 0, or -1 with ${e} set to STATUS_DATA.
 */
int control_end(const struct control *c, struct err *e);

/**
 * control_is_hex(s, n):
 * Return 1 if ${s} is ${n} lower-case hex digits and no more.
 */
int control_is_hex(const char *s, size_t n);

#endif
