#ifndef AEGIS_BASE_BUF_H
#define AEGIS_BASE_BUF_H

#include <stddef.h>

#include "base/err.h"

/*
 * A growing byte buffer with a maximum.  Starts as BUF_INIT(max); what it
 * holds is p[0 .. len), not NUL-terminated unless buf_str() was called.
 */
struct buf {
	char *p;
	size_t len;
	size_t cap;
	size_t max; /* bytes; growing past it is an error, not an allocation */
};

#define BUF_INIT(maximum)             \
	{                             \
		NULL, 0, 0, (maximum) \
	}

/**
 * buf_reserve(b, n, e):
 * Make room for ${n} more bytes behind len.  Return 0, or -1 with ${e} set
 * (STATUS_DATA past the maximum, STATUS_TEMPFAIL without memory).
 */
int buf_reserve(struct buf *b, size_t n, struct err *e);

/**
 * buf_add(b, p, n, e):
 * Append ${n} bytes.  Return 0, or -1 with ${e} set.
 */
int buf_add(struct buf *b, const void *p, size_t n, struct err *e);

/**
 * buf_adds(b, s, e):
 * Append the string ${s}.  Return 0, or -1 with ${e} set.
 */
int buf_adds(struct buf *b, const char *s, struct err *e);

/**
 * buf_addf(b, e, fmt, ...):
 * Append formatted text.  Return 0, or -1 with ${e} set.
 */
int buf_addf(struct buf *b, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * buf_str(b, e):
 * Return the content as a NUL-terminated string that lives until the buffer
 * is next changed, or NULL with ${e} set.  len does not count the NUL.
 */
char *buf_str(struct buf *b, struct err *e);

/**
 * buf_free(b):
 * Release the memory; the buffer is empty and usable again.
 */
void buf_free(struct buf *b);

/**
 * xcalloc(n, size), xstrdup(s), xstrndup(s, n):
 * Zeroed memory, a copy of a string, a copy of ${n} bytes with a NUL behind
 * them; the caller frees them.  For set-up, not for rows.  Without memory they
 * print one line and end the program with STATUS_TEMPFAIL.
 */
void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

/**
 * xgrow(p, cap, size):
 * Return the array ${p} of ${*cap} elements of ${size} bytes reallocated to
 * the next larger capacity, which is stored in ${*cap}.  Ends as xcalloc().
 */
void *xgrow(void *p, size_t *cap, size_t size);

#endif
