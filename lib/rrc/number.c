/* Zoned, packed and binary numbers. */

#include "rrc/number.h"

#include <string.h>

/* ${n} digits from raw bytes; false where one is none. */
static bool
number_take(const struct charset *c, const unsigned char *p, size_t n, char *dst)
{
	unsigned bad = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned d = (unsigned)p[i] - c->zero;

		bad |= d > 9;
		dst[i] = (char)('0' + (d & 15));
	}
	return (!bad);
}

enum number_result
number_digits(const struct charset *c, const unsigned char *p, size_t width, struct number *out)
{

	out->negative = false;
	out->n = width;
	if (width <= NUMBER_MAX_DIGITS && number_take(c, p, width, out->digits))
		return (NUMBER_OK);
	return (charset_empty(c, p, width) ? NUMBER_NULL : NUMBER_BAD_DIGITS);
}

/* The last byte of a zoned number: digit 0 to 9, or -1; the sign. */
static int
number_overpunch(const struct charset *c, unsigned char b, bool *negative, bool *bad_sign)
{
	unsigned ch;

	*negative = *bad_sign = false;
	if (c->id == CHARSET_EBCDIC) {
		*negative = b >> 4 == 0xd;
		*bad_sign = b >> 4 != 0xc && b >> 4 != 0xd && b >> 4 != 0xf;
		return ((b & 15) <= 9 ? b & 15 : -1);
	}
	ch = b;
	if (ch >= '0' && ch <= '9')
		return ((int)(ch - '0'));
	if (ch >= 'A' && ch <= 'I')
		return ((int)(ch - 'A' + 1));
	*negative = ch == '}' || (ch >= 'J' && ch <= 'R');
	if (ch == '{' || ch == '}')
		return (0);
	if (ch >= 'J' && ch <= 'R')
		return ((int)(ch - 'J' + 1));
	*bad_sign = true;
	return (0);
}

enum number_result
number_zoned(const struct charset *c, const unsigned char *p, size_t width, struct number *out)
{
	bool ok, bad_sign;
	int last;

	if (width == 0 || width > NUMBER_MAX_DIGITS)
		return (NUMBER_BAD_DIGITS);
	out->n = width;
	ok = number_take(c, p, width - 1, out->digits);
	last = number_overpunch(c, p[width - 1], &out->negative, &bad_sign);
	out->digits[width - 1] = (char)('0' + (last < 0 ? 0 : last));
	if (ok && last >= 0 && !bad_sign)
		return (NUMBER_OK);
	if (charset_empty(c, p, width))
		return (NUMBER_NULL);
	return (ok && last >= 0 ? NUMBER_BAD_SIGN : NUMBER_BAD_DIGITS);
}

enum number_result
number_text(const struct charset *c, const unsigned char *p, size_t width, unsigned decimals,
    struct number *out)
{
	size_t i = 0, end = width;
	unsigned behind = 0;
	bool point = false, any = false;

	memset(out, 0, sizeof(*out));
	while (i < end && p[i] == c->blank)
		i++;
	while (end > i && p[end - 1] == c->blank)
		end--;
	if (i == end)
		return (NUMBER_NULL);
	out->negative = c->latin1[p[i]] == '-';
	if (out->negative || c->latin1[p[i]] == '+')
		i++;
	for (; i < end; i++) {
		unsigned char ch = (unsigned char)c->latin1[p[i]];

		if (ch == '.' && !point) {
			point = true;
			continue;
		}
		if (ch < '0' || ch > '9' || behind == decimals + !point ||
		    out->n + decimals >= NUMBER_MAX_DIGITS)
			return (NUMBER_BAD_DIGITS);
		out->digits[out->n++] = (char)ch;
		behind += point;
		any = true;
	}
	for (; behind < decimals; behind++)
		out->digits[out->n++] = '0';
	return (any ? NUMBER_OK : NUMBER_BAD_DIGITS);
}

