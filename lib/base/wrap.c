/* Lines within a width, broken at spaces. */

#include "base/wrap.h"

#include <string.h>

size_t
wrap_columns(const char *p, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)p[i] & 0xc0) != 0x80;
	return (n);
}

size_t
wrap_take(const char *s, size_t width, size_t *shown)
{
	size_t n = strcspn(s, " "), next, word;

	for (;;) {
		next = n + strspn(s + n, " ");
		word = strcspn(s + next, " ");
		if (word == 0 || wrap_columns(s, next + word) > width)
			break;
		n = next + word;
	}
	*shown = n;
	return (next);
}

/* One paragraph: ${len} bytes without a line end of their own. */
static int
wrap_paragraph(struct buf *b, const char *s, size_t len, size_t indent, size_t column, size_t width,
    struct err *e)
{
	const char *end = s + len;
	size_t room = width > indent ? width - indent : 1, n, cols;
	size_t used = column > indent ? column - indent : 0;

	if (used == 0 && buf_addf(b, e, "%*s", (int)(indent - column), ""))
		return (-1);
	for (s += strspn(s, " \n"); s < end; s += n + strspn(s + n, " \n")) {
		n = strcspn(s, " \n");
		cols = wrap_columns(s, n);
		if (used > 0 && used + 1 + cols > room) {
			if (buf_addf(b, e, "\n%*s", (int)indent, ""))
				return (-1);
			used = 0;
		}
		if ((used > 0 && buf_add(b, " ", 1, e)) || buf_add(b, s, n, e))
			return (-1);
		used += cols + (used > 0);
	}
	return (buf_add(b, "\n", 1, e));
}

int
wrap_add(struct buf *b, const char *s, size_t indent, size_t column, size_t width, struct err *e)
{
	const char *end;

	for (;; s = end + strspn(end, "\n"), column = 0) {
		if ((end = strstr(s, "\n\n")) == NULL)
			end = s + strlen(s);
		if (wrap_paragraph(b, s, (size_t)(end - s), indent, column, width, e))
			return (-1);
		if (end[strspn(end, "\n")] == '\0')
			return (0);
		if (buf_add(b, "\n", 1, e))
			return (-1);
	}
}
