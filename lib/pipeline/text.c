/* Bytes of other programs as one clean line. */

#include "pipeline/text.h"

#include <string.h>

#include "base/utf8.h"

/* Make ${len} bytes at ${p} valid UTF-8 without control characters. */
static void
text_mend(char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
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
	text_mend(dst, len);
	dst[len] = '\0';
	return (len);
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
