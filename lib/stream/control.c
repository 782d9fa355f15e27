/* Control lines: words of key=value. */

#include "stream/control.h"

#include <string.h>

#include "base/num.h"

/* RFC 3986's unreserved characters, and the two that keep names readable. */
static int
control_plain(unsigned char c)
{

	return ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    c == '-' || c == '.' || c == '_' || c == '~' || c == '/' || c == ':');
}

int
control_put(struct buf *b, const char *key, const char *value, struct err *e)
{
	static const char hex[] = "0123456789ABCDEF";
	char *d;

	if (buf_addf(b, e, " %s=", key) || buf_reserve(b, 3 * strlen(value), e))
		return (-1);
	d = b->p + b->len;
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (control_plain(c)) {
			*d++ = (char)c;
		} else {
			*d++ = '%';
			*d++ = hex[c >> 4];
			*d++ = hex[c & 15];
		}
	}
	b->len = (size_t)(d - b->p);
	return (0);
}

int
control_put_u64(struct buf *b, const char *key, uint64_t v, struct err *e)
{

	return (buf_addf(b, e, " %s=%llu", key, (unsigned long long)v));
}

int
control_begin(struct control *c, const char *p, size_t len, const char *prefix, const char *what,
    struct err *e)
{
	size_t n = strlen(prefix);

	c->p = p;
	c->end = p + len;
	c->what = what;
	if (len < n || memcmp(p, prefix, n) != 0)
		return (
		    err_set(e, STATUS_DATA, "no %s line: it must start with '%s'", what, prefix));
	c->p += n;
	return (0);
}

bool
control_is_next(const struct control *c, const char *key)
{
	size_t n = strlen(key);

	return ((size_t)(c->end - c->p) > n + 1 && c->p[0] == ' ' &&
	    memcmp(c->p + 1, key, n) == 0 && c->p[1 + n] == '=');
}

int
control_raw(struct control *c, const char *key, const char **value, size_t *len, struct err *e)
{
	size_t n = strlen(key), left = (size_t)(c->end - c->p);
	const char *blank;

	if (left < n + 2 || c->p[0] != ' ' || memcmp(c->p + 1, key, n) != 0 || c->p[n + 1] != '=')
		return (
		    err_set(e, STATUS_DATA, "the %s line lacks '%s=' in its place", c->what, key));
	c->p += n + 2;
	left -= n + 2;
	if ((blank = memchr(c->p, ' ', left)) == NULL)
		blank = c->end;
	*value = c->p;
	*len = (size_t)(blank - c->p);
	c->p = blank;
	return (0);
}

int
control_get(struct control *c, const char *key, char *dst, size_t size, struct err *e)
{
	const char *p;
	size_t len, i, n = 0;

	if (control_raw(c, key, &p, &len, e))
		return (-1);
	for (i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)p[i];

		if (n + 1 >= size)
			return (err_set(e, STATUS_DATA, "%s= of the %s line is too long", key,
			    c->what));
		if (ch == '%' && len - i > 2 && num_unhex(&ch, p + i + 1, 1) == 0 && ch != '\0')
			i += 2;
		else if (!control_plain(ch))
			return (err_set(e, STATUS_DATA, "%s= of the %s line is not percent-encoded",
			    key, c->what));
		dst[n++] = (char)ch;
	}
	dst[n] = '\0';
	if (n == 0)
		return (err_set(e, STATUS_DATA, "%s= of the %s line is empty", key, c->what));
	return (0);
}

int
control_get_u64(struct control *c, const char *key, uint64_t *v, struct err *e)
{
	const char *p;
	size_t len;

	if (control_raw(c, key, &p, &len, e))
		return (-1);
	/* One spelling for each number: no leading zeros. */
	if (num_u64(p, len, 0, UINT64_MAX, v) || (len > 1 && p[0] == '0'))
		return (
		    err_set(e, STATUS_DATA, "%s= of the %s line is not a number", key, c->what));
	return (0);
}

int
control_is_hex(const char *s, size_t n)
{

	return (strspn(s, "0123456789abcdef") == n && s[n] == '\0');
}

int
control_hex(struct control *c, const char *key, char *dst, size_t digits, struct err *e)
{

	if (control_get(c, key, dst, digits + 1, e))
		return (-1);
	if (strcmp(dst, "-") != 0 && !control_is_hex(dst, digits))
		return (err_set(e, STATUS_DATA,
		    "%s= of the %s line is neither '-' nor %zu hex digits", key, c->what, digits));
	return (0);
}

int
control_end(const struct control *c, struct err *e)
{

	if (c->p != c->end)
		return (
		    err_set(e, STATUS_DATA, "the %s line has bytes after its last word", c->what));
	return (0);
}
