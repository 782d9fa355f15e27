/* Numbers as signers spell them. */

#include "audit/canon_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANON_DIGITS = 17, CANON_EXACT = 15 };

/* The fewest significant digits that read back as the same double, and where the point is. */
struct canon_decimal {
	char digits[CANON_DIGITS + 1];
	int n;     /* how many there are */
	int point; /* value = 0.DIGITS * 10^point */
	bool negative;
};

/* Split the finite ${v} into the fewest digits that read back as the same double, sign and place
 * of the point. */
static void
canon_shortest(double v, struct canon_decimal *d)
{
	char b[40], *exponent;
	int precision, i;

	d->negative = signbit(v) != 0;
	v = fabs(v);
	/* Any 15 digits survive a double, except that tiny ones have fewer to give. */
	for (precision = v < 1e-290 ? 0 : CANON_EXACT - 1;; precision++) {
		(void)snprintf(b, sizeof(b), "%.*e", precision, v);
		if (precision == CANON_DIGITS - 1 || strtod(b, NULL) == v)
			break;
	}
	exponent = strchr(b, 'e');
	d->point = (int)strtol(exponent + 1, NULL, 10) + 1;
	d->n = 0;
	for (i = 0; b + i < exponent; i++)
		if (b[i] != '.')
			d->digits[d->n++] = b[i];
	while (d->n > 1 && d->digits[d->n - 1] == '0')
		d->n--;
	d->digits[d->n] = '\0';
}

/* Digits with the point in its place: 0.00012, 12000, 1.2. */
static size_t
canon_plain(const struct canon_decimal *d, char *dst, bool always_point)
{
	char *q = dst;
	int i;

	if (d->negative)
		*q++ = '-';
	if (d->point <= 0) {
		*q++ = '0';
		*q++ = '.';
		for (i = d->point; i < 0; i++)
			*q++ = '0';
	}
	for (i = 0; i < d->n || i < d->point; i++) {
		if (i == d->point && i > 0)
			*q++ = '.';
		*q++ = i < d->n ? d->digits[i] : '0';
	}
	if (always_point && d->n <= d->point) {
		*q++ = '.';
		*q++ = '0';
	}
	return ((size_t)(q - dst));
}

/* Write one digit, the point, the rest and a signed exponent of at least ${exponent_digits}
 * digits. Return the length. */
static size_t
canon_scientific(const struct canon_decimal *d, char *dst, int exponent_digits)
{
	int e = d->point - 1;

	return ((size_t)snprintf(dst, CANON_NUMBER_SIZE, "%s%c%s%se%c%0*d", d->negative ? "-" : "",
	    d->digits[0], d->n > 1 ? "." : "", d->digits + 1, e < 0 ? '-' : '+', exponent_digits,
	    abs(e)));
}

/* float.__repr__: repr style 'r' of David Gay's, exponent from 1e16 and below 1e-4. */
static size_t
canon_python(double v, char *dst)
{
	struct canon_decimal d;

	canon_shortest(v, &d);
	if (v != 0 && (d.point > 16 || d.point <= -4))
		return (canon_scientific(&d, dst, 2));
	return (canon_plain(&d, dst, true));
}

/* ECMA-262, Number::toString; -0 is 0. */
static size_t
canon_ecmascript(double v, char *dst)
{
	struct canon_decimal d;

	if (v == 0) {
		dst[0] = '0';
		return (1);
	}
	canon_shortest(v, &d);
	if (d.point > 21 || d.point <= -6)
		return (canon_scientific(&d, dst, 1));
	return (canon_plain(&d, dst, false));
}

/* A number's significant digits: how many, the first at ${p[first]}. */
static size_t
canon_significant(const char *p, size_t len, char *digits, size_t max)
{
	size_t i, n = 0, zeros = 0;

	for (i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9' || (n == 0 && p[i] == '0'))
			continue;
		zeros = p[i] == '0' ? zeros + 1 : 0;
		if (n < max)
			digits[n] = p[i];
		n++;
	}
	return (n - zeros);
}

/* The number as a double; HUGE_VAL if it has CANON_NUMBER_SIZE characters or more. */
static double
canon_double(const char *p, size_t len)
{
	char text[CANON_NUMBER_SIZE];

	if (len >= sizeof(text))
		return (HUGE_VAL);
	memcpy(text, p, len);
	text[len] = '\0';
	return (strtod(text, NULL));
}

const char *
canon_number(enum canon_numbers numbers, const char *p, size_t len, char *dst, size_t *n)
{
	bool fraction = memchr(p, '.', len) != NULL;
	double v;

	*n = len;
	if (numbers == CANON_NUMBERS_TEXT || (numbers == CANON_NUMBERS_PYTHON && !fraction) ||
	    (!fraction && len <= CANON_EXACT && p[0] != '-'))
		return (p);
	v = canon_double(p, len);
	if (!isfinite(v))
		return (p);
	*n = numbers == CANON_NUMBERS_PYTHON ? canon_python(v, dst) : canon_ecmascript(v, dst);
	return (dst);
}

bool
canon_number_ambiguous(enum canon_numbers numbers, const char *p, size_t len)
{
	bool fraction = memchr(p, '.', len) != NULL;
	char digits[CANON_DIGITS + 1];
	size_t n = canon_significant(p, len, digits, CANON_DIGITS);
	struct canon_decimal d;
	double v;

	if (numbers == CANON_NUMBERS_ECMASCRIPT) {
		/* What no double holds was not written by JavaScript, or not as it is kept. */
		if (n <= CANON_EXACT && len < 300)
			return (false);
		v = canon_double(p, len);
		if (!isfinite(v) || n > CANON_DIGITS)
			return (true);
		canon_shortest(v, &d);
		return ((size_t)d.n != n || memcmp(d.digits, digits, n) != 0);
	}
	if (fraction && n == 0)
		return (true); /* 0.0 or -0.0 */
	if (!fraction)
		return (len - (p[0] == '-') > 16); /* an integer, or 1e+16 */
	/* 0.00001, or a float's 1e-05. */
	return (numbers == CANON_NUMBERS_TEXT && fabs(canon_double(p, len)) < 1e-4);
}
