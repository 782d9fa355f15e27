/* From JSON to agtype, and from words to labels. */

#include "entity/graph_text.h"

#include <ctype.h>
#include <string.h>

enum { TEXT_EXACT = 15, TEXT_LABEL_MAX = 63 };

int
graph_text_label(const char *type, char *out, size_t size)
{
	size_t n = 0;
	bool upper = true;

	for (; *type != '\0'; type++) {
		if (*type == '_') {
			upper = true;
			continue;
		}
		if (n + 2 > size || n == TEXT_LABEL_MAX)
			return (-1);
		out[n++] = (char)(upper ? toupper((unsigned char)*type) : *type);
		upper = false;
	}
	out[n] = '\0';
	return (graph_text_is_name(out) ? 0 : -1);
}

bool
graph_text_is_name(const char *s)
{
	size_t n = strlen(s);

	return (n > 0 && n <= TEXT_LABEL_MAX && (isalpha((unsigned char)s[0]) || s[0] == '_') &&
	    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == n);
}

/* Bytes of the string that begins at p[0], with both quotes; COPY doubles its backslashes. */
static size_t
graph_text_string(const char *p, size_t len)
{
	size_t i = 1;

	while (i < len && p[i] != '"') {
		if (p[i] == '\\' && i + 1 < len) {
			/* A backslash of the JSON, and behind it what it escapes. */
			i += 2;
			if (i < len && p[i] == '\\')
				i++;
		}
		i++;
	}
	return (i < len ? i + 1 : len);
}

/* Whether the number's digits are more than a float8 is sure to give back. */
static bool
graph_text_is_long(const char *p, size_t len)
{
	size_t i, digits = 0;

	for (i = 0; i < len; i++) {
		if (p[i] == 'e' || p[i] == 'E')
			return (true);
		if (p[i] >= '1' && p[i] <= '9')
			digits++;
		else if (p[i] == '0' && digits > 0)
			digits++;
	}
	return (digits > TEXT_EXACT);
}

/* How many characters of a number a float8 gives back: no zeros at its end but one behind the point. */
static size_t
graph_text_kept(const char *p, size_t len)
{
	size_t n = len;

	if (memchr(p, '.', len) == NULL)
		return (len);
	while (p[n - 1] == '0')
		n--;
	return (p[n - 1] == '.' ? n + 1 : n);
}

int
graph_text_agtype(struct buf *out, const char *p, size_t len, struct err *e)
{
	size_t i = 0, from = 0, n, kept;

	while (i < len) {
		if (p[i] == '"') {
			i += graph_text_string(p + i, len - i);
			continue;
		}
		if (p[i] != '-' && (p[i] < '0' || p[i] > '9')) {
			i++;
			continue;
		}
		for (n = 1; i + n < len && strchr("0123456789.eE+-", p[i + n]) != NULL; n++)
			continue;
		if (graph_text_is_long(p + i, n)) {
			if (buf_add(out, p + from, i - from, e) || buf_add(out, "\"", 1, e) ||
			    buf_add(out, p + i, n, e) || buf_add(out, "\"", 1, e))
				return (-1);
			from = i + n;
		} else if ((kept = graph_text_kept(p + i, n)) < n) {
			if (buf_add(out, p + from, i + kept - from, e))
				return (-1);
			from = i + n;
		}
		i += n;
	}
	return (buf_add(out, p + from, len - from, e));
}
