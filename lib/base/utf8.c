/* UTF-8: how far bytes are valid. */

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#define UTF8_HIGH UINT64_C(0x8080808080808080)
#define UTF8_LOW7 UINT64_C(0x7f7f7f7f7f7f7f7f)

/* Bytes of the character at ${s}, of which ${left} are there; 0 where it is none. */
static size_t
utf8_char(const unsigned char *s, size_t left)
{
	unsigned char lo = 0x80, hi = 0xbf; /* what the second byte may be */
	size_t n, i;

	if (s[0] < 0x80)
		return (s[0] != 0);
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return (0);
	/* Table 3-7 of the Unicode standard: overlong forms, surrogates, the end. */
	if (s[0] == 0xe0)
		lo = 0xa0;
	else if (s[0] == 0xed)
		hi = 0x9f;
	else if (s[0] == 0xf0)
		lo = 0x90;
	else if (s[0] == 0xf4)
		hi = 0x8f;
	if (left < n || s[1] < lo || s[1] > hi)
		return (0);
	for (i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return (0);
	return (n);
}

size_t
utf8_span(const char *p, size_t len)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t i = 0, n;

	while (i < len) {
		uint64_t w;

		while (len - i >= sizeof(w)) {
			memcpy(&w, s + i, sizeof(w));
			/* No high bit anywhere, and each byte + 127 sets it: 1..127. */
			if ((w & UTF8_HIGH) != 0 || ((w + UTF8_LOW7) & UTF8_HIGH) != UTF8_HIGH)
				break;
			i += sizeof(w);
		}
		/* ASCII up to what is not, or to the end: 1..127. */
		while (i < len && (unsigned char)(s[i] - 1) < 0x7f)
			i++;
		if (i == len)
			break;
		if ((n = utf8_char(s + i, len - i)) == 0)
			return (i);
		i += n;
	}
	return (len);
}
