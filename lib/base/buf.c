/* Byte buffers that grow up to a maximum; allocation that cannot fail. */

#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
buf_reserve(struct buf *b, size_t n, struct err *e)
{
	size_t cap;
	char *p;

	if (n <= b->cap - b->len)
		return (0);
	if (n > b->max || b->len > b->max - n)
		return (err_set(e, STATUS_DATA, "more than the %zu bytes that are allowed here",
		    b->max));
	cap = b->cap < 64 ? 64 : b->cap;
	if (cap > b->max)
		cap = b->max;
	while (cap < b->len + n)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if ((p = realloc(b->p, cap)) == NULL)
		return (err_sys(e, STATUS_TEMPFAIL, "cannot get %zu bytes", cap));
	b->p = p;
	b->cap = cap;
	return (0);
}

int
buf_add(struct buf *b, const void *p, size_t n, struct err *e)
{

	if (buf_reserve(b, n, e))
		return (-1);
	if (n > 0)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	return (0);
}

int
buf_adds(struct buf *b, const char *s, struct err *e)
{

	return (buf_add(b, s, strlen(s), e));
}

int
buf_addf(struct buf *b, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return (err_set(e, STATUS_BUG, "cannot format '%s'", fmt));
	if (buf_reserve(b, (size_t)n + 1, e))
		return (-1);
	va_start(ap, fmt);
	(void)vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return (0);
}

char *
buf_str(struct buf *b, struct err *e)
{

	if (buf_reserve(b, 1, e))
		return (NULL);
	b->p[b->len] = '\0';
	return (b->p);
}

void
buf_free(struct buf *b)
{

	free(b->p);
	b->p = NULL;
	b->len = b->cap = 0;
}

/* Pass ${p} on, or end the process if an allocation gave NULL. */
static void *
buf_need(void *p)
{

	if (p == NULL)
		err_die(STATUS_TEMPFAIL, "out of memory");
	return (p);
}

void *
xcalloc(size_t n, size_t size)
{

	return (buf_need(calloc(n ? n : 1, size ? size : 1)));
}

char *
xstrdup(const char *s)
{

	return (xstrndup(s, strlen(s)));
}

char *
xstrndup(const char *s, size_t n)
{
	char *p;

	p = xcalloc(n + 1, 1);
	memcpy(p, s, n);
	return (p);
}

void *
xgrow(void *p, size_t *cap, size_t size)
{
	size_t n = *cap < 8 ? 8 : *cap * 2;

	if (n > SIZE_MAX / size)
		(void)buf_need(NULL);
	*cap = n;
	return (buf_need(realloc(p, n * size)));
}
