/* EBCDIC and ASCII to UTF-8. */

#include "rrc/charset.h"

#include <string.h>

#include "base/utf8.h"

/* Code page 037 to Latin-1. */
static const unsigned char charset_cp037[256] = {
	0x00,
	0x01,
	0x02,
	0x03,
	0x9c,
	0x09,
	0x86,
	0x7f,
	0x97,
	0x8d,
	0x8e,
	0x0b,
	0x0c,
	0x0d,
	0x0e,
	0x0f,
	0x10,
	0x11,
	0x12,
	0x13,
	0x9d,
	0x85,
	0x08,
	0x87,
	0x18,
	0x19,
	0x92,
	0x8f,
	0x1c,
	0x1d,
	0x1e,
	0x1f,
	0x80,
	0x81,
	0x82,
	0x83,
	0x84,
	0x0a,
	0x17,
	0x1b,
	0x88,
	0x89,
	0x8a,
	0x8b,
	0x8c,
	0x05,
	0x06,
	0x07,
	0x90,
	0x91,
	0x16,
	0x93,
	0x94,
	0x95,
	0x96,
	0x04,
	0x98,
	0x99,
	0x9a,
	0x9b,
	0x14,
	0x15,
	0x9e,
	0x1a,
	0x20,
	0xa0,
	0xe2,
	0xe4,
	0xe0,
	0xe1,
	0xe3,
	0xe5,
	0xe7,
	0xf1,
	0xa2,
	0x2e,
	0x3c,
	0x28,
	0x2b,
	0x7c,
	0x26,
	0xe9,
	0xea,
	0xeb,
	0xe8,
	0xed,
	0xee,
	0xef,
	0xec,
	0xdf,
	0x21,
	0x24,
	0x2a,
	0x29,
	0x3b,
	0xac,
	0x2d,
	0x2f,
	0xc2,
	0xc4,
	0xc0,
	0xc1,
	0xc3,
	0xc5,
	0xc7,
	0xd1,
	0xa6,
	0x2c,
	0x25,
	0x5f,
	0x3e,
	0x3f,
	0xf8,
	0xc9,
	0xca,
	0xcb,
	0xc8,
	0xcd,
	0xce,
	0xcf,
	0xcc,
	0x60,
	0x3a,
	0x23,
	0x40,
	0x27,
	0x3d,
	0x22,
	0xd8,
	0x61,
	0x62,
	0x63,
	0x64,
	0x65,
	0x66,
	0x67,
	0x68,
	0x69,
	0xab,
	0xbb,
	0xf0,
	0xfd,
	0xfe,
	0xb1,
	0xb0,
	0x6a,
	0x6b,
	0x6c,
	0x6d,
	0x6e,
	0x6f,
	0x70,
	0x71,
	0x72,
	0xaa,
	0xba,
	0xe6,
	0xb8,
	0xc6,
	0xa4,
	0xb5,
	0x7e,
	0x73,
	0x74,
	0x75,
	0x76,
	0x77,
	0x78,
	0x79,
	0x7a,
	0xa1,
	0xbf,
	0xd0,
	0xdd,
	0xde,
	0xae,
	0x5e,
	0xa3,
	0xa5,
	0xb7,
	0xa9,
	0xa7,
	0xb6,
	0xbc,
	0xbd,
	0xbe,
	0x5b,
	0x5d,
	0xaf,
	0xa8,
	0xb4,
	0xd7,
	0x7b,
	0x41,
	0x42,
	0x43,
	0x44,
	0x45,
	0x46,
	0x47,
	0x48,
	0x49,
	0xad,
	0xf4,
	0xf6,
	0xf2,
	0xf3,
	0xf5,
	0x7d,
	0x4a,
	0x4b,
	0x4c,
	0x4d,
	0x4e,
	0x4f,
	0x50,
	0x51,
	0x52,
	0xb9,
	0xfb,
	0xfc,
	0xf9,
	0xfa,
	0xff,
	0x5c,
	0xf7,
	0x53,
	0x54,
	0x55,
	0x56,
	0x57,
	0x58,
	0x59,
	0x5a,
	0xb2,
	0xd4,
	0xd6,
	0xd2,
	0xd3,
	0xd5,
	0x30,
	0x31,
	0x32,
	0x33,
	0x34,
	0x35,
	0x36,
	0x37,
	0x38,
	0x39,
	0xb3,
	0xdb,
	0xdc,
	0xd9,
	0xda,
	0x9f,
};

void
charset_tabs(struct charset *c)
{

	c->latin1['\t'] = ' ';
	c->flags['\t'] = 0;
}

void
charset_init(struct charset *c, enum charset_id id)
{
	unsigned i;

	memset(c, 0, sizeof(*c));
	c->id = id;
	for (i = 0; i < 256; i++) {
		unsigned char ch = id == CHARSET_EBCDIC ? charset_cp037[i] : (unsigned char)i;

		c->latin1[i] = ch;
		c->raw[ch] = (unsigned char)i;
		if (ch == 0 || (id == CHARSET_ASCII && ch >= 0x80))
			c->flags[i] |= CHARSET_FLAG_BAD;
		if (ch >= 0x80)
			c->flags[i] |= CHARSET_FLAG_WIDE;
		if (ch == ',' || ch == '"' || ch == '\r' || ch == '\n')
			c->flags[i] |= CHARSET_FLAG_QUOTE;
	}
	c->blank = c->raw[' '];
	c->zero = c->raw['0'];
	memset(&c->blanks, c->blank, sizeof(c->blanks));
	memset(&c->zeros, c->zero, sizeof(c->zeros));
}

