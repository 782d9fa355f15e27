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
