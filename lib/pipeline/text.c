/* Bytes of other programs as one clean line. */

#include "pipeline/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Make ${len} bytes at ${p} valid UTF-8 without control characters. */
static void
text_mend(char *p, size_t len, bool keep_lines)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (((unsigned char)p[i] < 0x20 || p[i] == 0x7f) &&
		    !(keep_lines && (p[i] == '\n' || p[i] == '\t')))
			p[i] = '?';
	for (i = 0; (i += utf8_span(p + i, len - i)) < len; i++)
		p[i] = '?';
}

size_t
text_clean(char *dst, size_t size, const char *p, size_t len)
{

	if (len > size - 1) {
		len = size - 1;
		while (len > 0 && ((unsigned char)p[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(dst, p, len);
	text_mend(dst, len, false);
	dst[len] = '\0';
	return (len);
}

void
text_json(struct json_writer *w, const char *s)
{
	char *copy;
	size_t len;

	if (s == NULL) {
		json_put_null(w);
		return;
	}
	len = strlen(s);
	copy = xstrndup(s, len);
	text_mend(copy, len, true);
	json_put_text(w, copy, len);
	free(copy);
}

int
text_word(struct buf *b, const char *s, struct err *e)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_-./:=,@%+";

	if (s[0] != '\0' && strspn(s, plain) == strlen(s))
		return (buf_adds(b, s, e));
	if (buf_adds(b, "'", e))
		return (-1);
	for (; *s != '\0'; s++)
		if (*s == '\'' ? buf_adds(b, "'\\''", e) : buf_add(b, s, 1, e))
			return (-1);
	return (buf_adds(b, "'", e));
}

int
text_indent(struct buf *b, int indent, const char *p, size_t len, size_t lines, struct err *e)
{
	const char *end = p + len, *lf;
	char line[1024];
	size_t n, k;

	for (n = 0; p < end; n++) {
		if (n == lines)
			return (buf_addf(b, e, "%*s...\n", indent, ""));
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			lf = end;
		/* Tables line up with blanks, not with TABs. */
		k = text_clean(line, sizeof(line), p, (size_t)(lf - p));
		if (k == 0 ? buf_adds(b, "\n", e) : buf_addf(b, e, "%*s%s\n", indent, "", line))
			return (-1);
		p = lf < end ? lf + 1 : end;
	}
	return (0);
}
