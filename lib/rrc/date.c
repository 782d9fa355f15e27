/* Dates as RRC's files have them. */

#include "rrc/date.h"

#include <stdbool.h>
#include <string.h>

/* The value of ${n} ASCII digits at ${d}, which are not checked. */
static int
date_number(const char *d, int n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*d++ - '0');
	return (v);
}

/* Days in the month (1 to 12), leap years by the Gregorian rule. */
static int
date_last_day(int year, int month)
{
	static const unsigned char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return (month == 2 && leap ? 29 : days[month - 1]);
}

enum date_result
date_month(const char d[6], char dst[7])
{
	int year, month;

	if (memcmp(d, "000000", 6) == 0)
		return (DATE_NULL);
	year = date_number(d, 4);
	month = date_number(d + 4, 2);
	if (year < DATE_FIRST_YEAR || year > DATE_LAST_YEAR || month < 1 || month > 12)
		return (DATE_BAD);
	memcpy(dst, d, 4);
	dst[4] = '-';
	memcpy(dst + 5, d + 4, 2);
	return (DATE_OK);
}

enum date_result
date_day(const char d[8], char dst[10])
{
	char month[7];
	int day;

	if (memcmp(d, "00000000", 8) == 0)
		return (DATE_NULL);
	if (date_month(d, month) != DATE_OK)
		return (DATE_BAD);
	day = date_number(d + 6, 2);
	if (day < 1 || day > date_last_day(date_number(d, 4), date_number(d + 4, 2)))
		return (DATE_BAD);
	memcpy(dst, month, 7);
	dst[7] = '-';
	memcpy(dst + 8, d + 6, 2);
	return (DATE_OK);
}

int
date_format(const char *name, enum date_format *out)
{
	static const char *const names[DATE_FORMATS] = { "CCYYMMDD", "DD-MON-YY", "MM/DD/CCYY",
		"CCYY-MM-DD" };
	int i;

	for (i = 0; i < DATE_FORMATS; i++)
		if (strcmp(name, names[i]) == 0) {
			*out = (enum date_format)i;
			return (0);
		}
	return (-1);
}

/* Take ${min} to ${max} digits at ${p}, filled up with zeros to ${max} in ${dst}.  Return how many
 * were read, or 0. */
static size_t
date_digits(const char *p, size_t n, size_t min, size_t max, char *dst)
{
	size_t k = 0;

	while (k < n && k < max && p[k] >= '0' && p[k] <= '9')
		k++;
	if (k < min)
		return (0);
	memset(dst, '0', max - k);
	memcpy(dst + max - k, p, k);
	return (k);
}

/* The month of the name's first three letters, as two digits; false for none. */
static bool
date_month_name(const char *p, char dst[2])
{
	static const char names[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
	int i, k;

	for (i = 0; i < 12; i++) {
		for (k = 0; k < 3 && (p[k] & ~0x20) == names[3 * i + k]; k++)
			continue;
		if (k < 3)
			continue;
		dst[0] = (char)('0' + (i + 1) / 10);
		dst[1] = (char)('0' + (i + 1) % 10);
		return (true);
	}
	return (false);
}

/* Oracle's day, DD-MON-YY, as CCYYMMDD; after a space a time of day may follow. */
static bool
date_oracle(const char *p, size_t n, char d[8])
{

	if (n < 9 || (n > 9 && p[9] != ' ') || p[2] != '-' || p[6] != '-' ||
	    date_digits(p, 2, 2, 2, d + 6) == 0 || !date_month_name(p + 3, d + 4) ||
	    date_digits(p + 7, 2, 2, 2, d + 2) == 0)
		return (false);
	memcpy(d, d[2] >= '5' ? "19" : "20", 2);
	return (true);
}

/* MM/DD/CCYY as CCYYMMDD. */
static bool
date_slashes(const char *p, size_t n, char d[8])
{
	size_t m = date_digits(p, n, 1, 2, d + 4), k;

	if (m == 0 || m >= n || p[m] != '/')
		return (false);
	if ((k = date_digits(p + m + 1, n - m - 1, 1, 2, d + 6)) == 0)
		return (false);
	m += k + 1;
	return (m + 5 == n && p[m] == '/' && date_digits(p + m + 1, 4, 4, 4, d) == 4);
}

/* CCYY-MM-DD as CCYYMMDD; behind a space or a T a time of day may follow. */
static bool
date_dashes(const char *p, size_t n, char d[8])
{

	return (n >= 10 && p[4] == '-' && p[7] == '-' && date_digits(p, 4, 4, 4, d) == 4 &&
	    date_digits(p + 5, 2, 2, 2, d + 4) == 2 && date_digits(p + 8, 2, 2, 2, d + 6) == 2 &&
	    (n == 10 || p[10] == ' ' || p[10] == 'T'));
}

enum date_result
date_text(enum date_format format, const char *p, size_t n, char dst[10])
{
	char d[8];
	bool good = false;
	size_t zeros;

	for (zeros = 0; zeros < n && p[zeros] == '0'; zeros++)
		continue;
	if (zeros == n)
		return (DATE_NULL);
	switch (format) {
	case DATE_CCYYMMDD:
		good = n == 8 && date_digits(p, 8, 8, 8, d) == 8;
		break;
	case DATE_DD_MON_YY:
		good = date_oracle(p, n, d);
		break;
	case DATE_MM_DD_CCYY:
		good = date_slashes(p, n, d);
		break;
	case DATE_CCYY_MM_DD:
		good = date_dashes(p, n, d);
		break;
	case DATE_FORMATS:
		break;
	}
	return (good ? date_day(d, dst) : DATE_BAD);
}

void
date_inverted(char d[8])
{
	int i;

	for (i = 0; i < 8; i++)
		d[i] = (char)('0' + '9' - d[i]);
}
