/* COPY's text form, taken apart. */

#include "table/copy_text.h"

#include <string.h>

/*
 * Undo the escapes in place: the server writes \b \f \n \r \t \v and \\, nothing else.
 */
static size_t
copy_text_unescape(char *p, size_t len)
{
	static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
	const char *at;
	char *d, *s = memchr(p, '\\', len), *end = p + len;

	if (s == NULL)
		return (len);
	for (d = s; s < end; s++) {
		if (*s == '\\' && s + 1 < end) {
			s++;
			at = strchr(from, *s);
			*d++ = at != NULL && *at != '\0' ? to[at - from] : *s;
		} else {
			*d++ = *s;
		}
	}
	return ((size_t)(d - p));
}

int
copy_text_fields(struct buf *b, const char *p, size_t len, struct stream_field *f, size_t n,
    struct err *e)
{
	char *s, *end;
	size_t i = 0;

	b->len = 0;
	if (buf_reserve(b, len + 1, e) || buf_add(b, p, len, e))
		return (-1);
	for (s = b->p, end = s + len;; s++) {
		char *tab = memchr(s, '\t', (size_t)(end - s));
		size_t k = (size_t)((tab != NULL ? tab : end) - s);

		if (i == n)
			break;
		f[i].p = s;
		f[i].null = k == 2 && memcmp(s, "\\N", 2) == 0;
		f[i].len = f[i].null ? 0 : copy_text_unescape(s, k);
		i++;
		if (tab == NULL)
			return (i == n ? 0 : err_set(e, STATUS_BUG, "%zu columns, not %zu", i, n));
		s = tab;
	}
	return (err_set(e, STATUS_BUG, "more columns than %zu", n));
}