/* Whether each of the ${width} bytes at ${p} equals ${b}; true for zero bytes. */
static bool
charset_all(const unsigned char *p, size_t width, unsigned char b)
{
	size_t i;

	for (i = 0; i < width; i++)
		if (p[i] != b)
			return (false);
	return (true);
}

bool
charset_empty(const struct charset *c, const unsigned char *p, size_t width)
{

	return (charset_all(p, width, c->blank) || charset_all(p, width, 0));
}

/* Raw bytes to UTF-8. */
static size_t
charset_wide(const struct charset *c, const unsigned char *p, size_t n, char *dst)
{
	size_t i, o = 0;

	for (i = 0; i < n; i++) {
		unsigned ch = c->latin1[p[i]];

		if (ch < 0x80) {
			dst[o++] = (char)ch;
		} else {
			dst[o++] = (char)(0xc0 | ch >> 6);
			dst[o++] = (char)(0x80 | (ch & 0x3f));
		}
	}
	return (o);
}

/* Bits where one of eight bytes is what a walk looks for. */
typedef uint64_t charset_eight_fn(const struct charset *c, uint64_t x);

/* One to seven bytes as eight, some of them twice; the order does not matter. */
static inline uint64_t
charset_few(const unsigned char *p, size_t n)
{
	uint32_t a, b;

	if (n >= 4) {
		memcpy(&a, p, 4);
		memcpy(&b, p + n - 4, 4);
		return ((uint64_t)a << 32 | b);
	}
	return (((uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1]) |
	    p[0] * UINT64_C(0x0101010101000000));
}

/* Are all bytes free of what ${odd} looks for?  Eight at a time, the last eight perhaps again. */
static inline bool
charset_free_of(const struct charset *c, const unsigned char *p, size_t n, charset_eight_fn *odd)
{
	uint64_t x, y;
	size_t i;

	if (n < 8)
		return (odd(c, charset_few(p, n)) == 0);
	memcpy(&y, p + n - 8, 8);
	y = odd(c, y);
	for (i = 0; i + 8 < n; i += 8) {
		memcpy(&x, p + i, 8);
		y |= odd(c, x);
	}
	return (y == 0);
}

/* A control, a byte beyond ASCII, a quote or a comma. */
static inline uint64_t
charset_odd(const struct charset *c, uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	const uint64_t quote = x ^ (ones * '"'), comma = x ^ (ones * ','), del = x ^ (ones * 0x7f);

	(void)c;
	return (((x - ones * ' ') | (quote - ones) | (comma - ones) | (del - ones) | x) & tops);
}

/* A byte that is no digit. */
static inline uint64_t
charset_no_digit(const struct charset *c, uint64_t x)
{

	return (charset_undigit(c, x, UINT64_MAX));
}

bool
charset_printable(const unsigned char *p, size_t n)
{

	return (charset_free_of(NULL, p, n, charset_odd));
}

bool
charset_digits(const struct charset *c, const unsigned char *p, size_t n)
{

	return (charset_free_of(c, p, n, charset_no_digit));
}

enum charset_result
charset_text(const struct charset *c, const unsigned char *p, size_t width, bool both, char *dst,
    size_t *len)
{
	unsigned flags = 0;
	size_t i, n = width;
	uint64_t x;

	if (width == 0 || (p[0] == 0 && charset_all(p, width, 0)))
		return (CHARSET_NULL);
	/* Most of a text field is padding: eight blanks at a time. */
	while (n >= 8) {
		memcpy(&x, p + n - 8, 8);
		if (x != c->blanks)
			break;
		n -= 8;
	}
	while (n > 0 && (c->latin1[p[n - 1]] == ' ' || p[n - 1] == 0))
		n--;
	if (n == 0)
		return (CHARSET_NULL);
	while (both && c->latin1[*p] == ' ') {
		p++;
		n--;
	}
	for (i = 0; i < n; i++) {
		dst[i] = (char)c->latin1[p[i]];
		flags |= c->flags[p[i]];
	}
	*len = n;
	if (flags == 0)
		return (dst[0] == ' ' || dst[0] == '#' || dst[0] == '\t' || dst[n - 1] == '\t' ?
			CHARSET_TEXT :
			CHARSET_PLAIN);
	if (flags & CHARSET_FLAG_BAD)
		return (CHARSET_FAULT);
	if ((flags & CHARSET_FLAG_WIDE) && c->id == CHARSET_UTF8)
		return (utf8_span(dst, n) == n ? CHARSET_TEXT : CHARSET_FAULT);
	if (flags & CHARSET_FLAG_WIDE)
		*len = charset_wide(c, p, n, dst);
	return (CHARSET_TEXT);
}

size_t
charset_show(const struct charset *c, const unsigned char *p, size_t n, char *dst)
{
	size_t i, o = 0;

	for (i = 0; i < n; i++) {
		if ((c->flags[p[i]] & CHARSET_FLAG_BAD) || (c->id == CHARSET_UTF8 && p[i] >= 0x80))
			dst[o++] = '?';
		else
			o += charset_wide(c, p + i, 1, dst + o);
	}
	return (o);
}

size_t
charset_encode(const struct charset *c, const char *s, unsigned char *dst, size_t size)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++) {
		if (i == size || (unsigned char)s[i] >= 0x80)
			return (0);
		dst[i] = c->raw[(unsigned char)s[i]];
	}
	return (i);
}

size_t
charset_hex(const unsigned char *p, size_t n, char *dst)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i, o = 2;

	memcpy(dst, "X'", 2);
	for (i = 0; i < n; i++) {
		dst[o++] = hex[p[i] >> 4];
		dst[o++] = hex[p[i] & 15];
	}
	dst[o++] = '\'';
	return (o);
}
