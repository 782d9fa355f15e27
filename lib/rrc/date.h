#ifndef AEGIS_RRC_DATE_H
#define AEGIS_RRC_DATE_H

#include <stddef.h>

/*
 * RRC's dates, CCYYMMDD and CCYYMM in digits.  A date is taken from 1859 (the
 * first American oil well) to 2099 and only where the calendar has that day.
 */
enum { DATE_FIRST_YEAR = 1859, DATE_LAST_YEAR = 2099 };

enum date_result { DATE_OK, DATE_NULL, DATE_BAD };

/**
 * date_day(d, dst):
 * Read eight ASCII digits CCYYMMDD; write YYYY-MM-DD, 10 bytes, to ${dst}.  All
 * zeros are DATE_NULL.
 */
enum date_result date_day(const char d[8], char dst[10]);

/**
 * date_month(d, dst):
 * Read six ASCII digits CCYYMM; write YYYY-MM, 7 bytes, to ${dst}.  All zeros are
 * DATE_NULL.
 */
enum date_result date_month(const char d[6], char dst[7]);

/* How a day is written in text files; CC and YY are digits of the year, MON a month's name. */
enum date_format {
	DATE_CCYYMMDD,
	DATE_DD_MON_YY, /* 14-FEB-26, as Oracle prints it; YY is 50 to 99 of the last century, else of this */
	DATE_MM_DD_CCYY, /* 02/14/2026, 2/14/2026 */
	DATE_CCYY_MM_DD, /* 2026-02-14; a time of day may follow */
	DATE_FORMATS,
};

/**
 * date_format(name, out):
 * Read "CCYYMMDD", "DD-MON-YY", "MM/DD/CCYY" or "CCYY-MM-DD".  Return 0, or -1.
 */
int date_format(const char *name, enum date_format *out);

/**
 * date_text(format, p, n, dst):
 * Read the ${n} characters at ${p}; write YYYY-MM-DD, 10 bytes, to ${dst}.  Zeros are DATE_NULL.
 */
enum date_result date_text(enum date_format format, const char *p, size_t n, char dst[10]);

/**
 * date_inverted(d):
 * Turn the eight digits of 99999999 minus a date, by which RRC sorts the newest first, into the date.
 */
void date_inverted(char d[8]);

#endif