enum number_result
number_packed(const struct charset *c, const unsigned char *p, size_t width, struct number *out)
{
	unsigned sign, bad = 0;
	size_t i, n = 0;

	if (width == 0 || 2 * width - 1 > NUMBER_MAX_DIGITS)
		return (NUMBER_BAD_DIGITS);
	for (i = 0; i < width; i++) {
		unsigned hi = p[i] >> 4, lo = p[i] & 15u;

		bad |= hi > 9;
		out->digits[n++] = (char)('0' + (hi & 15));
		if (i + 1 < width) {
			bad |= lo > 9;
			out->digits[n++] = (char)('0' + (lo & 15));
		}
	}
	out->n = n;
	sign = p[width - 1] & 15u;
	out->negative = sign == 0xd;
	if (!bad && (sign == 0xc || sign == 0xd || sign == 0xf))
		return (NUMBER_OK);
	if (charset_empty(c, p, width))
		return (NUMBER_NULL);
	return (bad ? NUMBER_BAD_DIGITS : NUMBER_BAD_SIGN);
}

enum number_result
number_binary(const struct charset *c, const unsigned char *p, size_t width, struct number *out)
{
	/* PIC S9(1) to S9(4) take 2 bytes, to S9(9) 4, to S9(18) 8. */
	static const unsigned char digits[9] = { 0, 0, 4, 0, 9, 0, 0, 0, 18 };
	uint64_t v = 0;
	size_t i;

	if (width > 8 || digits[width] == 0)
		return (NUMBER_BAD_DIGITS);
	for (i = 0; i < width; i++)
		v = v << 8 | p[i];
	out->negative = p[0] >> 7;
	if (out->negative)
		v = ((uint64_t)1 << (8 * width - 1) << 1) - v;
	/* Where the binary holds more than its picture (TRUNC(BIN)), so be it. */
	out->n = digits[width];
	if (width == 2 && v > 9999)
		out->n = 5;
	else if (width == 4 && v > 999999999)
		out->n = 10;
	else if (width == 8 && v > 999999999999999999)
		out->n = 19;
	for (i = out->n; i > 0; i--) {
		out->digits[i - 1] = (char)('0' + v % 10);
		v /= 10;
	}
	for (i = 0; i < width && p[i] == c->blank; i++)
		continue;
	return (i == width ? NUMBER_NULL : NUMBER_OK);
}

bool
number_is_zero(const struct number *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->digits[i] != '0')
			return (false);
	return (true);
}

/* Write sign, digits from ${from} on and decimal point to ${dst}, without a NUL; return the
 * length. */
static size_t
number_write(const struct number *v, size_t from, unsigned decimals, char *dst)
{
	size_t whole = v->n - decimals - from, o = 0;

	if (v->negative && !number_is_zero(v))
		dst[o++] = '-';
	memcpy(dst + o, v->digits + from, whole);
	o += whole;
	if (whole == 0) /* PIC V99 */
		dst[o++] = '0';
	if (decimals > 0) {
		dst[o++] = '.';
		memcpy(dst + o, v->digits + v->n - decimals, decimals);
		o += decimals;
	}
	return (o);
}

size_t
number_physical(const struct number *v, unsigned decimals, char *dst)
{

	return (number_write(v, 0, decimals, dst));
}

size_t
number_short(const struct number *v, unsigned decimals, char *dst)
{
	size_t from = 0;

	while (from + decimals + 1 < v->n && v->digits[from] == '0')
		from++;
	return (number_write(v, from, decimals, dst));
}

int
number_scaled(const struct number *v, int64_t *out)
{
	int64_t x = 0;
	size_t i = 0;

	while (i < v->n && v->digits[i] == '0')
		i++;
	if (v->n - i > 18)
		return (-1);
	for (; i < v->n; i++)
		x = x * 10 + (v->digits[i] - '0');
	*out = v->negative ? -x : x;
	return (0);
}
