/* Errors: a status, a message, a hint. */

#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
err_set(struct err *e, enum status status, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL || e->status != STATUS_OK)
		return (-1);
	e->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return (-1);
}

int
err_sys(struct err *e, enum status status, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	if (e == NULL || e->status != STATUS_OK)
		return (-1);
	e->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	(void)snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", strerror(saved));
	return (-1);
}

int
err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL || e->hint[0] != '\0')
		return (-1);
	va_start(ap, fmt);
	(void)vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return (-1);
}

int
err_advise(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return (-1);
	va_start(ap, fmt);
	(void)vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return (-1);
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char old[sizeof(e->msg)];
	va_list ap;
	size_t n;

	if (e == NULL || e->status == STATUS_OK)
		return (-1);
	memcpy(old, e->msg, sizeof(old));
	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	(void)snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", old);
	return (-1);
}

char *
err_quote(char *dst, unsigned long size, const void *p, unsigned long len)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = p;
	unsigned long i, n = 0;

	if (size == 0)
		return (dst);
	for (i = 0; i < len; i++) {
		/* Room for one escape, the dots and the final NUL. */
		if (n + 8 > size) {
			if (size >= 4 + n) {
				memcpy(dst + n, "...", 3);
				n += 3;
			}
			break;
		}
		if (s[i] >= 0x20 && s[i] < 0x7f && s[i] != '\\') {
			dst[n++] = (char)s[i];
		} else {
			dst[n++] = '\\';
			dst[n++] = 'x';
			dst[n++] = hex[s[i] >> 4];
			dst[n++] = hex[s[i] & 15];
		}
	}
	dst[n] = '\0';
	return (dst);
}

void
err_die(enum status status, const char *what)
{

	(void)fprintf(stderr, "aegis: error: %s\n", what);
	exit((int)status);
}
