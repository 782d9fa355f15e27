/* Numbers from outside, checked; ceilings; hex; UUIDs. */

#include "base/num.h"

#include <stdio.h>
#include <string.h>

int
num_u64(const char *p, size_t len, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (len == 0 || len > 20)
		return (-1);
	for (i = 0; i < len; i++) {
		unsigned d = (unsigned)(unsigned char)p[i] - '0';

		if (d > 9 || __builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return (-1);
	}
	if (v < min || v > max)
		return (-1);
	*out = v;
	return (0);
}

size_t
num_fmt(char *dst, uint64_t v)
{
	static const char pairs[] =
	    "00010203040506070809101112131415161718192021222324"
	    "25262728293031323334353637383940414243444546474849"
	    "50515253545556575859606162636465666768697071727374"
	    "75767778798081828384858687888990919293949596979899";
	static const uint64_t tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000,
		100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
		100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
		1000000000000000000, 10000000000000000000U };
	/* Bits times log10(2) are the digits, or one too few. */
	const size_t bits = 64 - (size_t)__builtin_clzll(v | 1), about = bits * 1233 >> 12;
	const size_t n = about + ((v | 1) >= tens[about]);
	char *p = dst + n;

	for (; v >= 100; v /= 100)
		memcpy(p -= 2, pairs + 2 * (v % 100), 2);
	if (v >= 10)
		memcpy(p - 2, pairs + 2 * v, 2);
	else
		p[-1] = (char)('0' + v);
	return (n);
}

int
num_ceiling(const char *s, struct ceiling *out, struct err *e)
{
	size_t len = strlen(s), i;
	double v = 0, unit = 1;
	bool dot = false, digit = false;

	memset(out, 0, sizeof(*out));
	if (len == 0 || s[len - 1] != '%') {
		if (num_u64(s, len, 0, UINT64_MAX, &out->count))
			goto bad;
		return (0);
	}
	out->is_share = true;
	for (i = 0; i < len - 1; i++) {
		if (s[i] == '.' && !dot) {
			dot = true;
		} else if (s[i] >= '0' && s[i] <= '9' && i < 12) {
			digit = true;
			if (dot)
				v += (s[i] - '0') * (unit /= 10);
			else
				v = v * 10 + (s[i] - '0');
		} else {
			goto bad;
		}
	}
	if (!digit || v > 100)
		goto bad;
	out->share = v / 100;
	return (0);
bad:
	return (err_set(e, STATUS_USAGE, "'%s' is neither a count nor a share such as 0.1%%", s));
}

bool
num_hopeless(const struct ceiling *c, uint64_t n, uint64_t of)
{
	static const uint64_t faults = 1000;
	static const double times = 100;

	if (!c->is_share)
		return (n > c->count);
	return (n >= faults && (double)n > c->share * times * (double)of);
}

const char *
num_ceiling_text(const struct ceiling *c, char *dst, size_t size)
{

	if (c->is_share)
		(void)snprintf(dst, size, "%g%%", c->share * 100);
	else
		(void)snprintf(dst, size, "%llu", (unsigned long long)c->count);
	return (dst);
}

bool
num_exceeds(const struct ceiling *c, uint64_t n, uint64_t of)
{

	if (c->is_share)
		return ((double)n > c->share * (double)of);
	return (n > c->count);
}

void
num_hex(char *dst, const void *p, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = p;
	size_t i;

	for (i = 0; i < n; i++) {
		dst[2 * i] = hex[s[i] >> 4];
		dst[2 * i + 1] = hex[s[i] & 15];
	}
}

/* A hex digit's value and 1, by its character; 0: it is none. */
static const unsigned char num_nibbles[256] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16,
};

/* The value of the hex digit ${c}, or -1 if it is not one. */
static int
num_nibble(char c)
{

	return ((int)num_nibbles[(unsigned char)c] - 1);
}

int
num_unhex(void *dst, const char *p, size_t n)
{
	unsigned char *d = dst;
	size_t i;

	for (i = 0; i < n; i++) {
		int hi = num_nibble(p[2 * i]), lo = num_nibble(p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return (-1);
		d[i] = (unsigned char)(hi << 4 | lo);
	}
	return (0);
}

int
num_uuid(char dst[37], const char *s)
{
	size_t i;

	for (i = 0; i < 36; i++) {
		char c = s[i] >= 'A' && s[i] <= 'F' ? (char)(s[i] - 'A' + 'a') : s[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		/* The end of a shorter text is neither. */
		if (dash ? c != '-' : num_nibble(c) < 0)
			return (-1);
		dst[i] = c;
	}
	dst[36] = '\0';
	return (s[36] == '\0' ? 0 : -1);
}

int
num_uuid_bytes(unsigned char dst[16], const char *s)
{
	char text[37];
	size_t i, k;

	if (num_uuid(text, s))
		return (-1);
	for (i = 0, k = 0; i < 16; i++, k += 2) {
		k += text[k] == '-';
		if (num_unhex(&dst[i], text + k, 1))
			return (-1);
	}
	return (0);
}
